import { type Backend, compile, follow, integrator, type Network, rate, source } from '../../runtime/index.ts';
import { plain, projection } from './episodes.ts';
import { oracle } from './oracle.ts';
import { SINGLE } from './rules.ts';

const [INPUTS, CELLS, ERRORS, TICKS] = [5, 4, 2, 60] as const;
/** κ and κ_ε, ms */
const [TAU, TAU_ERROR] = [20, 80] as const;

const encoder = (j: number, k: number): number => Math.cos(1.1 * j - 0.6 * k);
const spike = (t: number, i: number): number => (t > 0 && (t * (i + 2) + 3 * i) % 7 === 0 ? 1 : 0);
const weight = (s: number): number => 0.3 * Math.cos(1.7 * s);
const error = (t: number, k: number): number => Math.sin((2 * Math.PI * (k + 1) * t) / TICKS);

/** spikes → linear units of time constant κ, whose synapses learn; ε → `teaching`, behind κ_ε. */
function network(tauError: number): Network {
  const encoders = Array.from({ length: ERRORS * CELLS }, (_, s) => encoder(s % CELLS, Math.floor(s / CELLS)));
  return {
    dt: 1,
    seed: 1,
    populations: {
      in: { size: INPUTS, neuron: source() },
      error: { size: ERRORS, neuron: source() },
      teaching: { size: CELLS, neuron: integrator({ tau: tauError, inputScale: 'oneMinusDecay' }) },
      currents: { size: CELLS, neuron: rate({ tau: TAU, activation: 'linear', discretization: 'exact' }) },
    },
    projections: {
      lesson: projection('error', 'teaching', encoders),
      w: projection(
        'in',
        'currents',
        Array.from({ length: INPUTS * CELLS }, (_, s) => weight(s)),
        { plasticity: follow({ teaching: 'teaching', optimizer: plain }) },
      ),
    },
    learning: { update: 'episode' },
  };
}

interface Played {
  readonly gradient: Float64Array;
  /** what the units hold after the last tick */
  readonly currents: Float64Array;
}

function played(backend: Backend, tauError: number): Played {
  const executable = backend.load(compile(network(tauError), { maxTicks: 1 }));
  const { arena } = executable;
  const [spikes, errors] = [arena.view('in.input'), arena.view('error.input')];
  for (let t = 0; t < TICKS; t++) {
    for (let i = 0; i < INPUTS; i++) spikes[i] = spike(t, i);
    for (let k = 0; k < ERRORS; k++) errors[k] = error(t, k);
    executable.run(1);
  }
  const gradient = Float64Array.from(arena.copy('w.gradient'));
  const currents = Float64Array.from(arena.copy('currents.output'));
  executable.dispose();
  return { gradient, currents };
}

/** Σ_t (e_j·ε ∗ κ_ε)(S_i ∗ κ) and Σ_i w_ij (S_i ∗ κ) in float64, both kernels of area 1 and begun at rest. */
function product(encoderOf: (cell: number) => number): Played {
  const [kept, keptError] = [Math.exp(-1 / TAU), Math.exp(-1 / TAU_ERROR)];
  const [r, signal] = [new Float64Array(INPUTS), new Float64Array(CELLS)];
  const sum = new Float64Array(INPUTS * CELLS);
  for (let t = 0; t < TICKS; t++) {
    for (let i = 0; i < INPUTS; i++) r[i] = kept * r[i]! + (1 - kept) * spike(t, i);
    for (let j = 0; j < CELLS; j++) {
      let current = 0;
      for (let k = 0; k < ERRORS; k++) current += encoder(encoderOf(j), k) * error(t, k);
      signal[j] = keptError * signal[j]! + (1 - keptError) * current;
    }
    for (let s = 0; s < INPUTS * CELLS; s++) sum[s] += signal[s % CELLS]! * r[Math.floor(s / CELLS)]!;
  }
  const currents = Float64Array.from({ length: CELLS }, (_, j) => r.reduce((total, value, i) => total + weight(i * CELLS + j) * value, 0));
  return { gradient: sum, currents };
}

/** The rule of FOLLOW is the product of the presynaptic spikes behind κ and the error current of the postsynaptic neuron behind κ_ε, and of no other neuron. */
export function followRows(backend: Backend): oracle.VerifyRow[] {
  const subject = {
    rule: `FOLLOW on ${backend.name}`,
    neuron: 'rate',
    feedback: 'random',
    oracle: 'the product of two filtered values in float64',
  };
  const own = played(backend, TAU_ERROR);
  const wanted = product((cell) => cell);
  const off = (found: Float64Array, asked: Float64Array): number => oracle.relativeDifference(found, asked);
  return [
    oracle.agree({ ...subject, claim: 'gradient of its synapses' }, off(own.gradient, wanted.gradient), SINGLE),
    oracle.agree({ ...subject, claim: 'the current that they give' }, off(own.currents, wanted.currents), SINGLE),
    oracle.differ(
      { ...subject, claim: 'the currents of other cells are others' },
      off(
        own.currents,
        Float64Array.from(wanted.currents.keys(), (j) => wanted.currents[(j + 1) % CELLS]!),
      ),
      SINGLE,
    ),
    oracle.differ(
      { ...subject, claim: 'by the error currents of other cells it is another' },
      off(own.gradient, product((cell) => cell + 1).gradient),
      SINGLE,
    ),
    oracle.differ(
      { ...subject, claim: 'with an error that is not filtered it is another' },
      off(played(backend, 1).gradient, wanted.gradient),
      SINGLE,
    ),
  ];
}
