/** Faults 20 to 22: clocks that drift, jump or wrap, lines that take their time, and another baud rate. */
import assert from 'node:assert/strict';
import type { Fault } from '../../../../firmware-bridge/index.ts';
import { load, wires } from '../../small.ts';
import type { Bench, FaultCase } from './bench.ts';

const US = 1000;
const EVERY_MS = 25;

interface ClockRun {
  readonly bytesPerMs: number;
  readonly clock: (ms: number) => number;
  readonly toBoard?: readonly Fault[];
  readonly toHost?: readonly Fault[];
  readonly seconds: number;
  /** the device runs a network meanwhile; not where its clock jumps, for then it is safe */
  readonly steps?: number;
  /** of the jitter; default that of the bench */
  readonly seed?: number;
}

/** Compares clocks for so long; returns the error of the offset at the end, µs. */
async function offsetError(
  bench: Bench,
  { bytesPerMs, clock, toBoard = [], toHost = [], seconds, steps = 0, seed = bench.seed }: ClockRun,
): Promise<number> {
  const rig = await bench.rig({ line: { bytesPerMs, latencyMs: 0.1 }, clock, stepMs: 0.1 }, { clockEveryMs: EVERY_MS, seed });
  await rig.connect();
  rig.line.setFaults(toBoard, toHost);
  await rig.pass(seconds * 1000);
  const sync = rig.board.connection!.clock!;
  const now = rig.now();
  const offset = sync.offsetUs(now);
  assert.ok(offset !== undefined && sync.points > 3, 'clocks must have been compared');
  assert.equal(sync.steps, steps);
  rig.log.add(now, `offset ${offset.toFixed(3)}`);
  return Math.abs(offset - (clock(now) - now) * US);
}

const rates = [
  [11.52, 200],
  [50, 50],
] as const;
/** A counter of 32 bits of µs that began long ago: it wraps after two seconds. */
const WRAP_MS = 2 ** 32 / US;

const drift: FaultCase = {
  number: 20,
  fault: 'clock drift ±50 ppm, ±0.5 %, step +5 s, 32-bit wrap',
  expected: 'offset error < 200 µs at 115,200 and < 50 µs at 500,000 baud after 10 s; wrap unseen',
  async run(bench) {
    const found: string[] = [];
    for (const [bytesPerMs, limit] of rates) {
      let worst = 0;
      for (const ppm of [50, -50, 5000, -5000]) {
        const error = await offsetError(bench, { bytesPerMs, clock: (ms) => ms * (1 + ppm / 1e6), seconds: 10 });
        assert.ok(error < limit, `${ppm} ppm at ${bytesPerMs * 10} kbaud: ${error} µs`);
        worst = Math.max(worst, error);
      }
      const wrapped = await offsetError(bench, { bytesPerMs, clock: (ms) => ms + WRAP_MS - 2000, seconds: 10 });
      assert.ok(wrapped < limit, `wrap: ${wrapped} µs`);
      const stepped = await offsetError(bench, { bytesPerMs, clock: (ms) => ms + (ms > 4000 ? 5000 : 0), seconds: 14, steps: 1 });
      assert.ok(stepped < limit, `step: ${stepped} µs`);
      found.push(`${worst.toFixed(0)} µs drifting, ${wrapped.toFixed(0)} at the wrap, ${stepped.toFixed(0)} after the step (< ${limit})`);
    }
    return found.join('; ');
  },
};

/** Jitter of `seeds` lines in turn; the mean of their errors is held to the bound. */
export const jitterOver = (seeds: number): FaultCase => ({
  number: 21,
  fault: 'RTT jitter 0-50 ms, asymmetric',
  expected: 'min-filter holds error < ½·(asymmetry) + 200 µs',
  async run(bench) {
    const run = { bytesPerMs: 50, clock: (ms: number) => ms + 77, seconds: 60 };
    const noisy: number[] = [];
    const asymmetric: number[] = [];
    for (let seed = bench.seed; seed < bench.seed + seeds; seed++) {
      noisy.push(await offsetError(bench, { ...run, seed, toHost: [{ kind: 'delay', ms: 0, jitterMs: 50 }] }));
      const error = await offsetError(bench, {
        ...{ ...run, seed, toBoard: [{ kind: 'delay', ms: 2 }] },
        toHost: [{ kind: 'delay', ms: 8, jitterMs: 50 }],
      });
      // What cannot be seen from one end must show here, or nothing was asymmetric.
      assert.ok(error > 2500, `${error} µs`);
      asymmetric.push(error);
    }
    const mean = (errors: readonly number[]): number => errors.reduce((sum, error) => sum + error, 0) / seeds;
    const each = (errors: readonly number[]): string => errors.map((error) => error.toFixed(0)).join(', ');
    assert.ok(mean(noisy) < 200, `${each(noisy)} µs with jitter one way`);
    assert.ok(mean(asymmetric) < 3000 + 200, `${each(asymmetric)} µs with 6 ms of asymmetry`);
    const of = seeds === 1 ? '' : ` (means of ${seeds} lines)`;
    return `${each(noisy)} µs with jitter in one direction; ${each(asymmetric)} µs with 6 ms of asymmetry besides (< 3200)${of}`;
  },
});

/** Connects through a receiver of another clock; the error, or undefined where it works. */
async function connectAt(bench: Bench, ratio: number): Promise<{ code: string; remedy: string } | undefined> {
  const rig = await bench.rig({ line: { bytesPerMs: 11.52 } });
  rig.line.setFaults([{ kind: 'baud', ratio }], [{ kind: 'baud', ratio: 1 / ratio }]);
  try {
    await rig.connect();
    await rig.deploy(load(wires(2)));
    await rig.expect.weights();
    return undefined;
  } catch (error) {
    return error as { code: string; remedy: string };
  }
}

const baud: FaultCase = {
  number: 22,
  fault: 'baud mismatch / 2.1 % error',
  expected: 'detected at handshake (framing junk), error names baud; 2.1 % works',
  async run(bench) {
    const codes: string[] = [];
    for (const ratio of [2, 0.5, 115200 / 9600, 57600 / 115200, 1.15]) {
      const error = await connectAt(bench, ratio);
      assert.ok(error !== undefined, `a baud rate ${ratio} times as fast must not work`);
      assert.ok(['ERR_LINK_GARBLED', 'ERR_LINK_NO_ANSWER'].includes(error.code));
      assert.match(error.remedy, /baud rate/);
      codes.push(error.code);
    }
    assert.ok(codes.includes('ERR_LINK_GARBLED'));
    for (const ratio of [1, 1.021, 1 / 1.021, 1.04]) assert.equal(await connectAt(bench, ratio), undefined, `${ratio} must work`);
    return `${codes.join(', ')} at 2, ½, 12, ½ and 1.15 times; 2.1 % and 4 % work`;
  },
};

export const clockFaults: readonly FaultCase[] = [drift, jitterOver(1), baud];
