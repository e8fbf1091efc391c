import type { Readable } from 'node:stream';
import { Observable } from 'rxjs';
import { raise } from '../../runtime/index.ts';

export interface PcmOptions {
  /** channels, one after the other in each frame; default 1 */
  readonly channels?: number;
  /** frames of a block: what is one sample of the network, as `dt` in ms × rate / 1000 */
  readonly frames: number;
}

/**
 * A microphone (the output of `arecord -t raw -f S16_LE -r 16000`), or whatever else gives signed 16-bit samples, little-endian: blocks of `frames`×`channels` numbers from −1 to 1, each a fresh array, one `next` a block.
 * A block that the stream ends in the middle of is left out. Nothing is kept but the open block: who is slower than the stream misses blocks, not memory.
 */
export function pcm(stream: Readable, { channels = 1, frames }: PcmOptions): Observable<Float64Array> {
  const size = channels * frames;
  if (!(Number.isInteger(channels) && channels > 0 && Number.isInteger(frames) && frames > 0 && size <= 2 ** 20))
    raise('ERR_OUT_OF_RANGE', {
      path: 'pcm.frames',
      bound: 'whole numbers > 0, 2²⁰ in all',
      value: `${frames} of ${channels}`,
      remedy: 'give dt·rate/1000',
    });
  return new Observable((subscriber) => {
    let block = new Float64Array(size);
    let filled = 0;
    /** the first byte of a sample whose second is to come; -1: none */
    let low = -1;
    const take = (bytes: Uint8Array): void => {
      for (const byte of bytes) {
        if (low === -1) {
          low = byte;
          continue;
        }
        block[filled++] = (((byte << 24) >> 16) | low) / 2 ** 15;
        low = -1;
        if (filled < size) continue;
        const whole = block;
        block = new Float64Array(size);
        filled = 0;
        subscriber.next(whole);
      }
    };
    const end = (): void => subscriber.complete();
    const fail = (error: Error): void => subscriber.error(error);
    stream.on('data', take);
    stream.on('end', end);
    stream.on('error', fail);
    return () => {
      stream.off('data', take);
      stream.off('end', end);
      stream.off('error', fail);
    };
  });
}
