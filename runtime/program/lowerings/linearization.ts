import { decay as exactDecay } from '../../exact.ts';
import type { Keep } from '../../learning/rule.ts';
import type { Alif, Lif, NeuronModel, StateName } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import { seen } from './late.ts';
import { membraneOf, scaleOf, synapseOf } from './leaks.ts';

/** What one state variable of a neuron keeps and passes on, at every tick of learning; (n) each. */
export interface StateSlopes {
  readonly name: StateName;
  /** A: from itself, a tick before */
  readonly carry: Region;
  /** R: from the neuron's own output, a tick before; undefined where it is 0 or dropped */
  readonly back: Region | undefined;
  /** C: to the output; undefined where it reaches the output through another state alone */
  readonly slope: Region | undefined;
  /** B: from a gate; a gate that is missing does not feed this state */
  readonly drives: Readonly<Record<string, Region>>;
  /** F: from other states */
  readonly feeds?: readonly Feed[];
}

/** From another state, by its place in the list: of the same tick where that comes earlier, of the tick before where it comes later. */
export interface Feed {
  readonly from: number;
  readonly slope: Region;
}

/** y(t) = I(t − lag) of a gate, `lag` (n) within 0 … longest. */
export interface Delayed {
  readonly gate: string;
  readonly lag: Region;
  readonly longest: number;
}

/**
 * A population's Jacobian, neuron by neuron: s ← A s + R y(t−1) + B I + F s′, y ← C s + E I. Every trace, and every signal that passes through a population, is
 * made of these.
 */
export interface Linearization {
  readonly states: readonly StateSlopes[];
  /** E: from a gate to the output, past the state */
  readonly direct: Readonly<Record<string, Region>>;
  /** a gate that reaches the output after a delay of each neuron's own, and by no other way */
  readonly delayed?: Delayed;
  /** those among all of these that no op writes */
  readonly fixed: ReadonlySet<Region>;
}

/** The same number for every neuron, in one role: an op's operands must not overlap, so equal numbers in two roles have two regions. */
export function constantRegion(builder: Builder, population: string, n: number, role: string, value: number): Region {
  const name = `${population}.${role}.${Math.fround(value)}`;
  return builder.find(name) ?? builder.reserve(name, 1, n, value);
}

/** Declares what the ops of a population do not already write, and returns all of it, less what `keep` drops. */
export function linearize(
  builder: Builder,
  population: string,
  neuron: NeuronModel,
  keep: Pick<Keep, 'adaptation' | 'reset'>,
): Linearization {
  const n = builder.network.populations[population]!.size;
  const { dt } = builder.network;
  const fixed = new Set<Region>();
  const same = (role: string, value: number): Region => {
    const constant = constantRegion(builder, population, n, role, value);
    fixed.add(constant);
    return constant;
  };
  const region = (role: string): Region => seen(builder, builder.find(`${population}.${role}`)!);
  /** A region written at every tick of learning, declared by whoever asks first. */
  const declared = (role: string, emit: (region: Region) => void): Region => {
    const existing = builder.find(`${population}.${role}`);
    if (existing !== undefined) return existing;
    const made = builder.reserve(`${population}.${role}`, 1, n);
    emit(made);
    return made;
  };
  switch (neuron.kind) {
    case 'lif':
    case 'alif':
      return { ...spikingSlopes(builder, population, n, neuron, keep, same, declared), fixed };
    case 'rate': {
      if (builder.find(`${population}.current.tau`) !== undefined) {
        const { activation } = neuron;
        const [gain, slower, current] = [region('gain'), region('slower'), region('current')];
        const slope = (): Region =>
          declared('activationSlope', (drive) =>
            builder.emit('learn', activation === 'tanh' ? 'slope_tanh' : 'slope_relu', { n, current, drive, gain: 1 }),
          );
        const input =
          activation === 'linear' ? gain : declared('drive', (p) => builder.emit('learn', 'multiply', { n, a: gain, b: slope(), p }));
        return {
          states: [{ name: 'state', carry: region('kept'), back: undefined, slope: same('slope', 1), drives: { input, tau: slower } }],
          direct: {},
          fixed,
        };
      }
      const gain = neuron.discretization === 'exact' ? 1 - exactDecay(dt, neuron.tau) : dt / neuron.tau;
      const current = region('current');
      const input =
        neuron.activation === 'linear'
          ? same('drive', gain)
          : declared('drive', (drive) =>
              builder.emit('learn', neuron.activation === 'tanh' ? 'slope_tanh' : 'slope_relu', { n, current, drive, gain }),
            );
      return {
        states: [{ name: 'state', carry: same('carry', 1 - gain), back: undefined, slope: same('slope', 1), drives: { input } }],
        direct: {},
        fixed,
      };
    }
    case 'delayLine': {
      const lag = builder.find(`${population}.current.delay`) ?? builder.find(`${population}.delay`)!;
      return { states: [], direct: { delay: region('slope') }, delayed: { gate: 'input', lag, longest: neuron.longest }, fixed };
    }
    case 'snu': {
      const slope = region('slope');
      const input = neuron.activation === 'relu' ? region('drive') : same('drive', 1);
      const back = keep.reset ? region('back') : undefined;
      return { states: [{ name: 'state', carry: region('carry'), back, slope, drives: { input } }], direct: { output: slope }, fixed };
    }
    case 'gru': {
      const [reset, update] = [region('driveReset'), region('driveUpdate')];
      const [candidate, memory] = [region('driveCandidate'), region('driveMemory')];
      return {
        states: [
          { name: 'state', carry: region('carry'), back: undefined, slope: same('slope', 1), drives: { reset, update, candidate, memory } },
        ],
        direct: {},
        fixed,
      };
    }
    case 'lstm': {
      const [input, forget, cell] = [region('driveInput'), region('driveForget'), region('driveCell')];
      const state: StateSlopes = {
        name: 'state',
        carry: region('carry'),
        back: undefined,
        slope: region('slope'),
        drives: { input, forget, cell },
      };
      return { states: [state], direct: { output: region('direct') }, fixed };
    }
    case 'integrator': {
      const kappa = exactDecay(dt, neuron.tau);
      return {
        states: [
          {
            name: 'state',
            carry: same('carry', kappa),
            back: undefined,
            slope: same('slope', 1),
            drives: { input: same('drive', scaleOf(neuron.inputScale, kappa)) },
          },
        ],
        direct: {},
        fixed,
      };
    }
    default:
      throw new RangeError(`a population of kind ${neuron.kind} has no state`);
  }
}

/** Membrane, synaptic current and adaptation, in the order in which a tick has them. */
function spikingSlopes(
  builder: Builder,
  population: string,
  n: number,
  neuron: Lif | Alif,
  keep: Pick<Keep, 'adaptation' | 'reset'>,
  same: (role: string, value: number) => Region,
  declared: (role: string, emit: (region: Region) => void) => Region,
): Pick<Linearization, 'states' | 'direct'> {
  const { dt } = builder.network;
  const { alpha, scale, threshold } = membraneOf(neuron, dt);
  /** What the ticks write, as the learn phase sees it. */
  const written = (role: string): Region | undefined => {
    const region = builder.find(`${population}.${role}`);
    return region === undefined ? undefined : seen(builder, region);
  };
  /** A decay or gain of each neuron: the ticks write it where a gate feeds the time constant. */
  const each = (gate: string, role: 'decay' | 'gain'): Region | undefined =>
    builder.find(`${population}.current.${gate}`) === undefined ? undefined : written(`${gate}.${role}`);
  const psi = written('surrogate')!;
  const { synapse, reset } = neuron;
  const adaptive = neuron.kind === 'alif' && keep.adaptation;
  const byLevel = neuron.kind === 'alif' && reset === 'level';
  const late = synapse?.order === 'tickBefore';
  const order: Exclude<StateName, 'state'>[] = [
    ...(synapse !== undefined && !late ? (['current'] as const) : []),
    ...(adaptive && byLevel ? (['adaptation'] as const) : []),
    'membrane',
    ...(adaptive && !byLevel ? (['adaptation'] as const) : []),
    ...(synapse !== undefined && late ? (['current'] as const) : []),
  ];
  const times = (role: string, a: Region, b: Region): Region => declared(role, (p) => builder.emit('learn', 'multiply', { n, a, b, p }));
  const against = (): Region =>
    declared('againstAdaptation', ({ name }) => {
      const { beta } = neuron as Alif;
      const strengths = typeof beta === 'number' ? new Array<number>(n).fill(beta) : beta;
      builder.onInitialize((arena) =>
        arena.write(
          name,
          strengths.map((strength) => -strength),
        ),
      );
    });
  const gain = each('tauMem', 'gain') ?? same('drive', scale);
  const feeds: Feed[] = [];
  if (synapse !== undefined) feeds.push({ from: order.indexOf('current'), slope: gain });
  if (adaptive && byLevel && keep.reset)
    feeds.push({ from: order.indexOf('adaptation'), slope: times('levelSlope', against(), written('spiked')!) });
  const slower = written('tauMem.slope');
  const back = (): Region | undefined => {
    if (reset === 'none') return undefined;
    if (reset === 'zero') return written('back')!;
    return byLevel ? times('againstLevel', written('threshold')!, same('minus', -1)) : same('back', -threshold);
  };
  const states: Record<Exclude<StateName, 'state'>, () => Omit<StateSlopes, 'name'>> = {
    membrane: () => ({
      carry: reset === 'zero' && keep.reset ? written('carry')! : (each('tauMem', 'decay') ?? same('carry', alpha)),
      back: keep.reset ? back() : undefined,
      slope: psi,
      drives: { ...(synapse === undefined && { input: gain }), ...(slower && { tauMem: slower }) },
      feeds,
    }),
    current: () => {
      const { beta, gain: b } = synapseOf(neuron, dt);
      return { carry: same('carry', beta), back: undefined, slope: undefined, drives: { input: same('intoCurrent', b) } };
    },
    adaptation: () => {
      const { tauAdapt, adaptScale } = neuron as Alif;
      const rho = exactDecay(dt, tauAdapt);
      const slowerStill = written('tauAdapt.slope');
      return {
        carry: each('tauAdapt', 'decay') ?? same('carry', rho),
        back: each('tauAdapt', 'gain') ?? same('back', scaleOf(adaptScale, rho)),
        slope: times('adaptationSlope', against(), psi),
        drives: slowerStill === undefined ? {} : { tauAdapt: slowerStill },
      };
    },
  };
  return { states: order.map((name) => ({ name, ...states[name]() })), direct: { output: psi } };
}
