import { type Backend, compile, type Executable, events } from '../../runtime/index.ts';
import { describe, projectionOf, type Wiring } from './describe.ts';
import type { oracle } from './oracle.ts';

/** What a run of the compiled program did, tick by tick. */
export interface Played {
  /** its own spikes and pseudo-derivatives, to be forced on the oracle; ψ of a tick that ends an episode is gone with the state */
  readonly recording: oracle.Recording;
  /** (ticks, outputs): what the readout said, a probability where the loss is cross-entropy */
  readonly outputs: Float64Array;
  /** spikes by neuron */
  readonly spikes: readonly number[];
}

export interface PlayOptions {
  /** ticks at which a label arrives, for networks taught by labels */
  readonly labels?: readonly number[];
  /** the last tick ends the episode: weights move, then everything is at rest again */
  readonly ends?: boolean;
}

/** Compiles a model for single ticks, so that every tick can be looked at. */
export function load(backend: Backend, model: oracle.Model, wiring: Wiring): Executable {
  return backend.load(compile(describe(model, wiring), { maxTicks: 1 }));
}

/** Runs one trial and records it. The state that it starts from is the executable's. */
export function play(executable: Executable, trial: oracle.Trial, { labels = [], ends = false }: PlayOptions = {}): Played {
  const { arena, program } = executable;
  const { in: input, rec, out } = program.network.populations;
  const [inputs, n, m] = [input.size, rec.size, out.size];
  const tapes = {
    input: arena.view('in.input'),
    target: arena.view('out.target'),
    importance: arena.view('out.importance'),
    output: arena.view('out.output'),
  };
  const surrogate = arena.view('rec.surrogate');
  const [count, addresses] = [program.regions.get('rec.spikeCount')!.offset, program.regions.get('rec.spikes')!.offset];
  const recording = { z: new Float64Array(trial.ticks * n), psi: new Float64Array(trial.ticks * n) };
  const outputs = new Float64Array(trial.ticks * m);
  const spikes = new Array<number>(n).fill(0);
  for (let t = 0; t < trial.ticks; t++) {
    tapes.input.set(trial.inputs.subarray(t * inputs, (t + 1) * inputs));
    tapes.target.set(trial.targets.subarray(t * m, (t + 1) * m));
    tapes.importance[0] = trial.importance ? trial.importance[t] : 1;
    const last = ends && t === trial.ticks - 1;
    arena.words[program.eventTape.offset] = (labels.includes(t) ? events.label : 0) | (last ? events.episodeEnd : 0);
    executable.run(1);
    outputs.set(tapes.output.subarray(0, m), t * m);
    recording.psi.set(surrogate.subarray(0, n), t * n);
    for (const j of arena.words.subarray(addresses, addresses + arena.words[count])) {
      recording.z[t * n + j] = 1;
      spikes[j]++;
    }
  }
  return { recording, outputs, spikes };
}

/** Puts everything at rest: a silent tick without importance ends the episode. Nothing is learned from it. */
export function rest(executable: Executable): void {
  const { arena, program } = executable;
  for (const tape of ['in.input', 'out.target', 'out.importance']) arena.view(tape).fill(0);
  arena.words[program.eventTape.offset] = events.episodeEnd;
  executable.run(1);
}

/** Loss of a run, from what the readout said. */
export function lossOf({ loss, outputs: m }: oracle.Model, { ticks, targets, importance }: oracle.Trial, { outputs }: Played): number {
  let sum = 0;
  for (let t = 0; t < ticks; t++) {
    const weight = importance ? importance[t] : 1;
    for (let s = t * m; weight !== 0 && s < (t + 1) * m; s++) {
      sum += weight * (loss === 'squared' ? 0.5 * (outputs[s] - targets[s]) ** 2 : -targets[s] * Math.log(outputs[s]));
    }
  }
  return sum;
}

/**
 * The matrices of one role of every projection, [pre][post]; absent synapses are 0.
 * weights · gradient: what has been accumulated since the last update · moment1: with Adam and β₁ = 0 exactly the gradient that the
 * last update consumed, after the mask and with the share of the rate regularization that is only known then.
 */
export function readMatrices(executable: Executable, role: 'weights' | 'gradient' | 'moment1'): oracle.Gradient {
  const read = (name: string): Float64Array => {
    const { arena, program } = executable;
    const stored = program.weights.get(name)!.stored;
    const values = Float64Array.from(arena.copy(`${name}.${role}`));
    if (stored === undefined) return values;
    const { pre, post } = program.network.projections[name];
    const width = program.network.populations[post].size;
    const matrix = new Float64Array(program.network.populations[pre].size * width);
    for (let i = 0; i + 1 < stored.rowStart.length; i++) {
      for (let k = stored.rowStart[i]; k < stored.rowStart[i + 1]; k++) matrix[i * width + stored.column[k]] = values[k];
    }
    return matrix;
  };
  return { wIn: read(projectionOf.wIn), wRec: read(projectionOf.wRec), wOut: read(projectionOf.wOut) };
}
