import path from 'node:path';
import test from 'ava';
import { createAlarm } from '../../../apps/heartbeat/alarm.ts';
import { heartbeatNetwork } from '../../../apps/heartbeat/network.ts';
import { type SessionReport, session } from '../../../apps/heartbeat/session.ts';
import { createStream } from '../../../apps/heartbeat/stream.ts';
import { fileRecorder, openRecording, replayFile } from '../../../drivers/recording/index.ts';
import {
  compile,
  createReplay,
  decodeState,
  encodeState,
  type LearningBounds,
  type Network,
  recordLayout,
  referenceBackend,
  type State,
  virtualClock,
} from '../../../runtime/index.ts';
import { temporaryFolder } from '../../house/temporary.ts';
import { nativeTargets } from '../../native/backends.ts';
import { madeUp } from './records.ts';

const FRAME = 6;
const fastest = nativeTargets()[0] ?? referenceBackend;
/** The app's network with a learning rate at which its weights leave the bounds, and float32 too. */
const runaway = (rate: number): Network =>
  JSON.parse(JSON.stringify(heartbeatNetwork(1)).replaceAll('"initial":0.003', `"initial":${rate}`)) as Network;
const bounds: LearningBounds = { everyTicks: 60, pauseTicks: 60, retries: 10 };

interface Plan {
  readonly rate: number;
  readonly bounds: LearningBounds;
  /** file that the run is recorded into */
  readonly file?: string;
  /** ends after so many ticks */
  readonly until?: number;
  readonly resumed?: State;
}

async function play({ rate, file, until, resumed, ...plan }: Plan): Promise<SessionReport> {
  const stream = createStream([madeUp({ seconds: 12 })]);
  const program = compile(runaway(rate), { maxTicks: FRAME });
  const learner = fastest.load(program);
  const end = until ?? stream.ticks;
  const from = resumed === undefined ? 0 : (resumed as { ticks: number }).ticks;
  const clock = virtualClock({ dt: program.network.dt, frameTicks: FRAME, ticks: end - from });
  const recorder =
    file === undefined
      ? undefined
      : await fileRecorder(learner, { path: file, app: 'test', version: '0', frameTicks: FRAME, whenFull: 'wait' });
  const report = await session({
    ...{ clock, stream, learner, shadows: [], linear: undefined, channels: undefined, board: undefined, alarm: createAlarm() },
    ...{ bounds: plan.bounds, recorder, signal: new AbortController().signal, onSecond() {}, until: end, resumed },
  });
  await recorder?.finish();
  return report;
}

for (const [name, rate, tight] of [
  ['leave their bounds', 0.5, { ...bounds, weightNorm: 30 }],
  ['are not finite', 1e38, bounds],
] as const) {
  test(`weights that ${name} are put back, a recording replays that to the bit on every backend, and a resumed run does the same`, async (t) => {
    const file = path.join(temporaryFolder(t), 'run.mcap');
    const whole = await play({ rate, bounds: tight, file });
    const { rollbacks, frozen } = whole.learning;
    t.true(rollbacks >= 3, JSON.stringify(whole.learning));
    t.false(frozen);
    for (const backend of [referenceBackend, ...nativeTargets()])
      t.like(replayFile(file, backend), { difference: undefined, whole: true, fingerprint: whole.fingerprint }, backend.target);

    // Negative control: a replay that is not told what came back parts from the recording.
    const recording = openRecording(file);
    const blind = createReplay(referenceBackend.load(compile(runaway(rate), { maxTicks: FRAME })));
    let undone = 0;
    for (const frame of recording.frames(recordLayout(compile(runaway(rate), { maxTicks: FRAME })))) {
      if (frame.restored !== undefined) undone++;
      if (!blind.step({ ...frame, restored: undefined })) break;
    }
    t.true(undone > 0);
    t.not(blind.report().difference, undefined);

    for (const at of [300, 606, 1002]) {
      const { state } = await play({ rate, bounds: tight, until: at });
      const resumed = await play({ rate, bounds: tight, resumed: decodeState(encodeState(state)) });
      t.is(resumed.fingerprint, whole.fingerprint, `resumed at tick ${at}`);
      t.deepEqual(resumed.learning, whole.learning);
    }
  });
}
