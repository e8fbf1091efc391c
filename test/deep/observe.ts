/** What logs and metrics cost the loop: paired slices of one process. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { watchPauses } from '../../apps/controller/pauses.ts';
import { createObserver } from '../../apps/observe/feed.ts';
import { startObservation } from '../../apps/observe/index.ts';
import { loopTime } from '../../apps/time.ts';
import { advance, type ClockReport, countEvents, frames, realTimeClock, run } from '../../runtime/index.ts';
import { tiny } from '../runtime/loop/networks.ts';
import type { Check } from './checks.ts';

const PAIRS = 5;
const TICKS = 2000;
/** Late and skipped ticks of a slice that chance may add: 1 %. */
const CHANCE = TICKS / 100;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const lateOf = ({ framesLate, skippedTicks }: ClockReport): number => framesLate + skippedTicks;

/** Asks ten times a second, on a thread of its own; its message is how many answers had the lateness in them. */
const scraper = (url: string): Worker =>
  new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     let good = 0;
     const timer = setInterval(async () => {
       const text = await (await fetch(workerData)).text();
       if (text.includes('ganglion_tick_lateness_seconds_count')) good++;
     }, 100);
     parentPort.once('message', () => { clearInterval(timer); parentPort.postMessage(good); parentPort.close(); });`,
    { eval: true, workerData: url },
  );

export const observeChecks: readonly Check[] = [
  {
    claim: `logs at debug and metrics scraped at 10 Hz add no late tick at 1 kHz: median of ${PAIRS} pairs of ${TICKS / 1000} s, 1 % for chance`,
    async run() {
      const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
      const file = join(folder, 'log');
      const observation = (await startObservation('bench', { log: file, logLevel: 'debug', metrics: '0' }, assert.fail))!;
      const pauses = watchPauses(loopTime().now);
      const observed = createObserver(observation.shared, pauses);
      const counted = countEvents(tiny());
      const { executable } = counted;
      const slice = async (noted: boolean): Promise<ClockReport> => {
        const clock = realTimeClock({ dt: 1, frameTicks: 1, ticks: TICKS, time: loopTime() });
        const pipe = frames(clock, executable).pipe(advance());
        const { signal } = new AbortController();
        const asking = noted ? scraper(observation.url!) : undefined;
        await run(noted ? pipe.pipe(observed.stage({ clock, executable, events: counted.counts })) : pipe, signal);
        if (asking !== undefined) {
          const answers = new Promise<number>((resolve) => asking.once('message', resolve));
          asking.postMessage('stop');
          assert.ok((await answers) > 3, 'it was scraped');
        }
        return clock.report();
      };
      await slice(true);
      const [noted, bare]: [ClockReport[], ClockReport[]] = [[], []];
      for (let pair = 0; pair < PAIRS; pair++) {
        const first = pair % 2 === 0;
        (first ? noted : bare).push(await slice(first));
        (first ? bare : noted).push(await slice(!first));
      }
      pauses.end();
      const log = await observation.end({ event: 'run.ended', level: 'info', message: 'end', fields: {} });
      const lines = readFileSync(file, 'utf8').split('\n').length - 1;
      rmSync(folder, { recursive: true });
      assert.equal(log!.lines, lines);
      const ran = noted.reduce((sum, { ticks }) => sum + ticks, 0);
      assert.ok(lines + log!.dropped >= ran, `every tick was logged or counted: ${lines} lines of ${ran} ticks`);
      const [late, without] = [median(noted.map(lateOf)), median(bare.map(lateOf))];
      const p50 = median(noted.map(({ latenessUs }, k) => latenessUs.p50 / Math.max(1, bare[k]!.latenessUs.p50)));
      assert.ok(late <= without + CHANCE, `${late} late or skipped ticks of ${TICKS}, ${without} without`);
      return `${late} late or skipped ticks of ${TICKS}, ${without} without; p50 of lateness ${p50.toFixed(2)} times; ${lines} lines, ${log!.dropped} dropped`;
    },
  },
];
