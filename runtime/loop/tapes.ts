import { raise } from '../errors.ts';
import type { Region } from '../program/ops.ts';
import type { Executable } from '../program/program.ts';

/** The tape `<name>.<role>`; its name must be among the populations that have one. */
export function tapeOf(
  { program }: Executable,
  name: string,
  role: 'input' | 'target' | 'importance' | 'output' | 'spikes' | 'spikeCount',
  path: string,
): Region {
  const region = program.regions.get(`${name}.${role}`);
  if (region !== undefined) return region;
  const known = Object.keys(program.network.populations).filter((population) => program.regions.has(`${population}.${role}`));
  return raise('ERR_UNKNOWN_NAME', { path, value: `the ${role} tape of '${name}'`, known: known.length === 0 ? 'none' : known.join(', ') });
}

/** One window for each row of a tape, padding left out: made once, so that no frame has to. */
export function rowsOf({ arena }: Executable, { offset, rows, columns, stride }: Region): readonly Float32Array[] {
  return Array.from({ length: rows }, (_, row) => arena.floats.subarray(offset + row * stride, offset + row * stride + columns));
}

/** What `make` finds in an executable, looked up once: names are resolved in the first frame, not in every one. */
export function once<T>(make: (executable: Executable) => T): (executable: Executable) => T {
  let known: Executable | undefined;
  let found: T;
  return (executable) => {
    if (executable !== known) {
      found = make(executable);
      known = executable;
    }
    return found;
  };
}
