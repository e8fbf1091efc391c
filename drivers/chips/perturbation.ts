import { type Board, type Executable, exact } from '../../runtime/index.ts';

export interface PerturbationOptions {
  readonly board: Board;
  /** whose weights the board mirrors; deployed to it */
  readonly executable: Executable;
  /** what the board's answers cost: it is asked twice a step, between two patches of the weights, on the same inputs */
  readonly loss: () => number;
  /** size of a perturbation, in the host's units; larger than what the board rounds away */
  readonly sigma: number;
  /** η */
  readonly rate: number;
  readonly seed: number;
  /** default all */
  readonly projections?: readonly string[];
}

/**
 * Weight perturbation with the board in the loop: all weights move by ±σ at once, the board runs with both signs, and the difference of what it costs is the
 * derivative along that direction: w ← w − η·(L(w + σξ) − L(w − σξ))/(2σ)·ξ, ξ_ij = ±1 (Jabri & Flower 1992; Spall 1992, all at once). It needs nothing of the
 * chip but its answers. Returns one step; a step returns the mean of both losses.
 */
export function weightPerturbation(options: PerturbationOptions): () => Promise<number> {
  const { board, executable, loss, sigma, rate, seed } = options;
  const { arena, program } = executable;
  const names = options.projections ?? [...program.weights.keys()];
  const held = names.map((name) => {
    const region = program.weights.get(name)!.acting;
    const weights = arena.copy(region);
    return { name, region, weights, moved: new Float32Array(weights.length), signs: new Float32Array(weights.length) };
  });
  const stream = exact.randomStream(seed, 'weight perturbation');
  let drawn = 0;

  const write = async (by: number): Promise<void> => {
    for (const { region, weights, moved, signs } of held) {
      for (let k = 0; k < weights.length; k++) moved[k] = weights[k]! + by * signs[k]!;
      arena.write(region, moved);
    }
    const synced = board.sync(executable);
    board.poll();
    await synced;
  };

  return async () => {
    for (const { signs } of held) for (let k = 0; k < signs.length; k++) signs[k] = stream.uniform(drawn++ >>> 0) < 0.5 ? -1 : 1;
    await write(sigma);
    const above = loss();
    await write(-sigma);
    const below = loss();
    const slope = (rate * (above - below)) / (2 * sigma);
    for (const { weights, signs } of held) for (let k = 0; k < weights.length; k++) weights[k] = weights[k]! - slope * signs[k]!;
    await write(0);
    return (above + below) / 2;
  };
}
