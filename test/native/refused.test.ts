import test from 'ava';
import { type Op, type OpName, opNames, opTable, type Region, type TopologyRegion } from '../../runtime/program/ops.ts';
import type { Program } from '../../runtime/program/program.ts';
import { nativeTargets } from './backends.ts';
import { opProgram } from './op-cases.ts';

const [backend] = nativeTargets();
const native = backend === undefined ? test.skip : test;

/** A program whose one op has other operands. */
function altered(program: Program, change: (operands: Record<string, Region | TopologyRegion | number>) => void): Program {
  const [op] = program.ops.forward;
  const operands = { ...op!.operands } as Record<string, Region | TopologyRegion | number>;
  change(operands);
  return { ...program, ops: { ...program.ops, forward: [{ name: op!.name, operands } as unknown as Op] } };
}

const sample = (name: OpName): Program => opProgram(name, 17, 33, 'ordinary', 1);
const refuses = (program: Program): RegExp | string => {
  try {
    backend!.load(program).dispose();
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};

native('every op is accepted as it is', (t) => {
  for (const name of opNames) t.is(refuses(sample(name)), 'accepted', name);
});

native('a region beyond the arena, inside the header, off the line or over another one is refused, for every region of every op', (t) => {
  for (const name of opNames) {
    const program = sample(name);
    const regions = Object.entries(opTable[name].operands).filter(([, kind]) => kind === 'region');
    for (const [index, [operand]] of regions.entries()) {
      const change = (edit: Partial<Region>) =>
        refuses(
          altered(program, (operands) => {
            operands[operand] = { ...(operands[operand] as Region), ...edit };
          }),
        );
      const last = Math.floor(program.length / 16) * 16;
      t.regex(String(change({ offset: last, length: 64 })), new RegExp(`\\(${name}\\): ${operand} within the arena`));
      t.regex(String(change({ offset: 2 ** 32 - 16, length: 64 })), /within the arena/);
      t.regex(String(change({ length: 2 ** 32 - 1 })), /within the arena/);
      t.regex(String(change({ offset: 0 })), /behind the header/);
      t.regex(String(change({ offset: 40 })), /on a line/);
      if (index > 0) {
        const [other] = regions[0]!;
        const over = (program.ops.forward[0]!.operands as unknown as Record<string, Region>)[other]!;
        t.regex(
          String(change({ offset: over.offset, length: Math.max(1, over.length) })),
          /apart from the op's other regions/,
          `${name}.${operand}`,
        );
      }
    }
  }
});

native('a region too short for its op is refused, for every region of every op that needs one', (t) => {
  // These take the length of the region as the number of elements, so a short one is only a smaller op.
  const sets: Partial<Record<OpName, string>> = {
    clear: 'target',
    filter: 'filtered',
    sgd: 'weights',
    adam: 'weights',
    credit_adam: 'weights',
    adamax: 'weights',
    rmaxprop: 'weights',
    decay: 'weights',
    bounds: 'weights',
    credit: 'gradient',
    credit_nodes: 'gradient',
    credit_trace: 'gradient',
    average: 'weights',
    square_sum: 'x',
  };
  for (const name of opNames) {
    for (const [operand, kind] of Object.entries(opTable[name].operands)) {
      if (kind !== 'region' || sets[name] === operand) continue;
      const program = altered(sample(name), (operands) => {
        operands[operand] = { ...(operands[operand] as Region), length: 0 };
      });
      t.regex(String(refuses(program)), /of at least \d+ words, got 0|column < 0|below 0|within their region/, `${name}.${operand}`);
    }
  }
});

native('counts beyond their regions are refused, for every count of every op', (t) => {
  // A delay is taken from a ring, a stride of 0 repeats one row, signs count and read nothing, a seed and a number of passes may be any; the rest multiply into the arena.
  for (const name of opNames) {
    for (const [operand, kind] of Object.entries(opTable[name].operands)) {
      const seeds =
        name.startsWith('choose') || name === 'spike_escape' || name.startsWith('perturb_') || name.startsWith('credit_weights');
      const free = name === 'signs' ? operand !== 'n' : (seeds && (operand === 'seed' || operand === 'group')) || operand === 'passes';
      if (kind !== 'count' || free) continue;
      for (const value of [2 ** 32 - 1, 2 ** 31, 2 ** 20]) {
        const program = altered(sample(name), (operands) => {
          operands[operand] = value;
        });
        t.regex(String(refuses(program)), /required/, `${name}.${operand} = ${value}`);
      }
    }
  }
});

native('a ring has a power of two of rows, more than its delay', (t) => {
  const ring = (edit: Record<string, number>) => String(refuses(altered(sample('trace'), (operands) => Object.assign(operands, edit))));
  t.regex(ring({ rows: 3, delay: 0 }), /rows a power of two/);
  t.regex(ring({ rows: 0 }), /rows a power of two/);
  t.regex(ring({ delay: 4 }), /delay < rows/);
  t.regex(ring({ stride: 8 }), /stride of whole lines/);
  t.regex(ring({ stride: 16 }), /a row of n values within stride/);
});

native('stored synapses have ascending row starts and ascending columns inside the population', (t) => {
  const stored = (change: (topology: Uint32Array, rowStart: number, column: number) => void): string => {
    const program = sample('propagate_sparse');
    const { rowStart, column } = program.ops.forward[0]!.operands as unknown as Record<'rowStart' | 'column', TopologyRegion>;
    const topology = program.topology.slice();
    change(topology, rowStart.offset, column.offset);
    return String(refuses({ ...program, topology }));
  };
  const flood = 2 ** 32 - 1;
  t.regex(
    stored((topology, rowStart) => void topology.fill(flood, rowStart + 17, rowStart + 18)),
    /ascending rowStart within column/,
  );
  t.regex(
    stored((topology, rowStart) => void topology.fill(60, rowStart, rowStart + 1)),
    /ascending/,
  );
  t.regex(
    stored((topology, rowStart) => void topology.fill(0, rowStart + 3, rowStart + 4)),
    /ascending rowStart/,
  );
  t.regex(
    stored((topology, _, column) => void topology.fill(48, column + 4, column + 5)),
    /column < 48|ascending columns/,
  );
  t.regex(
    stored((topology, _, column) => void topology.fill(flood, column + 4, column + 5)),
    /column < 48/,
  );
  t.regex(
    stored((topology, _, column) => void topology.copyWithin(column + 2, column + 1, column + 2)),
    /ascending columns in a row/,
  );
});

native('the sizes of a convolution go together', (t) => {
  const grid = (at: number, value: number): string => {
    const program = sample('rank_one_convolution');
    const { grid } = program.ops.forward[0]!.operands as unknown as { grid: TopologyRegion };
    const topology = program.topology.slice();
    topology[grid.offset + at] = value;
    return String(refuses({ ...program, topology }));
  };
  // Three maps of 6 × 7 under kernels of 2 × 4, moved by 2 × 3 with a padding of 2 × 1.
  for (const [at, value, reason] of [
    [0, 0, /1 to 32768/],
    [5, 0, /1 to 32768/],
    [8, 2 ** 16, /padding of at most 32768/],
    [3, 11, /a kernel within the padded input/],
    [10, 6, /the side that the output of a convolution has/],
    [11, 1, /the side that the output of a convolution has/],
    [9, 49, /channels within cStride/],
    [0, 3000, /trace of at least 126000 words/],
  ] as const)
    t.regex(grid(at, value), reason, `word ${at} = ${value}`);
});

native('an event tape outside the arena is refused', (t) => {
  const program = sample('clear');
  const moved = (offset: number): string => String(refuses({ ...program, eventTape: { ...program.eventTape, offset } }));
  t.regex(moved(program.length - 2), /event tape/);
  t.regex(moved(2 ** 32 - 1), /event tape/);
  t.regex(moved(0), /event tape/);
});

native('a run longer than the tapes is refused, and so is one after dispose()', (t) => {
  const executable = backend!.load(sample('clear'));
  t.throws(() => executable.run(6), { instanceOf: RangeError, message: /at most maxTicks ticks required/ });
  t.is(executable.run(5), 0);
  executable.dispose();
  t.throws(() => executable.run(1), { instanceOf: RangeError, message: /disposed/ });
});
