import { type Backend, header, type Op, type Program, type Replace, referenceWith, ringRow } from '../../../runtime/index.ts';
import type { Crossbar } from './crossbar.ts';

const isSum = (op: Op): op is Extract<Op, { name: 'propagate_dense' | 'propagate_sparse' }> =>
  op.name === 'propagate_dense' || op.name === 'propagate_sparse';

/** The projection whose weights a region holds. */
const projectionOf = ({ weights }: Program, region: string): string => [...weights].find(([, { acting }]) => acting === region)![0];

/** The reference with the sums of every projection from the arrays that are placed by the time a program is loaded. Programs no cell by itself at load. */
export function withSums(crossbar: Crossbar): Backend {
  const replace: Replace = (op, { arena, floats }, program) => {
    if (!isSum(op)) return undefined;
    const { x, rows, stride, delay, weights, current } = op.operands;
    const projection = projectionOf(program, weights.name);
    const array = crossbar.array(projection);
    const leads = program.ops.forward.find(isSum) === op;
    const [value, sums] = [floats(x), floats(current)];
    let updates = 0;
    return ({ tick }) => {
      if (leads) crossbar.elapse(program.network.dt / 1000);
      if (arena.words[header.updates] !== updates) {
        updates = arena.words[header.updates]!;
        crossbar.follow(projection, arena.floats);
      }
      array.multiply(value, ringRow(tick, delay, rows, stride), sums);
    };
  };
  return referenceWith('crossbar', 'phase-change', replace);
}

/**
 * Chip-in-the-loop: the sums of every projection come from the crossbar, all the rest of the tick (neurons, traces, learning signals, updates) is the readable reference's, and
 * goes on with what the chip gave. Whenever an update has moved the weights, the cells of those that moved enough are programmed before the next sum. So
 * any rule that compiles learns on the chip. Weights written by anyone else take `crossbar.write`.
 */
export const crossbarBackend = (crossbar: Crossbar): Backend => ({
  ...withSums(crossbar),
  load(program) {
    crossbar.place(program);
    const executable = withSums(crossbar).load(program);
    crossbar.write(executable);
    return executable;
  },
});
