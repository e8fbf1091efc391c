import { raise } from '../errors.ts';
import type { Builder } from './builder.ts';
import type { Op, Region } from './ops.ts';
import type { Phase } from './program.ts';

/** What the ticks of the next block go on using while a learner works. */
const ahead: readonly Phase[] = ['forward', 'learn', 'guard'];
/** What a learner does with the block that is full. */
const behind: readonly Phase[] = ['fold', 'update'];

/** How ticks use a region that a learner uses too, by the name of the operand. */
const uses: Readonly<Record<string, 'acts' | 'records' | 'sums' | 'constant'>> = {
  weights: 'acts',
  history: 'records',
  gradient: 'sums',
  sum: 'sums',
  rate: 'sums',
  beta: 'constant',
};

export interface Pipelined {
  /** name of the weights that a learner moves, by the name of those that act */
  readonly next: ReadonlyMap<string, string>;
  /** sums that a learner has taken over */
  readonly taken: readonly Region[];
}

const isRegion = (value: unknown): value is Region => typeof value === 'object' && value !== null && 'name' in value;

/**
 * Parts a program in two that share nothing that changes: the ticks, and a learner that folds one block while the next one
 * runs (`learning.updateDelay: 1`). At each handover the weights made from the block before the last one begin to act, what the
 * last one recorded is copied, and what it summed is taken over; fold and update then work on the copies alone.
 */
export function pipeline(builder: Builder): Pipelined {
  const { ops } = builder;
  if (ops.label.length > 0) {
    raise('ERR_UNSUPPORTED_RULE', {
      path: 'learning.updateDelay',
      what: 'updateDelay 1 with weights taught by labels',
      remedy: "teach every tick (target: 'tick'), or set updateDelay to 0",
    });
  }
  const used = regionsOf(behind.flatMap((phase) => ops[phase]));
  const replaced = new Map<Region, Region>();
  const next = new Map<string, string>();
  const taken: Region[] = [];
  for (const op of ahead.flatMap((phase) => ops[phase])) {
    for (const [operand, region] of Object.entries(op.operands)) {
      if (!isRegion(region) || !used.has(region) || replaced.has(region)) continue;
      const use = uses[operand];
      if (use === undefined) throw new RangeError(`no handover is known for operand '${operand}' of ${op.name}`);
      if (use === 'constant') continue;
      const other = like(builder, `${region.name}.${use === 'acts' ? 'next' : 'last'}`, region);
      replaced.set(region, other);
      if (use === 'acts') {
        builder.emit('handover', 'assign', { x: other, y: region });
        builder.onFit(() => builder.onInitialize((arena) => arena.view(other.name).set(arena.view(region.name))));
        next.set(region.name, other.name);
      } else if (use === 'records') {
        builder.emit('handover', 'assign', { x: region, y: other });
      } else {
        builder.emit('handover', 'drain', { x: region, y: other });
        taken.push(other);
      }
    }
  }
  for (const phase of behind) ops[phase] = ops[phase].map((op) => withRegions(op, replaced));
  return { next, taken };
}

const regionsOf = (ops: readonly Op[]): Set<Region> => new Set(ops.flatMap(({ operands }) => Object.values(operands).filter(isRegion)));

const like = (builder: Builder, name: string, { rows, columns, length }: Region): Region =>
  rows === 1 && length === columns ? builder.reserveFlat(name, length) : builder.reserve(name, rows, columns);

function withRegions({ name, operands }: Op, replaced: ReadonlyMap<Region, Region>): Op {
  const entries = Object.entries(operands).map(([operand, value]) => [operand, isRegion(value) ? (replaced.get(value) ?? value) : value]);
  return { name, operands: Object.fromEntries(entries) } as unknown as Op;
}
