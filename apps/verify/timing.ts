import {
  type Backend,
  calciumStdp,
  compile,
  events,
  type LearningRule,
  lif,
  type Network,
  type Projection,
  type SpikePairs,
  type SpikeTiming,
  source,
  stdp,
  type Transform,
} from '../../runtime/index.ts';
import { oracle } from './oracle.ts';
import { SINGLE } from './rules.ts';

const sgd = { kind: 'sgd', rate: 1 } as const;

interface Pair {
  readonly pre: readonly oracle.Spike[];
  readonly post: readonly oracle.Spike[];
  readonly weight: number;
  /** ticks behind which the weight is read, ascending */
  readonly read: readonly number[];
}

/** The weight of one synapse as a program moves it: a second source drives the postsynaptic neuron at its times. */
function movedWeights(backend: Backend, rule: LearningRule, { pre, post, weight, read }: Pair): readonly number[] {
  const onto = (from: string, value: number, plasticity?: LearningRule): Projection => ({
    ...{ pre: from, post: 'out', connectivity: { kind: 'dense' }, weight: { kind: 'constant', value }, delay: 0 },
    ...(plasticity !== undefined && { plasticity }),
  });
  const network: Network = {
    dt: 1,
    seed: 1,
    populations: {
      in: { size: 1, neuron: source() },
      drive: { size: 1, neuron: source() },
      out: { size: 1, neuron: lif({ tauMem: 1 }) },
    },
    projections: { paired: onto('in', weight, rule), driving: onto('drive', 1.6) },
    learning: { update: { ticks: 1 } },
  };
  const executable = backend.load(compile(network, { maxTicks: 1 }));
  const { arena } = executable;
  const found: number[] = [];
  const at = (spikes: readonly oracle.Spike[], t: number): number => (spikes.some(([when]) => when === t) ? 1 : 0);
  for (let t = 0; found.length < read.length; t++) {
    arena.view('in.input')[0] = at(pre, t);
    arena.view('drive.input')[0] = at(post, t);
    executable.run(1);
    if (read[found.length] === t) found.push(arena.view('paired.weights')[0]!);
  }
  executable.dispose();
  return found;
}

const f8Weights = (backend: Backend, pairing: SpikePairs['pairing']): readonly number[] => {
  const { rule, ...pair } = oracle.f8;
  return movedWeights(backend, stdp({ ...rule, pairing, optimizer: sgd }), { ...pair, read: oracle.f8Published.map(([at]) => at) });
};

/** The weights behind pairs at several lags, by calcium. */
const calciumWeights = (backend: Backend, sign: number): readonly number[] => {
  const { rule, weight, ticks, lags } = oracle.calciumPair;
  return lags.map((lag) => {
    const [pre, post] = oracle.pairOf(sign * lag);
    return movedWeights(backend, calciumStdp({ ...rule, optimizer: sgd }), { pre, post, weight, read: [ticks - 1] })[0]!;
  });
};

const [INPUTS, CELLS, TICKS, PERIOD] = [5, 6, 120, 15] as const;
const MEAN_RATE = 0.1;
const TAU = 60;
/** Amounts of one size, so that a mistake in any of them shows. */
const constants: Omit<SpikePairs, 'pairing' | 'reward'> = {
  potentiation: { tau: 12, pair: 0.5, triplet: { tau: 30, amount: 0.4 } },
  depression: { tau: 18, pair: 0.3, triplet: { tau: 25, amount: 0.35 } },
};
/** By calcium that comes and goes above both thresholds, with a largest weight that none of the synapses has. */
const calcium: oracle.CalciumRule = {
  ...{ tau: 9, pre: 0.35, post: 0.8, tauWeight: 50, most: 1.5 },
  potentiation: { threshold: 1.2, rate: 0.7 },
  depression: { threshold: 0.7, rate: 0.4 },
};
const rewardAt = (tick: number): number => 1 + Math.sin(tick);

interface Design {
  readonly pairing: SpikeTiming['pairing'];
  readonly rewarded: boolean;
  /** S of scaling, where weights move behind the last tick, and they are what is judged */
  readonly total?: number;
}

/** What a control breaks. */
interface Broken {
  readonly pairing?: SpikeTiming['pairing'];
  readonly total?: number;
  readonly most?: number;
  readonly tau?: number;
  readonly delay?: number;
  readonly rate?: number;
}

/** The stored synapses, in rows of their presynaptic neuron, columns ascending. */
const STORED = Array.from({ length: CELLS }, (_, i) =>
  [1, 3].map((step) => [i, (i + step) % CELLS] as const).sort(([, a], [, b]) => a - b),
).flat();

/** inputs of several sizes → cells, dense and a tick late → cells, stored; neither moves. */
function network(design: Design, broken: Broken): Network {
  const { pairing, rewarded, total } = { ...design, ...broken };
  const modulator = { of: 'reward', rate: broken.rate ?? MEAN_RATE } as const;
  const reward = rewarded ? { reward: { modulator, tauEligibility: broken.tau ?? TAU } } : {};
  const timing: SpikeTiming =
    pairing === 'calcium' ? { ...calcium, most: broken.most ?? calcium.most, pairing, ...reward } : { ...constants, pairing, ...reward };
  const transforms: readonly Transform[] = total === undefined ? [] : [{ kind: 'scaling', total }];
  const plasticity: LearningRule = { terms: [], timing, optimizer: { ...sgd, transforms } };
  return {
    dt: 1,
    seed: 3,
    populations: { in: { size: INPUTS, neuron: source() }, rec: { size: CELLS, neuron: lif({ tauMem: 10, refractory: 1 }) } },
    projections: {
      sensory: {
        ...{ pre: 'in', post: 'rec', connectivity: { kind: 'dense' }, weight: { kind: 'uniform', gain: 1.2 } },
        ...{ delay: broken.delay ?? 1, plasticity },
      },
      recurrent: {
        ...{
          pre: 'rec',
          post: 'rec',
          connectivity: { kind: 'list', pre: STORED.map(([i]) => i), post: STORED.map(([, j]) => j) },
          weight: { kind: 'constant', value: 0.2 },
        },
        ...{ delay: 2, plasticity },
      },
    },
    learning: { update: { ticks: design.total === undefined ? 1_000_000 : TICKS } },
  };
}

/** The largest difference of a gradient, or of the weights that it moved, from what the oracle makes of the program's own spikes, relative to it. */
function errorOf(backend: Backend, design: Design, broken: Broken = {}): number {
  const executable = backend.load(compile(network(design, broken), { maxTicks: 1 }));
  const { arena, program } = executable;
  const start = { sensory: arena.copy('sensory.weights'), recurrent: arena.copy('recurrent.weights') };
  const spikes = {
    in: Array.from({ length: INPUTS }, (): oracle.Spike[] => []),
    rec: Array.from({ length: CELLS }, (): oracle.Spike[] => []),
  };
  const rewards: { at: number; reward: number }[] = [];
  for (let t = 0; t < TICKS; t++) {
    const input = arena.view('in.input');
    for (let i = 0; i < INPUTS; i++) {
      input[i] = (t * (i + 2) + 3 * i) % 7 < 2 ? 1 + i / 4 : 0;
      if (input[i] !== 0) spikes.in[i]!.push([t, input[i]!]);
    }
    const judged = t % PERIOD === PERIOD - 1;
    arena.words[program.eventTape.offset] = judged ? events.label : 0;
    if (design.rewarded) arena.view('reward')[0] = rewardAt(t);
    if (judged) rewards.push({ at: t, reward: rewardAt(t) });
    executable.run(1);
    const { rows, stride } = program.regions.get('rec.value')!;
    for (let j = 0; j < CELLS; j++) if (arena.view('rec.value')[(t & (rows - 1)) * stride + j] !== 0) spikes.rec[j]!.push([t, 1]);
  }
  const later = (list: readonly oracle.Spike[], delay: number): oracle.Spike[] =>
    list.flatMap(([at, size]) => (at + delay < TICKS ? [[at + delay, size] as const] : []));
  const { pairing, total } = design;
  const wanted = (pre: readonly oracle.Spike[], post: readonly oracle.Spike[], weight: number): number => {
    const steps =
      pairing === 'calcium'
        ? oracle.calciumSteps(pre, post, calcium, weight, TICKS)
        : oracle.stdpSteps(pre, post, { ...constants, pairing });
    return -(design.rewarded
      ? oracle.rewardedStdp(steps, rewards, { tau: TAU, rate: MEAN_RATE })
      : steps.reduce((sum, { step }) => sum + step, 0));
  };
  const dense = Array.from({ length: INPUTS * CELLS }, (_, k) => [Math.floor(k / CELLS), k % CELLS] as const);
  const gradient = {
    sensory: dense.map(([i, j], k) => wanted(later(spikes.in[i]!, 1), spikes.rec[j]!, start.sensory[k]!)),
    recurrent: STORED.map(([i, j], k) => wanted(later(spikes.rec[i]!, 2), spikes.rec[j]!, start.recurrent[k]!)),
  };
  /** w_ij·S/Σ_i |w_ij| of the weights behind the step */
  const scaled = (name: keyof typeof start, synapses: readonly (readonly [number, number])[], S: number): number[] => {
    const moved = gradient[name].map((g, k) => start[name][k]! - g);
    const arriving = (to: number): number => synapses.reduce((sum, [, j], k) => (j === to ? sum + Math.abs(moved[k]!) : sum), 0);
    return moved.map((w, k) => (w * S) / arriving(synapses[k]![1]));
  };
  const pairs =
    total === undefined
      ? (['sensory', 'recurrent'] as const).map((name) => [arena.copy(`${name}.gradient`), gradient[name]] as const)
      : ([
          [arena.copy('sensory.weights'), scaled('sensory', dense, total)],
          [arena.copy('recurrent.weights'), scaled('recurrent', STORED, total)],
        ] as const);
  executable.dispose();
  return Math.max(...pairs.map(([found, of]) => oracle.relativeDifference(Float64Array.from(found), Float64Array.from(of))));
}

/** STDP as compiled, on its own spikes: F8, and pairs, triplets and calcium with and without a reward against their sums in float64; and what is scaled. */
export function timingRows(backend: Backend): oracle.VerifyRow[] {
  const subject = { neuron: 'LIF', feedback: '-' };
  const [plain, rewarded] = [`STDP on ${backend.name}`, `reward-modulated STDP on ${backend.name}`];
  const byCalcium = { ...subject, rule: `calcium-based STDP on ${backend.name}`, oracle: 'the closed form of one pair' };
  const closed = oracle.calciumPair.lags.map((lag) => oracle.calciumPairWeight(lag));
  const printed = oracle.f8Published.map(([, text]) => Number(text));
  const print = { ...subject, rule: plain, oracle: 'F8 as printed' };
  const row = (design: Design, claim: string, broken?: Broken): oracle.VerifyRow => {
    const about = { ...subject, rule: design.rewarded ? rewarded : plain, claim, oracle: 'sums over its spikes' };
    const error = errorOf(backend, design, broken);
    return broken === undefined ? oracle.agree(about, error, SINGLE) : oracle.differ(about, error, SINGLE);
  };
  return [
    oracle.agree({ ...print, claim: 'nine weights of triplets' }, oracle.listError(f8Weights(backend, 'all'), printed), SINGLE),
    oracle.differ({ ...print, claim: 'paired with the nearest: others' }, oracle.listError(f8Weights(backend, 'nearest'), printed), SINGLE),
    ...[false, true].flatMap((judged) =>
      (['all', 'nearest'] as const).flatMap((pairing) => {
        const design = { pairing, rewarded: judged };
        return [
          row(design, `triplets, ${pairing}, dense and stored`),
          row(design, `triplets, ${pairing}: with the other pairing they differ`, { pairing: pairing === 'all' ? 'nearest' : 'all' }),
          row(design, `triplets, ${pairing}: heard a tick later they differ`, { delay: 2 }),
        ];
      }),
    ),
    oracle.agree({ ...byCalcium, claim: 'weights at seven lags' }, oracle.listError(calciumWeights(backend, 1), closed), SINGLE),
    oracle.differ({ ...byCalcium, claim: 'the other spike first: others' }, oracle.listError(calciumWeights(backend, -1), closed), SINGLE),
    ...[false, true].flatMap((judged) => {
      const design = { pairing: 'calcium', rewarded: judged } as const;
      return [
        row(design, 'by calcium, dense and stored'),
        row(design, 'by calcium: heard a tick later they differ', { delay: 2 }),
        row(design, 'by calcium: of a smaller largest weight they differ', { most: 1.2 }),
      ];
    }),
    row({ pairing: 'all', rewarded: false, total: 0.8 }, 'scaled to a sum, dense and stored'),
    row({ pairing: 'all', rewarded: false, total: 0.8 }, 'scaled to another sum they differ', { total: 0.9 }),
    row({ pairing: 'all', rewarded: true }, 'with another eligibility: another', { tau: 50 }),
    row({ pairing: 'all', rewarded: true }, 'against another mean: another', { rate: 0.2 }),
  ];
}
