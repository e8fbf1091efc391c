import { positionsOf } from '../network/convolution.ts';
import type { Op, OpName, Region, TopologyRegion } from './ops.ts';
import type { Phase, Program } from './program.ts';

/** What learning costs a synapse, read off the compiled program: nothing is measured. */
export interface SynapseCosts {
  readonly synapses: number;
  /** values of traces and their sums that a synapse keeps, mean */
  readonly kept: number;
  /** bytes beside its weight: what it keeps, gradient and optimizer, padding included */
  readonly bytes: number;
  /** ops that walk the synapses while the network learns, in order, summed over projections */
  readonly ops: readonly SynapseOp[];
  /** values visited a synapse and tick: of every op its largest operand, of a sum its terms; ops of a block by its length */
  readonly steps: number;
}

export interface SynapseOp {
  readonly name: OpName;
  readonly phase: 'learn' | 'backward' | 'fold';
  /** values visited a synapse each time it runs */
  readonly steps: number;
}

const isRegion = (value: unknown): value is Region => typeof value === 'object' && value !== null && 'stride' in value;

/** The words of a topology operand. */
export const wordsOf = ({ topology }: Program, { offset, length }: TopologyRegion): Uint32Array =>
  topology.subarray(offset, offset + length);

/** Costs of the synapses of some projections together. Throws a RangeError for a projection that is not there. */
export function synapseCosts(program: Program, projections: readonly string[]): SynapseCosts {
  const parts = projections.map((projection) => costsOf(program, projection));
  const synapses = parts.reduce((sum, part) => sum + part.synapses, 0);
  const mean = (value: (part: (typeof parts)[number]) => number): number => parts.reduce((sum, part) => sum + value(part), 0) / synapses;
  const ops = new Map<string, SynapseOp>();
  for (const part of parts) {
    for (const { name, phase, steps } of part.ops) {
      const key = `${phase} ${name}`;
      ops.set(key, { name, phase, steps: (ops.get(key)?.steps ?? 0) + steps / synapses });
    }
  }
  const list = [...ops.values()];
  const steps = list.reduce((sum, op) => sum + (op.phase === 'fold' ? op.steps / program.block : op.steps), 0);
  return { synapses, kept: mean(({ kept }) => kept), bytes: mean(({ words }) => 4 * words), ops: list, steps };
}

/** The same of one projection, as totals. */
function costsOf(program: Program, projection: string) {
  const weights = program.weights.get(projection);
  if (weights === undefined) throw new RangeError(`no projection '${projection}' is in the program`);
  const synapses = weights.stored?.column.length ?? elements(program.regions.get(weights.acting)!);
  const counts = influenceCounts(program);
  const own = new Map<string, number>();
  const histories = new Set(program.ops.learn.flatMap((op) => (op.name === 'record' ? [op.operands.history.name] : [])));
  const like = program.regions.get(weights.acting)!;
  for (const region of program.regions.values()) {
    if (histories.has(region.name)) continue;
    const values = counts.get(region.name) ?? elements(region);
    // A shared weight has fewer values than its neurons have.
    const alike = weights.shared === undefined ? values >= synapses : region.rows === like.rows && region.columns === like.columns;
    if (region.name.startsWith(`${projection}.`) && region.name !== `${projection}.maps` && alike) own.set(region.name, values);
  }
  const acting = new Set([weights.acting, weights.next, weights.average]);
  const traces = new Set(program.traces.map(({ name }) => name));
  let [kept, words] = [0, 0];
  for (const [name, values] of own) {
    if (acting.has(name)) continue;
    words += program.regions.get(name)!.length;
    if (traces.has(name) && name !== `${projection}.gradient`) kept += values;
  }
  const stepsOf = (op: Op, one: number, all: number): number => {
    if (op.name === 'influence_spread') return spreadTerms(program, op);
    if (weights.shared !== undefined && op.name.endsWith('_convolution')) return all * positionsOf(weights.shared);
    return op.name === 'influence_input' ? one : all;
  };
  const ops = (['learn', 'backward', 'fold'] as const).flatMap((phase) =>
    (program.ops[phase as Phase] as readonly Op[]).flatMap((op) => {
      const regions = Object.values(op.operands).filter((value): value is Region => isRegion(value) && own.has(value.name));
      // A tick reads the weights by itself; what runs backwards reads them once more.
      const learned = regions.filter(({ name }) => phase === 'backward' || !acting.has(name) || op.name.startsWith('descend'));
      if (learned.length === 0) return [];
      return [{ name: op.name, phase, steps: stepsOf(op, synapses, Math.max(...learned.map(({ name }) => own.get(name)!))) }];
    }),
  );
  return { synapses, kept, words, ops };
}

export const elements = ({ rows, columns }: Region): number => rows * columns;

/** Real values of every influence, without the padding of its blocks. */
export function influenceCounts(program: Program): Map<string, number> {
  const counts = new Map<string, number>();
  for (const op of program.ops.learn) {
    if (op.name !== 'influence_gradient') continue;
    const { blocks, sourceAt } = op.operands;
    const [shape, at] = [wordsOf(program, blocks), wordsOf(program, sourceAt)];
    let values = 0;
    for (let j = 0; 5 * j < shape.length; j++) values += shape[5 * j + 2]! * (at[j + 1]! - at[j]!);
    for (const other of program.ops.learn) {
      const operands: Readonly<Record<string, unknown>> = other.operands;
      const { blocks: same } = operands as { blocks?: TopologyRegion };
      if (same?.offset !== blocks.offset) continue;
      for (const role of ['states', 'outputs']) if (isRegion(operands[role])) counts.set(operands[role].name, values);
    }
  }
  for (const op of program.ops.learn) {
    if (op.name !== 'filter') continue;
    const { eligibility, filtered } = op.operands;
    const values = counts.get(eligibility.name);
    if (values !== undefined) counts.set(filtered.name, values);
  }
  return counts;
}

/** Products of one spread: for each neuron that is kept its kept recurrent synapses, once for each synapse that it is kept for. */
export function spreadTerms(program: Program, { operands }: Extract<Op, { name: 'influence_spread' }>): number {
  const [shape, edges] = [wordsOf(program, operands.blocks), wordsOf(program, operands.edgeAt)];
  const gradient = program.ops.learn.find(
    (op) => op.name === 'influence_gradient' && op.operands.blocks.offset === operands.blocks.offset,
  ) as Extract<Op, { name: 'influence_gradient' }>;
  const at = wordsOf(program, gradient.operands.sourceAt);
  let terms = 0;
  for (let j = 0; 5 * j < shape.length; j++) {
    const [count, keptAt] = [shape[5 * j + 2]!, shape[5 * j + 3]!];
    terms += (edges[keptAt + count]! - edges[keptAt]!) * (at[j + 1]! - at[j]!);
  }
  return terms;
}
