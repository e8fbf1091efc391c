import {
  type Backend,
  compile,
  constant,
  eprop,
  exact,
  type Initial,
  integrator,
  type LearningRule,
  lif,
  type Network,
  type Projection,
  type SpikePairs,
  sal,
  source,
} from '../../runtime/index.ts';
import { oracle } from './oracle.ts';
import { SINGLE } from './rules.ts';

const sgd = (rate: number) => ({ kind: 'sgd', rate }) as const;

/** The values of a population at the tick that was last. */
function lastValues({ arena, program }: ReturnType<Backend['load']>, population: string, tick: number): Float32Array {
  const { rows, stride, columns } = program.regions.get(`${population}.value`)!;
  const first = (tick & (rows - 1)) * stride;
  return arena.view(`${population}.value`).subarray(first, first + columns);
}

/** Neurons of the sampled network, all to all, and the ticks of a comparison. */
const [NOISY, TICKS] = [7, 400] as const;
const noisy = { seed: 9, tauMem: 8, threshold: 1.2, width: 0.6, refractory: 3 } as const;
const driveAt = (t: number, j: number): number => 0.15 + 0.1 * Math.sin(t / 9 + j);
const recurrentAt = (i: number, j: number): number => 0.5 * Math.sin(3 * i + 5 * j + 1);

/** Share of spikes of a network with escape noise that are not where the oracle has them. */
function misplaced(backend: Backend, changes: Partial<Record<keyof typeof noisy, number>> = {}): number {
  const { seed, tauMem, threshold, width, refractory } = { ...noisy, ...changes };
  const each = Array.from({ length: NOISY }, (_, j) => j);
  const network: Network = {
    dt: 1,
    seed,
    populations: {
      in: { size: NOISY, neuron: source() },
      noisy: { size: NOISY, neuron: lif({ tauMem, threshold, reset: 'none', refractory, comparison: { kind: 'escape', width } }) },
    },
    projections: {
      drive: {
        ...{ pre: 'in', post: 'noisy', connectivity: { kind: 'list', pre: each, post: each } },
        ...{ weight: { kind: 'constant', value: 1 }, delay: 0 },
      },
      recurrent: {
        ...{ pre: 'noisy', post: 'noisy', connectivity: { kind: 'dense' }, delay: 1 },
        weight: { kind: 'inline', values: each.flatMap((i) => each.map((j) => recurrentAt(i, j))) },
      },
    },
  };
  const executable = backend.load(compile(network, { maxTicks: 1 }));
  const drive = Array.from({ length: TICKS }, (_, t) => each.map((j) => driveAt(t, j)));
  const found = drive.map((values, t) => {
    executable.arena.view('in.input').set(values);
    executable.run(1);
    return [...lastValues(executable, 'noisy', t)];
  });
  executable.dispose();
  const wanted = oracle.escapeSpikes({
    ...noisy,
    group: exact.hashName('noisy'),
    decay: Math.exp(-1 / noisy.tauMem),
    recurrent: each.map((i) => each.map((j) => recurrentAt(i, j))),
    drive,
  });
  const total = wanted.flat().reduce((sum, z) => sum + z, 0);
  if (total < TICKS / 4) throw new RangeError(`${total} spikes are too few to compare`);
  return wanted.flat().reduce((count, z, k) => count + (z === found.flat()[k] ? 0 : 1), 0) / total;
}

/** What a pair of neurons has from the one to the other. */
interface Pairs {
  /** weights there and back, one a pair */
  readonly there: readonly number[];
  readonly back: readonly number[];
  readonly rule: LearningRule;
  /** whether the weights there learn too */
  readonly both: boolean;
  readonly every: number;
}

/** Chance of a spike in a tick at rest. */
const REST = 0.4;

/** Pairs of neurons with escape noise and no memory, so that a spike acts in the next tick alone. */
function pairsNetwork({ there, back, rule, both, every }: Pairs): Network {
  const size = there.length;
  const each = Array.from({ length: size }, (_, j) => j);
  const neuron = lif({ tauMem: 1e-3, threshold: -Math.log(REST / (1 - REST)), reset: 'none', comparison: { kind: 'escape' } });
  const onto = (pre: string, post: string, values: readonly number[], plasticity?: LearningRule): Projection => ({
    ...{ pre, post, connectivity: { kind: 'list', pre: each, post: each }, weight: { kind: 'inline', values }, delay: 1 },
    ...(plasticity !== undefined && { plasticity }),
  });
  return {
    dt: 1,
    seed: 5,
    populations: { a: { size, neuron }, b: { size, neuron } },
    projections: { there: onto('a', 'b', there, both ? rule : undefined), back: onto('b', 'a', back, rule) },
    learning: { update: { ticks: every } },
  };
}

/** τ of SAL where a spike acts for one tick. */
const TAU = 1;
const salOf = (rate: number, timing: Partial<SpikePairs> = {}): LearningRule => {
  const rule = sal({ tau: TAU, optimizer: sgd(rate) });
  return { ...rule, timing: { ...rule.timing, ...timing } };
};
/** Pairs in which the order of time counts the other way: STDP. */
const turned: Partial<SpikePairs> = { potentiation: { tau: TAU, pair: 1 }, depression: { tau: TAU, pair: 1 } };

/** −Σ SAL of both directions as compiled, against their sums over the program's own spikes. */
function salError(backend: Backend, timing: Partial<SpikePairs> = {}): number {
  const [size, ticks] = [12, 150] as const;
  const there = Array.from({ length: size }, (_, k) => Math.sin(k));
  const back = Array.from({ length: size }, (_, k) => Math.cos(2 * k));
  const executable = backend.load(compile(pairsNetwork({ there, back, rule: salOf(1, timing), both: true, every: 1e6 }), { maxTicks: 1 }));
  const spikes = { a: there.map((): oracle.Spike[] => []), b: there.map((): oracle.Spike[] => []) };
  for (let t = 0; t < ticks; t++) {
    executable.run(1);
    for (const name of ['a', 'b'] as const) {
      for (const [j, z] of lastValues(executable, name, t).entries()) if (z !== 0) spikes[name][j]!.push([t, z]);
    }
  }
  const pairing = { pairing: 'all', potentiation: { tau: TAU, pair: -1 }, depression: { tau: TAU, pair: -1 } } as const;
  const wanted = (pre: readonly oracle.Spike[][], post: readonly oracle.Spike[][]) =>
    Float64Array.from(pre, (own, j) => -oracle.stdpSteps(own, post[j]!, pairing).reduce((sum, { step }) => sum + step, 0));
  const errors = [
    oracle.relativeDifference(Float64Array.from(executable.arena.copy('there.gradient')), wanted(spikes.a, spikes.b)),
    oracle.relativeDifference(Float64Array.from(executable.arena.copy('back.gradient')), wanted(spikes.b, spikes.a)),
  ];
  executable.dispose();
  return Math.max(...errors);
}

/** Both directions learn: the most that w₁₂ + w₂₁ of a pair moved, and the share of their mean distance that is left. */
function bothPlastic(backend: Backend, timing: Partial<SpikePairs> = {}): { readonly sum: number; readonly left: number } {
  const [size, ticks, every] = [100, 2000, 20] as const;
  const [first, second] = [0.9, -0.3] as const;
  const fill = (value: number): number[] => new Array<number>(size).fill(value);
  const network = pairsNetwork({ there: fill(first), back: fill(second), rule: salOf(0.03, timing), both: true, every });
  const executable = backend.load(compile(network, { maxTicks: ticks }));
  executable.run(ticks);
  const [there, back] = ['there', 'back'].map((name) => executable.arena.copy(`${name}.weights`)) as [Float32Array, Float32Array];
  executable.dispose();
  const distance = there.reduce((total, w, k) => total + (w - back[k]!), 0) / size;
  return {
    sum: Math.max(...Array.from(there, (w, k) => Math.abs(w + back[k]! - (first + second)))),
    left: Math.abs(distance / (first - second)),
  };
}

/** What the weights there stay at, and how far the mean of those back may lie from it. */
const [TARGETS, WITHIN] = [[0.5, -0.3], 0.02] as const;

/** One direction learns, from 0: the largest distance of its mean weight from that of the other, over pairs and the last three quarters of a run. */
function oneAligned(backend: Backend, timing: Partial<SpikePairs> = {}, ticks = 4000): number {
  const [pairs, every] = [400, 50] as const;
  const there = TARGETS.flatMap((target) => new Array<number>(pairs).fill(target));
  const network = pairsNetwork({ there, back: there.map(() => 0), rule: salOf(0.1, timing), both: false, every });
  const executable = backend.load(compile(network, { maxTicks: every }));
  const weights = executable.arena.view('back.weights');
  const sums = TARGETS.map(() => 0);
  for (let t = 0; t < ticks; t += every) {
    executable.run(every);
    if (t < ticks / 4) continue;
    for (const [k, w] of weights.entries()) sums[Math.floor(k / pairs)]! += w;
  }
  executable.dispose();
  const counted = ((3 / 4) * ticks) / every;
  return Math.max(...TARGETS.map((target, k) => Math.abs(sums[k]! / (pairs * counted) - target)));
}

/** The gradient of e-prop with its error through a projection that carries spikes as well, relative to that through a feedback of the same weights. */
function throughProjection(backend: Backend, changed = 0): number {
  const [hidden, outputs, ticks] = [6, 2, 60] as const;
  const values = Array.from({ length: outputs * hidden }, (_, k) => 0.4 * Math.sin(k + 1));
  const gradientOf = (through: { readonly feedback: string } | { readonly projection: string }): Float64Array => {
    const dense = (pre: string, post: string, weight: Initial, delay: number, plasticity?: LearningRule): Projection => ({
      ...{ pre, post, connectivity: { kind: 'dense' }, weight, delay },
      ...(plasticity !== undefined && { plasticity }),
    });
    const scale = 'projection' in through ? 1 + changed : 1;
    const network: Network = {
      dt: 1,
      seed: 4,
      populations: {
        one: { size: 1, neuron: constant() },
        hidden: { size: hidden, neuron: lif({ tauMem: 10, refractory: 2, comparison: { kind: 'escape', width: 0.3 } }) },
        out: { size: outputs, neuron: integrator({ tau: 10, loss: 'squared' }) },
        echo: { size: outputs, neuron: lif({ tauMem: 5, comparison: { kind: 'escape', width: 0.3 } }) },
      },
      projections: {
        bias: dense('one', 'hidden', { kind: 'constant', value: 0.1 }, 0, eprop({ from: 'out', through, optimizer: sgd(1) })),
        readout: dense('hidden', 'out', { kind: 'normal', std: 0.3 }, 0),
        heard: dense('out', 'echo', { kind: 'constant', value: 0.2 }, 1),
        back: dense('echo', 'hidden', { kind: 'inline', values: values.map((value) => value * scale) }, 1),
      },
      feedbacks: { broadcast: { from: 'out', to: 'hidden', weight: { kind: 'inline', values } } },
      learning: { update: { ticks: 1_000_000 } },
    };
    const executable = backend.load(compile(network, { maxTicks: ticks }));
    executable.arena.view('out.importance').fill(1);
    executable.run(ticks);
    const gradient = Float64Array.from(executable.arena.copy('bias.gradient'));
    executable.dispose();
    return gradient;
  };
  return oracle.relativeDifference(gradientOf({ projection: 'back' }), gradientOf({ feedback: 'broadcast' }));
}

/** Escape noise, and weights that align by the timing of spikes. */
export function alignmentRows(backend: Backend): oracle.VerifyRow[] {
  const noise = { rule: `escape noise on ${backend.name}`, neuron: 'LIF', feedback: '-', oracle: 'its own draws in float64' };
  const about = { rule: `SAL on ${backend.name}`, neuron: 'LIF', feedback: '-' };
  const sums = { ...about, oracle: 'sums over its spikes' };
  const kept = { ...about, oracle: 'w + w back as it began' };
  const aligned = { ...about, oracle: `the weight there, within ${WITHIN}, three standard errors` };
  const carried = { rule: `e-prop on ${backend.name}`, neuron: 'LIF', feedback: 'random', oracle: 'a feedback of the same weights' };
  const closer = { ...about, oracle: 'half of the first distance, many standard errors' };
  return [
    oracle.agree({ ...noise, claim: 'spikes where the oracle does' }, misplaced(backend), 0),
    oracle.differ({ ...noise, claim: 'of 2 % larger width: elsewhere' }, misplaced(backend, { width: 1.02 * noisy.width }), 0),
    oracle.differ({ ...noise, claim: 'of another seed: elsewhere' }, misplaced(backend, { seed: 10 }), 0),
    oracle.agree({ ...sums, claim: 'both directions' }, salError(backend), SINGLE),
    oracle.differ({ ...sums, claim: 'seen at the synapse, after the delay: another' }, salError(backend, { at: 'synapse' }), SINGLE),
    oracle.agree({ ...kept, claim: 'both directions learn: their sum is conserved' }, bothPlastic(backend).sum, SINGLE),
    oracle.differ({ ...kept, claim: 'seen at the synapse: it is not' }, bothPlastic(backend, { at: 'synapse' }).sum, SINGLE),
    oracle.agree({ ...closer, claim: 'both directions learn: they come closer' }, bothPlastic(backend).left, 0.5),
    oracle.differ({ ...closer, claim: 'in the other order of time: they part' }, bothPlastic(backend, turned).left, 0.5),
    oracle.agree({ ...aligned, claim: 'one direction learns: it becomes the other' }, oneAligned(backend), WITHIN),
    oracle.differ({ ...aligned, claim: 'in the other order of time: it does not' }, oneAligned(backend, turned, 400), WITHIN),
    oracle.agree({ ...carried, claim: 'an error through a projection' }, throughProjection(backend), SINGLE),
    oracle.differ({ ...carried, claim: 'of 2 % larger weights: another' }, throughProjection(backend, 0.02), SINGLE),
  ];
}
