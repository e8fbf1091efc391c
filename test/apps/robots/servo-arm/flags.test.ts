import test from 'ava';
import { UsageError } from '../../../../apps/cli/usage.ts';
import { servoArmFlags } from '../../../../apps/robots/servo-arm/flags.ts';

test('flags that mean nothing are refused', (t) => {
  const { parse } = servoArmFlags;
  for (const wrong of [
    { seconds: '0' },
    { seconds: 'x' },
    { seconds: '50', changeAt: '50' },
    { unplug: '3' },
    { unplug: '3-4' },
    { port: 'ttyX', unplug: '3+4' },
    { port: 'ttyX', fast: true },
  ])
    t.throws(() => parse(wrong), { instanceOf: UsageError }, JSON.stringify(wrong));
  t.deepEqual(parse({ unplug: '3+4.5', seconds: '100', changeAt: '20', learn: 'off' }), {
    port: undefined,
    sense: 'potentiometer',
    learn: 'off',
    seconds: 100,
    changeAt: 20,
    unplug: { atSecond: 3, seconds: 4.5 },
    record: undefined,
  });
});
