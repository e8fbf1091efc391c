/** The whole chain: johnny-five, Firmata's bytes, the firmware in an emulated chip, the arms behind its pins. In the chip's time, whatever this machine does. */
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { createBench } from '../../../../apps/robots/servo-arm/bench.ts';
import type { ServoArmFlags } from '../../../../apps/robots/servo-arm/flags.ts';
import { servoArm } from '../../../../apps/robots/servo-arm/index.ts';
import { OUTPUT_TIMEOUT, openLink } from '../../../../apps/robots/servo-arm/link.ts';
import { backend } from './plant.ts';

const never = { seed: 1, paced: false, changeAt: Number.POSITIVE_INFINITY, unplug: undefined };

interface Report {
  readonly fingerprint: string;
  readonly board: string;
  readonly truncations: readonly { readonly atSecond: number; readonly reason: string; readonly seconds: number | null }[];
  readonly unplug: { readonly outputsSafeAfterMs: number | null } | null;
  readonly errorDegrees: { readonly learner: { readonly periods: readonly number[] }; readonly control: object | null };
  readonly emulator: { readonly share: number };
}

async function run(own: Partial<ServoArmFlags>): Promise<{ readonly report: Report; readonly text: string }> {
  const result = await servoArm.run({
    backend,
    clock: 'fast',
    seed: 1,
    signal: new AbortController().signal,
    progress: () => undefined,
    port: undefined,
    learn: 'on',
    seconds: 8,
    changeAt: 6,
    unplug: undefined,
    ...own,
  });
  return { report: result.report as unknown as Report, text: result.render() };
}

test.serial('unplugged: the outputs are safe in the declared time, the link comes back, and two runs are one', async (t) => {
  const options = { seconds: 8, changeAt: 7, unplug: { atSecond: 2, seconds: 1 } };
  const { report, text } = await run(options);
  t.is(report.truncations.length, 1);
  const { atSecond, reason, seconds } = report.truncations[0]!;
  t.true(Math.abs(atSecond - 2) < 0.05);
  t.regex(reason, /^lost link: .*disconnected/);
  // A second without a cable, then the start of the board.
  t.true(seconds !== null && seconds > 1 && seconds < 5, `${seconds}`);
  const safeAfter = report.unplug!.outputsSafeAfterMs!;
  // The last word may be a tenth of a second old; a pulse that is missing is seen after 60 ms.
  t.true(safeAfter > OUTPUT_TIMEOUT - 120 && safeAfter < OUTPUT_TIMEOUT + 100, `${safeAfter}`);
  t.true(report.emulator.share > 0 && report.emulator.share < 1);
  t.regex(text, /truncated at \d\.\d+ s: lost link/);
  t.is((await run(options)).report.fingerprint, report.fingerprint);
});

test.serial('control: left plugged in, nothing is truncated, and both arms follow', async (t) => {
  const { report } = await run({ seconds: 16, changeAt: 15 });
  t.deepEqual(report.truncations, []);
  t.is(report.unplug, null);
  t.not(report.errorDegrees.control, null);
  const [first, second] = report.errorDegrees.learner.periods as [number, number];
  t.true(second < first && second < 3, `${first} ${second}`);
});

test.serial('in the time of this machine an unplugged board comes back too', async (t) => {
  const bench = createBench({ ...never, paced: true, unplug: { atSecond: 0.2, seconds: 1 } });
  const link = await bench.until(openLink({ port: bench.line, time: bench.time, seed: 1 }, 1));
  t.is(link.fault, undefined);
  bench.begin();
  const until = async (done: () => boolean): Promise<boolean> => {
    for (const { ms } = bench.uno; !done(); await sleep(5)) if (bench.uno.ms - ms > 10_000) return false;
    return true;
  };
  t.true(await until(() => link.fault !== undefined));
  t.true(await until(() => link.fault === undefined));
  t.not(bench.safeAfterMs, null);
  await link.close();
  bench.close();
});

test.serial('a potentiometer that is not wired is noticed before anything is learned', async (t) => {
  const bench = createBench({ ...never, wired: [1] });
  const error = await t.throwsAsync(bench.until(openLink({ port: bench.line, time: bench.time, seed: 1 }, 2)), { code: 'ERR_BOARD_FAULT' });
  t.regex(error!.message, /potentiometer A0 turned by 0 degrees .* servo on pin 9/);
  t.is(bench.line.state, 'closed');
});

test.serial('a second arm that is not wired is no control; one that is, is', async (t) => {
  for (const [wired, arms] of [
    [[0], 1],
    [[0, 1], 2],
  ] as const) {
    const bench = createBench({ ...never, wired });
    const link = await bench.until(openLink({ port: bench.line, time: bench.time, seed: 1 }, 2));
    t.is(link.arms, arms);
    // A command becomes a pulse, and the pulse an angle.
    for (let frame = 0; frame < 50; frame++) {
      link.command(0, 70);
      bench.pass(20);
    }
    t.true(Math.abs(bench.uno.pin(9).pulseUs - 1300) < 6);
    t.true(Math.abs(link.angle(0) - bench.arms[0]!.angle) < 2);
    await link.close();
  }
});
