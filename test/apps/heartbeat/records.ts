import fs from 'node:fs';
import path from 'node:path';
import type { EcgRecord } from '../../../apps/heartbeat/records.ts';

/** A made-up recording: a beat every 0.8 s, each fifth premature, early, inverted and wide. */
export function madeUp({ name = 'a', seconds = 20, rateHz = 360, unitsPerMillivolt = 200 } = {}): EcgRecord {
  const samples = new Int16Array(seconds * rateHz);
  const beats: { readonly at: number; readonly isPvc: boolean }[] = [];
  for (let beat = 0; 0.5 + 0.8 * beat < seconds - 0.5; beat++) {
    const isPvc = beat % 5 === 4;
    beats.push({ at: Math.round((0.5 + 0.8 * beat - (isPvc ? 0.25 : 0)) * rateHz), isPvc });
  }
  for (const { at, isPvc } of beats) {
    const width = (isPvc ? 0.05 : 0.02) * rateHz;
    for (let k = Math.max(0, Math.round(at - 4 * width)); k < Math.min(samples.length, at + 4 * width); k++) {
      samples[k]! += Math.round((isPvc ? -1.2 : 1) * unitsPerMillivolt * Math.exp(-(((k - at) / width) ** 2)));
    }
  }
  return {
    name,
    rateHz,
    unitsPerMillivolt,
    samples,
    beatSamples: Uint32Array.from(beats, ({ at }) => at),
    beatIsPvc: Uint8Array.from(beats, ({ isPvc }) => Number(isPvc)),
  };
}

/** Writes a record as the three files that the app reads. */
export function writeRecord(folder: string, { name, rateHz, unitsPerMillivolt, samples, beatSamples, beatIsPvc }: EcgRecord): void {
  const bytes = Buffer.alloc(2 * samples.length);
  samples.forEach((value, k) => {
    bytes.writeInt16LE(value, 2 * k);
  });
  fs.writeFileSync(path.join(folder, `${name}.i16`), bytes);
  const rows = Array.from(beatSamples, (sample, k) => `${sample},${beatIsPvc[k]}`);
  fs.writeFileSync(path.join(folder, `${name}_beats.csv`), `${['sample,pvc', ...rows].join('\n')}\n`);
  fs.writeFileSync(path.join(folder, 'meta.json'), JSON.stringify({ rate_hz: rateHz, units_per_mV: unitsPerMillivolt }));
}
