import { raise } from '../../runtime/index.ts';
import { type AppEntry, appNamed, apps } from '../cli/apps.ts';
import { UsageError } from '../cli/usage.ts';
import type { Flag, Given } from '../flags.ts';
import type { Job } from './job.ts';

export type FlagValue = string | number | boolean;

const nameOf = ({ flags }: Flag): string => /^--([a-z\d-]+)/.exec(flags)![1]!;
const isSwitch = ({ flags }: Flag): boolean => !/[<[]/.test(flags);
const camelCase = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The app of a job. `path` is where it is named. */
export function appOf(name: string, path: string): AppEntry {
  return appNamed(name) ?? raise('ERR_UNKNOWN_NAME', { path, value: `'${name}'`, known: Object.keys(apps).join(', ') });
}

/** Flags as a job has them: texts, and switches that are on. Raises ERR_UNKNOWN_FIELD and others at the path of the flag. */
export function jobFlags(app: AppEntry, flags: Readonly<Record<string, FlagValue>>, path: string): Job['flags'] {
  const mobile = app.flags.filter(({ local }) => local !== true);
  const known = mobile.map(nameOf);
  return Object.fromEntries(
    Object.entries(flags).flatMap(([name, value]): [string, string | true][] => {
      const place = `${path}.${name}`;
      const flag = mobile.find((one) => nameOf(one) === name);
      if (flag === undefined) return raise('ERR_UNKNOWN_FIELD', { path: place, known: known.join(', ') });
      if (isSwitch(flag)) {
        if (typeof value !== 'boolean') raise('ERR_WRONG_TYPE', { path: place, expected: 'true or false', value: JSON.stringify(value) });
        return value ? [[name, true]] : [];
      }
      if (typeof value === 'boolean') raise('ERR_WRONG_TYPE', { path: place, expected: 'a text or a number', value });
      const text = String(value);
      if (flag.choices !== undefined && !flag.choices.includes(text))
        raise('ERR_UNKNOWN_KIND', { what: 'value', path: place, value: `'${text}'`, known: flag.choices.join(', ') });
      return [[name, text]];
    }),
  );
}

/** What the app of a job is given, with the folder of this machine's data. Raises ERR_JOB_FLAGS where the app refuses it. */
export function givenOf(job: Job, data: string | undefined, path: string): Given {
  const app = appOf(job.app, `${path}.app`);
  const flags = jobFlags(app, job.flags, `${path}.flags`);
  const takesData = data !== undefined && app.flags.some((flag) => nameOf(flag) === 'data');
  const given: Given = {
    ...Object.fromEntries(Object.entries(flags).map(([name, value]) => [camelCase(name), value])),
    ...(takesData && { data }),
  };
  try {
    app.prepare(given);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    raise('ERR_JOB_FLAGS', { path, reason: cause.message, remedy: cause.remedy }, cause);
  }
  return given;
}
