import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { type FeatureExtractor, featureExtractor } from '../../../drivers/onnx/index.ts';
import { analog, CapabilityError, DescriptionError, sense } from '../../../runtime/index.ts';
import { root } from '../../house/root.ts';

/** Reads 28 × 28 pixels, gives the logits of ten digits. */
const model = path.join(root, 'test/golden/onnx/mnist-opt.onnx');

/** A picture drawn with rectangles of white: row, column, height, width. */
function picture(...strokes: readonly (readonly [number, number, number, number])[]): Float32Array {
  const pixels = new Float32Array(28 * 28);
  for (const [row, column, height, width] of strokes) {
    for (let y = row; y < row + height; y++) pixels.fill(255, 28 * y + column, 28 * y + column + width);
  }
  return pixels;
}
const one = picture([4, 13, 20, 3]);
const seven = picture([5, 7, 3, 14], [8, 18, 3, 3], [11, 16, 4, 3], [15, 14, 4, 3], [19, 12, 5, 3]);
const zero = picture([4, 9, 3, 10], [21, 9, 3, 10], [6, 7, 16, 3], [6, 18, 16, 3]);

const argmax = (features: Float32Array): number => features.indexOf(Math.max(...features));

/** Waits until everything that was taken is done. */
async function settled(extractor: FeatureExtractor): Promise<void> {
  for (let report = extractor.report(); report.finished < report.offered - report.dropped; report = extractor.report()) await sleep(1);
  // The count moves an instant before the turn does: on a busy machine that instant is milliseconds.
  await sleep(50);
}
async function features(extractor: FeatureExtractor, input: Float32Array): Promise<Float32Array> {
  while (!extractor.offer(input)) await sleep(1);
  await settled(extractor);
  return extractor.read(0)!.slice();
}

test('a frozen model gives features: as many as it says, finite, the same each time, and they know the digits', async (t) => {
  await using extractor = await featureExtractor({ model });
  t.is(extractor.inputs, 784);
  t.is(extractor.size, 10);
  t.notThrows(() => sense(extractor, analog({ size: extractor.size }), 'input'));
  t.is(extractor.read(0), undefined, 'the run that warms up is nobody’s input');
  for (const [digit, image] of [
    [1, one],
    [7, seven],
    [0, zero],
  ] as const) {
    const first = await features(extractor, image);
    t.is(first.length, 10);
    t.true(first.every(Number.isFinite));
    t.is(argmax(first), digit);
    t.deepEqual(await features(extractor, image), first);
  }
  t.true(extractor.report().inferenceUs > 0);
});

test('bytes are the same model as its path, and its output and shape may be named', async (t) => {
  await using fromPath = await featureExtractor({ model });
  await using fromBytes = await featureExtractor({ model: readFileSync(model), output: 'Plus214_Output_0', shape: [1, 1, 28, 28] });
  t.deepEqual(await features(fromBytes, seven), await features(fromPath, seven));
});

test('a busy model drops and counts, never blocks, and the latest result wins', async (t) => {
  await using extractor = await featureExtractor({ model });
  const expected = new Map<Float32Array, Float32Array>();
  for (const image of [one, seven, zero]) expected.set(image, await features(extractor, image));
  let accepted = extractor.report().finished;
  let last = one;
  let refused = 0;
  for (let i = 0; i < 3000; i++) {
    const image = [one, seven, zero][i % 3]!;
    if (extractor.offer(image)) {
      accepted++;
      last = image;
    } else refused++;
  }
  await settled(extractor);
  t.true(refused > 0);
  const { offered, dropped, finished, failed } = extractor.report();
  t.deepEqual({ dropped, finished, failed }, { dropped: offered - accepted, finished: accepted, failed: 0 });
  t.deepEqual(extractor.read(0), expected.get(last));
  t.deepEqual(extractor.read(1), expected.get(last), 'it stays until the next one');
});

test('a result is seen without a turn of the event loop', async (t) => {
  await using extractor = await featureExtractor({ model });
  extractor.offer(one);
  const deadline = performance.now() + 10_000;
  while (extractor.read(0) === undefined && performance.now() < deadline);
  t.is(argmax(extractor.read(0)!), 1);
});

test('a pipe begins without the features of an earlier one', async (t) => {
  await using extractor = await featureExtractor({ model });
  await features(extractor, one);
  extractor.offer(seven);
  extractor.open?.();
  t.is(extractor.read(0), undefined);
  await settled(extractor);
  t.is(extractor.read(1), undefined, 'nor with one that was still under way');
  t.is(argmax(await features(extractor, zero)), 0);
});

test('after disposal nothing is taken and nothing is read', async (t) => {
  const extractor = await featureExtractor({ model });
  extractor.offer(one);
  await extractor.dispose();
  await extractor.dispose();
  t.false(extractor.offer(one));
  t.is(extractor.read(0), undefined);
  t.is(extractor.fault, undefined);
  t.is(extractor.report().dropped, 1);
});

test('what does not fit is refused by its name', async (t) => {
  const refused = { instanceOf: DescriptionError, code: 'ERR_MODEL' };
  await t.throwsAsync(featureExtractor({ model: '/none.onnx' }), { ...refused, message: /none\.onnx/ });
  await t.throwsAsync(featureExtractor({ model: Uint8Array.of(1, 2, 3) }), refused);
  await t.throwsAsync(featureExtractor({ model, shape: [1, 1, 14, 14] }), refused);
  await t.throwsAsync(featureExtractor({ model, output: 'features' }), { code: 'ERR_UNKNOWN_NAME', message: /features/ });
  await t.throwsAsync(featureExtractor({ model, threads: 0 }), { code: 'ERR_OUT_OF_RANGE' });
  await using extractor = await featureExtractor({ model });
  t.throws(() => extractor.offer([1, 2, 3]), { code: 'ERR_SHAPE' });
});

/** Runs a program that imports the driver in a process of its own; `result` is what it prints. */
function alone(program: string, hook = ''): unknown {
  const driver = path.join(root, 'dist/drivers/onnx/index.js');
  const source = `const { featureExtractor } = await import(${JSON.stringify(driver)}); const model = ${JSON.stringify(model)}; ${program}`;
  const preload = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});`;
  // In the environment, since the thread of the model has no flags of its own.
  const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}` };
  const options = ['--input-type=module', '--eval', source];
  const { stdout, stderr, status } = spawnSync(process.execPath, options, { encoding: 'utf8', env, timeout: 60_000 });
  return status === 0 ? JSON.parse(stdout) : { status, stderr };
}

test('a model without onnxruntime-node is a lack of capability that names its remedy', (t) => {
  const hook = `export async function resolve(name, context, next) {
    if (name === 'onnxruntime-node') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    return next(name, context);
  }`;
  const error = alone(
    `const error = await featureExtractor({ model }).catch((error) => error);
     console.log(JSON.stringify({ name: error.name, code: error.code, remedy: error.remedy }));`,
    hook,
  );
  t.deepEqual(error, {
    name: CapabilityError.name,
    code: 'ERR_OPTIONAL_PACKAGE',
    remedy: 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node',
  });
});

test('a model that waits does not keep a process alive', (t) => {
  t.is(alone('const extractor = await featureExtractor({ model }); console.log(extractor.size);'), 10);
});
