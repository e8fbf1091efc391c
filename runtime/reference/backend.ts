import { allocate, createArena, header } from '../program/arena.ts';
import type { Op } from '../program/ops.ts';
import { type Backend, type Executable, events, type Phase, type Program, phases } from '../program/program.ts';
import { backward } from './kernels/backward.ts';
import { cells } from './kernels/cells.ts';
import { coefficients } from './kernels/coefficients.ts';
import { convolution } from './kernels/convolution.ts';
import { delays } from './kernels/delays.ts';
import { euler } from './kernels/euler.ts';
import { fold } from './kernels/fold.ts';
import { influence } from './kernels/influence.ts';
import type { Memory, Moment, Step } from './kernels/kernel.ts';
import { learn } from './kernels/learn.ts';
import { local } from './kernels/local.ts';
import { neurons } from './kernels/neurons.ts';
import { perturbation } from './kernels/perturbation.ts';
import { propagate } from './kernels/propagate.ts';
import { rankOne } from './kernels/rank-one.ts';
import { reward } from './kernels/reward.ts';
import { rls } from './kernels/rls.ts';
import { signals } from './kernels/signals.ts';
import { timing } from './kernels/timing.ts';
import { traces } from './kernels/traces.ts';
import { values } from './kernels/values.ts';

/** Every op of the table, one function each. */
export const kernels = {
  ...values,
  ...propagate,
  ...convolution,
  ...euler,
  ...neurons,
  ...cells,
  ...signals,
  ...traces,
  ...local,
  ...influence,
  ...coefficients,
  ...fold,
  ...backward,
  ...delays,
  ...rankOne,
  ...reward,
  ...timing,
  ...perturbation,
  ...learn,
  ...rls,
};

/** Binds one op to memory. */
export function bind(op: Op, memory: Memory): Step {
  return (kernels[op.name] as (operands: unknown, memory: Memory) => Step)(op.operands, memory);
}

/** What executes an op in the place of the reference; undefined leaves it to the reference. */
export type Replace = (op: Op, memory: Memory, program: Program) => Step | undefined;

/** The readable execution and oracle of the native one: exact, slow, everywhere. */
export const referenceBackend: Backend = referenceWith('reference', 'javascript', () => undefined);

/**
 * The reference, but for the ops that `replace` executes: how a device takes over a part of the tick, and the rest (states, traces, updates) goes on with what
 * it gave. `replace` is asked once an op, at load.
 */
export function referenceWith(name: string, target: string, replace: Replace): Backend {
  return { name, target, load: (program) => loadReference(program, name, target, replace) };
}

function loadReference(program: Program, name: string, target: string, replace: Replace): Executable {
  const arena = createArena(program.regions, program.length, allocate);
  const memory: Memory = {
    arena,
    floats: ({ offset, length }) => arena.floats.subarray(offset, offset + length),
    words: ({ offset, length }) => arena.words.subarray(offset, offset + length),
    doubles: ({ offset, length }) => arena.doubles.subarray(offset >> 1, (offset + length) >> 1),
    halves: ({ offset, length }) => arena.halves.subarray(2 * offset, 2 * (offset + length)),
    topology: ({ offset, length }) => program.topology.subarray(offset, offset + length),
  };
  const steps = Object.fromEntries(
    phases.map((phase) => [phase, program.ops[phase].map((op) => replace(op, memory, program) ?? bind(op, memory))]),
  ) as Record<Phase, Step[]>;
  const eventTape = memory.words(program.eventTape);
  const moment: Moment = { tick: 0, row: 0 };
  const { words } = arena;
  const { update, block } = program;
  const period = typeof update === 'object' ? update.ticks : 0;

  const perform = (list: readonly Step[]): void => {
    for (const step of list) step(moment);
  };

  const runBackwards = (): void => {
    const { row } = moment;
    for (moment.row = Math.min(words[header.sinceFold]!, block) - 1; moment.row >= 0; moment.row--) perform(steps.backward);
    moment.row = row;
  };

  const foldBlock = (): void => {
    perform(steps.handover);
    if (steps.backward.length > 0) runBackwards();
    perform(steps.fold);
    words[header.sinceFold] = 0;
  };

  program.initialize(arena);
  return {
    program,
    backend: name,
    target,
    arena,
    run(ticks) {
      if (!(ticks <= program.maxTicks))
        throw new RangeError(`at most maxTicks (${program.maxTicks}) ticks required, got ${ticks}; compile with a larger maxTicks`);
      if (words[header.learning] === 0 && words[header.sinceFold] !== 0) foldBlock();
      for (let row = 0; row < ticks; row++) {
        moment.tick = words[header.tick]!;
        moment.row = row;
        const event = eventTape[row]!;
        perform(steps.forward);
        if (words[header.learning] !== 0) {
          perform(steps.learn);
          words[header.sinceUpdate] = words[header.sinceUpdate]! + 1;
          words[header.sinceFold] = words[header.sinceFold]! + 1;
          const due =
            period > 0 ? words[header.sinceUpdate]! >= period : (event & (update === 'label' ? events.label : events.episodeEnd)) !== 0;
          if (due || event !== 0 || words[header.sinceFold]! >= block) foldBlock();
          if ((event & events.label) !== 0) perform(steps.label);
          if (due) {
            perform(steps.update);
            words[header.sinceUpdate] = 0;
            words[header.updates] = words[header.updates]! + 1;
          }
        }
        perform(steps.guard);
        if ((event & events.episodeEnd) !== 0) perform(steps.reset);
        words[header.tick] = moment.tick + 1;
      }
      return words[header.status]!;
    },
    settle() {},
    waits: () => 0,
    reset: () => program.initialize(arena),
    dispose() {
      steps.forward.length = 0;
    },
  };
}
