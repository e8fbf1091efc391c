/** What logs and metrics cost the loop: paired slices of one process. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { watchPauses } from '../../apps/controller/pauses.ts';
import { createObserver } from '../../apps/observe/feed.ts';
import { startObservation } from '../../apps/observe/index.ts';
import { loopTime } from '../../apps/time.ts';
import { advance, type ClockReport, countEvents, frames, realTimeClock, run, stage } from '../../runtime/index.ts';
import { tiny } from '../runtime/loop/networks.ts';
import { atMost, type Check } from './checks.ts';
import { median } from './command.ts';

const PAIRS = 5;
const TICKS = 2000;
/** Share of a tick of 1 ms that they may take of the loop's own thread. */
const SHARE = 0.02;

const lateOf = ({ report: { framesLate, skippedTicks } }: Slice): number => framesLate + skippedTicks;

interface Slice {
  readonly report: ClockReport;
  /** of a frame, from its beginning to the end of the pipe: the median */
  readonly ms: number;
}

/** Asks ten times a second while it is told to, on a thread of its own, and tells of each answer that has the lateness in it. */
const scraper = (url: string): Worker =>
  new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     let on = true;
     parentPort.on('message', (said) => { on = said; });
     setInterval(async () => {
       if (!on) return;
       const text = await (await fetch(workerData)).text();
       if (text.includes('ganglion_tick_lateness_seconds_count')) parentPort.postMessage('scraped');
     }, 100);`,
    { eval: true, workerData: url },
  );

export const observeChecks: readonly Check[] = [
  {
    claim: `logs at debug and metrics scraped at 10 Hz take at most ${100 * SHARE} % of a tick of 1 ms: medians of ${PAIRS} pairs of ${TICKS / 1000} s`,
    async run() {
      const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
      const file = join(folder, 'log');
      const observation = (await startObservation('bench', { log: file, logLevel: 'debug', metrics: '0' }, assert.fail))!;
      const pauses = watchPauses(loopTime().now);
      const observed = createObserver(observation.shared, pauses);
      const counted = countEvents(tiny());
      const { executable } = counted;
      const slice = async (noted: boolean): Promise<Slice> => {
        const took: number[] = [];
        let from = 0;
        const begin = stage(() => ({
          step() {
            from = performance.now();
          },
        }));
        const end = stage(() => ({ step: () => void took.push(performance.now() - from) }));
        const clock = realTimeClock({ dt: 1, frameTicks: 1, ticks: TICKS, time: loopTime() });
        const pipe = frames(clock, executable).pipe(begin, advance());
        const { signal } = new AbortController();
        asking.postMessage(noted);
        const sources = { clock, executable, events: counted.counts };
        await run(noted ? pipe.pipe(observed.stage(sources), end) : pipe.pipe(end), signal);
        return { report: clock.report(), ms: median(took) };
      };
      const asking = scraper(observation.url!);
      let scraped = 0;
      asking.on('message', () => scraped++);
      await once(asking, 'message');
      await slice(true);
      const [noted, bare]: [Slice[], Slice[]] = [[], []];
      for (let pair = 0; pair < PAIRS; pair++) {
        const first = pair % 2 === 0;
        (first ? noted : bare).push(await slice(first));
        (first ? bare : noted).push(await slice(!first));
      }
      pauses.end();
      await asking.terminate();
      assert.ok(scraped >= PAIRS, `it was scraped ${scraped} times`);
      const log = await observation.end({ event: 'run.ended', level: 'info', message: 'end', fields: {} });
      const lines = readFileSync(file, 'utf8').split('\n').length - 1;
      rmSync(folder, { recursive: true });
      assert.equal(log!.lines, lines);
      const ran = noted.reduce((sum, { report: { ticks } }) => sum + ticks, 0);
      assert.ok(lines + log!.dropped >= ran, `every tick was logged or counted: ${lines} lines of ${ran} ticks`);
      const [late, without] = [median(noted.map(lateOf)), median(bare.map(lateOf))];
      const added = median(noted.map(({ ms }, k) => ms - bare[k]!.ms));
      const share = atMost('share of a tick', added, SHARE);
      return `${share} (${(1000 * added).toFixed(1)} µs a tick); late or skipped of ${TICKS} ticks: ${late}, ${without} without; ${lines} lines, ${log!.dropped} dropped; ${scraped} scrapes`;
    },
  },
];
