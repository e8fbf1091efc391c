import { decay as exactDecay } from '../../exact.ts';
import type { Keep } from '../../learning/rule.ts';
import type { NeuronModel } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';
import { seen } from './late.ts';
import { membraneOf, scaleOf } from './populations.ts';

/** What one state variable of a neuron keeps and passes on, at every tick of learning; (n) each. */
export interface StateSlopes {
  /** A: from itself, a tick before */
  readonly carry: Region;
  /** R: from the neuron's own output, a tick before; undefined where it is 0 or dropped */
  readonly back: Region | undefined;
  /** C: to the output */
  readonly slope: Region;
  /** B: from a gate; a gate that is missing does not feed this state */
  readonly drives: Readonly<Record<string, Region>>;
}

/**
 * A population's Jacobian, neuron by neuron: s ← A s + R y(t−1) + B I, y ← C s + E I. Every trace, and every signal that passes through a population, is
 * made of these.
 */
export interface Linearization {
  readonly states: readonly StateSlopes[];
  /** E: from a gate to the output, past the state */
  readonly direct: Readonly<Record<string, Region>>;
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
    case 'alif': {
      const { alpha, scale, threshold } = membraneOf(neuron, dt);
      const zero = neuron.reset === 'zero';
      const psi = region('surrogate');
      const membrane: StateSlopes = {
        carry: zero && keep.reset ? region('carry') : same('carry', alpha),
        back: keep.reset ? (zero ? region('back') : same('back', -threshold)) : undefined,
        slope: psi,
        drives: { input: same('drive', scale) },
      };
      if (neuron.kind === 'lif' || !keep.adaptation) return { states: [membrane], direct: {}, fixed };
      const rho = exactDecay(dt, neuron.tauAdapt);
      const against = declared('againstAdaptation', ({ name }) => {
        const beta = typeof neuron.beta === 'number' ? new Array<number>(n).fill(neuron.beta) : neuron.beta;
        builder.onInitialize((arena) =>
          arena.write(
            name,
            beta.map((strength) => -strength),
          ),
        );
      });
      const slope = declared('adaptationSlope', (p) => builder.emit('learn', 'multiply', { n, a: against, b: psi, p }));
      const adaptation: StateSlopes = { carry: same('carry', rho), back: same('back', scaleOf(neuron.adaptScale, rho)), slope, drives: {} };
      return { states: [membrane, adaptation], direct: {}, fixed };
    }
    case 'rate': {
      const gain = neuron.discretization === 'exact' ? 1 - exactDecay(dt, neuron.tau) : dt / neuron.tau;
      const current = region('current');
      const input =
        neuron.activation === 'linear'
          ? same('drive', gain)
          : declared('drive', (drive) =>
              builder.emit('learn', neuron.activation === 'tanh' ? 'slope_tanh' : 'slope_relu', { n, current, drive, gain }),
            );
      return {
        states: [{ carry: same('carry', 1 - gain), back: undefined, slope: same('slope', 1), drives: { input } }],
        direct: {},
        fixed,
      };
    }
    case 'snu': {
      const slope = region('slope');
      const input = neuron.activation === 'relu' ? region('drive') : same('drive', 1);
      const back = keep.reset ? region('back') : undefined;
      return { states: [{ carry: region('carry'), back, slope, drives: { input } }], direct: { output: slope }, fixed };
    }
    case 'gru': {
      const [reset, update] = [region('driveReset'), region('driveUpdate')];
      const [candidate, memory] = [region('driveCandidate'), region('driveMemory')];
      return {
        states: [{ carry: region('carry'), back: undefined, slope: same('slope', 1), drives: { reset, update, candidate, memory } }],
        direct: {},
        fixed,
      };
    }
    case 'lstm': {
      const [input, forget, cell] = [region('driveInput'), region('driveForget'), region('driveCell')];
      const state: StateSlopes = { carry: region('carry'), back: undefined, slope: region('slope'), drives: { input, forget, cell } };
      return { states: [state], direct: { output: region('direct') }, fixed };
    }
    case 'integrator': {
      const kappa = exactDecay(dt, neuron.tau);
      return {
        states: [
          {
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
