/** Colours of the page as it is now, light or dark; asked anew for every picture, since a person may change it. */
export const color = (name: 'ink' | 'soft' | 'line' | 'accent' | 'panel'): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Lines of a chart, in their order: told apart without colour vision as well. */
export const lines = ['#2a7de1', '#d9822b', '#2f9e6e', '#9b59b6'] as const;

/** Blue below 0, orange above, the panel at 0: red and green are not told apart by many. */
export function diverging(value: number, dark: boolean): readonly [number, number, number] {
  const ground = dark ? 28 : 255;
  const [r, g, b] = value < 0 ? [42, 125, 225] : [217, 130, 43];
  const share = Math.min(1, Math.abs(value));
  return [ground + (r - ground) * share, ground + (g - ground) * share, ground + (b - ground) * share];
}

export const isDark = (): boolean => matchMedia('(prefers-color-scheme: dark)').matches;
