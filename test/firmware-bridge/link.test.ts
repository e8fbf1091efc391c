import test from 'ava';
import { code, encodeControl } from '../../firmware-bridge/index.ts';
import { pair } from './support.ts';

test('smoke', async (t) => {
  const { run, host, device, hostHeard, deviceHeard } = await pair();
  run(100);
  t.is(host.state, 'up');
  t.is(device.state, 'up');
  host.sendControl('Reward', { tick: 3, valueQ16: -65536 });
  run(10);
  t.deepEqual(deviceHeard.control, [{ name: 'Reward', message: { tick: 3, valueQ16: -65536 } }]);
  t.log(host.counters, device.counters);
});
