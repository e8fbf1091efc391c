import { readFileSync } from 'node:fs';
import { ControllerError } from '../../runtime/index.ts';
import { loadOptional, reasonOf } from '../optional.ts';
import { evenTimes, refuseSamples, type Series } from './series.ts';

/** Full scale of the depths that hold whole numbers; those of 8 bits have their zero at 128. */
const scales: Readonly<Record<string, readonly [zero: number, full: number]>> = {
  '8': [128, 128],
  '16': [0, 2 ** 15],
  '24': [0, 2 ** 23],
  '32': [0, 2 ** 31],
  '32f': [0, 1],
  '64': [0, 1],
};

/** A sound: every channel from −1 to 1, named `channel 0` and so on, at the rate of the file. Needs the package `wavefile`. */
export async function readWav(path: string): Promise<Series & { readonly rateHz: number }> {
  const { default: wavefile } = await loadOptional('wavefile', () => import('wavefile'));
  try {
    const wav = new wavefile.WaveFile(readFileSync(path));
    const scale = scales[wav.bitDepth];
    if (scale === undefined)
      return refuseSamples(path, `samples of ${wav.bitDepth} bits are not read; there are ${Object.keys(scales).join(', ')}`);
    const { numChannels, sampleRate } = wav.fmt as { readonly numChannels: number; readonly sampleRate: number };
    if (!(numChannels > 0 && sampleRate > 0)) return refuseSamples(path, `${numChannels} channels at ${sampleRate} Hz`);
    const raw = wav.getSamples(true, Float64Array as never) as unknown as Float64Array;
    const count = Math.floor(raw.length / numChannels);
    if (count === 0) return refuseSamples(path, 'it has no samples');
    return {
      rateHz: sampleRate,
      names: Array.from({ length: numChannels }, (_, k) => `channel ${k}`),
      times: evenTimes(count, sampleRate),
      values: Float64Array.from(raw.subarray(0, count * numChannels), (value) => (value - scale[0]) / scale[1]),
    };
  } catch (cause) {
    if (cause instanceof ControllerError) throw cause;
    return refuseSamples(path, reasonOf(cause), cause);
  }
}
