/** Flags of `ganglion run APP`: what an app declares, as data that loads nothing else. */

/** One flag in the form that commander reads. */
export interface Flag {
  /** '--records <names>'; without an argument it is a switch */
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
  readonly default?: string;
  /** names something of one machine, or is for a person who looks on: a job that any machine may run cannot have it */
  readonly local?: boolean;
}

/** What was given: flags by their names in camel case; a switch is true. */
export type Given = Readonly<Record<string, string | boolean | undefined>>;

/** Times as fast as the world, of a run that is watched: an hour in a minute. */
export const WATCHED_SPEED = 60;

/** The own flags of an app and what they mean to it. */
export interface FlagSet<Own> {
  readonly flags: readonly Flag[];
  /** whether the app can be saved and resumed; a text says why it cannot, and is told to whoever asks for it; default false */
  readonly saves?: boolean | string;
  /** times real time at which a dashboard shows the app unless told otherwise, 1 where it has a time of its own; default: it cannot be watched */
  readonly watched?: number;
  /** throws a UsageError where a value means nothing; pure, called before the app is loaded */
  parse(given: Given): Own;
}

/** The text of a flag, undefined where it was not given. */
export const textOf = (given: Given, name: string): string | undefined => {
  const value = given[name];
  return typeof value === 'string' ? value : undefined;
};
