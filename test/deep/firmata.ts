import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { split14, talk } from '../drivers/uno/firmata-host.ts';
import { firmwareFolder, makeFirmata } from '../firmware/build.ts';
import type { Check } from './checks.ts';

const PIN = 9;
const SERVO_MODE = 4;
const [SHORTEST, LONGEST] = [600, 2400];

/** Pulses on the pin of a servo that is sent these widths, µs. */
async function pulses(widths: readonly number[], image?: string): Promise<number[]> {
  const { uno, say } = await talk(image === undefined ? {} : { image });
  say([0xf0, 0x70, PIN, ...split14(SHORTEST), ...split14(LONGEST), 0xf7]);
  say([0xf4, PIN, SERVO_MODE]);
  return widths.map((width) => {
    say([0xe0 | PIN, ...split14(width)], 60);
    return uno.pin(PIN).pulseUs;
  });
}

const WIDTHS = [600, 1050, 1500, 2400];
/** One count of the timer, and the few instructions before an edge. */
const TOLERANCE = 6;
const worst = (found: readonly number[]): number => Math.max(...found.map((us, k) => Math.abs(us - WIDTHS[k]!)));

export const firmataChecks: readonly Check[] = [
  {
    claim: 'the Firmata image in the package is the one that its sources make, and they are clean under the analyzers',
    run: async () => {
      makeFirmata('check-images');
      makeFirmata('analyze');
      return 'the same bytes, no finding';
    },
  },
  {
    claim: 'a servo on the emulated Uno; firmware whose pulses are half as wide is noticed',
    run: async () => {
      const right = worst(await pulses(WIDTHS));
      makeFirmata('../build/firmata-crooked.hex');
      const crooked = worst(await pulses(WIDTHS, readFileSync(join(firmwareFolder, 'build/firmata-crooked.hex'), 'utf8')));
      assert.ok(right <= TOLERANCE && crooked > (100 * TOLERANCE) / 6, `${right} and ${crooked} µs off`);
      return `${right.toFixed(1)} µs off at most, crooked ${crooked.toFixed(0)} µs`;
    },
  },
];
