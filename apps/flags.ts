/** Flags of `ganglion run APP`: what an app declares, as data that loads nothing else. */

/** One flag in the form that commander reads. */
export interface Flag {
  /** '--records <names>'; without an argument it is a switch */
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
  readonly default?: string;
}

/** What was given: flags by their names in camel case; a switch is true. */
export type Given = Readonly<Record<string, string | boolean | undefined>>;

/** The own flags of an app and what they mean to it. */
export interface FlagSet<Own> {
  readonly flags: readonly Flag[];
  /** whether the app can be saved and resumed */
  readonly saves?: boolean;
  /** whether the app can be watched and steered in a dashboard */
  readonly watched?: boolean;
  /** throws a UsageError where a value means nothing; pure, called before the app is loaded */
  parse(given: Given): Own;
}

/** The text of a flag, undefined where it was not given. */
export const textOf = (given: Given, name: string): string | undefined => {
  const value = given[name];
  return typeof value === 'string' ? value : undefined;
};
