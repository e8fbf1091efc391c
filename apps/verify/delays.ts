import {
  type Backend,
  bptt,
  compile,
  constant,
  delayLine,
  type Executable,
  integrator,
  type LearningRule,
  lif,
  type Network,
  type Projection,
  rate,
  source,
} from '../../runtime/index.ts';
import { plain, projection } from './episodes.ts';
import { oracle } from './oracle.ts';
import { SINGLE } from './rules.ts';

/** Synapses from i to j, one each, with their weights. */
const each = (
  pre: string,
  post: string,
  pairs: readonly (readonly [number, number])[],
  weights: ArrayLike<number>,
  more: Partial<Projection> = {},
) => projection(pre, post, weights, { connectivity: { kind: 'list', pre: pairs.map(([i]) => i), post: pairs.map(([, j]) => j) }, ...more });

/** All pairs of a unit and a unit, in the order of the oracle's matrices: a line for each synapse. */
const UNITS = 4;
const synapses = Array.from({ length: UNITS * UNITS }, (_, k) => [Math.floor(k / UNITS), k % UNITS] as const);
/** Ticks of the longest delay: one of the delays is longer, and read here. */
const LONGEST = 6;
const values = (length: number, at: (k: number) => number): Float64Array => Float64Array.from({ length }, (_, k) => at(k));

/** Ticks, between two of them: the longest are beyond what a line remembers. */
const delays = values(UNITS * UNITS, (k) => ((3 * Math.floor(k / UNITS) + 5 * (k % UNITS)) % 7) + 0.25 * (1 + (k % 3)));

/** Pearlmutter's network in steps of an eighth: fractions of the delays are exact in float32 as in float64. */
const continuous: oracle.ContinuousNetwork = {
  ...{ size: UNITS, activation: 'tanh', dt: 0.125, steps: 60, taught: 2 },
  weights: values(UNITS * UNITS, (k) => 1.5 * Math.sin(1.3 * Math.floor(k / UNITS) + 2.1 * (k % UNITS) + 0.4)),
  delays: delays.map((delay) => 0.125 * Math.min(LONGEST, delay)),
  times: new Float64Array(UNITS).fill(0.75),
  initial: new Float64Array(UNITS),
  input: (j, t) => 0.4 * Math.sin(1.5 * t + j),
  target: (j, t) => 0.5 * Math.cos(2 * t + j),
};

/** y is the sum of tanh units and of linear ones that follow the input; `late` is added to all delays, ticks. */
function recurrent(window: number, late = 0): Network {
  const { dt, weights, times } = continuous;
  const tau = times[0]!;
  const taught = { plasticity: bptt({ from: 'out', optimizer: plain }) };
  const own = Array.from({ length: UNITS }, (_, j) => [j, j] as const);
  const ones = (length: number): number[] => new Array<number>(length).fill(1);
  const intoLines = synapses.map(([i], k) => [i, k] as const);
  const lags = delays.map((delay) => delay + late);
  return {
    ...{ dt, seed: 1 },
    populations: {
      one: { size: 1, neuron: constant() },
      in: { size: UNITS, neuron: source() },
      followers: { size: UNITS, neuron: rate({ tau, activation: 'linear' }) },
      lines: { size: synapses.length, neuron: delayLine({ longest: LONGEST }) },
      units: { size: UNITS, neuron: rate({ tau, activation: 'tanh' }) },
      out: { size: continuous.taught, neuron: integrator({ tau: 0, loss: 'squared' }) },
    },
    projections: {
      drive: each('in', 'followers', own, ones(UNITS)),
      followed: each('followers', 'lines', intoLines, ones(synapses.length), { delay: 1 }),
      fed: each('units', 'lines', intoLines, ones(synapses.length), { delay: 1 }),
      lags: projection('one', 'lines', lags, { gate: 'delay', ...taught }),
      w: each(
        'lines',
        'units',
        synapses.map(([, j], k) => [k, j] as const),
        weights,
        taught,
      ),
      watchedFollowers: each('followers', 'out', own.slice(0, continuous.taught), ones(continuous.taught)),
      watched: each('units', 'out', own.slice(0, continuous.taught), ones(continuous.taught)),
    },
    learning: { update: 'episode', window },
  };
}

/** Gradients of weights and delays, these by ticks. */
interface Gradients {
  readonly weights: Float64Array;
  readonly delays: Float64Array;
}

function backwardGradients(backend: Backend, network: Network): Gradients {
  const executable = backend.load(compile(network, { maxTicks: 1 }));
  const { arena } = executable;
  const { dt, steps, input, target } = continuous;
  const [inputs, targets] = [arena.view('in.input'), arena.view('out.target')];
  arena.view('out.importance')[0] = dt;
  for (let t = 0; t < steps; t++) {
    for (let j = 0; j < UNITS; j++) inputs[j] = input(j, t * dt);
    for (let j = 0; j < continuous.taught; j++) targets[j] = target(j, (t + 1) * dt);
    executable.run(1);
  }
  const found = { weights: gradientOf(executable, 'w'), delays: gradientOf(executable, 'lags') };
  executable.dispose();
  return found;
}

const gradientOf = ({ arena }: Executable, name: string): Float64Array => Float64Array.from(arena.copy(`${name}.gradient`));

const [INPUTS, CELLS, TICKS, TAU] = [3, 4, 90, 7] as const;
/** Delays of the lines, ticks: at both borders and behind them, whole and between two ticks. */
const lags = [-1, 0.4, 2, 3.75, LONGEST, 9.5] as const;
const [LINES, inputOf] = [lags.length, (k: number): number => k % INPUTS];
const wave = (t: number, i: number): number => (t < 0 ? 0 : Math.sin(0.31 * (i + 1) * t + i));
const asked = (t: number, j: number): number => (t % 20 === 5 * j ? 1 : 0);

/** What a control breaks. */
interface Broken {
  readonly filter?: 'none';
  readonly late?: number;
}

/** Inputs → lines → spiking neurons that are taught their own spikes; without a reset the trace of e-prop is all of the influence. */
function spiking(backward: boolean, { filter, late = 0 }: Broken): Network {
  const adjoint = bptt({ from: 'out', optimizer: plain });
  const trace = { kind: 'influence', keep: { adaptation: false, reset: false, recurrence: 'none' } } as const;
  const forward: LearningRule = { terms: [{ trace, signal: { of: 'error', from: 'out', through: 'direct' } }], optimizer: plain };
  const ofDelays: LearningRule = {
    terms: [{ trace, filter: filter ?? { kind: 'lowPass', tau: TAU }, signal: { of: 'signal', from: 'out' } }],
    optimizer: plain,
  };
  return {
    ...{ dt: 1, seed: 1 },
    populations: {
      one: { size: 1, neuron: constant() },
      in: { size: INPUTS, neuron: source() },
      lines: { size: LINES, neuron: delayLine({ delay: 1, longest: LONGEST }) },
      out: {
        size: CELLS,
        neuron: lif({ tauMem: TAU, reset: 'none', loss: 'squared', surrogate: { shape: 'fastSigmoid', height: 0.5, width: 0.6 } }),
      },
    },
    projections: {
      fed: each(
        'in',
        'lines',
        Array.from({ length: LINES }, (_, k) => [inputOf(k), k] as const),
        new Array<number>(LINES).fill(1),
      ),
      lags: projection(
        'one',
        'lines',
        lags.map((lag) => lag - 1 + late),
        { gate: 'delay', plasticity: backward ? adjoint : ofDelays },
      ),
      w: projection(
        'lines',
        'out',
        values(LINES * CELLS, (k) => 0.6 * Math.cos(1.7 * k)),
        { plasticity: backward ? adjoint : forward },
      ),
    },
    learning: { update: 'episode', ...(backward && { window: TICKS }) },
  };
}

interface Played extends Gradients {
  /** (ticks, lines): the values that came */
  readonly arrived: Float64Array;
  /** the gradient of the delays in float64, on the program's own spikes */
  readonly wanted: Float64Array;
}

/** A delay as whole ticks and a share of the next one. */
const taps = (lag: number): readonly [number, number] => {
  const within = Math.min(Math.max(lag, 0), LONGEST);
  return [Math.floor(within), within - Math.floor(within)];
};
const arriving = (t: number, k: number): number => {
  const [whole, share] = taps(lags[k]!);
  return (1 - share) * wave(t - whole, inputOf(k)) + share * wave(t - whole - 1, inputOf(k));
};

/** ∂E/∂d_k = Σ_t Σ_j (z_j − z*_j) ψ_j w_kj (α ∗ ∂y_k/∂d)(t) in float64. */
function play(backend: Backend, backward: boolean, broken: Broken = {}): Played {
  const network = spiking(backward, broken);
  const executable = backend.load(compile(network, { maxTicks: 1 }));
  const { arena, program } = executable;
  const [inputs, targets, weights] = [arena.view('in.input'), arena.view('out.target'), arena.copy('w.weights')];
  arena.view('out.importance')[0] = 1;
  const arrived = new Float64Array(TICKS * LINES);
  const [trace, wanted] = [new Float64Array(LINES), new Float64Array(LINES)];
  const at = (name: string, t: number, j: number): number => {
    const { rows, stride } = program.regions.get(name)!;
    return arena.view(name)[(t & (rows - 1)) * stride + j]!;
  };
  for (let t = 0; t < TICKS; t++) {
    for (let i = 0; i < INPUTS; i++) inputs[i] = wave(t, i);
    for (let j = 0; j < CELLS; j++) targets[j] = asked(t, j);
    executable.run(1);
    for (let k = 0; k < LINES; k++) {
      arrived[t * LINES + k] = at('lines.value', t, k);
      const [whole] = taps(lags[k]!);
      trace[k] = Math.exp(-1 / TAU) * trace[k]! + wave(t - whole - 1, inputOf(k)) - wave(t - whole, inputOf(k));
      for (let j = 0; j < CELLS; j++)
        wanted[k]! += (at('out.value', t, j) - asked(t, j)) * at('out.surrogate', t, j) * weights[k * CELLS + j]! * trace[k]!;
    }
  }
  const played = { weights: gradientOf(executable, 'w'), delays: gradientOf(executable, 'lags'), arrived, wanted };
  executable.dispose();
  return played;
}

/** Delays of neurons' own: what arrives, and the gradients of delays and weights, backwards through a recurrent network and forwards by e-prop. */
export function delayRows(backend: Backend): oracle.VerifyRow[] {
  const { dt, steps } = continuous;
  const wanted = oracle.continuousGradient(continuous);
  const byTicks = wanted.delays.map((slope) => dt * slope);
  const off = oracle.relativeDifference;
  const whole = backwardGradients(backend, recurrent(steps));
  const cut = backwardGradients(backend, recurrent(steps - 1));
  const late = backwardGradients(backend, recurrent(steps, 0.125));
  const pearlmutter = {
    ...{
      rule: `BPTT on ${backend.name}`,
      neuron: 'rate over delay lines',
      feedback: 'symmetric',
      oracle: "Pearlmutter's adjoint in float64",
    },
  };
  const [eprop, adjoint] = [play(backend, false), play(backend, true)];
  const unfiltered = play(backend, false, { filter: 'none' });
  const moved = play(backend, false, { late: 0.1 });
  const forwards = { rule: `e-prop of delays on ${backend.name}`, neuron: 'LIF behind delay lines', feedback: 'symmetric' };
  const onSpikes = { ...forwards, oracle: 'its sum in float64 on its spikes' };
  const courses = { ...forwards, oracle: 'a straight line between two ticks' };
  const expected = values(TICKS * LINES, (s) => arriving(Math.floor(s / LINES), s % LINES));
  return [
    oracle.agree({ ...pearlmutter, claim: '∂E/∂d of every synapse' }, off(whole.delays, byTicks), SINGLE),
    oracle.agree({ ...pearlmutter, claim: '∂E/∂w behind and before delays' }, off(whole.weights, wanted.weights), SINGLE),
    oracle.differ({ ...pearlmutter, claim: '∂E/∂d, cut a tick before the end, is not' }, off(cut.delays, byTicks), SINGLE),
    oracle.differ({ ...pearlmutter, claim: '∂E/∂d, all an eighth of a tick later, is not' }, off(late.delays, byTicks), SINGLE),
    oracle.differ({ ...pearlmutter, claim: '∂E/∂w, all an eighth of a tick later, is not' }, off(late.weights, wanted.weights), SINGLE),
    oracle.agree({ ...courses, claim: 'what arrives, at both borders too' }, off(eprop.arrived, expected), SINGLE),
    oracle.differ({ ...courses, claim: 'a tenth of a tick later it is another' }, off(moved.arrived, expected), SINGLE),
    oracle.agree({ ...onSpikes, claim: '∂E/∂d' }, off(eprop.delays, eprop.wanted), SINGLE),
    oracle.differ(
      { ...onSpikes, claim: '∂E/∂d without the filter of the membrane is another' },
      off(unfiltered.delays, unfiltered.wanted),
      SINGLE,
    ),
    oracle.differ({ ...onSpikes, claim: '∂E/∂d, a tenth of a tick later, is another' }, off(moved.delays, eprop.wanted), SINGLE),
    oracle.agree({ ...forwards, oracle: 'BPTT, compiled', claim: '∂E/∂d, without a reset' }, off(eprop.delays, adjoint.delays), SINGLE),
    oracle.agree({ ...forwards, oracle: 'BPTT, compiled', claim: '∂E/∂w, without a reset' }, off(eprop.weights, adjoint.weights), SINGLE),
    oracle.differ(
      { ...forwards, oracle: 'BPTT, compiled', claim: '∂E/∂d without the filter is another' },
      off(unfiltered.delays, adjoint.delays),
      SINGLE,
    ),
  ];
}
