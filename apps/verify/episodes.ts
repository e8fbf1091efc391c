import { type Backend, compile, type Executable, events, type Network, type Optimizer, type Projection } from '../../runtime/index.ts';
import { oracle } from './oracle.ts';

/** SGD that is never asked to step. */
export const plain: Optimizer = { kind: 'sgd', rate: 1 };
/** A dense projection with its weights inline. */
export const projection = (pre: string, post: string, values: ArrayLike<number>, more: Partial<Projection> = {}): Projection => ({
  pre,
  post,
  connectivity: { kind: 'dense' },
  weight: { kind: 'inline', values: Array.from(values) },
  delay: 0,
  ...more,
});

/** Plays one trial; the last tick ends the episode if `ends`. */
export function play(
  executable: Executable,
  taught: string,
  { ticks, inputs, targets }: oracle.Trial,
  ends: boolean,
  importance: number,
  look: (tick: number) => void = () => {},
): void {
  const { arena, program } = executable;
  const [input, target] = [arena.view('in.input'), arena.view(`${taught}.target`)];
  arena.view(`${taught}.importance`)[0] = importance;
  const [n, m] = [inputs.length / ticks, targets.length / ticks];
  for (let t = 0; t < ticks; t++) {
    input.set(inputs.subarray(t * n, (t + 1) * n));
    target.set(targets.subarray(t * m, (t + 1) * m));
    arena.words[program.eventTape.offset] = ends && t === ticks - 1 ? events.episodeEnd : 0;
    executable.run(1);
    look(t);
  }
}

/** Of the three episodes: a gradient that falls and rises, so that what an optimizer remembers is seen. */
const IMPORTANCE = [1, 0.5, 0.6] as const;

/** How far the weights of projection w are from their start after each of three episodes. */
export function trained(backend: Backend, network: Network, trial: oracle.Trial, taught = 'unit'): Float64Array {
  const executable = backend.load(compile(network, { maxTicks: 1 }));
  const start = executable.arena.copy('w.weights');
  const way = IMPORTANCE.map((importance) => {
    play(executable, taught, trial, true, importance);
    return Array.from(executable.arena.copy('w.weights'), (w, s) => w - start[s]!);
  });
  executable.dispose();
  return Float64Array.from(way.flat());
}

/** The same in float64, along the gradient of an oracle. */
export function walk(
  start: Float64Array,
  gradient: (weights: Float64Array) => Float64Array,
  settings: oracle.OptimizerSettings,
): Float64Array {
  const none = new Float64Array(0);
  const update = oracle.optimizer(settings);
  let weights: oracle.Weights = { wIn: start, wRec: none, wOut: none };
  const way = IMPORTANCE.map((importance) => {
    weights = update(weights, { wIn: gradient(weights.wIn).map((g) => importance * g), wRec: none, wOut: none });
    return Array.from(weights.wIn, (w, s) => w - start[s]!);
  });
  return Float64Array.from(way.flat());
}

export const wayError = (found: Float64Array, wanted: Float64Array): number => oracle.relativeDifference(found, wanted);
