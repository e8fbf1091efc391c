import { raise } from '../../errors.ts';
import type { Keep } from '../../learning/rule.ts';
import { LINE, pad } from '../arena.ts';
import type { Builder } from '../builder.ts';
import type { Region, TopologyRegion } from '../ops.ts';
import { type LearningContext, type LoweredRule, sumOf } from './context.ts';
import { groupTerms, passOn } from './groups.ts';
import { presynaptic } from './late.ts';
import { constantRegion, linearize } from './linearization.ts';
import type { LoweredProjection } from './projections.ts';
import { refuseBounds, refuseEpisodeRates, refuseSharedTraces } from './refusals.ts';
import { lowerSignal } from './signals.ts';

/** Which neurons are kept for the synapses onto each neuron j, ascending; neurons with the same list share it. */
interface Pattern {
  /** per neuron: where its list begins in `kept`, its length, and the row of the neuron itself */
  readonly at: readonly { readonly keptAt: number; readonly count: number; readonly own: number }[];
  readonly kept: Uint32Array;
  readonly region: TopologyRegion;
}

/** One synapse of a projection: presynaptic neuron and index of its weight. */
type Synapse = readonly [pre: number, index: number];

/** The synapses onto each neuron, by presynaptic neuron ascending. */
function synapsesOnto({ pre, post, weights, stored, masked }: LoweredProjection): Synapse[][] {
  const onto: Synapse[][] = Array.from({ length: post }, () => []);
  for (let i = 0; i < pre; i++) {
    if (stored === undefined) {
      for (let j = 0; j < post; j++) if (!masked || i !== j) onto[j]!.push([i, i * weights.stride + j]);
    } else {
      const { rowStart, column } = stored.lists;
      for (let k = rowStart[i]!; k < rowStart[i + 1]!; k++) onto[column[k]!]!.push([i, k]);
    }
  }
  return onto;
}

/** Neurons that the state of j reaches over at most `hops` of the connections `next`, itself first. */
function reach(next: readonly (readonly number[])[], j: number, hops: number): number[] {
  const found = new Set([j]);
  let border = [j];
  for (let hop = 0; hop < hops && border.length > 0; hop++) {
    border = border.flatMap((neuron) => next[neuron]!).filter((neuron) => !found.has(neuron) && found.add(neuron));
  }
  return [...found].sort((a, b) => a - b);
}

function hopsOf({ recurrence }: Keep, n: number): number {
  if (typeof recurrence === 'object') return recurrence.hops;
  return recurrence === 'all' ? n : 0;
}

function patternOf(builder: Builder, n: number, keep: Keep, recurrent: readonly LoweredProjection[]): Pattern {
  const next: number[][] = Array.from({ length: n }, () => []);
  for (const projection of recurrent) {
    for (const [j, synapses] of synapsesOnto(projection).entries()) for (const [i] of synapses) next[i]!.push(j);
  }
  const lists = new Map<string, { keptAt: number; list: readonly number[] }>();
  const kept: number[] = [];
  const hops = hopsOf(keep, n);
  const at = Array.from({ length: n }, (_, j) => {
    const list = reach(next, j, hops);
    const key = list.join();
    let known = lists.get(key);
    if (known === undefined) {
      known = { keptAt: kept.length, list };
      lists.set(key, known);
      for (const neuron of list) kept.push(neuron);
    }
    return { keptAt: known.keptAt, count: list.length, own: list.indexOf(j) };
  });
  const words = Uint32Array.from(kept);
  return { at, kept: words, region: builder.topology(words) };
}

/** The connections of one recurrent projection among kept neurons, by kept row: the row they come from and their weight. */
function edgesOf(builder: Builder, { at, kept }: Pattern, projection: LoweredProjection) {
  const onto = synapsesOnto(projection);
  const edgeAt = new Uint32Array(kept.length + 1);
  const [rows, weights]: [number[], number[]] = [[], []];
  const lists = new Map(at.map(({ keptAt, count }) => [keptAt, count]));
  for (let k = 0; k < kept.length; ) {
    const count = lists.get(k)!;
    const rowOf = new Map(Array.from(kept.subarray(k, k + count), (neuron, row) => [neuron, row]));
    for (let row = 0; row < count; row++) {
      edgeAt[k + row] = rows.length;
      for (const [i, index] of onto[kept[k + row]!]!) {
        const from = rowOf.get(i);
        if (from === undefined) continue;
        rows.push(from);
        weights.push(index);
      }
    }
    k += count;
  }
  edgeAt[kept.length] = rows.length;
  return {
    edgeAt: builder.topology(edgeAt),
    edgeRow: builder.topology(Uint32Array.from(rows)),
    edgeWeight: builder.topology(Uint32Array.from(weights)),
  };
}

/** Projections of a population onto itself that a trace follows. */
export function recurrentOf(rule: LoweredRule, keep: Keep, { projections }: LearningContext): LoweredProjection[] {
  const { post } = rule.lowered.projection;
  if (keep.recurrence === 'none') return [];
  const own = [...projections.values()].filter(({ projection }) => projection.pre === post && projection.post === post);
  const slow = own.find(({ projection }) => projection.delay !== 1);
  for (const lowered of own) refuseSharedTraces(lowered);
  if (slow !== undefined) {
    raise('ERR_UNSUPPORTED_RULE', {
      path: `projections.${rule.lowered.name}.plasticity.terms[0].trace.keep.recurrence`,
      what: `a trace through '${slow.name}', whose delay is ${slow.projection.delay} ticks,`,
      remedy: 'give recurrent projections a delay of 1, or keep no recurrence',
    });
  }
  return own;
}

/**
 * The influence of each synapse on the neurons that `keep` names: P ← A P + R Q + F P′ + B (Σ w Q + x), Q ← C P + E (Σ w Q + x), G += Σ_l L_l F[Q_l]. Everything
 * kept it is RTRL, and OSTL within a layer; within n − 1 hops SnAp-n. Streams at every tick, whatever the block.
 */
export function lowerInfluence(builder: Builder, rule: LoweredRule, context: LearningContext): void {
  const { lowered } = rule;
  const { name, projection, gate, pre, post: n } = lowered;
  const { neuron } = builder.network.populations[projection.post]!;
  refuseEpisodeRates(rule);
  refuseBounds(rule);
  refuseSharedTraces(rule.lowered);
  if (builder.network.learning?.target === 'label') {
    raise('ERR_UNSUPPORTED_RULE', {
      path: 'learning.target',
      what: `labels for '${name}', whose trace keeps the explicit recurrence,`,
      remedy: "give the target at every tick (target: 'tick')",
    });
  }
  const keep = rule.rule.terms[0]!.trace.keep;
  const recurrent = recurrentOf(rule, keep, context);
  const pattern = patternOf(builder, n, keep, recurrent);
  const { states, direct } = linearize(builder, projection.post, neuron, keep);
  const groups = groupTerms(builder, rule.rule);
  const signals = groups.map((group) => lowerSignal(builder, projection.post, group, context));

  const onto = synapsesOnto(lowered);
  const sourceAt = new Uint32Array(n + 1);
  const blocks = new Uint32Array(5 * n);
  let length = 0;
  for (const [j, synapses] of onto.entries()) {
    sourceAt[j + 1] = sourceAt[j]! + synapses.length;
    const { keptAt, count, own } = pattern.at[j]!;
    blocks.set([length, pad(synapses.length), count, keptAt, own], 5 * j);
    length += count * pad(synapses.length);
  }
  const shape = { blocks: builder.topology(blocks), kept: pattern.region };
  const sources = builder.topology(sourceAt);
  const source = builder.topology(Uint32Array.from(onto.flatMap((synapses) => synapses.map(([i]) => i))));
  const synapse = builder.topology(Uint32Array.from(onto.flatMap((synapses) => synapses.map(([, index]) => index))));
  const reserve = (role: string): Region => {
    const region = builder.reserveFlat(`${name}.${role}`, Math.max(length, LINE));
    context.traces.push(region);
    return region;
  };
  const outputs = reserve('output');
  const past =
    Object.keys(direct).length > 0 && (direct[gate] !== undefined || recurrent.some((other) => direct[other.gate] !== undefined));
  const passing = past ? reserve('direct') : undefined;
  const kept = states.map((state, index) => ({ ...state, P: reserve(index === 0 ? 'state' : `state${index}`) }));
  const zero = (): Region => constantRegion(builder, projection.post, n, 'back', 0);

  const spreads = recurrent.map((other) => ({
    gate: other.gate,
    edges: { ...edgesOf(builder, pattern, other), weights: other.weights, outputs },
  }));
  const input = { ...shape, sourceAt: sources, source, pre, ...presynaptic(builder, context.rings, projection) };
  const receive = (drives: Readonly<Record<string, Region>>, target: Region | undefined): void => {
    for (const { gate: fed, edges } of spreads) {
      const drive = drives[fed];
      if (drive !== undefined) builder.emit('learn', 'influence_spread', { ...shape, ...edges, drive, states: target! });
    }
    const drive = drives[gate];
    if (drive !== undefined) builder.emit('learn', 'influence_input', { ...input, drive, states: target! });
  };
  for (const { carry, back, feeds = [], drives, P } of kept) {
    builder.emit('learn', 'influence_carry', { ...shape, carry, back: back ?? zero(), outputs, states: P });
    for (const { from, slope } of feeds) builder.emit('learn', 'influence_feed', { ...shape, slope, from: kept[from]!.P, states: P });
    receive(drives, P);
  }
  receive(direct, passing);
  const shown = kept.filter(({ slope }) => slope !== undefined);
  for (const [index, { slope, P }] of shown.entries()) {
    builder.emit('learn', index === 0 ? 'influence_output' : 'influence_output_add', { ...shape, slope: slope!, states: P, outputs });
  }
  if (passing !== undefined) builder.emit('learn', 'drain', { x: passing, y: outputs });

  for (const [index, group] of groups.entries()) {
    const suffix = index === 0 ? '' : index;
    let seen = outputs;
    if (group.filter !== undefined) {
      const filtered = reserve(`filtered${suffix}`);
      seen = passOn(builder, [], group, filtered, () => reserve(`passed${suffix}`));
      builder.emit('learn', 'filter', { eligibility: outputs, filtered, ...group.filter });
    }
    builder.emit('learn', 'influence_gradient', {
      ...shape,
      sourceAt: sources,
      synapse,
      signal: signals[index]!,
      outputs: seen,
      gradient: sumOf(rule, group.modulated),
    });
  }
}
