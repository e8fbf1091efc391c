import test from 'ava';
import fc from 'fast-check';
import { decodeNetworkImage, encodeNetworkImage, type NetworkImage, neuronKinds, weightRegionBytes } from '../../firmware-bridge/index.ts';
import { noise } from './support.ts';

const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const leak = fc.integer({ min: 0, max: 65536 });
const population = fc.integer({ min: 1, max: 40 }).chain((size) =>
  fc.record({
    kind: fc.constantFrom(...neuronKinds),
    size: fc.constant(size),
    reset: fc.constantFrom('subtract' as const, 'zero' as const),
    report: fc.boolean(),
    refractory: fc.nat(0xffff),
    threshold: int32,
    leak,
    leakSynapse: leak,
    leakAdapt: leak,
    beta: fc.oneof(int32, fc.array(int32, { minLength: size, maxLength: size })),
  }),
);
const images = fc.array(population, { minLength: 1, maxLength: 5 }).chain((populations) => {
  const index = fc.nat(populations.length - 1);
  const projection = fc.record({
    pre: index,
    post: index,
    region: fc.constant(0),
    delay: fc.integer({ min: 1, max: 0xffff }),
    shift: fc.nat(24),
  });
  return fc.record({
    tickUs: fc.integer({ min: 1, max: 0xffffffff }),
    populations: fc.constant(populations),
    projections: fc.array(projection, { maxLength: 5 }).map((list) => list.map((one, i) => ({ ...one, region: i + 1 }))),
  });
});

test('a decoded image is the encoded one', (t) => {
  fc.assert(
    fc.property(images, (image) => {
      const decoded = decodeNetworkImage(encodeNetworkImage(image));
      return (
        JSON.stringify(decoded) ===
        JSON.stringify({
          tickUs: image.tickUs,
          populations: image.populations,
          projections: image.projections.map((p) => ({ pre: p.pre, post: p.post, region: p.region, shift: p.shift, delay: p.delay })),
        })
      );
    }),
  );
  t.pass();
});

const small: NetworkImage = {
  tickUs: 1000,
  populations: [
    {
      kind: 'source',
      size: 4,
      reset: 'subtract',
      report: false,
      refractory: 0,
      threshold: 0,
      leak: 0,
      leakSynapse: 0,
      leakAdapt: 0,
      beta: 0,
    },
    {
      kind: 'alif',
      size: 3,
      reset: 'zero',
      report: true,
      refractory: 2,
      threshold: 4096,
      leak: 62339,
      leakSynapse: 0,
      leakAdapt: 65208,
      beta: [1, 2, 3],
    },
  ],
  projections: [{ pre: 0, post: 1, region: 1, delay: 0, shift: 6 }],
};

test('a weight region has a byte for every pair', (t) => {
  t.is(weightRegionBytes(small, small.projections[0]), 12);
});

test('what is out of range cannot be encoded, and the error says where', (t) => {
  const [source, alif] = small.populations;
  const [projection] = small.projections;
  const wrong: [Partial<NetworkImage>, string][] = [
    [{ tickUs: 0 }, 'tickUs'],
    [{ populations: [] }, 'populations'],
    [{ populations: [source, { ...alif, size: 0 }] }, 'populations[1]'],
    [{ populations: [source, { ...alif, leak: 65537 }] }, 'populations[1]'],
    [{ populations: [source, { ...alif, threshold: 0.5 }] }, 'populations[1]'],
    [{ populations: [source, { ...alif, beta: [1, 2] }] }, 'populations[1]'],
    [{ projections: [{ ...projection, region: 0 }] }, 'projections[0]'],
    [{ projections: [projection, projection] }, 'projections[1]'],
    [{ projections: [{ ...projection, post: 2 }] }, 'projections[0]'],
    [{ projections: [{ ...projection, pre: 1, delay: 0 }] }, 'projections[0]'],
    [{ projections: [{ ...projection, shift: 25 }] }, 'projections[0]'],
  ];
  for (const [change, path] of wrong) {
    t.throws(() => encodeNetworkImage({ ...small, ...change }), {
      code: 'ERR_NETWORK_IMAGE',
      message: new RegExp(`^${path.replace(/[[\]]/g, '\\$&')} `),
    });
  }
});

test('a cut, longer or mutated image never throws, and never decodes to something out of range', (t) => {
  const bytes = encodeNetworkImage(small);
  for (let length = 0; length < bytes.length; length++) t.is(typeof decodeNetworkImage(bytes.subarray(0, length)), 'string');
  t.is(decodeNetworkImage(Uint8Array.of(...bytes, 0)), 'length');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
      const mutated = bytes.slice();
      for (const [at, value] of changes) mutated[at] = value;
      const decoded = decodeNetworkImage(mutated);
      // What decodes can be encoded again: it is in range.
      return typeof decoded === 'string' || encodeNetworkImage(decoded).length === bytes.length;
    }),
    { numRuns: 3000 },
  );
  fc.assert(fc.property(fc.nat(), (seed) => typeof decodeNetworkImage(noise(200, seed)) === 'string'));
  t.pass();
});
