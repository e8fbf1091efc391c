import { type Decoder, fieldsOf, type Teacher } from '../../runtime/index.ts';
import type { Score } from './scoring.ts';
import { type BeatCursor, type PendingBeat, WINDOW_CLOSES, WINDOW_OPENS } from './stream.ts';

const IMPORTANCE = 1 / (WINDOW_CLOSES - WINDOW_OPENS + 1);

/** What the decision of a frame was, if one was due. */
export interface Verdict {
  decided: boolean;
  isPvc: boolean;
}

/** Mean probability of a PVC over the window of the pending beat; decides when the window closes. */
export function beatDecoder(pending: BeatCursor, score: Score, onDecision?: (beat: PendingBeat, tick: number) => void): Decoder<Verdict> {
  /** tick of the beat whose window is open */
  let open = -1;
  let sum = 0;
  let ticks = 0;
  return {
    create: () => ({ decided: false, isPvc: false }),
    state: () => ({ open, sum, ticks }),
    restore(state) {
      const saved = fieldsOf(state, 'beatDecoder');
      open = saved.number('open');
      sum = saved.number('sum');
      ticks = saved.number('ticks');
    },
    decode(frame, verdict) {
      const { floats, regions } = frame.executable.arena;
      const { offset, stride } = regions.get('readout.output')!;
      verdict.decided = false;
      for (let row = 0; row < frame.ticks; row++) {
        const tick = frame.tick + row;
        const beat = pending(tick);
        if (beat === undefined || tick < beat.tick + WINDOW_OPENS) continue;
        if (beat.tick !== open) {
          open = beat.tick;
          sum = 0;
          ticks = 0;
        }
        sum += floats[offset + row * stride + 1]!;
        ticks++;
        if (tick < beat.tick + WINDOW_CLOSES) continue;
        verdict.decided = true;
        verdict.isPvc = sum / ticks > 0.5;
        score.add(beat.record, beat.atSecond, verdict.isPvc, beat.isPvc);
        onDecision?.(beat, tick);
      }
      return verdict;
    },
  };
}

/** The class of a beat comes when its window has closed: the whole window teaches then. */
export function cardiologist(pending: BeatCursor): Teacher {
  return {
    write(tick, target, teaching) {
      const beat = pending(tick);
      if (beat === undefined || tick < beat.tick + WINDOW_OPENS) return;
      teaching.importance = IMPORTANCE;
      if (tick < beat.tick + WINDOW_CLOSES) return;
      teaching.label = true;
      target[beat.isPvc ? 1 : 0] = 1;
    },
  };
}
