/**
 * A long run at full speed with everything on: `soak.js [--ticks N]` (default ten million, a day of heartbeats). Once in one piece, and once in pieces, each resumed from the
 * checkpoint of the one before and recorded. Memory is that of this thread after a collection of garbage, and what the system says of the process. The last
 * line is `N passed, N failed`.
 */
import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createAlarm } from '../../apps/heartbeat/alarm.ts';
import { heartbeatNetwork } from '../../apps/heartbeat/network.ts';
import { bundledData, bundledRecords, type EcgRecord, loadRecord } from '../../apps/heartbeat/records.ts';
import { type SessionReport, session } from '../../apps/heartbeat/session.ts';
import { createStream } from '../../apps/heartbeat/stream.ts';
import { createCheckpointWriter, emulatedBoard, latestCheckpoint } from '../../drivers/index.ts';
import { fileRecorder, replayFile } from '../../drivers/recording/index.ts';
import { nativeBackend, nativeRealtime } from '../../native/index.ts';
import { compile, createSections, fieldsOf, memoryOf, type State, virtualClock } from '../../runtime/index.ts';
import { type Check, runChecks } from './checks.ts';
import { median } from './command.ts';

/** Of ten million ticks. */
const LONGEST_MINUTES = 180;
const FRAME = 6;
const PIECES = 8;
/** Looks at the memory in a run; those of the first quarter are its warm-up. */
const LOOKS = 64;
const WARM = LOOKS / 4;
const WARM_PIECES = PIECES / 4;
const MOST_GROWTH = 2e6;

const { values } = parseArgs({ options: { ticks: { type: 'string', default: '10000000' } } });
const TICKS = Math.max(LOOKS * 120, Math.round(Number(values.ticks) / FRAME) * FRAME);
assert.ok(Number.isSafeInteger(TICKS), `--ticks needs a number, got '${values.ticks}'`);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

interface Look {
  /** bytes of the heap of this thread and of what belongs to it */
  readonly used: number;
  readonly resident: number;
}

function look(): Look {
  collect();
  const { used_heap_size, external_memory } = getHeapStatistics();
  return { used: used_heap_size + external_memory, resident: process.memoryUsage.rss() };
}

/** What the process holds open. Timers come and go, and so does a file that another thread is writing. */
interface Held {
  readonly kinds: string;
  readonly files: number;
}

const held = (): Held => ({
  kinds: process
    .getActiveResourcesInfo()
    .filter((kind) => !/Timeout|Immediate/.test(kind))
    .sort()
    .join(' '),
  files: readdirSync('/proc/self/fd').length,
});

/** Whether the least that was held of late is more than the least that was held before. */
function leaks(held: readonly Held[]): boolean {
  const least = (some: readonly Held[]): number => Math.min(...some.map(({ files }) => files));
  const half = held.length >> 1;
  return least(held.slice(half)) > least(held.slice(0, half)) || new Set(held.map(({ kinds }) => kinds)).size > 1;
}

const show = ({ kinds, files }: Held): string => `${kinds === '' ? 'no handle' : kinds}, ${files} files`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
/** A day takes long: how far it is, on stderr. */
const tell = (tick: number, looks: readonly Look[]): void => {
  const { used, resident } = looks.at(-1)!;
  process.stderr.write(`tick ${tick}: heap ${megabytes(used)}, process ${megabytes(resident)}\n`);
};

/**
 * Growth after the warm-up: the usual of the last third against the usual of the first. Single looks differ by megabytes, for buffers are given back some time
 * after they were found to be garbage.
 */
function growthOf(looks: readonly Look[]): Look {
  const third = Math.floor(looks.length / 3);
  const grown = (of: (one: Look) => number): number => median(looks.slice(-third).map(of)) - median(looks.slice(0, third).map(of));
  return { used: grown(({ used }) => used), resident: grown(({ resident }) => resident) };
}

/** The records of the app again and again, under names of their own. */
async function recordsFor(ticks: number): Promise<EcgRecord[]> {
  const loaded: EcgRecord[] = [];
  for (const name of bundledRecords) loaded.push(await loadRecord(bundledData, name));
  const round = createStream(loaded).ticks;
  return Array.from({ length: Math.ceil(ticks / round) }, (_, k) =>
    loaded.map((record) => ({ ...record, name: `${record.name}-${k}` })),
  ).flat();
}

/** The addon, which must be there. */
function addon() {
  const [native, realtime] = [nativeBackend(), nativeRealtime()];
  assert.ok('backend' in native && 'realtime' in realtime, 'reason' in native ? native.reason : '');
  return { backend: native.backend, stamp: realtime.realtime.stamp };
}

const { backend, stamp } = addon();
const records = await recordsFor(TICKS);

interface Plan {
  readonly from?: State | undefined;
  readonly until: number;
  readonly record?: string | undefined;
  /** called {@link LOOKS} times in a run from 0 */
  readonly onLook?: (tick: number, state: () => State) => void;
}

/** The session of the app: sensor, guards, learning, alarm, sections, a board, and a recording where one is asked for. */
async function play({ from, until, record, onLook }: Plan): Promise<SessionReport> {
  const program = compile(heartbeatNetwork(1), { maxTicks: FRAME });
  const learner = backend.load(program);
  const board = emulatedBoard();
  await board.connect();
  await board.deploy(learner);
  const saved = from === undefined ? undefined : fieldsOf(from, 'session');
  // A recording begins with the state that the learner has then.
  if (saved !== undefined) memoryOf(learner).restore(saved.any('memory'));
  const recorder =
    record === undefined
      ? undefined
      : await fileRecorder(learner, { path: record, app: 'soak', version: '0', frameTicks: FRAME, whenFull: 'wait' });
  const reached = saved?.number('ticks') ?? 0;
  let next = reached;
  const report = await session({
    clock: virtualClock({ dt: program.network.dt, frameTicks: FRAME, ticks: until - reached }),
    sections: createSections(stamp),
    ...{ stream: createStream(records), learner, shadows: [], linear: undefined, channels: undefined, board, alarm: createAlarm() },
    ...{ recorder, signal: new AbortController().signal, onSecond() {}, until, resumed: from },
    onState(tick, state) {
      if (tick < next) return;
      next += until / LOOKS;
      onLook?.(tick, state);
    },
  });
  const recording = await recorder?.finish();
  assert.deepEqual([recording?.fault, recording?.dropped ?? 0], [undefined, 0]);
  assert.equal(report.mirror?.fault, undefined);
  assert.ok(report.sections!['frame']!.p50Us > 0);
  learner.dispose();
  return report;
}

const withFolder = async (use: (folder: string) => Promise<string>): Promise<string> => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'ganglion-soak-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** In one piece, saved as often as memory is looked at. */
async function inOne(until: number, leak: (tick: number) => void = () => {}) {
  const looks: Look[] = [];
  const opened: Held[] = [];
  let report: SessionReport | undefined;
  let written = 0;
  await withFolder(async (folder) => {
    const writer = createCheckpointWriter(folder, 'soak');
    report = await play({
      until,
      onLook(tick, state) {
        leak(tick);
        writer.save(tick, state());
        looks.push(look());
        opened.push(held());
        if (looks.length % 8 === 0) tell(tick, looks);
      },
    });
    await writer.finish();
    const counts = writer.counts();
    assert.equal(counts.failed, 0, String(counts.lastError));
    ({ written } = counts);
    return '';
  });
  return { report: report!, looks, opened, written };
}

let whole: SessionReport | undefined;

const one: Check = {
  claim: `soak: ${TICKS} ticks in one piece, with a board and checkpoints: less than 2 MB of growth, and no handle more`,
  async run() {
    const started = performance.now();
    const { report, looks, opened, written } = await inOne(TICKS);
    whole = report;
    assert.equal(report.ticks, TICKS);
    assert.ok(looks.length >= LOOKS - 1 && written > LOOKS / 2, `${looks.length} looks, ${written} checkpoints`);
    const { used, resident } = growthOf(looks.slice(WARM));
    const rate = TICKS / ((performance.now() - started) / 1000);
    const said = `heap ${megabytes(looks[WARM]!.used)} grew by ${megabytes(used)}, the process of ${megabytes(looks[WARM]!.resident)} by ${megabytes(resident)}; ${show(opened.at(-1)!)}`;
    assert.ok(used < MOST_GROWTH, said);
    assert.ok(!leaks(opened.slice(WARM)), `handles: ${show(opened[WARM]!)}, then ${said}`);
    return `${said}; ${written} checkpoints, ${report.updates} updates, ${rate.toFixed(0)} ticks a second, agreement with the board ${report.mirror?.agreement?.toFixed(4)}`;
  },
};

const pieces: Check = {
  claim: `soak: in ${PIECES} pieces, each resumed from a checkpoint and recorded, it ends as in one, and no piece leaves anything behind`,
  run: () =>
    withFolder(async (folder) => {
      const looks: Look[] = [];
      const opened: Held[] = [];
      const saved = join(folder, 'saved');
      let number: number | undefined;
      let report: SessionReport | undefined;
      const recording = join(folder, 'piece.mcap');
      for (let piece = 0; piece < PIECES; piece++) {
        const from = number === undefined ? undefined : latestCheckpoint(saved).checkpoint.state;
        const until = piece === PIECES - 1 ? TICKS : Math.round(((piece + 1) * TICKS) / PIECES / FRAME) * FRAME;
        report = await play({ from, until, record: recording });
        const writer = createCheckpointWriter(saved, 'soak', number);
        await writer.finish({ tick: until, state: report.state });
        number = latestCheckpoint(saved).number;
        // What a thread that has ended leaves is given back in a later turn of the event loop.
        await setTimeout(100);
        looks.push(look());
        opened.push(held());
        tell(until, looks);
      }
      assert.deepEqual([report!.ticks, report!.fingerprint, report!.updates], [TICKS, whole!.fingerprint, whole!.updates]);
      assert.deepEqual([report!.score.records(), report!.learning], [whole!.score.records(), whole!.learning]);
      const replayed = replayFile(recording, backend);
      assert.deepEqual([replayed.difference, replayed.whole, replayed.fingerprint], [undefined, true, whole!.fingerprint]);
      const warm = looks.slice(WARM_PIECES);
      const { used, resident } = growthOf(warm);
      const said = `${report!.fingerprint}; heap ${megabytes(warm[0]!.used)} grew by ${megabytes(used)}, the process by ${megabytes(resident)}; ${show(opened.at(-1)!)}`;
      assert.ok(used < MOST_GROWTH, said);
      assert.ok(!leaks(opened.slice(WARM_PIECES)), `handles: ${show(opened[1]!)}, then ${said}`);
      return `${said}; the last recording replays ${replayed.ticks} ticks`;
    }),
};

const controls: Check = {
  claim: 'soak: 100 kB a look that are kept, and files that stay open, are noticed',
  async run() {
    const kept: Float64Array[] = [];
    const files: number[] = [];
    const { looks, opened } = await inOne(Math.min(TICKS, LOOKS * 240), (tick) => {
      kept.push(new Float64Array(12500).fill(tick));
      if (kept.length % 8 === 0) files.push(openSync(process.execPath, 'r'));
    });
    for (const file of files) closeSync(file);
    const { used } = growthOf(looks.slice(WARM));
    assert.ok(used > MOST_GROWTH, `${kept.length} times 100 kB must be noticed: ${megabytes(used)}`);
    assert.ok(leaks(opened.slice(WARM)), 'an open file must be noticed');
    return `${megabytes(used)} and ${files.length} files`;
  },
};

process.exitCode = (await runChecks([one, pieces, controls], LONGEST_MINUTES)) ? 0 : 1;
