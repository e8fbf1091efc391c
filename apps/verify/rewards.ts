import {
  type Backend,
  compile,
  events,
  type Integrator,
  integrator,
  type Network,
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
const decides = (tick: number): boolean => tick % 10 === 9;
const rewardOf = (tick: number): number => (tick % 20 === 19 ? 1 : 0);

/** What a control breaks. */
interface Broken {
  readonly decay?: number;
  readonly cost?: number;
  readonly lastDiscount?: number;
  readonly everyTick?: boolean;
  readonly late?: boolean;
}

const valueWeights = ({ neurons }: oracle.Model): Float64Array => Float64Array.from({ length: neurons }, (_, j) => 0.3 * Math.cos(0.7 * j));
const valueFeedback = ({ neurons }: oracle.Model): Float64Array =>
  Float64Array.from({ length: neurons }, (_, j) => Math.sin(1.1 * j + 0.5));

/** The network of a bench with its readout as a policy and a value beside it; tags decay by γ alone, as the oracle has them. */
function actingNetwork(bench: Bench, block: 1 | 8, { decay = DISCOUNT, cost = COST }: Broken): Network {
  const { model } = bench;
  const network = describe(model, { feedback: 'random' });
  const out = network.populations['out']!;
  const optimizer = { kind: 'sgd', rate: 1 } as const;
  const readout = out.neuron as Integrator;

  const inline = (values: Float64Array) => ({ kind: 'inline', values: Array.from(values) }) as const;
  const shared = { value: 'value', decay, optimizer };
  const name = Object.keys(network.feedbacks!)[0]!;
  const hidden = rewardEprop({ ...shared, through: { feedback: 'valuation' }, policies: [{ from: 'out', through: { feedback: name } }] });
  const { wIn, wRec, wOut } = projectionOf;
  const { projections } = network;
  return {
    ...network,
    populations: {
      ...network.populations,
      out: { ...out, neuron: { ...readout, loss: { kind: 'softmax' } } },
      value: { size: 1, neuron: { ...readout, loss: { kind: 'value', cost } } },
    },
    projections: {
      [wIn]: { ...projections[wIn]!, plasticity: hidden },
      [wRec]: { ...projections[wRec]!, plasticity: hidden },
      [wOut]: { ...projections[wOut]!, plasticity: rewardReadout({ ...shared, from: 'out' }) },
      worth: {
        pre: 'rec',
        post: 'value',
        connectivity: { kind: 'dense' },
        weight: inline(valueWeights(model)),
        delay: 0,
        plasticity: rewardReadout({ ...shared, from: 'value' }),
      },
    },
    feedbacks: { ...network.feedbacks, valuation: { from: 'value', to: 'rec', weight: inline(valueFeedback(model)) } },
    learning: { update: 'episode', block },
  };
}

/** Plays a trial with a reward at every tick, one tick more than it has, and reads gradient, spikes and actions. */
function played(backend: Backend, bench: Bench, block: 1 | 8, broken: Broken = {}) {
  const { model, trial } = bench;
  const { ticks, inputs } = trial;
  const executable = backend.load(compile(actingNetwork(bench, block, broken), { maxTicks: 1 }));
  const { arena, program } = executable;
  const view = (name: string): Float32Array => arena.view(name);
  const n = model.neurons;
  const recording = { z: new Float64Array(ticks * n), psi: new Float64Array(ticks * n) };
  const actions: (number | undefined)[] = [];
  for (let t = 0; t <= ticks; t++) {
    view('in.input').fill(0);
    if (t < ticks) view('in.input').set(inputs.subarray(t * model.inputs, (t + 1) * model.inputs));
    const deciding = broken.everyTick === true || decides(t);
    view('out.choose')[0] = decides(t) ? 1 : 0;
    view('out.importance')[0] = deciding ? 1 : 0;
    view('value.importance')[0] = 1;
    view('reward').set([rewardOf(broken.late ? t : t - 1), t < ticks ? DISCOUNT : (broken.lastDiscount ?? 0)]);
    arena.words[program.eventTape.offset] = events.label;
    executable.run(1);
    if (t === ticks) break;
    const ring = program.regions.get('rec.value')!;
    const row = (t & (ring.rows - 1)) * ring.stride;
    for (let j = 0; j < n; j++) {
      recording.z[t * n + j] = view('rec.value')[row + j]!;
      recording.psi[t * n + j] = view('rec.surrogate')[j]!;
    }
    actions.push(decides(t) ? view('out.action')[0]! : undefined);
  }
  const { wRec, wOut } = readMatrices(executable, 'gradient');
  const value = Float64Array.from(arena.copy('worth.gradient'));
  executable.dispose();
  return { recording, actions, gradient: { wRec: wRec.map((g, s) => (model.connected[s] === 1 ? g : 0)), policy: wOut, value } };
}

function judge(bench: Bench, { recording, actions }: ReturnType<typeof played>, credit: 'trace' | 'return'): oracle.ActorCriticGradient {
  const { model, trial } = bench;
  const activity = oracle.forward(model, trial, { forced: recording });
  const setting: oracle.ActorCritic = {
    value: valueWeights(model),
    policyFeedback: model.feedback,
    valueFeedback: valueFeedback(model),
    action: (t) => actions[t],
    reward: rewardOf,
    discount: DISCOUNT,
    valueCost: COST,
  };
  return oracle.actorCritic(model, activity, setting, { credit });
}

const errorOf = (found: ReturnType<typeof played>['gradient'], wanted: oracle.ActorCriticGradient): number =>
  Math.max(...(['wRec', 'policy', 'value'] as const).map((name) => oracle.relativeDifference(found[name], wanted[name])));

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

/** Reward-based e-prop as compiled, on its own spikes and its own actions, against actor-critic in float64 and the Monte-Carlo identity. */
export function rewardRows(backend: Backend): oracle.VerifyRow[] {
  return benches().flatMap((bench) => {
    const subject = { rule: `reward e-prop on ${backend.name}`, neuron: bench.neuron, feedback: 'random' };
    const run = (block: 1 | 8, broken: Broken, credit: 'trace' | 'return'): number => {
      const found = played(backend, bench, block, broken);
      return errorOf(found.gradient, judge(bench, found, credit));
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
    ];
  });
}
