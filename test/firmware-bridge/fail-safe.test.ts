import test from 'ava';
import { FailSafe } from '../../firmware-bridge/index.ts';

const SESSION = 77;

test('outputs are safe until a host of the current session arms them', (t) => {
  const watch = new FailSafe({ tickMs: 1 });
  t.is(watch.poll(0, 0), 'safe');
  t.false(watch.arm(SESSION, 78, 250, 0), 'another session');
  t.false(watch.arm(0, 0, 250, 0), 'no session');
  t.false(watch.arm(SESSION, SESSION, 0, 0), 'no time');
  t.false(watch.arm(SESSION, SESSION, 5000, 0), 'too much time');
  t.is(watch.state, 'safe');
  t.true(watch.arm(SESSION, SESSION, 250, 0));
  t.is(watch.poll(1, 0), 'run');
});

test('silence leads to HOLD at 50 ms and to SAFE at the ttl; a frame leads back from HOLD only', (t) => {
  const watch = new FailSafe({ tickMs: 1 });
  watch.arm(SESSION, SESSION, 250, 1000);
  t.is(watch.poll(1049, 1000), 'run');
  t.is(watch.poll(1050, 1000), 'hold');
  t.is(watch.poll(1060, 1060), 'run');
  t.is(watch.poll(1309, 1060), 'hold');
  t.is(watch.poll(1310, 1060), 'safe');
  t.is(watch.poll(1311, 1311), 'safe', 'a frame alone does not arm');
  t.true(watch.arm(SESSION, SESSION, 250, 1312));
  t.is(watch.poll(1313, 1311), 'run');
});

test('slow ticks hold after three of them, and disarming is safe at once', (t) => {
  const watch = new FailSafe({ tickMs: 40 });
  watch.arm(SESSION, SESSION, 250, 0);
  t.is(watch.poll(119, 0), 'run');
  t.is(watch.poll(120, 0), 'hold');
  watch.disarm();
  t.is(watch.poll(120, 120), 'safe');
});
