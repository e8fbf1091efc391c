import { nativeBackend, nativeInfo } from '../../native/index.ts';
import type { Backend } from '../../runtime/program/program.ts';

/** The best target, with several threads at work. */
export function nativeThreads(threads: number): Backend {
  const found = nativeBackend({ threads });
  if ('reason' in found) throw new Error(`${found.reason}: ${found.remedy}`);
  return found.backend;
}

/** Every native target that this machine runs. An addon that is missing fails the tests, unless GANGLION_NATIVE=off says so. */
export function nativeTargets(): readonly Backend[] {
  if (process.env['GANGLION_NATIVE'] === 'off') return [];
  const info = nativeInfo();
  if ('reason' in info) throw new Error(`${info.reason}: ${info.remedy}, or set GANGLION_NATIVE=off`);
  return info.supported.map((target) => {
    const found = nativeBackend({ target });
    if ('reason' in found) throw new Error(found.reason);
    return found.backend;
  });
}
