import { type Executable, fold, type Loss, type Program } from '../../runtime/index.ts';
import type { Packed } from './examples.ts';

/** Regions that training moves, one after the other in a vector: of each projection that learns its weights, or its gradient; then feedbacks that follow one. */
export interface Moved {
  readonly regions: readonly { readonly weights: string; readonly gradient: string | undefined; readonly length: number }[];
  /** floats of all weights */
  readonly weights: number;
  /** floats of all gradients */
  readonly gradients: number;
}

export function movedBy({ network, regions, weights }: Program): Moved {
  const plastic = Object.entries(network.projections).filter(([, { plasticity }]) => plasticity !== undefined);
  const following = Object.entries(network.feedbacks ?? {}).filter(([, { follows }]) => follows !== undefined);
  const list = [
    ...plastic.map(([name]) => ({ weights: weights.get(name)!.acting, gradient: `${name}.gradient` })),
    ...following.map(([name]) => ({ weights: `${name}.weights`, gradient: undefined })),
  ].map((names) => ({ ...names, length: regions.get(names.weights)!.length }));
  const sum = (of: typeof list) => of.reduce((total, { length }) => total + length, 0);
  return { regions: list, weights: sum(list), gradients: sum(list.filter(({ gradient }) => gradient !== undefined)) };
}

/** Copies all weights out of an arena, or into it. */
export function readWeights({ arena }: Executable, { regions }: Moved, to: Float32Array): void {
  let at = 0;
  for (const { weights, length } of regions) {
    to.set(arena.view(weights), at);
    at += length;
  }
}

export function writeWeights({ arena }: Executable, { regions }: Moved, from: Float32Array): void {
  let at = 0;
  for (const { weights, length } of regions) {
    arena.view(weights).set(from.subarray(at, at + length));
    at += length;
  }
}

/** Copies a vector of all gradients into an arena. */
export function writeGradients({ arena }: Executable, { regions }: Moved, from: Float32Array): void {
  let at = 0;
  for (const { gradient, length } of regions) {
    if (gradient === undefined) continue;
    arena.view(gradient).set(from.subarray(at, at + length));
    at += length;
  }
}

export interface Result {
  /** of all ticks and outputs, importance included */
  readonly loss: number;
  /** the tick by which a state has ceased to be finite; 0 where none has */
  readonly broken: number;
}

/** Runs one example from rest with the given weights and writes its gradient, before any update, to `to`. */
export function gradientOf(
  executable: Executable,
  moved: Moved,
  packed: Packed,
  index: number,
  weights: Float32Array,
  to: Float32Array,
): Result {
  const { arena, program } = executable;
  const { at, ticks } = packed.places[index]!;
  executable.reset();
  writeWeights(executable, moved, weights);
  let loss = 0;
  let broken = 0;
  for (let from = 0; from < ticks; from += program.maxTicks) {
    const count = Math.min(program.maxTicks, ticks - from);
    let track = at;
    for (const { tape, columns } of packed.tracks) {
      const { stride } = arena.regions.get(tape)!;
      const view = arena.view(tape);
      for (let row = 0; row < count; row++) {
        const start = track + (from + row) * columns;
        view.set(packed.values.subarray(start, start + columns), row * stride);
      }
      track += ticks * columns;
    }
    if (executable.run(count) !== 0 && broken === 0) broken = from + count;
    loss += lossOf(executable, packed, count);
  }
  fold(executable);
  let place = 0;
  for (const { gradient, length } of moved.regions) {
    if (gradient === undefined) continue;
    to.set(arena.view(gradient), place);
    place += length;
  }
  return { loss, broken };
}

/** The loss of the ticks on the tapes, in double: outputs are probabilities where the loss says so. */
function lossOf({ arena, program }: Executable, { tracks }: Packed, count: number): number {
  let sum = 0;
  for (const { from, population, columns } of tracks) {
    if (from !== 'targets') continue;
    const { neuron } = program.network.populations[population]!;
    const loss = 'loss' in neuron ? (neuron.loss ?? 'none') : 'none';
    // A readout that acts has no target, and so no track.
    const term = terms[typeof loss === 'string' ? loss : 'none'];
    const [y, target, m] = ['output', 'target', 'importance'].map((role) => arena.view(`${population}.${role}`)) as Float32Array[];
    const { stride } = arena.regions.get(`${population}.output`)!;
    for (let row = 0; row < count; row++) {
      if (m![row] === 0) continue;
      for (let k = row * stride; k < row * stride + columns; k++) sum += m![row]! * term(y![k]!, target![k]!);
    }
  }
  return sum;
}

const entropy = (p: number, share: number): number => (share === 0 ? 0 : -share * Math.log(p));

const terms: Readonly<Record<Loss, (y: number, target: number) => number>> = {
  squared: (y, target) => 0.5 * (y - target) ** 2,
  smoothL1: (y, target) => (Math.abs(y - target) <= 1 ? 0.5 * (y - target) ** 2 : Math.abs(y - target) - 0.5),
  crossEntropy: (y, target) => entropy(y, target),
  bernoulli: (y, target) => entropy(y, target) + entropy(1 - y, 1 - target),
  none: () => 0,
};
