import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { McapIndexedReader } from '@mcap/core';
import test, { type ExecutionContext } from 'ava';
import protobuf from 'protobufjs';
import google from 'protobufjs/ext/descriptor.js';
import { openRecording, recoverRecording, replayFile } from '../../../drivers/recording/index.ts';
import { createRecordingWriter } from '../../../drivers/recording/writer.ts';
import { ControllerError, capture, capturedWords, compile, recordLayout, referenceBackend } from '../../../runtime/index.ts';
import { FRAME_WORDS } from '../../../runtime/record/capture.ts';
import { temporaryFolder } from '../../house/temporary.ts';
import { nativeTargets } from '../../native/backends.ts';
import { generator } from '../../native/layout.ts';
import { tinyNetwork } from '../../runtime/loop/networks.ts';
import { recordRun, switches } from './runs.ts';

const file = (t: ExecutionContext, name = 'run.mcap'): string => path.join(temporaryFolder(t), name);
const failure = (action: () => unknown): ControllerError => {
  try {
    action();
  } catch (error) {
    if (error instanceof ControllerError) return error;
    throw error;
  }
  throw new Error('it did not fail');
};

test('a run comes again, bit for bit, on every backend: labels, episodes, pauses and returns to the start among it', async (t) => {
  const run = file(t);
  const { report, fingerprint, ticks } = await recordRun(run);
  t.like(report, { frames: ticks / 4, dropped: 0, fault: undefined });
  t.is(report.bytes, readFileSync(run).length);
  for (const backend of [referenceBackend, ...nativeTargets()]) {
    const replayed = replayFile(run, backend);
    t.like(replayed, { frames: report.frames, ticks, difference: undefined, gap: undefined, whole: true, fingerprint }, backend.target);
    t.is(replayed.fingerprints, Math.ceil(report.frames / 10) + 1);
  }
});

test('a run that begins from a state of its own is replayed from there', async (t) => {
  const run = file(t);
  const { fingerprint } = await recordRun(run, { ticks: 200, between: () => undefined, before: (executable) => void executable.run(3) });
  t.like(replayFile(run, referenceBackend), { difference: undefined, whole: true, fingerprint });
  t.not(openRecording(run).state, undefined);
});

test('what is not in the inputs is found out, with its tick', async (t) => {
  const run = file(t);
  // A weight that is moved behind the recorder's back.
  await recordRun(run, {
    between(tick, executable) {
      switches(tick, executable);
      if (tick === 1200) executable.arena.view('output.weights')[0]! += 0.125;
    },
  });
  const { difference } = replayFile(run, referenceBackend);
  t.true(difference!.tick >= 1200 && difference!.tick < 1240, JSON.stringify(difference));
});

/** The recording of a run whose inputs are `words` frame by frame, spoiled by `spoil`. */
function rewritten(from: string, to: string, spoil: (words: Uint32Array, sequence: number) => boolean): void {
  const { info } = openRecording(from);
  const program = compile(tinyNetwork({ update: 'label' }), { maxTicks: info.maxTicks });
  const layout = recordLayout(program);
  const executable = referenceBackend.load(program);
  const parts: Uint8Array[] = [];
  const writer = createRecordingWriter((part) => parts.push(part), layout, info, new Uint8Array(0), undefined);
  let sequence = 0;
  for (const recorded of openRecording(from).frames(layout)) {
    const { tick, ticks, latenessUs } = recorded;
    for (const { name, region } of layout.inputs) {
      const rows = recorded.tapes.get(name)!;
      const into = name === 'events' ? executable.arena.words : executable.arena.floats;
      for (let row = 0; row < ticks; row++)
        into.set(rows.subarray(row * region.columns, (row + 1) * region.columns), region.offset + row * region.stride);
    }
    const status = executable.run(ticks);
    const frame = { tick, ticks, latenessUs, status, inhibited: 0, executable };
    const words = new Uint32Array(capturedWords(layout, frame));
    capture(layout, frame, sequence, sequence % 10 === 0, words, new Float64Array(words.buffer, 0, words.length >> 1), 0);
    if (spoil(words, sequence)) writer.frame(words);
    sequence++;
  }
  writer.end({ frames: sequence, dropped: 0, fingerprint: undefined });
  writeFileSync(to, Buffer.concat(parts));
}

test('one flipped bit of one input, under a right checksum, fails at its tick; a dropped frame is no whole recording', async (t) => {
  const [run, spoiled] = [file(t), file(t, 'spoiled.mcap')];
  await recordRun(run, { ticks: 800, between: () => undefined });
  rewritten(run, spoiled, () => true);
  t.is(replayFile(spoiled, referenceBackend).difference, undefined, 'the control: nothing is spoiled');
  const layout = recordLayout(compile(tinyNetwork({ update: 'label' }), { maxTicks: 4 }));
  const place =
    FRAME_WORDS +
    layout.inputs
      .slice(
        0,
        layout.inputs.findIndex(({ name }) => name === 'input.input'),
      )
      .reduce((sum, { region }) => sum + 4 * region.columns, 0);
  rewritten(run, spoiled, (words, sequence) => {
    if (sequence === 100) words[place]! ^= 1 << 22;
    return true;
  });
  const { difference } = replayFile(spoiled, referenceBackend);
  t.true(difference!.tick >= 400 && difference!.tick < 440, JSON.stringify(difference));
  rewritten(run, spoiled, (_, sequence) => sequence < 50 || sequence > 52);
  t.like(replayFile(spoiled, referenceBackend), { gap: { tick: 212, frames: 3 }, whole: false, difference: undefined });
  rewritten(run, spoiled, (_, sequence) => sequence < 198);
  t.like(replayFile(spoiled, referenceBackend), { gap: undefined, whole: false });
});

test('every flipped bit of a file is noticed', async (t) => {
  const [run, spoiled] = [file(t), file(t, 'spoiled.mcap')];
  const { ticks } = await recordRun(run, { ticks: 1200, between: () => undefined });
  const bytes = readFileSync(run);
  const random = generator(7);
  for (let round = 0; round < 150; round++) {
    const bit = Math.floor(random() * bytes.length * 8);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    writeFileSync(spoiled, bytes);
    const error = failure(() => replayFile(spoiled, referenceBackend));
    // In the description, which stands before all checksums, a bit may also name a network that cannot be.
    t.true(
      ['ERR_RECORDING_DAMAGED', 'ERR_RECORDING_CUT', 'ERR_RECORDING_FORMAT'].includes(error.code) || error.name === 'DescriptionError',
      `bit ${bit}: ${error.message}`,
    );
    const named = /after tick (\d+)/.exec(error.message);
    if (named !== null) t.true(Number(named[1]) < ticks);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
  writeFileSync(spoiled, bytes);
  t.true(replayFile(spoiled, referenceBackend).whole);
});

test('a file that is cut anywhere is recovered up to its last whole second, and what is left replays', async (t) => {
  const [run, cut, mended] = [file(t), file(t, 'cut.mcap'), file(t, 'mended.mcap')];
  // 6 s of the network's time.
  const { report, ticks } = await recordRun(run, { ticks: 6000 });
  const bytes = readFileSync(run);
  const random = generator(20);
  /** the greatest tick whose bytes stand before `size`, chunk by chunk */
  const reader = await McapIndexedReader.Initialize({
    readable: {
      size: async () => BigInt(bytes.length),
      read: async (offset, size) => bytes.subarray(Number(offset), Number(offset + size)),
    },
  });
  const { start } = openRecording(run).info;
  for (let round = 0; round < 20; round++) {
    const size = Math.floor(random() * bytes.length);
    writeFileSync(cut, bytes);
    truncateSync(cut, size);
    const first = Number(reader.chunkIndexes[0]!.chunkStartOffset);
    if (size < first) {
      t.true(['ERR_RECORDING_CUT', 'ERR_RECORDING_FORMAT'].includes(failure(() => replayFile(cut, referenceBackend)).code));
      continue;
    }
    t.is(failure(() => replayFile(cut, referenceBackend)).code, 'ERR_RECORDING_CUT', `${size} bytes`);
    const recovered = recoverRecording(cut, mended);
    // Time that the file had reached where it was cut: that of the chunk in which the cut lies.
    const reached = reader.chunkIndexes.filter(({ chunkStartOffset }) => Number(chunkStartOffset) <= size).at(-1)!.messageEndTime - start;
    const replayed = replayFile(mended, referenceBackend);
    t.like(replayed, { frames: recovered.frames, difference: undefined, gap: undefined });
    t.true(replayed.ticks >= Math.min(ticks, Number(reached) / 1e6 - 1000), `${size} of ${bytes.length} bytes: ${replayed.ticks} ticks`);
  }
  // The controls: a whole file stays what it is, one that is recovered has its index.
  t.deepEqual(recoverRecording(run, mended), { frames: report.frames, bytes: report.bytes, damage: undefined });
  t.true(replayFile(mended, referenceBackend).whole);
});

test('others read it: indexed, every channel with the schema of its messages', async (t) => {
  const run = file(t);
  const alarm = Float64Array.of(0.25, -3);
  await recordRun(run, { ticks: 1000, signals: [{ name: 'alarm', values: alarm }] });
  const bytes = readFileSync(run);
  const reader = await McapIndexedReader.Initialize({
    readable: {
      size: async () => BigInt(bytes.length),
      read: async (offset, size) => bytes.subarray(Number(offset), Number(offset + size)),
    },
  });
  const topics = new Set([...reader.channelsById.values()].map(({ topic }) => topic));
  for (const topic of [
    '/events',
    '/input/input',
    '/target/readout',
    '/importance/readout',
    '/output/readout',
    '/spikes/hidden',
    '/signal/alarm',
    '/fingerprint',
    '/loop',
  ])
    t.true(topics.has(topic), topic);
  const types = new Map(
    [...reader.schemasById.values()].map(({ id, name, encoding, data }) => {
      t.is(encoding, 'protobuf');
      const root = (protobuf.Root as unknown as { fromDescriptor(set: unknown): protobuf.Root }).fromDescriptor(
        google.FileDescriptorSet.decode(data),
      );
      return [id, root.lookupType(name)] as const;
    }),
  );
  const counts = new Map<string, number>();
  let spikes = 0;
  for await (const message of reader.readMessages()) {
    const { topic, schemaId } = reader.channelsById.get(message.channelId)!;
    counts.set(topic, (counts.get(topic) ?? 0) + 1);
    const fields = types.get(schemaId)!.decode(message.data) as unknown as Record<string, number[]>;
    if (topic === '/signal/alarm') t.deepEqual(fields['values'], [...alarm]);
    if (topic === '/spikes/hidden') spikes += fields['ids']!.length;
  }
  t.is(counts.get('/loop'), 250);
  t.is(counts.get('/fingerprint'), 25);
  t.true(spikes > 0);
});

test('a place that cannot be written is told before the run, a file that is no recording after its first bytes', async (t) => {
  const folder = temporaryFolder(t);
  await t.throwsAsync(recordRun(path.join(folder, 'none/run.mcap')), { code: 'ERR_RECORDING_WRITE' });
  const other = path.join(folder, 'other');
  for (const [bytes, code] of [
    ['', 'ERR_RECORDING_CUT'],
    ['{"a": 1, "b": 2}', 'ERR_RECORDING_DAMAGED'],
    ['\x89MCAP0\r\n', 'ERR_RECORDING_CUT'],
  ] as const) {
    writeFileSync(other, Buffer.from(bytes, 'latin1'));
    t.is(failure(() => openRecording(other)).code, code);
    t.is(failure(() => recoverRecording(other, path.join(folder, 'out'))).code, code);
  }
});
