import type { Integrator, Lif, NeuronModel } from '../../runtime/index.ts';
import { broadcast, common, optional, required } from './fields.ts';
import { type NirNode, product } from './graph.ts';
import type { Ledger } from './losses.ts';
import { complement, type Timing, tauFrom } from './time.ts';

export interface Reading extends Timing {
  /** what a spike does: 'zero' goes to v_reset, as NIR has it; 'subtract' takes v_threshold − v_reset off a tick later, which files do not say */
  readonly reset: 'zero' | 'subtract';
}

/** A node as a population, and what of its parameters stands elsewhere. */
export interface Placed {
  readonly neuron: NeuronModel;
  /** factor on all that comes in, neuron by neuron */
  readonly gain: Float64Array;
  /** what a constant of 1 adds, neuron by neuron, undefined where it is nothing: to the input, to v where it is compared, to the time constant */
  readonly constant: { readonly input?: Float64Array; readonly output?: Float64Array; readonly tauMem?: Float64Array };
  /** what comes in goes through this one first */
  readonly first?: Integrator;
}

/** A gain that a float32 file can only come near to. */
const NEAR = 1e-6;
const SLOWEST = 10_000;
/** e^(−dt/τ) is 1 in float32. */
const STILL = 2 ** 40;
/** And 0. */
const MEMORYLESS = 2 ** -7;

/** Decays of float32 that a membrane without a leak, or without a memory, has. */
export const isStill = (dt: number, tau: number): boolean => complement(dt, tau) === 0;
export const isMemoryless = (dt: number, tau: number): boolean => complement(dt, tau) === 1;

class Parameters {
  readonly #path: string;
  readonly #node: NirNode;
  readonly #shape: readonly number[];
  readonly #timing: Timing;
  readonly ledger: Ledger;
  readonly count: number;

  constructor(path: string, node: NirNode, shape: readonly number[], timing: Timing, ledger: Ledger) {
    this.#path = path;
    this.#node = node;
    this.#shape = shape;
    this.#timing = timing;
    this.ledger = ledger;
    this.count = product(shape);
  }

  numbers(name: string): Float64Array {
    return broadcast(this.#path, name, required(this.#path, this.#node, name), this.#shape, this.ledger);
  }

  /** Fields that older files leave out. */
  numbersOr(name: string, otherwise: number): Float64Array {
    return optional(this.#path, this.#node, name) === undefined ? new Float64Array(this.count).fill(otherwise) : this.numbers(name);
  }

  /** Time constants, ms. */
  taus(name: string): Float64Array {
    const { dt, unit, discretization } = this.#timing;
    const path = `${this.#path}.${name}`;
    const values = this.numbers(name);
    const least = discretization === 'euler' ? dt : 0;
    const wrong = values.find((value) => !(value * unit > least));
    if (wrong !== undefined)
      this.ledger.refuse(path, `a time constant of ${wrong}, ${wrong * unit} ms,`, `give more than ${least} ms: see --time-unit and --dt`);
    const [low, high] = [Math.min(...extremes(values)), Math.max(...extremes(values))];
    if (low * unit < dt) this.ledger.warn(path, `${low * unit} ms is shorter than a tick: is --time-unit right?`);
    if (high * unit > SLOWEST) this.ledger.warn(path, `${high * unit} ms is longer than 10 s: is --time-unit right?`);
    return values.map((value) => tauFrom(value, this.#timing));
  }

  /** One time constant for all; where they differ, their mean. */
  tau(name: string, remedy = '', taus = this.taus(name)): number {
    const one = common(taus);
    if (one !== undefined) return one;
    const mean = Math.fround(taus.reduce((sum, tau) => sum + tau, 0) / taus.length);
    this.ledger.lose(`${this.#path}.${name}`, 'a time constant of each neuron', `${remedy}their mean, ${mean} ms, stands for all`);
    return mean;
  }

  refuse(name: string, what: string, remedy: string): never {
    return this.ledger.refuse(`${this.#path}.${name}`, what, remedy);
  }

  lose(name: string, what: string, instead: string): void {
    this.ledger.lose(`${this.#path}.${name}`, what, instead);
  }
}

function extremes(values: Float64Array): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [low, high];
}

/** Gains g on leaks that take 1 − α of their input: inputScale 'one' where they make up for it, and what is left for the weights. */
function scaled(
  gains: Float64Array,
  complements: (j: number) => number,
): { readonly inputScale: 'one' | 'oneMinusDecay'; readonly gain: Float64Array } {
  const whole = gains.every((gain, j) => Math.abs(gain * complements(j) - 1) < NEAR);
  return whole ? { inputScale: 'one', gain: new Float64Array(gains.length).fill(1) } : { inputScale: 'oneMinusDecay', gain: gains };
}

const nonZero = (values: Float64Array): Float64Array | undefined =>
  values.some((value) => value !== 0) ? values.map(Math.fround) : undefined;

/** v > θ_j: a common threshold, and what is added to v where it is compared. */
function compared(exactly: Float64Array): { readonly threshold: number; readonly output: Float64Array | undefined } {
  const thresholds = exactly.map(Math.fround);
  const [, high] = extremes(thresholds);
  const threshold = high > 0 ? high : 1;
  return { threshold, output: nonZero(thresholds.map((value) => threshold - value)) };
}

/** What v is compared with and goes back to, by the distance of threshold and reset; with reset 'subtract' v, gain and drift in units of each threshold. */
function thresholded(parameters: Parameters, reset: Reading['reset'], gain: Float64Array, drift: Float64Array) {
  const from = parameters.numbersOr('v_reset', 0);
  const thresholds = parameters.numbers('v_threshold').map((value, j) => value - from[j]!);
  if (reset === 'zero') return { ...compared(thresholds), gain, drift };
  if (thresholds.some((value) => !(value > 0)))
    parameters.refuse('v_threshold', 'a threshold at or below the reset, to be subtracted,', 'leave out --reset subtract');
  const one = common(thresholds);
  if (one !== undefined) return { threshold: Math.fround(one), output: undefined, gain, drift };
  return { threshold: 1, output: undefined, gain: gain.map((g, j) => g / thresholds[j]!), drift: drift.map((d, j) => d / thresholds[j]!) };
}

/** LIF and CubaLIF, with u = v − v_reset for the membrane: u ← α u + (1 − α)(R I + v_leak − v_reset). */
function leaky(parameters: Parameters, { dt, reset }: Reading, synaptic: boolean): Placed {
  const name = synaptic ? 'tau_mem' : 'tau';
  const taus = parameters.taus(name);
  const each = common(taus) === undefined && reset === 'subtract' && !synaptic;
  const tauMem = each ? extremes(taus)[0] : parameters.tau(name, synaptic ? '' : '--reset subtract can have them; ', taus);
  const complementOf = (j: number): number => complement(dt, each ? taus[j]! : tauMem);
  const membrane = scaled(parameters.numbers('r'), complementOf);
  const from = parameters.numbersOr('v_reset', 0);
  const rest = parameters.numbers('v_leak').map((value, j) => value - from[j]!);
  const drifts = membrane.inputScale === 'one' ? rest.map((value, j) => value * complementOf(j)) : rest;
  const { threshold, output, gain, drift } = thresholded(parameters, reset, membrane.gain, drifts);
  const input = nonZero(drift);
  const lif: Lif = { kind: 'lif', tauMem, threshold, inputScale: membrane.inputScale, reset, comparison: '>' };
  const tauShift = each ? { tauMem: taus.map((tau) => Math.fround(tau - tauMem)) } : {};
  const constant = { ...(input && { input }), ...(output && { output }), ...tauShift };
  if (!synaptic) return { neuron: lif, gain, constant };
  const tau = parameters.tau('tau_syn');
  const current = scaled(parameters.numbersOr('w_in', 1), () => complement(dt, tau));
  if (input !== undefined)
    parameters.lose(
      'v_leak',
      'a resting potential that is not v_reset behind a synaptic current',
      'it comes through the current, late by tau_syn',
    );
  const slow = current.inputScale === 'one' ? complement(dt, tau) : 1;
  return {
    neuron: { ...lif, synapse: { tau, inputScale: current.inputScale } },
    gain: gain.map((g, j) => g * current.gain[j]!),
    constant: { ...constant, ...(input && { input: input.map((value) => Math.fround(value * slow)) }) },
  };
}

/** LI and CubaLI: y ← κ y + (1 − κ)(R I + v_leak), of CubaLI behind an integrator for its current. */
function readout(parameters: Parameters, { dt }: Reading, synaptic: boolean): Placed {
  const tau = parameters.tau(synaptic ? 'tau_mem' : 'tau');
  const leak = complement(dt, tau);
  const { inputScale, gain } = scaled(parameters.numbers('r'), () => leak);
  const rest = parameters.numbers('v_leak');
  const input = nonZero(inputScale === 'one' ? rest.map((value) => value * leak) : rest);
  const placed = { neuron: { kind: 'integrator', tau, inputScale } as const, gain, constant: input === undefined ? {} : { input } };
  if (!synaptic) return placed;
  const tauSyn = parameters.tau('tau_syn');
  const current = scaled(parameters.numbersOr('w_in', 1), () => complement(dt, tauSyn));
  return {
    ...placed,
    gain: gain.map((g, j) => g * current.gain[j]!),
    first: { kind: 'integrator', tau: tauSyn, inputScale: current.inputScale },
  };
}

/** I and IF: v̇ = R I, so that a tick adds R·dt·I, dt in units of time of the file. */
function withoutLeak(parameters: Parameters, { dt, unit, reset }: Reading, spiking: boolean): Placed {
  const gains = parameters.numbers('r').map((r) => (Math.abs((r * dt) / unit - 1) < NEAR ? 1 : (r * dt) / unit));
  if (!spiking) return { neuron: { kind: 'integrator', tau: STILL * dt, inputScale: 'one' }, gain: gains, constant: {} };
  const { threshold, output, gain } = thresholded(parameters, reset, gains, new Float64Array(parameters.count));
  return {
    neuron: { kind: 'lif', tauMem: STILL * dt, threshold, inputScale: 'one', reset, comparison: '>' },
    gain,
    constant: output === undefined ? {} : { output },
  };
}

/** The population that a node is, and how its parameters fold. Throws ERR_NO_SUCH_FORM where they do not. */
export function neuronOf(path: string, node: NirNode, shape: readonly number[], reading: Reading, ledger: Ledger): Placed {
  const parameters = new Parameters(path, node, shape, reading, ledger);
  const gain = new Float64Array(parameters.count).fill(1);
  switch (node.type) {
    case 'Input':
      return { neuron: { kind: 'source' }, gain, constant: {} };
    case 'LIF':
      return leaky(parameters, reading, false);
    case 'CubaLIF':
      return leaky(parameters, reading, true);
    case 'LI':
      return readout(parameters, reading, false);
    case 'CubaLI':
      return readout(parameters, reading, true);
    case 'I':
      return withoutLeak(parameters, reading, false);
    case 'IF':
      return withoutLeak(parameters, reading, true);
    default: {
      const { threshold, output } = compared(parameters.numbers('threshold'));
      const lif: Lif = { kind: 'lif', tauMem: MEMORYLESS * reading.dt, threshold, inputScale: 'one', reset: 'none', comparison: '>' };
      return { neuron: lif, gain, constant: output === undefined ? {} : { output } };
    }
  }
}
