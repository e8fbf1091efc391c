import { exact } from '../../../../runtime/index.ts';
import { SAMPLE_RATE } from './wav.ts';

export const BANDS = 32;
const [WINDOW, HOP, POINTS] = [200, 80, 256];
const [LOWEST_HZ, HIGHEST_HZ] = [80, 3900];
/** What is this far below the loudest band of a recording is silence. */
const RANGE_DB = 40;

/** cos 2πx by its series: + − × ÷ alone, so that every machine finds the same bits. */
function cosine(turns: number): number {
  const angle = 2 * Math.PI * (turns - Math.round(turns));
  let sum = 1;
  for (let n = 30; n > 0; n -= 2) sum = 1 - (sum * angle * angle) / (n * (n - 1));
  return sum;
}

const wave = Float64Array.from({ length: POINTS }, (_, k) => cosine(k / POINTS));
const hann = Float64Array.from({ length: WINDOW }, (_, n) => 0.5 - 0.5 * cosine(n / WINDOW));

/** mel = 1127 ln(1 + f/700) (O'Shaughnessy 1987), and back. */
const mel = (hz: number): number => 1127 * exact.log(1 + hz / 700);
const hertz = (value: number): number => 700 * (exact.exp(value / 1127) - 1);

/** Bands × (first bin, weights): triangles of height 1 whose corners are evenly spaced in mel from 80 to 3900 Hz. */
export const triangles = Array.from({ length: BANDS }, (_, band) => {
  const corner = (k: number): number =>
    (hertz(mel(LOWEST_HZ) + ((mel(HIGHEST_HZ) - mel(LOWEST_HZ)) * k) / (BANDS + 1)) * POINTS) / SAMPLE_RATE;
  const [left, middle, right] = [corner(band), corner(band + 1), corner(band + 2)] as const;
  const first = Math.ceil(left);
  const weights = Array.from({ length: Math.floor(right) - first + 1 }, (_, k) => {
    const bin = first + k;
    return bin <= middle ? (bin - left) / (middle - left) : (right - bin) / (right - middle);
  });
  return { first, weights };
});

/** Frames of 25 ms, one every 10 ms, that lie whole in a recording. */
export const frameCount = (samples: number): number => Math.max(0, 1 + Math.floor((samples - WINDOW) / HOP));

/**
 * Levels (frames, 32 bands), 0 to 255: 10 log₁₀ of the mel power of a frame (Hann window of 25 ms, 256 points), 255 at the loudest band of the recording, 0 at
 * 40 dB below it and under. A recording without any sound is 0 throughout.
 */
export function melLevels(samples: ArrayLike<number>): Uint8Array {
  const frames = frameCount(samples.length);
  const power = new Float64Array(POINTS / 2);
  const decibels = new Float64Array(frames * BANDS);
  let loudest = Number.NEGATIVE_INFINITY;
  for (let frame = 0; frame < frames; frame++) {
    for (let bin = 0; bin < power.length; bin++) {
      let [re, im] = [0, 0];
      for (let n = 0; n < WINDOW; n++) {
        const x = hann[n]! * samples[frame * HOP + n]!;
        re += x * wave[(bin * n) % POINTS]!;
        // −sin is the cosine a quarter turn on.
        im += x * wave[(bin * n + POINTS / 4) % POINTS]!;
      }
      power[bin] = re * re + im * im;
    }
    triangles.forEach(({ first, weights }, band) => {
      const sum = weights.reduce((total, weight, k) => total + weight * power[first + k]!, 0);
      const level = sum < 1e-3 ? Number.NEGATIVE_INFINITY : (10 * exact.log(sum)) / exact.log(10);
      decibels[frame * BANDS + band] = level;
      loudest = Math.max(loudest, level);
    });
  }
  return Uint8Array.from(decibels, (level) =>
    level === Number.NEGATIVE_INFINITY ? 0 : Math.max(0, Math.round(255 * (1 + (level - loudest) / RANGE_DB))),
  );
}
