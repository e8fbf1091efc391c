import { events } from '../program/program.ts';
import { fieldsOf, type State, type Stateful } from '../record/state.ts';
import { type Stage, stage } from './frames.ts';
import { once, rowsOf, tapeOf } from './tapes.ts';

/** What a teacher says about one tick, beside the target. One object, cleared before every tick. */
export interface Teaching {
  /** weight of this tick in the loss: 0 (as it was cleared) teaches nothing */
  importance: number;
  /** the label has come: the target holds for every tick since the last label that had importance */
  label: boolean;
  /** the episode ends after this tick */
  episodeEnd: boolean;
}

export interface Teacher {
  /**
   * fills target (cleared before) and teaching for one tick; called once a tick, in order, before the tick runs. Where `learning.delay` is D, what it says at
   * `tick` is about the tick D before: the target of then, its importance, and the label of the ticks up to then
   */
  write(tick: number, target: Float32Array, teaching: Teaching): void;
}

export interface TeachReport {
  /** ticks with importance */
  readonly taught: number;
  readonly labels: number;
  readonly episodes: number;
  /** ticks whose target or importance was not finite: they taught nothing, and their label was dropped */
  readonly invalid: number;
}

/** Its state is its counts; a teacher with a memory is restored by whoever made it. */
export interface TeachStage extends Stage, Stateful {
  /** counts since the stage was made */
  report(): TeachReport;
}

const allFinite = (values: Float32Array): boolean => {
  for (let index = 0; index < values.length; index++) if (!Number.isFinite(values[index])) return false;
  return true;
};

/** Writes targets, importance and events of every tick of the frame for the readout `readout`. */
export function teach(teacher: Teacher, readout: string): TeachStage {
  const report = { taught: 0, labels: 0, episodes: 0, invalid: 0 };
  const teaching: Teaching = { importance: 0, label: false, episodeEnd: false };
  const operator = stage(() => {
    const bind = once((executable) => ({
      targets: rowsOf(executable, tapeOf(executable, readout, 'target', 'teach.readout')),
      importances: rowsOf(executable, tapeOf(executable, readout, 'importance', 'teach.readout')),
    }));
    return {
      step({ tick, ticks, executable }) {
        const { targets, importances } = bind(executable);
        const { words } = executable.arena;
        const { offset } = executable.program.eventTape;
        for (let row = 0; row < ticks; row++) {
          const target = targets[row]!;
          target.fill(0);
          teaching.importance = 0;
          teaching.label = false;
          teaching.episodeEnd = false;
          teacher.write(tick + row, target, teaching);
          // As float32, which is what learns: 1e300 is not finite there.
          const valid = Number.isFinite(Math.fround(teaching.importance)) && allFinite(target);
          if (!valid) {
            target.fill(0);
            report.invalid++;
          }
          importances[row]![0] = valid ? teaching.importance : 0;
          if (valid && teaching.importance !== 0) report.taught++;
          if (valid && teaching.label) {
            words[offset + row] |= events.label;
            report.labels++;
          }
          if (teaching.episodeEnd) {
            words[offset + row] |= events.episodeEnd;
            report.episodes++;
          }
        }
      },
    };
  });
  return Object.assign(operator, {
    report: () => ({ ...report }),
    state: () => ({ ...report }),
    restore(state: State) {
      const saved = fieldsOf(state, `teach.${readout}`);
      for (const count of ['taught', 'labels', 'episodes', 'invalid'] as const) report[count] = saved.number(count);
    },
  });
}
