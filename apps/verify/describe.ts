import {
  alif,
  bptt,
  deltaRule,
  eprop,
  integrator,
  type Keep,
  type Learning,
  type LearningRule,
  lif,
  type Network,
  type Optimizer,
  type Projection,
  type RateSignal,
  type Scale,
  source,
} from '../../runtime/index.ts';
import type { oracle } from './oracle.ts';

/** Where L comes from: the live readout weights, a fixed matrix, or a matrix that repeats the readout's updates. */
export type FeedbackKind = 'symmetric' | 'random' | 'adaptive';

/** What a description says beyond the oracle's model: the rule, and the conventions that a control breaks. */
export interface Wiring {
  readonly feedback: FeedbackKind;
  /** default 'readout' */
  readonly filter?: 'readout' | 'none';
  readonly rate?: Omit<RateSignal, 'of'>;
  /** default: SGD that is never asked to step */
  readonly optimizer?: Optimizer;
  /** default: weights move at the end of an episode, every tick has its target */
  readonly learning?: Learning;
  /** what the traces keep of the influence; default what e-prop does */
  readonly keep?: Keep;
  /** taught by bptt, over windows of so many ticks; the readout too unless it keeps the delta rule */
  readonly backward?: { readonly window: number; readonly reset?: 'differentiated' | 'detached'; readonly readout?: 'delta rule' };
  /** control: ticks of a recurrent synapse; the model means 1 */
  readonly delay?: number;
  /** control: a dense recurrence learns synapses of a neuron onto itself */
  readonly autapses?: boolean;
}

/** Names in the description by matrix of the model. */
export const projectionOf = { wIn: 'input', wRec: 'recurrent', wOut: 'output' } as const;

const timeConstant = (decay: number): number => -1 / Math.log(decay);

/** A factor of the model as the convention that it stands for. */
function scale(factor: number, decay: number): Scale {
  if (factor === 1) return 'one';
  if (factor === 1 - decay) return 'oneMinusDecay';
  throw new RangeError(`a factor of 1 or 1 − ${decay} required, got ${factor}`);
}

/** The oracle's model as a user writes it down: populations in, rec and out, weights inline, one tick of 1 ms. */
export function describe(model: oracle.Model, wiring: Wiring): Network {
  const { alpha, kappa, rho, threshold, beta, surrogate, refractory, weights, feedback } = model;
  if (surrogate.width !== 'threshold') throw new RangeError(`a surrogate as wide as the threshold required, got '${surrogate.width}'`);
  const spiking = {
    tauMem: timeConstant(alpha),
    threshold,
    inputScale: scale(model.inputScale, alpha),
    refractory,
    surrogate: { shape: 'triangle', height: surrogate.height, width: threshold },
  } as const;
  const adaptive = beta.some((strength) => strength !== 0);
  const matrix = (values: Float64Array) => ({ kind: 'inline', values: Array.from(values) }) as const;
  const rule = ruleOf(wiring);
  const optimizer = rule.optimizer;
  return {
    dt: 1,
    seed: 1,
    populations: {
      in: { size: model.inputs, neuron: source() },
      rec: {
        size: model.neurons,
        neuron: adaptive ? alif({ ...spiking, tauAdapt: timeConstant(rho), beta: Array.from(beta) }) : lif(spiking),
      },
      out: {
        size: model.outputs,
        neuron: integrator({ tau: timeConstant(kappa), inputScale: scale(model.readoutGain, kappa), loss: model.loss }),
      },
    },
    projections: {
      input: { pre: 'in', post: 'rec', connectivity: { kind: 'dense' }, weight: matrix(weights.wIn), delay: 0, plasticity: rule },
      recurrent: { pre: 'rec', post: 'rec', ...recurrence(model, wiring), delay: wiring.delay ?? 1, plasticity: rule },
      output: {
        pre: 'rec',
        post: 'out',
        connectivity: { kind: 'dense' },
        weight: matrix(weights.wOut),
        delay: 0,
        plasticity: wiring.backward === undefined || wiring.backward.readout ? deltaRule({ from: 'out', optimizer }) : rule,
      },
    },
    ...(wiring.feedback !== 'symmetric' && {
      feedbacks: {
        broadcast: { from: 'out', to: 'rec', weight: matrix(feedback), ...(wiring.feedback === 'adaptive' && { follows: 'output' }) },
      },
    }),
    learning: wiring.learning ?? { update: 'episode', ...(wiring.backward && { window: wiring.backward.window }) },
  };
}

function ruleOf({ feedback, filter, rate, optimizer = { kind: 'sgd', rate: 1 }, keep, backward }: Wiring): LearningRule {
  if (backward !== undefined) return bptt({ from: 'out', optimizer, ...(backward.reset && { reset: backward.reset }) });
  const through = feedback === 'symmetric' ? 'transpose' : ({ feedback: 'broadcast' } as const);
  const rule = eprop({ from: 'out', optimizer, through, ...(filter && { filter }), ...(rate && { rate }) });
  if (keep === undefined) return rule;
  return { ...rule, terms: rule.terms.map((term) => ({ ...term, trace: { kind: 'influence', keep } })) };
}

/** Dense where only the synapses of a neuron onto itself are missing, else the list of those that exist. */
function recurrence(
  { connected, neurons: n, weights }: oracle.Model,
  { autapses = false }: Wiring,
): Pick<Projection, 'connectivity' | 'weight'> {
  const pairs = Array.from(connected.keys()).filter((s) => connected[s] === 1);
  if (pairs.length === n * (n - 1) && pairs.every((s) => s % (n + 1) !== 0)) {
    return { connectivity: { kind: 'dense', autapses }, weight: { kind: 'inline', values: Array.from(weights.wRec) } };
  }
  return {
    connectivity: { kind: 'list', pre: pairs.map((s) => Math.floor(s / n)), post: pairs.map((s) => s % n) },
    weight: { kind: 'inline', values: pairs.map((s) => weights.wRec[s]) },
  };
}
