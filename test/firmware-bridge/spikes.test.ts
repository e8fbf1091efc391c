import test from 'ava';
import fc from 'fast-check';
import { SpikeBatch, SpikeWriter } from '../../firmware-bridge/index.ts';
import { noise } from './support.ts';

const NEURONS = 4096;
const addressLists = fc.uniqueArray(fc.nat(NEURONS - 1), { minLength: 1, maxLength: 80 }).map((list) => Uint32Array.from(list).sort());
const trains = fc.array(fc.record({ gap: fc.nat(300), addresses: addressLists, graded: fc.boolean() }), { maxLength: 8 });

interface Group {
  tick: number;
  addresses: number[];
  values: number[];
}
function groupsOf(batch: SpikeBatch): Group[] {
  return Array.from({ length: batch.groups }, (_, g) => {
    const range = [batch.starts[g], batch.starts[g + 1]] as const;
    return { tick: batch.ticks[g], addresses: [...batch.addresses.subarray(...range)], values: [...batch.values.subarray(...range)] };
  });
}

test('what is written in as many payloads as it takes is what is read', (t) => {
  fc.assert(
    fc.property(trains, fc.nat(0xffffffff), fc.integer({ min: 24, max: 248 }), (train, base, limit) => {
      const out = new Uint8Array(limit);
      const writer = new SpikeWriter();
      const batch = new SpikeBatch(64, 512);
      const read = new Map<number, { addresses: number[]; values: number[] }>();
      const flush = (): void => {
        if (!batch.decode(out, 0, writer.end, NEURONS)) throw new Error('not decoded');
        for (const group of groupsOf(batch)) {
          const all = read.get(group.tick) ?? { addresses: [], values: [] };
          all.addresses.push(...group.addresses);
          all.values.push(...group.values);
          read.set(group.tick, all);
        }
      };
      let tick = base;
      const expected = new Map<number, { addresses: number[]; values: number[] }>();
      writer.begin(out, 0, limit, base);
      for (const { gap, addresses, graded } of train) {
        tick = (tick + gap + 1) >>> 0;
        const values = addresses.map((address) => (graded ? address * 77 : 1));
        expected.set(tick, { addresses: [...addresses], values: [...values] });
        for (let from = 0; ; ) {
          from = writer.add(tick, addresses, from, addresses.length, graded ? values : undefined);
          if (from === addresses.length) break;
          flush();
          writer.begin(out, 0, limit, tick);
        }
      }
      flush();
      return JSON.stringify([...read]) === JSON.stringify([...expected]);
    }),
  );
  t.pass();
});

test('whatever arrives, decoding neither throws nor leaves its arrays, and a bad batch is empty', (t) => {
  const batch = new SpikeBatch(8, 64);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const good = batch.decode(bytes, 0, bytes.length, 256);
      if (!good) return batch.groups === 0 && batch.spikes === 0;
      return groupsOf(batch).every(({ addresses }) => addresses.every((a, i) => a < 256 && (i === 0 || a > addresses[i - 1])));
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('every way to be malformed is refused', (t) => {
  const batch = new SpikeBatch(2, 8);
  const decode = (...body: number[]): boolean => {
    const bytes = Uint8Array.of(0, 0, 0, 0, ...body);
    return batch.decode(bytes, 0, bytes.length, 100);
  };
  t.true(decode());
  t.true(decode(0, 4, 0, 98));
  t.false(decode(0, 4, 0, 99), 'address 100 of 100 neurons');
  t.false(decode(0, 0), 'a tick without spikes');
  t.false(decode(0, 1), 'a graded tick without spikes');
  t.false(decode(0, 4, 0), 'a spike is missing');
  t.false(decode(0, 3, 0), 'a value is missing');
  t.false(decode(0), 'a count is missing');
  t.false(decode(0, 2, 1, 0, 2, 2), 'two groups of one tick');
  t.false(decode(0, 2, 1, 1, 2, 1, 1, 2, 1), 'more ticks than the arrays hold');
  t.false(decode(0, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0), 'more spikes than the arrays hold');
  t.false(decode(0, 0xff, 0xff, 0xff, 0xff, 0x0f), 'a count of two billion');
  t.false(decode(0, 2, 0x80, 0x80, 0x80, 0x80, 0x10), 'a varint of 2³²');
  t.false(decode(0, 2, 0x80, 0x80, 0x80, 0x80, 0x80, 0), 'a varint of six bytes');
  t.false(batch.decode(Uint8Array.of(1, 2, 3), 0, 3, 100), 'no base tick');
});

test('a spike costs about a byte at the rates of a real network', (t) => {
  const out = new Uint8Array(248);
  const writer = new SpikeWriter();
  const random = noise(256 * 100, 11);
  let bytes = 0;
  let spikes = 0;
  for (let tick = 0; tick < 100; tick++) {
    // 100 Hz: one neuron in ten at each tick of a millisecond.
    const addresses = Uint32Array.from({ length: 256 }, (_, i) => i).filter((i) => random[tick * 256 + i] < 26);
    writer.begin(out, 0, out.length, tick);
    t.is(writer.add(tick, addresses, 0, addresses.length), addresses.length);
    bytes += writer.end - 4;
    spikes += addresses.length;
  }
  t.true(bytes / spikes < 1.15, `${bytes / spikes} bytes a spike`);
});
