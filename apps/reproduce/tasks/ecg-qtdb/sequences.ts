import { unpacked } from '../../data.ts';

export const STEPS = 1301;
export const CHANNELS = 4;
export const WAVES = ['P', 'PQ', 'QR', 'RS', 'ST', 'TP'];
/** Steps at the beginning of a sequence that are not counted, as upstream has it. */
export const SKIPPED = 10;

/** One stretch of ECG, step by step. */
export interface Sequence {
  /** (steps, channels), 0 or 1 */
  readonly spikes: Float32Array;
  /** wave of a step, an index into {@link WAVES}; the first of them where the source has none, as upstream counts it */
  readonly wave: Uint8Array;
  /** 0: the source has no label for the step */
  readonly labelled: Uint8Array;
}

const NONE = 15;

/** The sequences of bytes with spikes in bits 0–3 and a label in bits 4–7. */
export function parseSequences(bytes: Uint8Array): Sequence[] {
  if (bytes.length % STEPS !== 0) throw new RangeError(`whole sequences of ${STEPS} bytes required, got ${bytes.length} bytes`);
  return Array.from({ length: bytes.length / STEPS }, (_, index) => {
    const own = bytes.subarray(index * STEPS, (index + 1) * STEPS);
    const labels = own.map((byte) => byte >> 4);
    const wrong = labels.findIndex((label) => label >= WAVES.length && label !== NONE);
    if (wrong >= 0) throw new RangeError(`labels 0 to 5 or 15 required, got ${labels[wrong]} at step ${wrong} of sequence ${index}`);
    return {
      spikes: Float32Array.from({ length: STEPS * CHANNELS }, (_, k) => (own[Math.floor(k / CHANNELS)]! >> (k % CHANNELS)) & 1),
      wave: labels.map((label) => (label === NONE ? 0 : label)),
      labelled: labels.map((label) => (label === NONE ? 0 : 1)),
    };
  });
}

export const loadSequences = (part: 'train' | 'test'): Sequence[] => parseSequences(unpacked(`ecg-qtdb/${part}.br`));

/** Steps that were named rightly: of all, the unlabelled ones counted as P, and of the labelled ones. */
export interface Score {
  add(sequence: Sequence, waveAt: (step: number) => number): void;
  all(): number;
  labelled(): number;
}

export function score(): Score {
  const counts = { steps: 0, right: 0, labelled: 0, labelledRight: 0 };
  return {
    add({ wave, labelled }, waveAt) {
      for (let t = SKIPPED; t < STEPS; t++) {
        const right = waveAt(t) === wave[t] ? 1 : 0;
        counts.steps++;
        counts.right += right;
        counts.labelled += labelled[t]!;
        counts.labelledRight += right * labelled[t]!;
      }
    },
    all: () => counts.right / counts.steps,
    labelled: () => counts.labelledRight / counts.labelled,
  };
}
