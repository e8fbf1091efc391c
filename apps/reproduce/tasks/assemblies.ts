import {
  exact,
  integrator,
  type LearningRule,
  lif,
  type Network,
  type Projection,
  setLearning,
  source,
  stdp,
  type Transform,
  visualCortexTriplets,
} from '../../../runtime/index.ts';
import { player } from '../player.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../task.ts';

/** Items of memory, of which the first two are paired: A, B, C, D. */
const ITEMS = 4;
/** Inputs of an item, and how fast they and all others spike, Hz. */
const [OF_ITEM, SHOWN, SILENT] = [30, 80, 2] as const;
const [INPUTS, EXCITATORY, INHIBITORY] = [ITEMS * OF_ITEM, 150, 30] as const;
/** Ticks that an item is shown, and that follow it. */
const [SHOW, GAP] = [150, 150] as const;
/** Times that each item is shown alone, then that what is paired is shown together. */
const [FORM, PAIR] = [40, 4] as const;
/** Rounds between two points of the curve while assemblies form. */
const POINT = 20;
/** Times that a cue is shown to see who answers, and the spikes a time that make a member of its assembly. */
const [PROBES, MEMBER] = [5, 4] as const;
/** Ticks between two moves of the weights. */
const UPDATE = 10;

/** Weights onto an excitatory neuron: their sum, which scaling keeps, the largest, and the rate of learning. */
const sensory = { total: 5, most: 0.12, rate: 0.02 } as const;
const recurrent = { total: 1.2, most: 0.04, rate: 0.004 } as const;

interface AssemblyArm extends ArmSheet {
  readonly plastic: boolean;
  readonly scaled: boolean;
  /** whether A and B are shown together in the end, or as often one after the other */
  readonly together: boolean;
}

const emerges = {
  value: 'emerges',
  source: 'Pokorny et al. 2020, Cerebral Cortex 30:952, abstract: associations through emergent overlaps between assemblies',
};
const names = {
  before: 'overlap of A and B before pairing',
  after: 'overlap of A and B after pairing',
  others: 'overlap of C and D, never paired, after it',
  recalled: 'share of an assembly that half of its input recalls',
  members: 'neurons of an assembly',
} as const;
const figure = (name: keyof typeof names, asked?: Figure['asked'], published?: Figure['published']): Figure => ({
  name: names[name],
  digits: 3,
  ...(asked && { asked }),
  ...(published && { published }),
});
const none = { of: 'median', atMost: 0.05 } as const;

const designs: readonly AssemblyArm[] = [
  {
    name: 'paired',
    kind: 'rule',
    figures: [
      figure('members'),
      figure('recalled', { of: 'median', atLeast: 0.5 }),
      figure('before', none),
      figure('after', { of: 'median', atLeast: 0.3 }, emerges),
      figure('others', none),
    ],
    ...{ plastic: true, scaled: true, together: true },
  },
  {
    name: 'shown apart',
    kind: 'control',
    figures: [figure('before'), figure('after', none)],
    ...{ plastic: true, scaled: true, together: false },
  },
  {
    name: 'plasticity off',
    kind: 'control',
    figures: [figure('recalled', { of: 'median', atMost: 0.3 }), figure('before'), figure('after', { of: 'median', atMost: 0.25 })],
    ...{ plastic: false, scaled: false, together: true },
  },
  {
    name: 'without scaling',
    kind: 'control',
    figures: [figure('members'), figure('before', { of: 'median', atLeast: 0.5 }), figure('after')],
    ...{ plastic: true, scaled: false, together: true },
  },
];

/** Inputs → excitatory neurons ⇄ themselves, inhibited by a population that they drive. Both excitatory projections learn by triplets. */
function network({ plastic, scaled }: AssemblyArm, seed: number): Network {
  const stream = exact.randomStream(seed, 'weights');
  let draws = 0;
  /** Log-normal, [pre][post], each neuron's own summing to the total. */
  const drawn = (pre: number, { total, most }: typeof sensory | typeof recurrent, autapses: boolean): number[] => {
    const values = Array.from({ length: pre * EXCITATORY }, () => Math.exp(stream.normal(draws++)));
    for (let j = 0; j < EXCITATORY; j++) {
      const own = Array.from({ length: pre }, (_, i) => i).filter((i) => autapses || i !== j);
      const sum = own.reduce((all, i) => all + values[i * EXCITATORY + j]!, 0);
      for (const i of own) values[i * EXCITATORY + j] = Math.min(most, (total / sum) * values[i * EXCITATORY + j]!);
      if (!autapses) values[j * EXCITATORY + j] = 0;
    }
    return values;
  };
  const learned = ({ total, most, rate }: typeof sensory | typeof recurrent): { plasticity?: LearningRule } => {
    const transforms: Transform[] = [{ kind: 'bounds', min: 0, max: most }, ...(scaled ? [{ kind: 'scaling', total } as const] : [])];
    return plastic ? { plasticity: stdp({ ...visualCortexTriplets, optimizer: { kind: 'sgd', rate, transforms } }) } : {};
  };
  const fixed = (pre: string, post: string, value: number, delay: number): Projection => ({
    ...{ pre, post, connectivity: { kind: 'dense' }, weight: { kind: 'constant', value }, delay },
  });
  const each = Array.from({ length: EXCITATORY }, (_, j) => j);
  const cell = (tauMem: number, refractory: number) => lif({ tauMem, refractory, reset: 'zero' });
  return {
    dt: 1,
    seed,
    populations: {
      in: { size: INPUTS, neuron: source() },
      excitatory: { size: EXCITATORY, neuron: cell(20, 3) },
      inhibitory: { size: INHIBITORY, neuron: cell(10, 2) },
      seen: { size: EXCITATORY, neuron: integrator({ tau: 0 }) },
    },
    projections: {
      sensory: {
        ...{ pre: 'in', post: 'excitatory', connectivity: { kind: 'dense' }, delay: 0 },
        weight: { kind: 'inline', values: drawn(INPUTS, sensory, true) },
        ...learned(sensory),
      },
      recurrent: {
        ...{ pre: 'excitatory', post: 'excitatory', connectivity: { kind: 'dense', autapses: false }, delay: 1 },
        weight: { kind: 'inline', values: drawn(EXCITATORY, recurrent, false) },
        ...learned(recurrent),
      },
      driving: fixed('excitatory', 'inhibitory', 0.06, 0),
      inhibiting: fixed('inhibitory', 'excitatory', -0.03, 1),
      seeing: {
        ...{ pre: 'excitatory', post: 'seen', connectivity: { kind: 'list', pre: each, post: each }, delay: 0 },
        weight: { kind: 'constant', value: 1 },
      },
    },
    ...(plastic && { learning: { update: { ticks: UPDATE } } }),
  };
}

/** |A ∩ B| / |A ∪ B|, 0 of two that are empty */
function overlap(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  const both = [...a].filter((j) => b.has(j)).length;
  return both / Math.max(1, a.size + b.size - both);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function run(arm: AssemblyArm, { backend, seed, progress }: Setting): Outcome {
  const ticks = SHOW + GAP;
  const learner = player(backend, network(arm, seed), ticks);
  const spikes = exact.randomStream(seed, 'spikes of the inputs');
  let draws = 0;
  /** Shows items together, or the first `part` of the inputs of each; false: learning blew up. */
  const show = (items: readonly number[], part: number = OF_ITEM): boolean => {
    for (let t = 0; t < ticks; t++) {
      const values = Array.from({ length: INPUTS }, (_, i) => {
        const on = t < SHOW && i % OF_ITEM < part && items.includes(Math.floor(i / OF_ITEM));
        return spikes.uniform(draws++) < (on ? SHOWN : SILENT) / 1000 ? 1 : 0;
      });
      learner.write('in.input', t, values);
    }
    return learner.play(ticks, false);
  };
  /** Who answers a cue, nothing being learned. */
  const assembly = (item: number, part?: number): ReadonlySet<number> => {
    const counts = new Float64Array(EXCITATORY);
    if (arm.plastic) setLearning(learner.executable, false);
    for (let probe = 0; probe < PROBES; probe++) {
      show([item], part);
      for (let t = 0; t < SHOW; t++) for (let j = 0; j < EXCITATORY; j++) counts[j] += learner.read('seen.output', t, j);
    }
    if (arm.plastic) setLearning(learner.executable, true);
    return new Set(Array.from(counts, (count, j) => (count >= MEMBER * PROBES ? j : -1)).filter((j) => j >= 0));
  };
  const all = Array.from({ length: ITEMS }, (_, item) => item);
  const [x, y]: [number[], number[]] = [[0], [overlap(assembly(0), assembly(1))]];
  let fine = true;
  for (let round = 1; round <= FORM; round++) {
    for (const item of all) fine = show([item]) && fine;
    progress(round / (FORM + PAIR));
    if (round % POINT > 0 || round === FORM) continue;
    x.push(round);
    y.push(overlap(assembly(0), assembly(1)));
  }
  const formed = all.map((item) => assembly(item));
  const recalled = all.map((item) => {
    const answers = assembly(item, OF_ITEM / 2);
    return [...formed[item]!].filter((j) => answers.has(j)).length / Math.max(1, formed[item]!.size);
  });
  const before = overlap(formed[0]!, formed[1]!);
  x.push(FORM);
  y.push(before);
  for (let round = FORM + 1; round <= FORM + PAIR; round++) {
    for (const items of arm.together ? [[0, 1], [2], [3]] : all.map((item) => [item])) fine = show(items) && fine;
    progress(round / (FORM + PAIR));
    x.push(round);
    y.push(overlap(assembly(0), assembly(1)));
  }
  const figures = {
    [names.members]: mean(formed.map(({ size }) => size)),
    [names.recalled]: mean(recalled),
    [names.before]: before,
    [names.after]: fine ? y.at(-1)! : Number.NaN,
    [names.others]: overlap(assembly(2), assembly(3)),
  };
  learner.dispose();
  return { figures, curve: { x, y } };
}

/** Assemblies that STDP forms in a network with inhibition, and the overlap that pairing two of them brings (Pokorny et al. 2020; sheet 6.22, T21). */
export const assemblies: Task = {
  name: 'assemblies',
  summary: 'memory assemblies by triplets of spikes, and their overlap after pairing',
  curve: { x: `rounds (A and B are paired from ${FORM} on)`, y: 'overlap of the assemblies of A and B', scale: 'linear' },
  seeds: 5,
  arms: armsFrom(designs, run),
};
