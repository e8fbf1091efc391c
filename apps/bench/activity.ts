import { type Backend, compile, type Executable, exact, type Network, type Region } from '../../runtime/index.ts';

/** What a learning pass is driven by: spikes, pseudo-derivatives and learning signals, [ticks][n]. */
export interface Activity {
  readonly ticks: number;
  readonly spikes: Float32Array;
  readonly psi: Float32Array;
  readonly signal: Float32Array;
}

/** Spikes at `rate` a tick, ψ non-zero in a share `active` of all (neuron, tick), signals of mean 0. */
export function drawnActivity(n: number, ticks: number, active: number, rate: number): Activity {
  const stream = exact.randomStream(1, 'activity');
  const size = ticks * n;
  const drawn = (value: (index: number) => number): Float32Array => Float32Array.from({ length: size }, (_, index) => value(index));
  return {
    ticks,
    spikes: drawn((index) => (stream.uniform(index) < rate ? 1 : 0)),
    psi: drawn((index) => (stream.uniform(size + index) < active ? 0.3 * (0.05 + 0.95 * stream.uniform(2 * size + index)) : 0)),
    signal: drawn((index) => stream.uniform(3 * size + index) - 0.5),
  };
}

/** Fills the tapes of the network of the benchmark: spikes of about 50 Hz, and a wave to follow. */
export function drive({ arena, program: { regions } }: Executable): void {
  const stream = exact.randomStream(2, 'input');
  const [input, target, importance] = ['input.input', 'out.target', 'out.importance'].map((name) => ({
    view: arena.view(name),
    region: regions.get(name)!,
  })) as [Tape, Tape, Tape];
  importance.view.fill(1);
  for (let t = 0; t < input.region.rows; t++) {
    for (let i = 0; i < input.region.columns; i++)
      input.view[t * input.region.stride + i] = stream.uniform(t * input.region.columns + i) < 0.05 ? 1 : 0;
    for (let k = 0; k < target.region.columns; k++) target.view[t * target.region.stride + k] = Math.sin(t / 5 + k);
  }
}

interface Tape {
  readonly view: Float32Array;
  readonly region: Region;
}

/** What the network of the benchmark does by itself under an input of about 50 Hz. */
export function recordedActivity(backend: Backend, network: Network, ticks: number): Activity {
  const executable = backend.load(compile(network, { maxTicks: 1 }));
  const { arena } = executable;
  const [input, target, importance] = [arena.view('input.input'), arena.view('out.target'), arena.view('out.importance')];
  const { offset, rows, stride, columns: n } = arena.regions.get('hidden.value')!;
  const [psi, signal] = [arena.view('hidden.surrogate'), arena.view('hidden.signal')];
  const activity = { ticks, spikes: new Float32Array(ticks * n), psi: new Float32Array(ticks * n), signal: new Float32Array(ticks * n) };
  const stream = exact.randomStream(2, 'input');
  const inputs = network.populations['input']!.size;
  importance.fill(1);
  for (let t = 0; t < ticks; t++) {
    for (let i = 0; i < inputs; i++) input[i] = stream.uniform(t * inputs + i) < 0.05 ? 1 : 0;
    for (let k = 0; k < target.length; k++) target[k] = Math.sin(t / 50 + k);
    executable.run(1);
    const at = offset + (t & (rows - 1)) * stride;
    activity.spikes.set(arena.floats.subarray(at, at + n), t * n);
    activity.psi.set(psi.subarray(0, n), t * n);
    activity.signal.set(signal.subarray(0, n), t * n);
  }
  executable.dispose();
  return activity;
}
