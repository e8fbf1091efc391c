import test from 'ava';
import fc from 'fast-check';
import { code, crc32c, encodeControl, WeightStore, weightStatus, writeChunk } from '../../firmware-bridge/index.ts';
import { noise } from './support.ts';

const CAPACITY = 400;
const small = fc.nat(2);
/** What a host may say, rightly or wrongly: few values, so that messages often fit to each other. */
const step = fc.oneof(
  fc.record({
    do: fc.constant('begin' as const),
    region: small,
    generation: small,
    image: small,
    base: fc.option(small, { nil: undefined }),
  }),
  fc.record({ do: fc.constant('chunk' as const), region: small, generation: small, image: small, part: fc.nat(4) }),
  fc.record({ do: fc.constant('commit' as const), region: small, generation: small, image: small }),
  fc.record({ do: fc.constant('whole' as const), region: small, generation: small, image: small }),
  fc.record({ do: fc.constant('swap' as const) }),
  fc.record({
    do: fc.constant('junk' as const),
    value: fc.constantFrom(code.WeightChunk, code.WeightPatch, code.WeightBegin, code.WeightCommit, code.WeightQuery),
    bytes: fc.uint8Array({ maxLength: 40 }),
  }),
);
const images = [noise(100, 1), noise(100, 2), noise(60, 3)];
const sums = images.map((image) => crc32c(image));

test('whatever a host says in whatever order, only complete and right images ever run, and only from a swap on', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const store = new WeightStore({ capacity: CAPACITY, admit: () => weightStatus.receiving, answer: () => {} });
      const running = (): string =>
        JSON.stringify([0, 1, 2, 3].map((region) => [store.image(region)?.generation, store.image(region)?.crc32c]));
      const say = (value: number, payload: Uint8Array): boolean => store.receive(value, payload, 0, payload.length);
      const buffer = new Uint8Array(200);
      const chunk = (region: number, generation: number, image: number, part: number): void => {
        const offset = Math.min(part * 20, images[image].length - 20);
        say(code.WeightChunk, buffer.slice(0, writeChunk(buffer, region, generation, images[image], offset, 20)));
      };
      for (const one of steps) {
        const before = running();
        if (one.do === 'swap') {
          store.swap();
        } else {
          if (one.do === 'junk') {
            say(one.value, one.bytes);
          } else {
            const { region, generation, image } = one;
            const about = { region, generation, total: images[image].length, crc32c: sums[image] };
            const base = one.do === 'begin' && one.base !== undefined ? { base: one.base } : {};
            if (one.do === 'begin' || one.do === 'whole') say(code.WeightBegin, encodeControl('WeightBegin', { ...about, ...base }));
            if (one.do === 'chunk') chunk(region, generation, image, one.part);
            if (one.do === 'whole') for (let part = 0; part * 20 < images[image].length; part++) chunk(region, generation, image, part);
            if (one.do === 'commit' || one.do === 'whole') say(code.WeightCommit, encodeControl('WeightCommit', about));
          }
          if (running() !== before) return false;
        }
        for (const region of [0, 1, 2, 3]) {
          const image = store.image(region);
          if (image !== undefined && crc32c(image.bytes) !== image.crc32c) return false;
        }
      }
      return true;
    }),
    { numRuns: 1000 },
  );
  t.pass();
});

test('images never take more memory than there is', (t) => {
  const answers: number[] = [];
  const store = new WeightStore({ capacity: 250, admit: () => weightStatus.receiving, answer: (ack) => answers.push(ack.status) });
  for (const [region, image] of images.entries()) {
    const begin = encodeControl('WeightBegin', { region: region + 1, generation: 1, total: image.length, crc32c: sums[region] });
    store.receive(code.WeightBegin, begin, 0, begin.length);
    const buffer = new Uint8Array(200);
    const length = writeChunk(buffer, region + 1, 1, image, 0, image.length);
    store.receive(code.WeightChunk, buffer, 0, length);
    const commit = encodeControl('WeightCommit', { region: region + 1, generation: 1, total: image.length, crc32c: sums[region] });
    store.receive(code.WeightCommit, commit, 0, commit.length);
    store.swap();
  }
  const { receiving, committed, wrongSize, notBegun } = weightStatus;
  t.deepEqual(answers, [receiving, committed, receiving, committed, wrongSize, notBegun, notBegun]);
});
