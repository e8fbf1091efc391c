import type { Board, BoardEvent, BoardReport } from '../board.ts';
import { raise } from '../errors.ts';
import { tickOf } from '../program/executable.ts';
import type { Executable } from '../program/program.ts';
import { fieldsOf, type State, type Stateful } from '../record/state.ts';
import { type Agreement, type AgreementReport, agreementOf, createAgreement } from './agreement.ts';
import { type Frame, type Stage, stage } from './frames.ts';
import { bindMirror } from './mirror-binding.ts';
import { once } from './tapes.ts';

export interface MirrorOptions {
  /** the one source that is sent; default all, in order of declaration */
  readonly inputs?: string;
  /** the one spiking population whose spikes are compared; default all */
  readonly population?: string;
  /** ticks between two patches of the weights, looked at once a frame; default never */
  readonly weightsEvery?: number;
  /** ticks for which the host's spikes wait for the board's answer; default 256 */
  readonly window?: number;
  /** what a fault of the board does: 'continue' (default) goes on without it, 'stop' ends the pipe with its error at the next frame */
  readonly onFault?: (error: Error) => 'continue' | 'stop';
}

export interface MirrorReport extends AgreementReport {
  /** ticks whose input the board took, and ticks that it had no room for */
  readonly ticksSent: number;
  readonly ticksDropped: number;
  /** input values that are no whole number from 0 to the board's largest grade, and were sent as the nearest one */
  readonly valuesRounded: number;
  readonly weightSyncs: number;
  /** frames for which a patch had to wait, because the one before was still on its way */
  readonly weightSyncsDeferred: number;
  /** why the mirror stopped before its pipe */
  readonly fault: Error | undefined;
  readonly board: BoardReport;
}

export interface MirrorStage extends Stage, Stateful {
  /** counts since the stage was made, or since the run began that it was resumed from; the comparison of spikes is of the latest pipe and of what was before it was resumed */
  report(): MirrorReport;
}

/** Sums of what is counted, field by field; of what is no count, the larger. */
function sumOf<T extends object>(before: Partial<T>, now: T, largest: string): T {
  const sum = (name: string, value: unknown): unknown => {
    const old = before[name as keyof T];
    if (typeof value !== 'number' || typeof old !== 'number') return value;
    return name === largest ? Math.max(value, old) : value + old;
  };
  return Object.fromEntries(Object.entries(now).map(([name, value]) => [name, sum(name, value)])) as T;
}

/** The numbers of a report. */
const numbersIn = (report: object): Record<string, number> =>
  Object.fromEntries(Object.entries(report).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));

const silent = createAgreement(1, 0, 1).report();

/**
 * Sends the board the input of every tick that has run, and the weights as they change, and compares its spikes with the host's. Stands
 * behind `advance`. Nothing here waits: what the board has no room for is dropped and counted. The board must be connected and deployed;
 * it is shut down however the pipe ends, and at its first fault.
 */
export function mirror(board: Board, options: MirrorOptions = {}): MirrorStage {
  const { weightsEvery = Number.POSITIVE_INFINITY, window = 256, onFault = () => 'continue' } = options;
  const remedy = 'give a number of ticks';
  if (!(weightsEvery >= 1)) raise('ERR_OUT_OF_RANGE', { path: 'mirror.weightsEvery', bound: '≥ 1', value: weightsEvery, remedy });
  if (!(window >= 1 && Number.isInteger(window)))
    raise('ERR_OUT_OF_RANGE', { path: 'mirror.window', bound: 'a whole number ≥ 1', value: window, remedy });
  const counts = { sent: 0, dropped: 0, rounded: 0, syncs: 0, deferred: 0 };
  let agreement: Agreement | undefined;
  let fault: Error | undefined;
  /** counts of the run before it was resumed, and the tick of its next patch */
  let before: { readonly spikes: Partial<AgreementReport>; readonly board: Partial<BoardReport> } = { spikes: {}, board: {} };
  let nextSync: number | undefined;
  let resumedSync: number | undefined;

  const operator = stage(() => {
    agreement = undefined;
    fault = undefined;
    nextSync = resumedSync;
    resumedSync = undefined;
    let stop = false;
    let closed = false;
    const bind = once((executable) => bindMirror(executable, options.inputs, options.population, window));

    const leave = (): void => {
      board.shutdown().catch(fail);
    };
    const fail = (error: unknown): void => {
      // A patch that our own shutdown cut off is no fault.
      if (fault !== undefined || closed) return;
      fault = error instanceof Error ? error : new Error(String(error));
      stop = onFault(fault) === 'stop';
      leave();
    };
    const listen = (event: BoardEvent): void => {
      if (event.kind === 'spikes') agreement?.answer(event.tick, event.addresses, event.start, event.count);
      else if (event.kind === 'fault') fail(event.error);
    };
    const subscription = board.events.subscribe({ next: listen, error: fail });

    const sync = (executable: Executable, tick: number): void => {
      if (tick < nextSync!) return;
      if (board.syncing) {
        counts.deferred++;
        return;
      }
      nextSync = tick + weightsEvery;
      counts.syncs++;
      board.sync(executable).catch(fail);
    };

    const step = ({ ticks, executable }: Frame): void => {
      if (stop) throw fault;
      if (fault !== undefined) return;
      const bound = bind(executable);
      const now = tickOf(executable);
      if (agreement === undefined) {
        agreement = bound.agreement;
        // What was deployed holds until the first patch is due.
        nextSync ??= now - ticks + weightsEvery;
      }
      for (let row = 0; row < ticks && fault === undefined; row++) {
        // The board's own count of ticks: those that ran, without the ones that a clock skipped.
        const tick = now - ticks + row;
        bound.openTick(tick, row);
        const count = bound.gather(row, board.capabilities?.maxGrade ?? 1);
        if (board.inputs(tick, bound.addresses, count, bound.graded ? bound.values : undefined)) counts.sent++;
        else counts.dropped++;
        if (bound.endsEpisode(row)) board.endEpisode(tick);
      }
      counts.rounded += bound.takeRounded();
      if (fault === undefined) sync(executable, now);
      if (fault === undefined) board.poll();
    };

    return {
      step,
      close() {
        closed = true;
        subscription.unsubscribe();
        leave();
      },
    };
  });

  const spikes = (): AgreementReport => {
    const sum = sumOf(before.spikes, agreement?.report() ?? silent, '');
    return { ...sum, agreement: agreementOf(sum) };
  };
  const boards = (): BoardReport => sumOf(before.board, board.report(), 'weightErrorMax');
  const report = (): MirrorReport => ({
    ...spikes(),
    ticksSent: counts.sent,
    ticksDropped: counts.dropped,
    valuesRounded: counts.rounded,
    weightSyncs: counts.syncs,
    weightSyncsDeferred: counts.deferred,
    fault,
    board: boards(),
  });
  return Object.assign(operator, {
    report,
    state: (): State => ({
      counts: { ...counts },
      spikes: numbersIn(spikes()),
      board: numbersIn(boards()),
      nextSync: nextSync ?? resumedSync ?? null,
    }),
    restore(state: State) {
      const saved = fieldsOf(state, 'mirror');
      const of = <T extends object>(name: string, like: T): T => {
        const fields = fieldsOf(saved.any(name), `mirror.${name}`);
        return Object.fromEntries(Object.keys(numbersIn(like)).map((key) => [key, fields.number(key)])) as T;
      };
      Object.assign(counts, of('counts', counts));
      before = { spikes: of('spikes', numbersIn(silent)), board: of('board', numbersIn(board.report())) };
      resumedSync = saved.any('nextSync') === null ? undefined : saved.number('nextSync');
    },
  });
}
