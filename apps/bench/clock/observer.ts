/** A process of its own that watches the shared counter: `observer.js FILE VALUES SECONDS PRIORITY`. At every message it answers 'looking', then what it saw. */
import { nativeRealtime } from '../../../native/index.ts';

/** For each value v: the time of the last look that saw an earlier one, and of the first that saw v; 0 where v was never seen. */
export interface Seen {
  readonly before: Float64Array;
  readonly after: Float64Array;
}

/** Between two looks, ms: short beside what is to be told apart, and a core is not busy with it. */
const PAUSE = 0.02;

const [, , file = '', values = '', seconds = '', priority = '0'] = process.argv;
const native = nativeRealtime();
if ('reason' in native) throw new Error(native.reason);
const { realtime } = native;
realtime.schedule({ priority: Number(priority) });
const counter = realtime.counter(file);
process.on('message', () => {
  const seen: Seen = { before: new Float64Array(Number(values)), after: new Float64Array(Number(values)) };
  process.send!('looking', () => {
    counter.observe(seen.before, seen.after, PAUSE, realtime.now() + Number(seconds) * 1000);
    process.send!(seen);
  });
});
