/** What the claims about boards are tried with: a network, a subject, and eyes behind its back. */
import {
  alif,
  type Board,
  type BoardEvent,
  compile,
  type Executable,
  integrator,
  lif,
  type Network,
  referenceBackend,
  source,
} from '../../runtime/index.ts';

/**
 * Under which conditions a board is to be made. `small`: it has room for 4 neurons. `noisy`: some bytes are lost or changed in
 * both directions (about 1 in 500). `narrow`: line or board takes fewer ticks than one each 2 ms.
 */
export type Condition = 'clean' | 'small' | 'noisy' | 'narrow';

/** A board to be tried, and what a test must see and do behind its back. */
export interface Subject {
  readonly board: Board;
  /** bytes that have left for the board */
  sent(): number;
  /** waits for the next tick; a board in virtual time has it at once */
  tick?(): Promise<void>;
  /** lets time pass in which the board is not used */
  pass(ms: number): Promise<void>;
  /** from now on nothing gets through the line */
  cut(): void;
  /** whether the board's outputs are safe */
  safe(): boolean;
  /** whether the board's memory is, by its own check sums, what the host believes */
  verify(): Promise<boolean>;
  /** the weights of a projection that the board runs with, dense, [pre][post], in the host's units; where one can look */
  weights?(projection: string): ArrayLike<number>;
}

export type MakeBoard = (condition: Condition) => Subject | Promise<Subject>;

/** For a line that may be slow. */
const PATIENCE_MS = 20_000;

/** Sizes of the populations of the network that a board is tried with. */
export interface Shape {
  readonly inputs: number;
  readonly slow: number;
  readonly fast: number;
  readonly outputs: number;
  readonly tickMs: number;
}
export const shape: Shape = { inputs: 8, slow: 20, fast: 11, outputs: 2, tickMs: 2 };
/** For boards that hold little. */
export const smallShape: Shape = { inputs: 5, slow: 9, fast: 6, outputs: 1, tickMs: 3 };
export const neuronsOf = ({ slow, fast }: Shape): number => slow + fast;

/** All that the port can carry: graded inputs, both neurons, dense and sparse, delays, a readout. */
const networkOf = ({ inputs, slow, fast, outputs, tickMs }: Shape): Network => ({
  dt: tickMs,
  seed: 5,
  populations: {
    input: { size: inputs, neuron: source() },
    slow: { size: slow, neuron: alif({ tauMem: 10, tauAdapt: 200, beta: 0.4, refractory: 3 }) },
    fast: { size: fast, neuron: lif({ tauMem: 6, threshold: 0.7, reset: 'zero' }) },
    readout: { size: outputs, neuron: integrator({ tau: 20 }) },
  },
  projections: {
    sensory: { pre: 'input', post: 'slow', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 2 }, delay: 0 },
    recurrent: {
      pre: 'slow',
      post: 'slow',
      connectivity: { kind: 'dense', autapses: false },
      weight: { kind: 'normal', gain: 0.7 },
      delay: 1,
    },
    sparse: { pre: 'slow', post: 'fast', connectivity: { kind: 'random', density: 0.4 }, weight: { kind: 'normal', gain: 2 }, delay: 3 },
    output: { pre: 'fast', post: 'readout', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 0 },
  },
});

export const load = (sizes: Shape): Executable => referenceBackend.load(compile(networkOf(sizes)));

/** Numbers from 0 to 1, the same in every run. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z = (z + Math.imul(z ^ (z >>> 7), z | 61)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Adds noise to every weight. */
export function disturb(
  executable: Executable,
  size: number,
  seed: number,
  names: readonly string[] = [...executable.program.weights.keys()],
): void {
  const draw = random(seed);
  for (const name of names) {
    const region = executable.program.weights.get(name)!.acting;
    executable.arena.write(
      region,
      executable.arena.copy(region).map((w) => w + (draw() - 0.5) * size),
    );
  }
}

/** The weights of a projection as the host has them, dense. */
export function hostWeights({ arena, program }: Executable, name: string): Float64Array {
  const { acting, stored } = program.weights.get(name)!;
  const values = arena.copy(acting);
  if (stored === undefined) return Float64Array.from(values);
  const { pre, post } = program.network.projections[name]!;
  const columns = program.network.populations[post]!.size;
  const dense = new Float64Array(program.network.populations[pre]!.size * columns);
  for (let i = 0; i + 1 < stored.rowStart.length; i++) {
    for (let k = stored.rowStart[i]!; k < stored.rowStart[i + 1]!; k++) dense[i * columns + stored.column[k]!] = values[k]!;
  }
  return dense;
}

export const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
};

/** A subject, connected and with the network, and all that it answers. */
export async function deployed(make: MakeBoard, condition: Condition, sizes: Shape) {
  const subject = await make(condition);
  const { board } = subject;
  const executable = load(sizes);
  const ticks: { tick: number; spikes: number[] }[] = [];
  const others: BoardEvent[] = [];
  board.events.subscribe((event) => {
    if (event.kind !== 'spikes') others.push(event);
    else ticks.push({ tick: event.tick, spikes: [...event.addresses.subarray(event.start, event.start + event.count)] });
  });
  await board.connect();
  const report = await board.deploy(executable);
  const draw = random(77);
  const addresses = new Uint32Array(sizes.inputs);
  const values = new Uint32Array(sizes.inputs);
  /** sends a tick of random inputs; whether it was taken */
  const send = async (tick: number, from: () => number = draw): Promise<boolean> => {
    let count = 0;
    for (let i = 0; i < sizes.inputs; i++) {
      const value = from() < 0.3 ? 1 + Math.floor(from() * 3) : 0;
      if (value === 0) continue;
      addresses[count] = i;
      values[count++] = value;
    }
    const taken = board.inputs(tick, addresses, count, values);
    board.poll();
    await subject.tick?.();
    return taken;
  };
  const settle = async (until: () => boolean): Promise<boolean> => {
    for (let ms = 0; ms < PATIENCE_MS && !until(); ms += sizes.tickMs) await subject.pass(sizes.tickMs);
    return until();
  };
  return { subject, board, executable, report, ticks, others, send, settle };
}
