import { ControllerError, errorTable } from '../../../runtime/errors.ts';

/** The names that templates of the table leave to be filled in. */
const placeholders = new Set(Object.values(errorTable).flatMap(({ message, remedy }) => `${message}${remedy}`.match(/\{\w+\}/g) ?? []));

/** The error of `check`, which must be one of the table, with a short message and nothing left to fill in. */
export function refusal(check: () => unknown): ControllerError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!(error instanceof ControllerError)) throw error;
    const { code, message, remedy, path = '' } = error;
    if (error.name !== errorTable[code].kind) throw new Error(`${code} is a ${error.name}`);
    for (const text of [message, remedy, path]) {
      if (text.length > 400 || text.match(/\{\w+\}/g)?.some((word) => placeholders.has(word)))
        throw new Error(`not fit to be read: ${text}`);
    }
    return error;
  }
}
