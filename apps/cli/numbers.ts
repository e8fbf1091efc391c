import { UsageError } from './usage.ts';

/** Reads `--flag TEXT` as a number from low to high. */
export function number(flag: string, text: string, low: number, high: number, whole: boolean): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= low && value <= high) || (whole && !Number.isInteger(value))) {
    throw new UsageError(
      `--${flag} takes ${whole ? 'a whole' : 'a'} number from ${low} to ${high}, not '${text}'`,
      `try --${flag} ${high < 2 ? 0.5 : low}`,
    );
  }
  return value;
}
