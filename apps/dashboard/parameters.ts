/** What of a run a viewer can see and turn, as parameters with names in the manner of topics. */
import type { Parameter } from './foxglove.ts';

export interface Settings {
  readonly learning: boolean;
  readonly paused: boolean;
  /** factor on every learning rate */
  readonly factor: number;
}

interface Settable {
  readonly setting: keyof Settings;
  readonly takes: string;
  readonly fits: (value: unknown) => boolean;
}

const isSwitch = { takes: 'true or false', fits: (value: unknown) => typeof value === 'boolean' };
const settable: Readonly<Record<string, Settable>> = {
  '/learning': { setting: 'learning', ...isSwitch },
  '/paused': { setting: 'paused', ...isSwitch },
  '/learning/rate_factor': {
    setting: 'factor',
    takes: 'a number from 0 to 1000',
    fits: (value) => typeof value === 'number' && value >= 0 && value <= 1000,
  },
};

export const parameterNames: readonly string[] = Object.keys(settable);
export const isParameter = (name: string): boolean => Object.hasOwn(settable, name);
/** What a parameter turns. */
export const settingOf = (name: string): keyof Settings => settable[name]!.setting;

/** The parameters of these names as they are; unknown names are left out. */
export const parametersOf = (settings: Settings, names: Iterable<string>): Parameter[] =>
  [...names].filter(isParameter).map((name) => {
    const value = settings[settingOf(name)];
    return typeof value === 'number' ? { name, value, type: 'float64' } : { name, value };
  });

/** Why this cannot be asked for; undefined: it can. */
export function refusalOf(name: string, value: unknown): string | undefined {
  if (!isParameter(name)) return `there is no parameter '${name}'; there are ${parameterNames.join(', ')}`;
  const { takes, fits } = settable[name]!;
  return fits(value) ? undefined : `${name} takes ${takes}, got ${JSON.stringify(value)?.slice(0, 80)}`;
}
