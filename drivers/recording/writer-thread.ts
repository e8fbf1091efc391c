/** The thread that writes a recording: it drains the ring, and sees to it that the disk has everything half a second later. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { openRing } from '../../runtime/index.ts';
import { type Answer, endWord, type WriterJob } from './post.ts';
import { descriptorSet } from './schema.ts';
import { createRecordingWriter } from './writer.ts';

/** Between two looks at the ring: nobody has to wake this thread. */
const LOOK_MS = 20;
const SYNC_MS = 500;

const { path, layout, info, state, ring: buffer, end } = workerData as WriterJob;
const ring = openRing(buffer);
const endWords = new Uint32Array(end);
const answer = (message: Answer): void => parentPort!.postMessage(message);

try {
  const file = openSync(path, 'w');
  let bytes = 0;
  const writer = createRecordingWriter(
    (part) => {
      for (let done = 0; done < part.length; ) done += writeSync(file, part, done);
      bytes += part.length;
    },
    layout,
    info,
    await descriptorSet(),
    state,
  );
  fdatasyncSync(file);
  answer({ kind: 'ready' });
  let synced = performance.now();
  const take = (_: number, part: Uint8Array): void => writer.frame(new Uint32Array(part.buffer, part.byteOffset, part.length / 4));
  for (;;) {
    // Asked before the last look: what was put in before the ring was closed is seen.
    const { closed } = ring;
    ring.drain(take);
    if (closed) break;
    if (performance.now() - synced >= SYNC_MS) {
      writer.flush();
      fdatasyncSync(file);
      synced = performance.now();
    }
    ring.wait(LOOK_MS);
  }
  const fingerprint = endWords[endWord.fingerprinted] === 0 ? undefined : endWords[endWord.fingerprint]!;
  writer.end({ frames: endWords[endWord.frames]!, dropped: endWords[endWord.dropped]!, fingerprint });
  fdatasyncSync(file);
  closeSync(file);
  answer({ kind: 'done', bytes });
} catch (cause) {
  Atomics.store(endWords, endWord.failed, 1);
  answer({ kind: 'failed', reason: cause instanceof Error ? cause.message : String(cause) });
}
