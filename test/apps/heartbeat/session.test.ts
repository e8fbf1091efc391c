import test from 'ava';
import { createAlarm } from '../../../apps/heartbeat/alarm.ts';
import { heartbeatNetwork } from '../../../apps/heartbeat/network.ts';
import type { EcgRecord } from '../../../apps/heartbeat/records.ts';
import { session, ticksOf } from '../../../apps/heartbeat/session.ts';
import { createStream, TICK_RATE_HZ } from '../../../apps/heartbeat/stream.ts';
import { emulatedBoard } from '../../../drivers/index.ts';
import { fastestBackend } from '../../../native/index.ts';
import {
  compile,
  decodeState,
  type Executable,
  encodeState,
  fieldsOf,
  memoryOf,
  type State,
  virtualClock,
} from '../../../runtime/index.ts';
import { madeUp } from './records.ts';

const FRAME = 6;
const backend = fastestBackend();

/** Runs the app's session over one record; returns its report and the R marker of every tick. */
async function run(record: EcgRecord, signal = new AbortController().signal) {
  const stream = createStream([record]);
  const program = compile(heartbeatNetwork(1), { maxTicks: FRAME });
  const learner = backend.load(program);
  const markers: number[] = [];
  const { offset, stride, columns } = program.regions.get('input.input')!;
  const watched: Executable = {
    ...learner,
    run(ticks) {
      for (let row = 0; row < ticks; row++) markers.push(learner.arena.floats[offset + row * stride + columns - 1]!);
      return learner.run(ticks);
    },
  };
  const clock = virtualClock({ dt: program.network.dt, frameTicks: FRAME, ticks: stream.ticks });
  const alarm = createAlarm();
  const report = await session({
    clock,
    stream,
    learner: watched,
    shadows: [],
    linear: undefined,
    channels: undefined,
    board: undefined,
    alarm,
    signal,
    onSecond() {},
  });
  return { report, alarm, peaks: markers.flatMap((value, tick) => (value === 0 ? [] : [tick])) };
}

const record = madeUp({ seconds: 6 });
const wanted = Array.from(record.beatSamples, (sample) => Math.floor(sample / 3));

test('every beat gives one R marker, one decision and one label', async (t) => {
  const { report, peaks } = await run(record);
  t.deepEqual(peaks, wanted);
  t.is(report.score.decisions.length, wanted.length);
  t.is(report.updates, wanted.length);
  t.is(report.ticks, 720);
  const { outTicks, ...faults } = report.sensor;
  t.is(outTicks, TICK_RATE_HZ / 2 - 1, 'the lead is trusted after half a second of good samples');
  t.deepEqual([...new Set(Object.values(faults))], [0]);
});

test('a lead that falls off, at an R peak or right after it, makes no R marker more or less', async (t) => {
  for (const after of [0, 3]) {
    const samples = record.samples.slice();
    samples.fill(-32768, record.beatSamples[2]! + after, record.beatSamples[3]! - 100);
    const { report, peaks } = await run({ ...record, samples });
    t.true(report.sensor.invalid > 30, `${report.sensor.invalid}`);
    t.deepEqual(peaks, wanted);
  }
});

test('a session that is aborted before it begins reports nothing, and leaves the alarm off', async (t) => {
  const { report, alarm } = await run(record, AbortSignal.abort());
  t.is(report.ticks, 0);
  t.deepEqual(report.score.decisions, []);
  t.false(alarm.lit);
});

test('a run that is resumed with a board goes on with its counts, and with the weights that the learner had', async (t) => {
  const play = async (until: number, resumed?: State) => {
    const stream = createStream([record]);
    const program = compile(heartbeatNetwork(1), { maxTicks: FRAME });
    const learner = backend.load(program);
    const board = emulatedBoard();
    if (resumed !== undefined) memoryOf(learner).restore(fieldsOf(resumed, 'session').any('memory'));
    await board.connect();
    await board.deploy(learner);
    const clock = virtualClock({ dt: program.network.dt, frameTicks: FRAME, ticks: until - ticksOf(resumed) });
    return session({
      ...{ clock, stream, learner, shadows: [], linear: undefined, channels: undefined, board, alarm: createAlarm() },
      ...{ signal: new AbortController().signal, onSecond() {}, until, resumed },
    });
  };
  const whole = (await play(720)).mirror!;
  const first = await play(300);
  const resumed = (await play(720, decodeState(encodeState(first.state)))).mirror!;
  for (const name of ['ticksSent', 'ticksDropped', 'valuesRounded', 'weightSyncs'] as const) t.is(resumed[name], whole[name], name);
  for (const name of ['spikesIn', 'crcErrors', 'faults'] as const) t.is(resumed.board[name], whole.board[name], name);
  const spared = whole.board.weightPatches - resumed.board.weightPatches;
  t.true(spared === 0 || spared === 1, `what is deployed anew needs no patch: ${spared}`);
  t.is(resumed.ticksCompared + resumed.ticksUnanswered, whole.ticksCompared + whole.ticksUnanswered);
  t.true(
    first.mirror!.ticksSent === 300 && Math.abs(resumed.agreement! - whole.agreement!) < 0.05,
    `${resumed.agreement}, ${whole.agreement}`,
  );
});
