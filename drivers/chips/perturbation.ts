import { type Board, type Executable, exact } from '../../runtime/index.ts';

export interface PerturbationOptions {
  readonly board: Board;
  /** whose weights the board mirrors; deployed to it */
  readonly executable: Executable;
  /** what the board's answers cost: asked after each change of the weights, on the same inputs */
  readonly loss: () => number | Promise<number>;
  /** size of a perturbation, in the host's units; larger than what the board rounds away */
  readonly sigma: number;
  /** η */
  readonly rate: number;
  readonly seed: number;
  /** which weights move at once: `one` by one, all those into a `neuron`, or `all`; default all */
  readonly together?: 'one' | 'neuron' | 'all';
  /** what a moved loss is compared with: the one without a perturbation, asked once a step, or that of the opposite signs; default opposite */
  readonly against?: 'unperturbed' | 'opposite';
  /** largest |w| that learning may reach, default none: a board saturates beyond its scale, or takes a coarser one */
  readonly bound?: number;
  /** weights are kept as whole multiples of this, rounded up or down by chance: nobody remembers more than a board can hold; default floats of the host */
  readonly grid?: number;
  /** default all */
  readonly projections?: readonly string[];
}

/** The weights of a projection, [pre][post]. */
interface Held {
  readonly region: string;
  readonly post: string;
  readonly columns: number;
  readonly weights: Float32Array;
  readonly moved: Float32Array;
  readonly signs: Float32Array;
  readonly steps: Float32Array;
}

/** Weights of a projection that move at once: every `by`th from `first` on. */
interface Part {
  readonly of: Held;
  readonly first: number;
  readonly by: number;
}

function groupsOf(held: readonly Held[], together: 'one' | 'neuron' | 'all'): readonly (readonly Part[])[] {
  if (together === 'all') return [held.map((of) => ({ of, first: 0, by: 1 }))];
  if (together === 'one') return held.flatMap((of) => Array.from(of.weights, (_, first) => [{ of, first, by: of.weights.length }]));
  const parts = held.flatMap((of) => Array.from({ length: of.columns }, (_, first) => ({ of, first, by: of.columns })));
  const neurons = new Map<string, Part[]>();
  for (const part of parts) {
    const neuron = `${part.of.post} ${part.first}`;
    neurons.set(neuron, [...(neurons.get(neuron) ?? []), part]);
  }
  return [...neurons.values()];
}

/**
 * Weight perturbation with the board in the loop, which needs nothing of the chip but its answers. A group of weights moves by ±σ at once, ξ_ij = ±1 by chance, and
 * what that does to the loss is the derivative along it: w ← w − η·(L(w + σξ) − L(w))/σ·ξ, or (L(w + σξ) − L(w − σξ))/(2σ). One by one it is the serial form of Jabri
 * & Flower (1992), s + 1 losses a step for s weights; the weights into one neuron at once are the semi-parallel form; all at once the parallel one (Spall 1992).
 * Returns one step; a step returns the loss without a perturbation, or the mean of the two of opposite signs.
 */
export function weightPerturbation(options: PerturbationOptions): () => Promise<number> {
  const { board, executable, loss, sigma, rate, seed, grid, against = 'opposite', bound = Number.POSITIVE_INFINITY } = options;
  const { arena, program } = executable;
  const names = options.projections ?? [...program.weights.keys()];
  const held = names.map((name): Held => {
    const region = program.weights.get(name)!.acting;
    const { post } = program.network.projections[name]!;
    const weights = arena.copy(region);
    const empty = (): Float32Array => new Float32Array(weights.length);
    return { region, post, columns: program.regions.get(region)!.columns, weights, moved: empty(), signs: empty(), steps: empty() };
  });
  const groups = groupsOf(held, options.together ?? 'all');
  const chance = exact.randomStream(seed, 'weight perturbation');
  const rounding = exact.randomStream(seed, 'rounding of weights');
  let [drawn, rounded] = [0, 0];

  /** A whole multiple of the grid, up or down by chance: right in the mean. */
  const kept = (w: number): number => (grid === undefined ? w : grid * Math.floor(w / grid + rounding.uniform(rounded++ >>> 0)));
  const each = (group: readonly Part[], visit: (of: Held, k: number) => void): void => {
    for (const { of, first, by } of group) for (let k = first; k < of.weights.length; k += by) visit(of, k);
  };
  const write = async (by: number): Promise<void> => {
    for (const { region, weights, moved, signs } of held) {
      for (let k = 0; k < weights.length; k++) moved[k] = weights[k]! + by * signs[k]!;
      arena.write(region, moved);
    }
    const synced = board.sync(executable);
    board.poll();
    await synced;
  };
  const moved = async (by: number): Promise<number> => {
    await write(by);
    return await loss();
  };

  return async () => {
    const still = against === 'unperturbed' ? await moved(0) : undefined;
    let told = 0;
    for (const group of groups) {
      each(group, ({ signs }, k) => {
        signs[k] = chance.uniform(drawn++ >>> 0) < 0.5 ? -1 : 1;
      });
      const above = await moved(sigma);
      const below = still ?? (await moved(-sigma));
      told += (still ?? (above + below) / 2) / groups.length;
      const slope = (above - below) / (still === undefined ? 2 * sigma : sigma);
      each(group, ({ signs, steps }, k) => {
        steps[k] = rate * slope * signs[k]!;
        signs[k] = 0;
      });
    }
    for (const { weights, steps } of held)
      for (let k = 0; k < weights.length; k++) weights[k] = kept(Math.max(-bound, Math.min(bound, weights[k]! - steps[k]!)));
    await write(0);
    return told;
  };
}
