import { raise } from '../errors.ts';
import { type Executable, events } from '../program/program.ts';
import { type Agreement, createAgreement } from './agreement.ts';
import { tapeOf } from './tapes.ts';

/** A population at its place among the board's addresses. */
interface Part {
  readonly name: string;
  readonly size: number;
  readonly first: number;
}

function partsOf({ program }: Executable, counts: (kind: string) => boolean): Part[] {
  let first = 0;
  const parts: Part[] = [];
  for (const [name, { size, neuron }] of Object.entries(program.network.populations)) {
    if (!counts(neuron.kind)) continue;
    parts.push({ name, size, first });
    first += size;
  }
  return parts;
}

function choose(parts: readonly Part[], name: string | undefined, path: string, kind: string): readonly Part[] {
  if (parts.length === 0)
    raise('ERR_OUT_OF_RANGE', {
      path,
      bound: `a population of ${kind}`,
      value: 'a network that has none',
      remedy: 'add one to the network',
    });
  const chosen = name === undefined ? parts : parts.filter((part) => part.name === name);
  if (chosen.length === 0) raise('ERR_UNKNOWN_NAME', { path, value: `'${name}'`, known: parts.map((part) => part.name).join(', ') });
  return chosen;
}

/** What the mirror reads of an executable, at the places it found once. */
export interface MirrorBinding {
  readonly addresses: Uint32Array;
  readonly values: Uint32Array;
  readonly agreement: Agreement;
  /** whether the tick gathered last has a value above 1 */
  readonly graded: boolean;
  /** puts the host's spikes of a row into the ring */
  openTick(tick: number, row: number): void;
  /** fills addresses and values with the inputs of a row; returns their number */
  gather(row: number, maxGrade: number): number;
  endsEpisode(row: number): boolean;
  /** values rounded since the last call */
  takeRounded(): number;
}

export function bindMirror(
  executable: Executable,
  inputs: string | undefined,
  population: string | undefined,
  window: number,
): MirrorBinding {
  const { floats, words } = executable.arena;
  const { eventTape, ops } = executable.program;
  const allSources = partsOf(executable, (kind) => kind === 'source');
  const sources = choose(allSources, inputs, 'mirror.inputs', 'sources').map((part) => ({
    ...part,
    tape: tapeOf(executable, part.name, 'input', 'mirror.inputs'),
  }));
  const compared = choose(
    partsOf(executable, (kind) => kind === 'lif' || kind === 'alif'),
    population,
    'mirror.population',
    'lif or alif neurons',
  ).map((part) => ({
    ...part,
    counts: tapeOf(executable, part.name, 'spikeCount', 'mirror.population'),
    spikes: tapeOf(executable, part.name, 'spikes', 'mirror.population'),
  }));
  const start = compared[0]!.first;
  const agreement = createAgreement(
    compared.reduce((sum, { size }) => sum + size, 0),
    start,
    window,
  );
  const most = allSources.reduce((sum, { size }) => sum + size, 0);
  const addresses = new Uint32Array(most);
  const values = new Uint32Array(most);
  const resets = ops.reset.length > 0;
  let graded = false;
  let rounded = 0;
  return {
    addresses,
    values,
    agreement,
    get graded() {
      return graded;
    },
    openTick(tick, row) {
      agreement.open(tick);
      for (let p = 0; p < compared.length; p++) {
        const { first, counts, spikes } = compared[p]!;
        const at = spikes.offset + row * spikes.stride;
        for (let s = 0; s < words[counts.offset + row]!; s++) agreement.spike(first - start + words[at + s]!);
      }
    },
    gather(row, maxGrade) {
      let count = 0;
      graded = false;
      for (let p = 0; p < sources.length; p++) {
        const { tape, first, size } = sources[p]!;
        const at = tape.offset + row * tape.stride;
        for (let j = 0; j < size; j++) {
          const value = floats[at + j]!;
          if (value === 0) continue;
          const whole = Math.min(maxGrade, Math.max(0, Math.round(value)));
          if (whole !== value) rounded++;
          if (whole === 0) continue;
          if (whole > 1) graded = true;
          addresses[count] = first + j;
          values[count++] = whole;
        }
      }
      return count;
    },
    endsEpisode: (row) => resets && (words[eventTape.offset + row]! & events.episodeEnd) !== 0,
    takeRounded() {
      const taken = rounded;
      rounded = 0;
      return taken;
    },
  };
}
