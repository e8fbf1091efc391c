import { controllerError } from '../runtime/index.ts';

export const reasonOf = (cause: unknown): string => {
  const message = (cause as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' && message !== '' ? message : String(cause ?? 'no reason given');
};

/** A package that nobody needs who does not use it; a CapabilityError that names it when it is not there. */
export async function loadOptional<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw controllerError('ERR_OPTIONAL_PACKAGE', { name, reason: reasonOf(cause), remedy: `npm install ${name}` }, cause);
  }
}
