/** What is asked of every emulated chip that runs the firmware. */
import assert from 'node:assert/strict';
import type { Agreement } from '../firmware/agreement.ts';
import { chunkGoodput, imageGoodput, roundTrip } from '../firmware/goodput.ts';
import { atLeast, type Check } from './checks.ts';

/** Networks that are compared, and ticks of each. */
export const NETWORKS = 40;
export const TICKS = 250;
const LOSS = { drop: 0.001 };
const BAUDS = [
  { baud: 115200, least: 9 },
  { baud: 500000, least: 38 },
] as const;

export function agreed({ ticks, spikes, words, differing, first }: Agreement): string {
  assert.equal(differing, 0, `${differing} of ${words} words differ; ${first}`);
  assert.ok(ticks === NETWORKS * TICKS && spikes > ticks, `only ${ticks} ticks and ${spikes} spikes were compared`);
  return `${ticks} ticks of ${NETWORKS} networks, ${spikes} spikes, ${words} words compared, 0 differ`;
}

/** Goodput of weights and the round trip of spikes, at each speed. */
export const lineChecks = (chip: Parameters<typeof chunkGoodput>[0]): Check[] =>
  BAUDS.map(({ baud, least }) => ({
    claim: `weights and spikes of the ${chip} at ${baud} baud`,
    run: async () => {
      const { kBps, overruns } = await chunkGoodput(chip, baud, 200);
      const lossy = await chunkGoodput(chip, baud, 400, LOSS);
      assert.deepEqual([overruns, lossy.overruns], [0, 0], 'bytes lost in the chip');
      const image = await imageGoodput(chip, baud, 20);
      const { p50, p99 } = await roundTrip(chip, baud, 300);
      return [
        atLeast('chunks, kB/s', kBps, least),
        atLeast('with 0.1 % of the bytes lost, of that', lossy.kBps / kBps, 0.5),
        `images of 256 bytes whole ${image.toFixed(2)} kB/s, a tick there and back p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
      ].join('; ');
    },
  }));
