import { type Alif, type Integrator, type Lif, leakOf, membraneOf, type Population, synapseOf } from '../../runtime/index.ts';
import { type NirNode, nirArray, nirNode } from './graph.ts';
import type { Ledger } from './losses.ts';
import { isMemoryless, isStill } from './neurons-in.ts';
import { below, complement, inverse, type Timing, tauTo } from './time.ts';

/** What constants add to a population, neuron by neuron: 0 where they add nothing. */
export interface Constants {
  readonly input: Float64Array;
  readonly output: Float64Array;
  readonly tauMem: Float64Array;
}

/** Whether a neuron has a place for what a constant adds to its input: a potential that it rests at, and no current before its membrane. */
export const rests = ({ neuron }: Population, dt: number): boolean =>
  neuron.kind === 'integrator'
    ? neuron.tau > 0 && !isStill(dt, neuron.tau)
    : (neuron.kind === 'lif' || neuron.kind === 'alif') &&
      neuron.synapse === undefined &&
      !isStill(dt, neuron.tauMem) &&
      !isMemoryless(dt, neuron.tauMem);

/** v_leak of a leak that gives `input` at every tick. */
const restOf = (input: number, one: boolean, share: number): number =>
  one && input !== 0 ? inverse(input, input / share, (rest) => Math.fround(rest * share)) : input;

/** R that leaves a gain of 1 behind a leak that takes `share` of its input. */
const resistance = (one: boolean, share: number): number => (one ? Math.fround(1 / share) : 1);

function spiking(
  path: string,
  neuron: Lif | Alif,
  shape: readonly number[],
  constants: Constants,
  timing: Timing,
  ledger: Ledger,
): NirNode {
  const { dt, unit } = timing;
  const { threshold } = membraneOf(neuron, dt);
  const { reset = 'subtract', comparison = '>=', refractory = 0, tauMem } = neuron;
  const all = <Value>(value: (j: number) => Value) => Array.from(constants.output, (_, j) => value(j));
  const fields = (values: Readonly<Record<string, readonly number[]>>) =>
    Object.fromEntries(Object.entries(values).map(([name, numbers]) => [name, nirArray(shape, numbers)]));
  if (neuron.kind === 'alif') ledger.lose(path, 'an adaptive threshold', 'its adaptation is left out');
  if (typeof comparison === 'object') ledger.refuse(`${path}.comparison`, 'spikes by chance', "use comparison '>=' or '>'");
  if (refractory > 0) ledger.lose(`${path}.refractory`, 'a refractory time', 'it is left out');
  // v ≥ θ is v > the float32 below θ.
  const thresholds = all((j) => {
    const level = Math.fround(Math.fround(threshold) - Math.fround(constants.output[j]!));
    return comparison === '>' ? level : below(level);
  });
  if (reset === 'none') {
    if (!isMemoryless(dt, tauMem) || neuron.synapse !== undefined)
      ledger.refuse(`${path}.reset`, "reset 'none'", "use reset 'zero', or an integrator before a neuron without memory");
    return nirNode('Threshold', fields({ threshold: thresholds }));
  }
  if (reset !== 'zero')
    ledger.lose(`${path}.reset`, `reset '${reset}'`, 'it is written as a reset to 0; --reset subtract of import takes it back');
  const resets = { v_threshold: thresholds, v_reset: all(() => 0) };
  if (isStill(dt, tauMem)) return nirNode('IF', fields({ r: all(() => Math.fround(unit / dt)), ...resets }));
  const one = neuron.inputScale !== 'oneMinusDecay';
  const taus = all((j) => (constants.tauMem[j] === 0 ? tauMem : Math.fround(Math.fround(tauMem) + constants.tauMem[j]!)));
  const membrane = {
    r: all((j) => resistance(one, complement(dt, taus[j]!))),
    v_leak: all((j) => restOf(constants.input[j]!, one, complement(dt, taus[j]!))),
    ...resets,
  };
  if (neuron.synapse === undefined) return nirNode('LIF', fields({ tau: taus.map((tau) => tauTo(tau, timing)), ...membrane }));
  const { gain, order } = synapseOf(neuron, dt);
  if (order === 'tickBefore') ledger.lose(`${path}.synapse.order`, 'a current that is felt a tick late', 'it is felt in the same tick');
  const { tau, inputScale = 'one' } = neuron.synapse;
  return nirNode(
    'CubaLIF',
    fields({
      tau_mem: taus.map((each) => tauTo(each, timing)),
      tau_syn: all(() => tauTo(tau, timing)),
      w_in: all(() => (inputScale === 'oneMinusDecay' ? 1 : Math.fround(gain / complement(dt, tau)))),
      ...membrane,
    }),
  );
}

function leaking(neuron: Integrator, shape: readonly number[], constants: Constants, timing: Timing): NirNode {
  const { dt, unit } = timing;
  const all = (value: (j: number) => number) =>
    nirArray(
      shape,
      Array.from(constants.input, (_, j) => value(j)),
    );
  if (isStill(dt, neuron.tau)) return nirNode('I', { r: all(() => Math.fround(unit / dt)) });
  const one = leakOf(neuron, dt).gain === 1;
  const share = complement(dt, neuron.tau);
  return nirNode('LI', {
    tau: all(() => tauTo(neuron.tau, timing)),
    r: all(() => resistance(one, share)),
    v_leak: all((j) => restOf(constants.input[j]!, one, share)),
  });
}

/** A population as a node. Throws ERR_NO_SUCH_FORM for neurons that NIR has no node for. */
export function nodeOf(
  name: string,
  { neuron }: Population,
  shape: readonly number[],
  constants: Constants,
  timing: Timing,
  ledger: Ledger,
): NirNode {
  if (neuron.kind === 'source') return nirNode('Input', { shape: nirArray([shape.length], shape) });
  const path = `populations.${name}.neuron`;
  if (neuron.kind === 'lif' || neuron.kind === 'alif') return spiking(path, neuron, shape, constants, timing, ledger);
  if (neuron.kind === 'integrator') return leaking(neuron, shape, constants, timing);
  return ledger.refuse(path, `neuron '${neuron.kind}'`, 'leave it out: what has a form are source, constant, lif and integrator');
}
