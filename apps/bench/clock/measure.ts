import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Obtained, RealtimeOptions } from '../../../native/index.ts';
import type { Progress } from '../../app.ts';
import { YOUNG_MB } from '../../controller/host.ts';
import { type ConditionFigures, conditionFigures, type Round } from './figures.ts';
import { startLoad } from './load.ts';
import { type LoopName, loopNames, type Slice } from './loops.ts';
import type { Seen } from './observer.ts';
import type { ThreadData } from './thread.ts';

export interface ClockBenchOptions {
  readonly rate: number;
  /** of every loop in every condition */
  readonly seconds: number;
  /** pieces into which the seconds of a loop are cut; between two of them the others have theirs */
  readonly slices: number;
  /** threads that never rest, in the condition `loaded`; 0 leaves the condition out */
  readonly load: number;
  readonly scheduling: RealtimeOptions;
}

/** What `ganglion bench clock --json` prints. */
export interface ClockBench extends Omit<ClockBenchOptions, 'scheduling'> {
  readonly cores: number;
  /** what the thread of the loops was granted: '' or why not */
  readonly scheduling: Obtained;
  readonly idle: ConditionFigures;
  readonly loaded: ConditionFigures | null;
}

/** The observer gives up so long after a slice should have ended, s. */
const GRACE = 60;

/** The process that watches; call `look` before a slice, and await what it gives after it. */
function startObserver(file: string, { rate, priority }: { readonly rate: number; readonly priority: number }, seconds: number) {
  const args = [file, String(Math.ceil(rate * seconds) + 1002), String(seconds + GRACE), String(priority)];
  const child: ChildProcess = fork(new URL('./observer.js', import.meta.url), args, { serialization: 'advanced', execArgv: [] });
  const said = async <T>(): Promise<T> => {
    const left = new AbortController();
    const gone = once(child, 'exit', { signal: left.signal }).then(([code]) => {
      throw new Error(`the process that watches ended with code ${code}`);
    });
    try {
      return (await Promise.race([once(child, 'message', { signal: left.signal }), gone]))[0];
    } finally {
      left.abort();
      gone.catch(() => undefined);
    }
  };
  return {
    async look(): Promise<() => Promise<Seen>> {
      child.send('look');
      await said<string>();
      const seen = said<Seen>();
      return () => seen;
    },
    end: () => void child.disconnect(),
  };
}

/** Every loop `slices` times, in turn and each round in another order, all on one thread, idle and under load, with a process beside it that watches. */
export async function measureClocks(options: ClockBenchOptions, progress: (progress: Progress) => void): Promise<ClockBench> {
  const { rate, slices, load, scheduling } = options;
  const seconds = options.seconds / slices;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ganglion-clock-'));
  const workerData: ThreadData = { dt: 1000 / rate, seconds, counter: path.join(folder, 'counter'), wishes: scheduling };
  const worker = new Worker(new URL('./thread.js', import.meta.url), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const observer = startObserver(workerData.counter, { rate, priority: scheduling.priority ?? 0 }, seconds);
  const conditions = load === 0 ? 1 : 2;
  let done = 0;
  try {
    const [obtained] = (await once(worker, 'message')) as [Obtained];
    const slice = async (name: LoopName): Promise<readonly [Slice, Seen]> => {
      progress({
        fraction: done++ / (conditions * slices * loopNames.length),
        text: `${name}, ${done > slices * loopNames.length ? 'loaded' : 'idle'}`,
      });
      const seen = await observer.look();
      const said = once(worker, 'message') as Promise<[Slice]>;
      worker.postMessage(name);
      const [ran] = await said;
      return [ran, await seen()];
    };
    const condition = async (): Promise<ConditionFigures> => {
      const rounds: Round[] = [];
      for (let round = 0; round < slices; round++) {
        const ran: Partial<Record<LoopName, Slice>> = {};
        let ours: Seen | undefined;
        for (let turn = 0; turn < loopNames.length; turn++) {
          const name = loopNames[(round + turn) % loopNames.length]!;
          const [one, seen] = await slice(name);
          ran[name] = one;
          if (name === 'ours') ours = seen;
        }
        rounds.push({ slices: ran as Round['slices'], seen: ours! });
      }
      return conditionFigures(rounds, workerData.dt);
    };
    const idle = await condition();
    let loaded: ConditionFigures | null = null;
    if (load > 0) {
      const end = startLoad(load);
      try {
        loaded = await condition();
      } finally {
        await end();
      }
    }
    return { rate, seconds: options.seconds, slices, load, cores: os.availableParallelism(), scheduling: obtained, idle, loaded };
  } finally {
    observer.end();
    await worker.terminate();
    rmSync(folder, { recursive: true, force: true });
  }
}
