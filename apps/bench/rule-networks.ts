import {
  compile,
  deltaRule,
  type ExampleNames,
  exampleCells,
  gatesOf,
  type Initial,
  integrator,
  type Learning,
  type LearningRule,
  type Network,
  type Population,
  type Projection,
  type RuleExample,
  rate,
  source,
  synapseCosts,
} from '../../runtime/index.ts';

/** A small network that learns by the rule of an example, and the projections whose synapses do. */
export interface RuleNetwork {
  readonly network: Network;
  readonly projections: readonly string[];
  readonly rule: LearningRule;
}

/** Sizes of an example: `n` cells, and inputs to those that have synapses onto themselves. */
export interface ExampleSize {
  readonly n: number;
  readonly inputs: number;
}

const OUTPUTS = 2;

/** How the traces of a synapse grow with the network: not at all, with the neurons that its own reaches, or with all of them. */
export function growth({ terms }: LearningRule): 'none' | 'reach' | 'all' {
  const kept = terms.filter(({ trace }) => trace.kind === 'influence').map(({ trace: { keep } }) => keep.recurrence);
  if (kept.includes('all')) return 'all';
  return kept.some((recurrence) => typeof recurrence === 'object') ? 'reach' : 'none';
}

/** inputs → cells → readout; cells learn on their synapses onto themselves, or onto what feeds them. A module and a feedback are there if the rule names them. */
export function ruleNetwork(example: RuleExample, { n, inputs }: ExampleSize, update: Learning['update']): RuleNetwork {
  const names: ExampleNames = {
    readout: 'readout',
    feedback: 'broadcast',
    module: 'module',
    value: 'value',
    optimizer: { kind: 'sgd', rate: 1e-4 },
  };
  const rule = example.plasticity(names);
  const named = (name: string): boolean => JSON.stringify([rule.terms, rule.timing]).includes(`"${name}"`);
  const own = example.cell === 'readout';
  const [cells, feedforward] = [own ? names.readout : 'hidden', own || example.synapses === 'feedforward'];
  const populations: Record<string, Population> = { input: { size: feedforward ? n : inputs, neuron: source() } };
  const projections: Record<string, Projection> = {};
  const normal = (gain: number): Initial => ({ kind: 'normal', gain });
  const dense = { kind: 'dense' } as const;
  if (named(names.module)) {
    populations[names.module] = { size: n, neuron: rate({ tau: 10, activation: 'tanh' }) };
    projections['taught'] = { pre: 'input', post: names.module, connectivity: dense, weight: normal(1), delay: 0 };
  }
  populations[cells] = { size: n, neuron: exampleCells[example.cell] };
  const density = example.density ?? 1;
  const connectivity: Projection['connectivity'] = density === 1 ? dense : { kind: 'random', density };
  const plastic: string[] = [];
  for (const gate of example.cell === 'LSTM' || example.cell === 'GRU' ? gatesOf(exampleCells[example.cell]) : [undefined]) {
    const into = { post: cells, ...(gate !== undefined && { gate }) };
    const suffix = gate === undefined ? '' : `_${gate}`;
    const learn = (name: string, projection: Projection): void => {
      projections[name] = { ...projection, connectivity, plasticity: rule };
      plastic.push(name);
    };
    const fed: Projection = { pre: 'input', ...into, connectivity: dense, weight: normal(feedforward ? 0.8 : 1.5), delay: 0 };
    if (feedforward) learn(`sensory${suffix}`, fed);
    else {
      projections[`sensory${suffix}`] = fed;
      learn(`recurrent${suffix}`, { pre: cells, ...into, connectivity, weight: normal(0.3), delay: 1 });
    }
  }
  if (!own) {
    // A rule that does not filter by the leak of the readout is told the error of the tick: that of a readout without a memory.
    const tau = rule.terms.some(({ filter }) => filter === 'readout') ? 20 : 0;
    populations[names.readout] = {
      size: OUTPUTS,
      neuron: integrator({ tau, inputScale: 'oneMinusDecay', loss: named(names.value) ? { kind: 'softmax' } : 'squared' }),
    };
    projections['output'] = { pre: cells, post: names.readout, connectivity: dense, weight: normal(1), delay: 0 };
  }
  if (named(names.value)) {
    populations[names.value] = { size: 1, neuron: integrator({ tau: 20, inputScale: 'oneMinusDecay', loss: { kind: 'value' } }) };
    projections['worth'] = { pre: cells, post: names.value, connectivity: dense, weight: normal(1), delay: 0 };
  }
  // Synthetic gradients learn from the values of the cells.
  for (const [population, border] of Object.entries(example.learning?.border ?? {})) {
    for (const module of Object.values(border)) {
      populations[module] = {
        size: populations[population]!.size,
        neuron: integrator({ tau: 20, inputScale: 'oneMinusDecay', loss: 'squared' }),
      };
      const plasticity = deltaRule({ from: module, optimizer: names.optimizer });
      projections[`${module}Seen`] = {
        pre: cells,
        post: module,
        connectivity: dense,
        weight: { kind: 'constant', value: 0 },
        delay: 0,
        plasticity,
      };
    }
  }
  const network: Network = {
    dt: 1,
    seed: 1,
    populations,
    projections,
    ...(named(names.feedback) && {
      feedbacks: { [names.feedback]: { from: names.readout, to: cells, weight: { kind: 'normal', std: 1 } } },
    }),
    learning: { update, ...example.learning },
  };
  return { network, projections: plastic, rule };
}

/** Ticks of a block, where one is shown beside streaming. */
const BLOCK = 32;

/** An example in blocks, if its rule folds: if nothing of it walks synapses at every tick then. */
export function inBlocks(example: RuleExample): RuleExample | undefined {
  if (example.learning?.window !== undefined) return undefined;
  const blocked = { ...example, learning: { ...example.learning, block: BLOCK } } as const;
  const { network, projections } = ruleNetwork(blocked, { n: 16, inputs: 16 }, { ticks: BLOCK });
  const { ops } = synapseCosts(compile(network, { maxTicks: 1 }), projections);
  return ops.every(({ phase }) => phase === 'fold') ? blocked : undefined;
}

/** Every example as it streams, then in blocks if it folds. */
export const withBlocks = (examples: readonly RuleExample[]): RuleExample[] =>
  examples.flatMap((example) => [example, ...[inBlocks(example) ?? []].flat()]);
