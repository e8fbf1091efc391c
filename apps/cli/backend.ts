import { nativeBackend, nativeInfo } from '../../native/index.ts';
import { type Backend, referenceBackend } from '../../runtime/index.ts';
import { UsageError } from './usage.ts';

/** The backend asked for; without a wish the native one, or the reference with one line that says why. */
export function chooseBackend(wish: string | undefined, say: (line: string) => void): Backend {
  if (wish === 'reference') return referenceBackend;
  const native = nativeBackend();
  if ('backend' in native) return native.backend;
  // The addon is there, but not for the instruction set that GANGLION_TARGET forces.
  if ('file' in nativeInfo()) throw new UsageError(native.reason, native.remedy);
  if (wish === 'native') throw new UsageError(`the native backend is not available: ${native.reason}`, native.remedy);
  say(`running the reference backend, which is slow: ${native.reason}; ${native.remedy}`);
  return referenceBackend;
}

/** The native backend: figures of the reference would tell nothing about the machine. */
export function nativeForBench(threads: number): Backend {
  const native = nativeBackend({ threads });
  if ('reason' in native) throw new UsageError(`a bench needs the native backend: ${native.reason}`, native.remedy);
  return native.backend;
}
