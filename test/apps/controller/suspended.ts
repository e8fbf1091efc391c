/** A loop of 1 kHz that somebody stops and continues: `suspended.js catch-up|skip|slip guarded|bare`. Ends when it has acted after a gap; prints its report. */
import { loopTime } from '../../../apps/time.ts';
import {
  act,
  advance,
  type Decoder,
  frames,
  guardRate,
  type LatePolicy,
  realTimeClock,
  type Stage,
  stage,
} from '../../../runtime/index.ts';
import { tiny } from '../../runtime/loop/networks.ts';

const GAP_MS = 1000;
const LONGEST_MS = 60_000;

const [, , policy = '', how = ''] = process.argv;
const guarded = how === 'guarded';
const clock = realTimeClock({ dt: 1, frameTicks: 1, late: { policy } as LatePolicy, time: loopTime() });
const decoder: Decoder<number> = { create: () => 0, decode: ({ tick }) => tick };
const motor = { told: 'nothing' as 'nothing' | 'acts' | 'safe' };
const actuator = {
  apply: () => {
    motor.told = 'acts';
  },
  safe: () => {
    motor.told = 'safe';
  },
};
const acting = act(decoder, actuator, guarded ? { staleUs: 50_000 } : {});
const rate = guardRate(clock, { leastHz: 50, windowMs: 500, rearmMs: 200 });

let before = 0;
let said = false;
let gapMs = 0;
/** what the actuator was told in the first frame after the gap */
let first: typeof motor.told | undefined;
const look = stage(() => ({
  step({ tick }) {
    const now = clock.now();
    if (now - before > GAP_MS) gapMs = now - before;
    before = now;
    // A tick of its own may be skipped.
    if (tick < 200 || said) return;
    said = true;
    process.stderr.write('running\n');
  },
}));
const done = new Promise<void>((resolve) => {
  const ended = stage(() => ({
    step() {
      if (gapMs > 0) first ??= motor.told;
      if ((gapMs > 0 && motor.told === 'acts') || before > LONGEST_MS) setImmediate(leave);
    },
  }));
  const stages: readonly Stage[] = [...(guarded ? [rate] : []), look, advance(), acting, ended];
  const subscription = stages.reduce((source, next) => source.pipe(next), frames(clock, tiny())).subscribe();
  const leave = (): void => {
    subscription.unsubscribe();
    resolve();
  };
});
await done;
process.stdout.write(
  JSON.stringify({ gapMs, first, atTheEnd: motor.told, clock: clock.report(), act: acting.report(), rate: rate.report() }),
);
