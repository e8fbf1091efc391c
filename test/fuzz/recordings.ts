import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { openRecording, recoverRecording } from '../../drivers/recording/index.ts';
import { createRecordingWriter } from '../../drivers/recording/writer.ts';
import { capture, capturedWords, compile, encodeState, recordLayout, referenceBackend } from '../../runtime/index.ts';
import { tinyNetwork } from '../runtime/loop/networks.ts';
import { refusal } from '../runtime/network/refusal.ts';
import { mend } from './mcap-checksums.ts';
import { editedBy, type Spoiled, spoiled, type Target } from './target.ts';

const FRAMES = 6;
const TICKS = 4;
const description = tinyNetwork({ update: 'label' });
const program = compile(description, { maxTicks: TICKS });
const layout = recordLayout(program);

/** A short recording of a small network: two chunks. */
function record(): Uint8Array {
  const parts: Uint8Array[] = [];
  const info = {
    ...{ app: 'test', version: '0', seed: 1, backend: 'reference', target: '', network: JSON.stringify(description) },
    ...{ maxTicks: TICKS, dt: 1, layout: '', start: 5n },
  };
  const writer = createRecordingWriter((part) => parts.push(part.slice()), layout, info, new Uint8Array(40), encodeState([1, 2]));
  const executable = referenceBackend.load(program);
  for (let sequence = 0; sequence < FRAMES; sequence++) {
    const frame = { tick: sequence * TICKS, ticks: TICKS, latenessUs: 0, status: executable.run(TICKS), inhibited: 0, executable };
    const words = new Uint32Array(capturedWords(layout, frame));
    capture(layout, frame, sequence, true, words, new Float64Array(words.buffer, 0, words.length >> 1), 0);
    writer.frame(words);
    if (sequence === FRAMES >> 1) writer.flush();
  }
  writer.end({ frames: FRAMES, dropped: 0, fingerprint: 1 });
  return Buffer.concat(parts);
}

const whole = Uint8Array.from(record());

function bytesOf({ edits, mended }: Spoiled): Uint8Array {
  const bytes = editedBy(whole, edits);
  if (mended) mend(bytes);
  return bytes;
}

let folder: string | undefined;

function scratch(): string {
  if (folder !== undefined) return folder;
  const made = mkdtempSync(join(tmpdir(), 'ganglion-fuzz-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  folder = made;
  return made;
}

interface Case extends Spoiled {
  /** recovered too, which waits for the disk */
  readonly recovered: boolean;
}

export const recordings: Target<Case> = {
  name: 'mcap',
  share: 0.1,
  cases: fc.tuple(spoiled, fc.nat(400)).map(([input, chance]) => ({ ...input, recovered: chance === 400 })),
  whole: { edits: [], mended: true, recovered: false },
  size: (input) => bytesOf(input).length,
  read(input) {
    const file = join(scratch(), 'run.mcap');
    writeFileSync(file, bytesOf(input));
    if (input.recovered) refusal(() => recoverRecording(file, join(scratch(), 'mended.mcap')));
    return (
      refusal(() => {
        const recording = openRecording(file);
        for (const _ of recording.frames(layout));
        recording.end();
      }) === undefined
    );
  },
};
