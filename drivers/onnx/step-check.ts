import type * as ort from 'onnxruntime-node';
import { compile, copyWeights, type Executable, exact, frozen, raise, referenceBackend, tickOf } from '../../runtime/index.ts';
import type { OnnxStep } from './step-graph.ts';

/** A neuron that fired in one form of the network and not in the other. */
export interface SpikeDifference {
  /** from 0 */
  readonly tick: number;
  readonly population: string;
  readonly neuron: number;
  /** v − A of the network at that tick: by how much it fired, or failed to */
  readonly margin: number;
}

export interface StepAgreement {
  /** ticks that were compared: those up to the first difference */
  readonly ticks: number;
  /** spikes of the network in them */
  readonly spikes: number;
  readonly difference: SpikeDifference | undefined;
  /** the largest difference of a value that is no spike */
  readonly error: number;
}

export interface StepCheckOptions {
  /** default 1000 */
  readonly ticks?: number;
  readonly seed?: number;
  /** share of inputs that are 1 at a tick, the others 0; default 0.1 */
  readonly active?: number;
}

async function runtime(): Promise<typeof ort> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return raise('ERR_OPTIONAL_PACKAGE', {
      name: 'onnxruntime-node',
      reason,
      remedy: 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node',
    });
  }
}

/** Reads what a population of an executable sent in the tick that ran last. */
function lastValues({ arena }: Executable, name: string): (tick: number) => Float32Array {
  const { offset, rows, columns, stride } = arena.regions.get(`${name}.value`)!;
  return (tick) => {
    const from = offset + (tick % rows) * stride;
    return arena.floats.subarray(from, from + columns);
  };
}

/**
 * Runs a step in onnxruntime-node beside the network it was made from, on the weights that `executable` has now and on the same drawn spikes, up to the first
 * spike that differs. A CapabilityError when onnxruntime-node is not installed.
 */
export async function checkOnnxStep(step: OnnxStep, executable: Executable, options: StepCheckOptions = {}): Promise<StepAgreement> {
  const { ticks = 1000, seed = 1, active = 0.1 } = options;
  const { InferenceSession, Tensor } = await runtime();
  const session = await InferenceSession.create(step.model, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
  const still = referenceBackend.load(compile(frozen(executable.program.network), { maxTicks: 1 }));
  copyWeights(executable, still, 'learning');

  const draws = exact.randomStream(seed, 'inputs of a step');
  let drawn = 0;
  const sources = step.sources.map(({ name, size }) => ({ name, size, values: still.arena.view(`${name}.input`) }));
  const outputs = step.outputs.map((output) => ({ ...output, now: lastValues(still, output.name) }));
  let states: Record<string, ort.Tensor> = {};
  for (const { name, dims } of step.states)
    states[name] = new Tensor('float32', new Float32Array(dims.reduce((product, size) => product * size, 1)), [...dims]);

  let [spikes, error] = [0, 0];
  for (let tick = 0; tick < ticks; tick++) {
    const feeds: Record<string, ort.Tensor> = { ...states };
    for (const { name, size, values } of sources) {
      for (let i = 0; i < size; i++) values[i] = draws.uniform(drawn++) < active ? 1 : 0;
      feeds[name] = new Tensor('float32', values.slice(0, size), [size]);
    }
    still.run(1);
    const results = await session.run(feeds);
    for (const { name, spiking, now } of outputs) {
      const [ours, theirs] = [now(tickOf(still) - 1), results[name]!.data as Float32Array];
      for (let j = 0; j < ours.length; j++) {
        if (!spiking) error = Math.max(error, Math.abs(ours[j]! - theirs[j]!));
        else if (ours[j] !== theirs[j]) {
          const [v, level] = ['membrane', 'threshold'].map((role) => still.arena.view(`${name}.${role}`)[j]!) as [number, number];
          return { ticks: tick, spikes, difference: { tick, population: name, neuron: j, margin: v - level }, error };
        } else spikes += ours[j]!;
      }
    }
    states = Object.fromEntries(step.states.map(({ name }) => [name, results[`${name}.next`]!]));
  }
  return { ticks, spikes, difference: undefined, error };
}
