import { pino } from 'pino';
import type { LogLine } from './events.ts';
import type { LogReport } from './job.ts';

export interface LogSink {
  write(line: LogLine): void;
  /** so many events were lost before they came here */
  lost(count: number): void;
  /** writes what is left, for `ms` at most */
  end(ms: number): Promise<LogReport>;
}

/** Lines that wait for a slow disk or pipe. */
const QUEUED = 8192;

/** Lines of JSON by pino into a file (appended to) or a descriptor. Of what does not get rid of them in time the oldest are dropped, and counted. Rejects where it cannot be opened. */
export async function openLog(app: string, to: string | number, queued = QUEUED): Promise<LogSink> {
  const out = pino.destination({ dest: to, sync: false });
  let fault: string | null = null;
  let [room, dropped, lost, lines] = [true, 0, 0, 0];
  const queue: LogLine[] = [];
  await new Promise<void>((resolve, reject) => {
    out.once('ready', resolve);
    out.once('error', reject);
  });
  const sink = {
    write(text: string): void {
      room = out.write(text);
    },
  };
  const logger = pino({ base: { app }, level: 'debug', timestamp: false, formatters: { level: (label) => ({ level: label }) } }, sink);
  const flush = (): void => {
    while (room && queue.length > 0) {
      const { level, time, event, message, fields } = queue.shift()!;
      lines++;
      logger[level]({ time, event, ...fields }, message);
    }
  };
  out.on('drain', () => {
    room = true;
    flush();
  });
  out.on('error', (error: Error) => {
    fault ??= error.message;
    dropped += queue.length;
    queue.length = 0;
  });
  const write = (line: LogLine): void => {
    if (fault !== null) {
      dropped++;
      return;
    }
    queue.push(line);
    if (queue.length > queued) {
      queue.shift();
      dropped++;
    }
    flush();
  };
  /** Gives what waits its time, and drops the rest. */
  const settle = async (ms: number): Promise<void> => {
    for (const until = performance.now() + ms; queue.length > 0 && performance.now() < until; )
      await new Promise((resolve) => setTimeout(resolve, 5));
    dropped += queue.length;
    queue.length = 0;
  };
  return {
    write,
    lost(count) {
      lost = count;
    },
    async end(ms) {
      await settle(ms);
      const count = dropped + lost;
      if (count > 0) {
        write({ level: 'warn', time: Date.now(), event: 'log.dropped', message: 'events are missing in this log', fields: { count } });
        await settle(ms);
      }
      await new Promise<void>((resolve) => {
        const patience = setTimeout(resolve, ms);
        const done = (): void => {
          clearTimeout(patience);
          resolve();
        };
        out.once('close', done);
        if (fault === null) out.end();
        else done();
      });
      return { lines, dropped: dropped + lost, fault };
    },
  };
}
