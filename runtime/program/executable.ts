import { raise } from '../errors.ts';
import { channelsFirst } from '../network/convolution.ts';
import type { Initial, Network } from '../network/network.ts';
import { hashWords, header, printHash, RATE_FACTOR } from './arena.ts';
import type { Executable, Program } from './program.ts';

/** Fingerprint of everything the future depends on: state, traces, weights, optimizer state, counters. */
export const fingerprint = (executable: Executable): string => printHash(stateHash(executable));

/** The {@link fingerprint} as a number (its 32 bits, signed): what a tick can take without an allocation. */
export function stateHash({ arena, program, settle }: Executable): number {
  settle();
  return hashWords(arena.words, program.stateLength);
}

/** Ticks run since the start. */
export const tickOf = ({ arena }: Executable): number => arena.words[header.tick]!;

/** Weight updates made since the start. */
export const updatesOf = ({ arena }: Executable): number => arena.words[header.updates]!;

/**
 * Folds the ticks since the last fold into traces and gradients: what an update or a label does by itself. Exact, but where a
 * block ends decides the order of its sums, so later bits differ from those of a run without this call.
 */
export function fold({ arena, run, settle }: Executable): void {
  const learning = arena.words[header.learning]!;
  arena.words[header.learning] = 0;
  run(0);
  settle();
  arena.words[header.learning] = learning;
}

/**
 * Switches learning. Switching it off folds what is left of a block; switching it on clears every trace and gradient, so that
 * nothing from before the pause teaches.
 */
export function setLearning(executable: Executable, on: boolean): void {
  const { arena, program } = executable;
  const before = arena.words[header.learning] !== 0;
  if (!on) fold(executable);
  arena.words[header.learning] = on ? 1 : 0;
  if (!on || before) return;
  executable.settle();
  for (const { name } of program.traces) arena.view(name).fill(0);
  arena.words[header.sinceUpdate] = 0;
}

/**
 * Sets the factor f on every learning rate, η ← f·η(n), from the next update on; 1 is what the description says, 0 moves no weight. It is part of the state:
 * saved with it, and in its fingerprint. Throws ERR_OUT_OF_RANGE where f is negative or not finite.
 */
export function setLearningRate({ arena, program, settle }: Executable, factor: number): void {
  if (!(factor >= 0 && factor < Number.POSITIVE_INFINITY))
    raise('ERR_OUT_OF_RANGE', { path: 'factor', bound: '≥ 0 and finite', value: factor, remedy: 'give a factor on the learning rate' });
  settle();
  for (const [name, { offset }] of program.regions) if (name.endsWith('.optimizer')) arena.doubles[offset / 2 + RATE_FACTOR] = factor;
}

/** Copies the weights of projections with the same name and the same synapses; 'average' takes the running average where one is kept. */
export function copyWeights(from: Executable, to: Executable, which: 'learning' | 'average'): void {
  from.settle();
  to.settle();
  for (const [name, regions] of from.program.weights) {
    const target = to.program.weights.get(name);
    if (target === undefined || !sameSynapses(from.program, to.program, name)) continue;
    const newest = regions.next ?? regions.acting;
    const source = from.arena.view(which === 'average' ? (regions.average ?? newest) : newest);
    to.arena.view(target.acting).set(source);
    if (target.next !== undefined) to.arena.view(target.next).set(source);
  }
}

/**
 * The description with the weights that an executable has by now, inline, those of feedbacks too: what `compile` takes to go on with, and what JSON keeps
 * to the last bit. 'average' takes the running average where one is kept. A weight too small for a normal float32 becomes 0.
 */
export function describeWeights({ arena, program, settle }: Executable, which: 'learning' | 'average' = 'learning'): Network {
  settle();
  const { network } = program;
  const inline = (values: ArrayLike<number>): Initial => ({
    kind: 'inline',
    values: Array.from(values, (value) => (Math.abs(value) < 2 ** -126 ? 0 : value)),
  });
  const weightOf = (name: string): Initial => {
    const { acting, next, average, stored, shared } = program.weights.get(name)!;
    const values = arena.copy((which === 'average' ? average : undefined) ?? next ?? acting);
    if (shared !== undefined) return inline(channelsFirst(values, shared.channels));
    if (stored === undefined) return inline(values);
    const described = new Float32Array(values.length);
    for (const [k, place] of stored.source.entries()) described[place] = values[k]!;
    return inline(described);
  };
  const each = <Entry>(entries: Readonly<Record<string, Entry>>, weight: (name: string) => Initial) =>
    Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, { ...entry, weight: weight(name) }]));
  return {
    ...network,
    projections: each(network.projections, weightOf),
    ...(network.feedbacks && { feedbacks: each(network.feedbacks, (name) => inline(arena.copy(`${name}.weights`))) }),
  };
}

function sameSynapses(a: Program, b: Program, name: string): boolean {
  const [one, other] = [a.regions.get(`${name}.weights`)!, b.regions.get(`${name}.weights`)!];
  const [{ stored, shared }, { stored: wanted, shared: grid }] = [a.weights.get(name)!, b.weights.get(name)!];
  return (
    JSON.stringify(shared) === JSON.stringify(grid) &&
    one.rows === other.rows &&
    one.columns === other.columns &&
    equal(stored?.rowStart, wanted?.rowStart) &&
    equal(stored?.column, wanted?.column)
  );
}

const equal = (a: Uint32Array | undefined, b: Uint32Array | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.length === b.length && a.every((value, index) => value === b[index]));
