import test from 'ava';
import { withFaults } from '../../firmware-bridge/index.ts';
import { noise, weightPair } from './support.ts';

for (const [bytesPerMs, drop, flip] of [[11.52,0,0],[11.52,0.001,0],[11.52,0.01,0],[11.52,0.01,0.01],[100,0,0],[100,0.001,0],[100,0.01,0],[100,0.01,0.01],[11.52,0.05,0],[1,0,0]]) 
test(`w ${bytesPerMs} ${drop} ${flip}`, async (t) => {
  const w = await weightPair({bytesPerMs, wrap: (end, time) => withFaults(end, { now: time.now, seed: 5, send: { drop, flip }, receive: { drop, flip } })});
  w.run(5000, () => w.host.state === 'up');
  const image = noise(20000, 3);
  w.sender.begin({region: 1, generation: 1, image});
  const ms = w.run(400000, () => w.results.length > 0 || w.host.state!=='up');
  w.store.swap();
  t.log(ms, 'B/s', 20000 / ms * 1000, 'of', bytesPerMs*1000, w.results, w.errors.map(String), w.host.counters, w.device.counters);
  t.deepEqual(w.store.image(1)?.bytes, image);
});
