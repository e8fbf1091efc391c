/** Lines of a log: what is in them, and what becomes of them where nobody reads or nothing can be written. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type { LogLine } from '../../../apps/observe/events.ts';
import { openLog } from '../../../apps/observe/log.ts';
import { temporaryFolder } from '../../house/temporary.ts';

const line = (n: number): LogLine => ({
  level: 'info',
  time: 1,
  event: 'score',
  message: 'a score',
  fields: { tick: n, text: 'x'.repeat(100) },
});
const parsed = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one) as Record<string, unknown>);

test('every line is JSON with level, app, time and event, and nothing is lost in a file', async (t) => {
  const file = path.join(temporaryFolder(t), 'log');
  const log = await openLog('app', file);
  for (let n = 0; n < 1000; n++) log.write(line(n));
  t.deepEqual(await log.end(5000), { lines: 1000, dropped: 0, fault: null });
  const lines = parsed(fs.readFileSync(file, 'utf8'));
  t.deepEqual(
    lines.map(({ tick }) => tick),
    Array.from({ length: 1000 }, (_, n) => n),
  );
  t.like(lines[7], { level: 'info', app: 'app', time: 1, event: 'score', msg: 'a score' });
});

test('a pipe that nobody reads costs the oldest lines, counted; the newest come when it is read', async (t) => {
  const fifo = path.join(temporaryFolder(t), 'pipe');
  execFileSync('mkfifo', [fifo]);
  const fd = fs.openSync(fifo, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  // The log closes its own descriptor when it ends; what it wrote last is still in the pipe.
  const reader = fs.openSync(fifo, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  t.teardown(() => fs.closeSync(reader));
  const TOTAL = 5000;
  const log = await openLog('app', fd, 100);
  for (let n = 0; n < TOTAL; n++) {
    log.write(line(n));
    if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  let text = '';
  const chunk = Buffer.alloc(65_536);
  const read = (): number => {
    try {
      const length = fs.readSync(reader, chunk);
      text += chunk.toString('utf8', 0, length);
      return length;
    } catch {
      // Empty for the moment.
      return 0;
    }
  };
  const reading = setInterval(read, 1);
  const report = await log.end(5000);
  clearInterval(reading);
  while (read() > 0);
  const lines = parsed(text.slice(0, text.lastIndexOf('\n')));
  t.true(report.dropped > TOTAL / 2, `${report.dropped} dropped`);
  t.is(report.lines - 1 + report.dropped, TOTAL, 'all but the line about it');
  t.is(lines.at(-1)!['event'], 'log.dropped');
  t.is(lines.at(-1)!['count'], report.dropped);
  t.is(lines.at(-2)!['tick'], TOTAL - 1, 'the newest');
});

test('where nothing can be written, that is the fault of the log, and no error of the process', async (t) => {
  const log = await openLog('app', '/dev/full');
  for (let n = 0; n < 10; n++) {
    log.write(line(n));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { fault, dropped } = await log.end(1000);
  t.regex(fault ?? '', /ENOSPC/);
  t.true(dropped > 0);
  await t.throwsAsync(openLog('app', '/nowhere/log'), { code: 'ENOENT' });
});
