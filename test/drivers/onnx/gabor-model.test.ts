import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { type FeatureExtractor, featureExtractor, gaborModel } from '../../../drivers/onnx/index.ts';

const [SIZE, PARTS, ORIENTATIONS] = [32, 16, 8] as const;

/** A line through the middle of the upper left quarter, turned by θ from upright. */
function line(theta: number): Float32Array {
  const pixels = new Float32Array(SIZE * SIZE);
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++) {
      const [dx, dy] = [x - 7.5, y - 7.5];
      const [across, along] = [dx * Math.cos(theta) + dy * Math.sin(theta), dy * Math.cos(theta) - dx * Math.sin(theta)];
      if (Math.abs(across) <= 1 && Math.abs(along) <= 6) pixels[y * SIZE + x] = 1;
    }
  return pixels;
}

async function featuresOf(extractor: FeatureExtractor, picture: Float32Array): Promise<Float32Array> {
  while (!extractor.offer(picture)) await sleep(1);
  while (extractor.report().finished < extractor.report().offered - extractor.report().dropped) await sleep(1);
  await sleep(50);
  return extractor.read(0)!.slice();
}

test('each direction of a line has features of its own, in the part where the line is; a blank picture has none', async (t) => {
  await using extractor = await featureExtractor({ model: gaborModel({ width: SIZE, height: SIZE }) });
  t.is(extractor.inputs, SIZE * SIZE);
  t.is(extractor.size, PARTS * ORIENTATIONS);
  for (let k = 0; k < ORIENTATIONS; k++) {
    const features = await featuresOf(extractor, line((Math.PI * k) / ORIENTATIONS));
    const sums = Array.from({ length: ORIENTATIONS }, (_, o) =>
      features.subarray(o * PARTS, (o + 1) * PARTS).reduce((sum, value) => sum + value, 0),
    );
    t.is(sums.indexOf(Math.max(...sums)), k, `orientation ${k}: ${sums.map((sum) => sum.toFixed(3))}`);
    const quarter = [0, 1, 4, 5].reduce((sum, part) => sum + features[k * PARTS + part]!, 0);
    t.true(quarter > 0.9 * sums[k]!, 'where the line is');
  }
  t.true((await featuresOf(extractor, new Float32Array(SIZE * SIZE))).every((value) => value === 0));
});

test('the model is small, and has the same bytes wherever it is made', (t) => {
  const bytes = gaborModel({ width: SIZE, height: SIZE });
  t.true(bytes.length < 4096, `${bytes.length} bytes`);
  t.is(createHash('sha256').update(bytes).digest('hex').slice(0, 16), 'f9f557391fce12d1');
  for (const wrong of [
    { width: 30, height: 32 },
    { width: 32, height: 0 },
    { width: 32, height: 32, orientations: 17 },
  ])
    t.throws(() => gaborModel(wrong), { code: 'ERR_OUT_OF_RANGE' });
});
