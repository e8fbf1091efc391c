import { raise } from '../errors.ts';
import { fieldsOf, type State, type Stateful } from '../record/state.ts';
import type { Ms } from '../units.ts';
import type { Clock } from './clock.ts';
import { inhibit, type Stage, stage } from './frames.ts';

export interface RateLimits {
  /** ticks that must run in a second, at most what dt asks for */
  readonly leastHz: number;
  /** ms over which the rate is taken, default 1000 */
  readonly windowMs?: Ms;
  /** ms for which the rate must have been kept before actuators may act again, default 1000; Infinity: not again while this pipe runs */
  readonly rearmMs?: Ms;
}

export interface RateReport {
  readonly leastHz: number;
  /** the lowest rate of a window; undefined before the first has passed */
  readonly lowestHz: number | undefined;
  /** how often the rate fell below the least, and frames that were inhibited for it */
  readonly outs: number;
  readonly outFrames: number;
}

/** Its state is its counts; a new pipe begins with a rate that is kept. */
export interface RateStage extends Stage, Stateful {
  /** counts since the stage was made */
  report(): RateReport;
}

const remedy = 'correct the limit of the rate';

/**
 * Watches the rate of the loop itself. With M = ⌈leastHz·window / frameTicks⌉: where the last M frames took longer than the window, or the window has passed and M
 * frames have not, the loop is *out*, and its frames are inhibited, so that actuators are in their safe state, until the rate was kept for `rearmMs`. Stands
 * before `act`. Virtual time keeps its rate by definition. A loop that stands still says nothing until it goes on: then its first frame is inhibited.
 */
export function guardRate(clock: Clock, { leastHz, windowMs = 1000, rearmMs = 1000 }: RateLimits): RateStage {
  const askedHz = 1000 / clock.dt;
  if (!(leastHz > 0 && leastHz <= askedHz))
    raise('ERR_OUT_OF_RANGE', { path: 'guardRate.leastHz', bound: `above 0, at most 1000/dt (${askedHz})`, value: leastHz, remedy });
  if (!(windowMs > 0 && Number.isFinite(windowMs)))
    raise('ERR_OUT_OF_RANGE', { path: 'guardRate.windowMs', bound: '> 0', value: windowMs, remedy });
  if (!(rearmMs >= 0)) raise('ERR_OUT_OF_RANGE', { path: 'guardRate.rearmMs', bound: '≥ 0', value: rearmMs, remedy });
  const frames = Math.max(1, Math.ceil((leastHz * windowMs) / 1000 / clock.frameTicks));
  const report = { outs: 0, outFrames: 0 };
  // Numbers with fractions live in arrays: a variable of a closure would be a new object at each change.
  const lowest = Float64Array.of(Number.POSITIVE_INFINITY);
  const operator = stage(() => {
    /** when the frames before began, the start of the clock standing for one before the first */
    const began = new Float64Array(frames);
    const slowAt = new Float64Array(1);
    let count = 0;
    let out = false;
    return {
      step(frame) {
        const now = clock.now();
        count++;
        const slot = count % frames;
        const took = now - began[slot]!;
        began[slot] = now;
        const slow = took > windowMs;
        if (slow || count >= frames) lowest[0] = Math.min(lowest[0]!, (Math.min(count, frames) * clock.frameTicks * 1000) / took);
        if (slow) {
          slowAt[0] = now;
          if (!out) report.outs++;
          out = true;
        } else if (out && now - slowAt[0]! >= rearmMs) out = false;
        if (!out) return;
        report.outFrames++;
        inhibit(frame, 'rate');
      },
    };
  });
  return Object.assign(operator, {
    report: () => ({ leastHz, lowestHz: Number.isFinite(lowest[0]) ? lowest[0] : undefined, ...report }),
    state: () => ({ ...report, lowestHz: lowest.slice() }),
    restore(state: State) {
      const saved = fieldsOf(state, 'guardRate');
      for (const name of ['outs', 'outFrames'] as const) report[name] = saved.number(name);
      saved.into('lowestHz', lowest);
    },
  });
}
