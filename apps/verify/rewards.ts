import {
  type Backend,
  compile,
  events,
  type Integrator,
  integrator,
  type Network,
  type Policy,
  type Population,
  type Projection,
  rewardEprop,
  rewardReadout,
  source,
} from '../../runtime/index.ts';
import { type Bench, benches } from './benches.ts';
import { describe, projectionOf } from './describe.ts';
import { oracle } from './oracle.ts';
import { readMatrices } from './play.ts';
import { SINGLE } from './rules.ts';

/** Of F6: γ, C_V, the decisions and the rewards. */
const [DISCOUNT, COST] = [0.95, 0.5] as const;
const rewardOf = (tick: number): number => (tick % 20 === 19 ? 1 : 0);
/** Of normal policies. */
const SIGMA = 0.4;

/** Which actor and critic are held to the oracle. */
interface Design {
  /** default 'softmax'; a 'spread' is a readout of log σ */
  readonly policy?: 'softmax' | 'gaussian' | 'spread';
  /** ticks from one reward to the next, default 1; with more, each is a decision, else one in ten is */
  readonly period?: number;
  /** λ, default 1 */
  readonly trace?: number;
  /** c_H, default 0 */
  readonly entropy?: number;
}

/** What a control breaks. */
interface Broken {
  readonly decay?: number;
  readonly cost?: number;
  readonly sigma?: number;
  readonly entropy?: number;
  readonly lastDiscount?: number;
  readonly everyTick?: boolean;
  readonly late?: boolean;
}

const judgedIn =
  ({ period = 1 }: Design) =>
  (tick: number): boolean =>
    tick % period === period - 1;
const decidesIn = (design: Design) => judgedIn({ period: (design.period ?? 1) > 1 ? design.period! : 10 });

const wave = (count: number, of: (index: number) => number): Float64Array => Float64Array.from({ length: count }, (_, index) => of(index));
const valueWeights = ({ neurons }: oracle.Model): Float64Array => wave(neurons, (j) => 0.3 * Math.cos(0.7 * j));
const valueFeedback = ({ neurons }: oracle.Model): Float64Array => wave(neurons, (j) => Math.sin(1.1 * j + 0.5));
const spreadOf = ({ neurons, outputs }: oracle.Model): oracle.Spread => ({
  weights: wave(neurons * outputs, (q) => 0.1 * Math.sin(0.9 * q + 0.2)),
  feedback: wave(neurons * outputs, (q) => Math.cos(1.3 * q)),
});

/** The network of a bench with its readout as a policy and a value beside it, and a readout of log σ where the design has one. */
function actingNetwork(bench: Bench, block: 1 | 8, design: Design, broken: Broken): Network {
  const { model } = bench;
  const { policy = 'softmax', trace = 1 } = design;
  const { decay = DISCOUNT * trace, cost = COST, sigma = SIGMA, entropy = design.entropy ?? 0 } = broken;
  const network = describe(model, { feedback: 'random' });
  const { in: input, rec, out } = network.populations as Record<'in' | 'rec' | 'out', Population>;
  const optimizer = { kind: 'sgd', rate: 1 } as const;
  const readout = out.neuron as Integrator;
  const spread = policy === 'spread';

  const inline = (values: Float64Array) => ({ kind: 'inline', values: Array.from(values) }) as const;
  const shared = { value: 'value', decay, optimizer };
  const name = Object.keys(network.feedbacks!)[0]!;
  const acting = { from: 'out', through: { feedback: name }, entropy: policy === 'softmax' ? entropy : 0 };
  const policies = spread ? [acting, { from: 'spread', through: { feedback: 'broadening' }, entropy }] : [acting];
  const hidden = rewardEprop({ ...shared, through: { feedback: 'valuation' }, policies });
  const onto = (post: string, weights: Float64Array, of: number): Projection => ({
    pre: 'rec',
    post,
    connectivity: { kind: 'dense' },
    weight: inline(weights),
    delay: 0,
    plasticity: rewardReadout({ ...shared, from: post, entropy: of }),
  });
  const loss: Policy =
    policy === 'softmax' ? { kind: 'softmax' } : spread ? { kind: 'gaussian', spread: 'spread' } : { kind: 'gaussian', sigma };
  const { wIn, wRec, wOut } = projectionOf;
  const { projections } = network;
  return {
    ...network,
    populations: {
      in: input,
      rec,
      ...(spread && { spread: { ...out, neuron: { ...readout, loss: { kind: 'spread' } } } }),
      out: { ...out, neuron: { ...readout, loss } },
      value: { size: 1, neuron: { ...readout, loss: { kind: 'value', cost } } },
    },
    projections: {
      [wIn]: { ...projections[wIn]!, plasticity: hidden },
      [wRec]: { ...projections[wRec]!, plasticity: hidden },
      [wOut]: { ...projections[wOut]!, plasticity: rewardReadout({ ...shared, from: 'out', entropy: acting.entropy }) },
      worth: onto('value', valueWeights(model), 0),
      ...(spread && { breadth: onto('spread', spreadOf(model).weights, entropy) }),
    },
    feedbacks: {
      ...network.feedbacks,
      valuation: { from: 'value', to: 'rec', weight: inline(valueFeedback(model)) },
      ...(spread && { broadening: { from: 'spread', to: 'rec', weight: inline(spreadOf(model).feedback) } }),
    },
    learning: { update: 'episode', block },
  };
}

/** Plays a trial until the reward of its last action has come, and reads gradient, spikes and actions. */
function played(backend: Backend, bench: Bench, block: 1 | 8, design: Design, broken: Broken) {
  const { model, trial } = bench;
  const { ticks, inputs } = trial;
  const { policy = 'softmax', period = 1 } = design;
  const [judged, decides] = [judgedIn(design), decidesIn(design)];
  const executable = backend.load(compile(actingNetwork(bench, block, design, broken), { maxTicks: 1 }));
  const { arena, program } = executable;
  const view = (name: string): Float32Array => arena.view(name);
  const n = model.neurons;
  const recording = { z: new Float64Array(ticks * n), psi: new Float64Array(ticks * n) };
  const actions: (number | Float64Array | undefined)[] = [];
  for (let t = 0; t < ticks + period; t++) {
    const within = t < ticks;
    view('in.input').fill(0);
    if (within) view('in.input').set(inputs.subarray(t * model.inputs, (t + 1) * model.inputs));
    view('out.choose')[0] = within && decides(t) ? 1 : 0;
    const importance = within && (broken.everyTick === true || decides(t)) ? 1 : 0;
    for (const name of policy === 'spread' ? ['out', 'spread'] : ['out']) view(`${name}.importance`)[0] = importance;
    view('value.importance')[0] = judged(t) ? 1 : 0;
    view('reward').set([rewardOf(broken.late ? t : t - period), within ? DISCOUNT : (broken.lastDiscount ?? 0)]);
    arena.words[program.eventTape.offset] = judged(t) ? events.label : 0;
    executable.run(1);
    if (!within) continue;
    const ring = program.regions.get('rec.value')!;
    const row = (t & (ring.rows - 1)) * ring.stride;
    for (let j = 0; j < n; j++) {
      recording.z[t * n + j] = view('rec.value')[row + j]!;
      recording.psi[t * n + j] = view('rec.surrogate')[j]!;
    }
    const done = view('out.action');
    actions.push(decides(t) ? (policy === 'softmax' ? done[0]! : Float64Array.from(done)) : undefined);
  }
  const { wRec, wOut } = readMatrices(executable, 'gradient');
  const value = Float64Array.from(arena.copy('worth.gradient'));
  const spread = policy === 'spread' ? Float64Array.from(arena.copy('breadth.gradient')) : undefined;
  executable.dispose();
  return { recording, actions, gradient: { wRec: wRec.map((g, s) => (model.connected[s] === 1 ? g : 0)), policy: wOut, value, spread } };
}

function judge(
  bench: Bench,
  design: Design,
  { recording, actions }: ReturnType<typeof played>,
  credit: 'trace' | 'return',
): oracle.ActorCriticGradient {
  const { model, trial } = bench;
  const { policy = 'softmax', trace = 1, entropy = 0 } = design;
  const activity = oracle.forward(model, trial, { forced: recording });
  const setting: oracle.ActorCritic = {
    value: valueWeights(model),
    policyFeedback: model.feedback,
    valueFeedback: valueFeedback(model),
    policy: policy === 'softmax' ? policy : policy === 'spread' ? spreadOf(model) : { sigma: SIGMA },
    action: (t) => actions[t],
    reward: rewardOf,
    judged: judgedIn(design),
    discount: DISCOUNT,
    trace,
    entropy,
    valueCost: COST,
  };
  return oracle.actorCritic(model, activity, setting, { credit });
}

const errorOf = (found: ReturnType<typeof played>['gradient'], wanted: oracle.ActorCriticGradient): number =>
  Math.max(
    ...(['wRec', 'policy', 'value', 'spread'] as const).map((name) => {
      const gradient = found[name];
      return gradient === undefined ? 0 : oracle.relativeDifference(gradient, wanted[name]);
    }),
  );

const LOGITS = [0.5, 0, -1];
const DRAWS = 4096;
/** Standard errors that a frequency may be off. */
const CHANCE = 5;

/** How often each action of a policy with these logits is taken. */
function frequencies(backend: Backend, choose: 1 | 2): number[] {
  const network: Network = {
    dt: 1,
    seed: 5,
    populations: {
      in: { size: 1, neuron: source() },
      out: { size: LOGITS.length, neuron: integrator({ tau: 0, loss: { kind: 'softmax' } }) },
    },
    projections: {
      logits: { pre: 'in', post: 'out', connectivity: { kind: 'dense' }, weight: { kind: 'inline', values: LOGITS }, delay: 0 },
    },
  };
  const executable = backend.load(compile(network, { maxTicks: 1 }));
  executable.arena.view('in.input')[0] = 1;
  executable.arena.view('out.choose')[0] = choose;
  const counts = LOGITS.map(() => 0);
  for (let t = 0; t < DRAWS; t++) {
    executable.run(1);
    counts[executable.arena.view('out.action')[0]!]! += 1 / DRAWS;
  }
  executable.dispose();
  return counts;
}

/** A policy draws by its probabilities: over many ticks, within what chance allows. */
export function policyRows(backend: Backend): oracle.VerifyRow[] {
  const total = LOGITS.reduce((sum, logit) => sum + Math.exp(logit), 0);
  const wanted = LOGITS.map((logit) => Math.exp(logit) / total);
  const subject = { rule: `reward e-prop on ${backend.name}`, neuron: 'LIF', feedback: 'random', oracle: 'softmax, in standard errors' };
  const error = (choose: 1 | 2) =>
    Math.max(
      ...frequencies(backend, choose).map((found, k) => Math.abs(found - wanted[k]!) / Math.sqrt((wanted[k]! * (1 - wanted[k]!)) / DRAWS)),
    );
  return [
    oracle.agree({ ...subject, claim: `${DRAWS} draws of a policy have its probabilities` }, error(1), CHANCE),
    oracle.differ({ ...subject, claim: 'its greedy choices have not' }, error(2), CHANCE),
  ];
}

/** Other policies and other rhythms, each with what must be noticed. */
const designs: readonly {
  readonly claim: string;
  readonly block: 1 | 8;
  readonly design: Design;
  readonly controls: Readonly<Record<string, Broken>>;
}[] = [
  { claim: 'a normal policy', block: 1, design: { policy: 'gaussian' }, controls: { 'of another σ': { sigma: 0.5 } } },
  {
    claim: 'σ and its entropy learned',
    block: 8,
    design: { policy: 'spread', entropy: 0.1 },
    controls: { 'without the entropy': { entropy: 0 } },
  },
  { claim: 'the entropy of choices', block: 8, design: { entropy: 0.1 }, controls: { 'of half the strength': { entropy: 0.05 } } },
  {
    claim: 'a reward every 5 ticks, λ 0.8',
    block: 8,
    design: { period: 5, trace: 0.8, entropy: 0.1 },
    controls: { 'but tags without λ': { decay: DISCOUNT }, 'a reward one decision early': { late: true } },
  },
];

/** Reward-based e-prop as compiled, on its own spikes and its own actions, against actor-critic in float64 and the Monte-Carlo identity. */
export function rewardRows(backend: Backend): oracle.VerifyRow[] {
  return benches().flatMap((bench) => {
    const subject = { rule: `reward e-prop on ${backend.name}`, neuron: bench.neuron, feedback: 'random' };
    const run = (block: 1 | 8, broken: Broken, credit: 'trace' | 'return', design: Design = {}): number => {
      const found = played(backend, bench, block, design, broken);
      return errorOf(found.gradient, judge(bench, design, found, credit));
    };
    const { network } = bench;
    const [traces, returns] = ['actor-critic on its spikes and actions', 'returns instead of TD errors'];
    return [
      oracle.agree({ ...subject, claim: `${network}: TD errors times tags`, oracle: traces }, run(1, {}, 'trace'), SINGLE),
      oracle.agree({ ...subject, claim: `${network}: the same in blocks`, oracle: traces }, run(8, {}, 'trace'), SINGLE),
      oracle.agree({ ...subject, claim: `${network}: the Monte-Carlo identity`, oracle: returns }, run(1, {}, 'return'), SINGLE),
      oracle.differ({ ...subject, claim: `${network}: tags that decay by 0.9`, oracle: traces }, run(1, { decay: 0.9 }, 'trace'), SINGLE),
      oracle.differ({ ...subject, claim: `${network}: another cost of the value`, oracle: traces }, run(8, { cost: 0.4 }, 'trace'), SINGLE),
      oracle.differ(
        { ...subject, claim: `${network}: a value after the end`, oracle: traces },
        run(1, { lastDiscount: DISCOUNT }, 'trace'),
        SINGLE,
      ),
      oracle.differ(
        { ...subject, claim: `${network}: credit in every tick`, oracle: traces },
        run(1, { everyTick: true }, 'trace'),
        SINGLE,
      ),
      oracle.differ(
        { ...subject, claim: `${network}: a reward one tick early`, oracle: returns },
        run(1, { late: true }, 'return'),
        SINGLE,
      ),
      ...designs.flatMap(({ claim, block, design, controls }) => [
        oracle.agree({ ...subject, claim: `${network}: ${claim}`, oracle: traces }, run(block, {}, 'trace', design), SINGLE),
        ...Object.entries(controls).map(([what, broken]) =>
          oracle.differ(
            { ...subject, claim: `${network}: ${claim}, ${what}`, oracle: traces },
            run(block, broken, 'trace', design),
            SINGLE,
          ),
        ),
      ]),
    ];
  });
}
