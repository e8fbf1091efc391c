import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { McapTypes } from '@mcap/core';
import { controllerError } from '../../runtime/index.ts';
import { LOOP } from './format.ts';
import { Damage, readMcap } from './mcap-reader.ts';
import { createMcapWriter, type McapWriter } from './mcap-writer.ts';
import { METADATA } from './writer.ts';

export interface Recovered {
  readonly frames: number;
  readonly bytes: number;
  /** why reading ended before the end of the file; undefined: nothing was wrong with it */
  readonly damage: { readonly offset: number; readonly reason: string } | undefined;
}

/**
 * Reads a recording as far as it can be read and writes what is whole into `out`, with summary and footer: every frame up to the place where it is cut or
 * damaged. Memory is bounded by the largest record; `out` appears whole or not at all, and may be the same file. Throws CheckpointError where not even the
 * beginning can be read, or `out` cannot be written.
 */
export function recoverRecording(path: string, out: string): Recovered {
  const half = `${out}.${process.pid}.part`;
  const file = openOut(half, out);
  try {
    const recovered = mend(path, (part) => {
      for (let done = 0; done < part.length; ) done += writing(out, () => writeSync(file, part, done));
    });
    writing(out, () => fsyncSync(file));
    closeSync(file);
    writing(out, () => renameSync(half, out));
    return recovered;
  } catch (error) {
    closeQuietly(file);
    rmSync(half, { force: true });
    throw error;
  }
}

function mend(path: string, write: (part: Uint8Array) => void): Recovered {
  let bytes = 0;
  let frames = 0;
  let damage: Recovered['damage'];
  let mcap: McapWriter | undefined;
  let known = false;
  let loop: number | undefined;
  const held = new Map<number, McapTypes.Message>();

  const copy = (record: McapTypes.TypedMcapRecord): void => {
    if (record.type === 'Header') {
      mcap = createMcapWriter((part) => {
        bytes += part.length;
        write(part);
      }, record);
    }
    if (mcap === undefined) return;
    if (record.type === 'Metadata') {
      mcap.metadata(record);
      known ||= record.name === METADATA.run;
    } else if (record.type === 'Attachment') mcap.attachment(record);
    else if (record.type === 'Schema') mcap.schema(record);
    else if (record.type === 'Channel') {
      mcap.channel(record);
      if (record.metadata.get('holds') === LOOP) loop = record.id;
    } else if (record.type === 'Chunk') mcap.flush();
    else if (record.type === 'Message') take(mcap, record);
  };

  /** A frame is written when its last message is there. */
  const take = (writer: McapWriter, message: McapTypes.Message): void => {
    if (held.has(message.channelId)) throw new Damage('a frame has two messages of one channel', 0, false);
    held.set(message.channelId, message);
    if (message.channelId !== loop) return;
    for (const whole of held.values()) writer.message(whole);
    held.clear();
    frames++;
  };

  try {
    for (const { record } of readMcap(path)) copy(record);
  } catch (cause) {
    if (!(cause instanceof Damage)) throw cause;
    damage = { offset: cause.offset, reason: cause.message };
    if (mcap === undefined || !known) {
      const code = cause.cut ? 'ERR_RECORDING_CUT' : 'ERR_RECORDING_DAMAGED';
      throw controllerError(code, { path, offset: cause.offset, place: 'before the first frame', value: cause.message }, cause);
    }
  }
  if (mcap === undefined || !known) throw controllerError('ERR_RECORDING_FORMAT', { path, value: 'it does not say which run it is of' });
  if (damage !== undefined) {
    mcap.flush();
    const { offset, reason } = damage;
    mcap.metadata({
      name: METADATA.recovered,
      metadata: new Map(Object.entries({ offset: String(offset), reason, frames: String(frames) })),
    });
  }
  mcap.end();
  return { frames, bytes, damage };
}

function writing<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (cause) {
    throw controllerError('ERR_RECORDING_WRITE', { path, value: cause instanceof Error ? cause.message : String(cause) }, cause);
  }
}

const openOut = (half: string, out: string): number => writing(out, () => openSync(half, 'wx'));

function closeQuietly(file: number): void {
  try {
    closeSync(file);
  } catch {
    // It was closed already: what failed came after.
  }
}
