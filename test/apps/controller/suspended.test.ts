/** SIGSTOP and SIGCONT of a real process: what becomes of its ticks is the stated policy, every one is counted, and its first command is to be safe. */
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { root } from '../../house/root.ts';
import { node } from '../command.ts';

const STOPPED_MS = 1500;

async function suspended(t: ExecutionContext, policy: string, how: 'guarded' | 'bare') {
  const { status, out, err } = await node([path.join(root, 'dist/test/apps/controller/suspended.js'), policy, how], {
    when: [
      /running/,
      (child) => {
        child.kill('SIGSTOP');
        setTimeout(() => child.kill('SIGCONT'), STOPPED_MS);
      },
    ],
  });
  t.is(status, 0, err);
  const report = JSON.parse(out);
  t.true(report.gapMs > 1000, `it stood still for ${report.gapMs} ms`);
  const { ticks, skippedTicks, slippedTicks, elapsedMs } = report.clock;
  t.is(ticks + skippedTicks + slippedTicks, Math.floor(elapsedMs), 'every tick that was due is accounted for');
  return report;
}

for (const policy of ['catch-up', 'skip', 'slip']) {
  test.serial(`${policy}: the ticks of the stop are counted as it says, the actuator is safe first and acts again later`, async (t) => {
    const { gapMs, first, atTheEnd, clock, act, rate } = await suspended(t, policy, 'guarded');
    // Catching up runs the latest 50 ms of it.
    const lost = policy === 'slip' ? clock.slippedTicks : clock.skippedTicks;
    t.true(lost >= gapMs - 100, `${lost} of ${gapMs} ms`);
    if (policy !== 'slip') t.is(clock.slippedTicks, 0);
    t.is(first, 'safe');
    t.true(rate.outs >= 1 && act.safes >= 1 && act.inhibited >= 1);
    t.is(atTheEnd, 'safe', 'the last command of a pipe');
    t.true(act.applied > 0);
  });
}

test.serial('negative control: without guards the first command after the stop is an action', async (t) => {
  const { first, act } = await suspended(t, 'catch-up', 'bare');
  t.is(first, 'acts');
  t.is(act.safes, 0);
});
