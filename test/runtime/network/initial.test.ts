import test from 'ava';
import { initialValues } from '../../../runtime/network/initial.ts';
import type { Initial, Network } from '../../../runtime/network/network.ts';
import { compile } from '../../../runtime/program/compile.ts';
import { referenceBackend } from '../../../runtime/reference/backend.ts';
import { wholeNetwork } from './networks.ts';
import { refusal } from './refusal.ts';
import { npy } from './write-npy.ts';

const values = (initial: Initial, shape: readonly number[] = [100, 100], fanIn = 100, name = 'p', seed = 1): Float64Array =>
  initialValues(initial, 'w', name, seed, shape, fanIn);
const deviation = (list: Float64Array): number => Math.sqrt(list.reduce((sum, value) => sum + value * value, 0) / list.length);
const mean = (list: Float64Array): number => list.reduce((sum, value) => sum + value, 0) / list.length;

test('drawn weights have mean 0 and the deviation that std says, or gain over the root of the presynaptic partners', (t) => {
  for (const kind of ['normal', 'uniform'] as const) {
    for (const [initial, fanIn, wanted] of [
      [{ kind, std: 0.3 }, 100, 0.3],
      [{ kind, gain: 2 }, 100, 0.2],
      [{ kind, gain: 2 }, 25, 0.4],
      [{ kind, gain: 2 }, 0.01, 2],
    ] as const) {
      const list = values(initial, [100, 100], fanIn);
      t.true(Math.abs(mean(list)) < (5 * wanted) / 100, `${kind} ${wanted}`);
      t.true(Math.abs(deviation(list) / wanted - 1) < 0.04, `${kind}: ${deviation(list)}, not ${wanted}`);
    }
  }
});

test('uniform weights end at √3 deviations, and normal ones do not', (t) => {
  t.true(values({ kind: 'uniform', std: 1 }).every((value) => Math.abs(value) <= Math.sqrt(3)));
  t.true(values({ kind: 'normal', std: 1 }).some((value) => Math.abs(value) > 3));
});

test('a deviation of 0 is every weight 0', (t) => {
  t.true(values({ kind: 'normal', std: 0 }).every((value) => value === 0));
});

test('weights depend on seed and name, and on no other projection', (t) => {
  const normal = { kind: 'normal', gain: 1 } as const;
  t.deepEqual(values(normal), values(normal));
  t.notDeepEqual(values(normal), values(normal, [100, 100], 100, 'q'));
  t.notDeepEqual(values(normal), values(normal, [100, 100], 100, 'p', 2));
  const weights = (network: Network) => referenceBackend.load(compile(network)).arena.copy('output.weights');
  const other = wholeNetwork();
  other['projections'].onward.weight = { kind: 'constant', value: 0 };
  delete other['projections'].tonic;
  t.deepEqual(weights(other as Network), weights(wholeNetwork() as Network));
});

test('inline weights are [pre][post] row by row; those of a list keep the order of the list', (t) => {
  const network = wholeNetwork();
  network['projections'].sensory.connectivity = { kind: 'list', pre: [2, 0, 1, 2], post: [3, 0, 1, 2] };
  network['projections'].sensory.weight = { kind: 'inline', values: [23, 0, 11, 22] };
  const { arena } = referenceBackend.load(compile(network as Network));
  t.deepEqual([...arena.copy('tonic.weights')], [1, 2, 3, 4, 5, 6]);
  t.deepEqual([...arena.copy('sensory.weights')], [0, 11, 22, 23]);
});

test('the synapse of a neuron onto itself begins at 0 where there is none', (t) => {
  const network = wholeNetwork();
  network['projections'].recurrent.connectivity = { kind: 'dense', autapses: false };
  const weights = referenceBackend.load(compile(network as Network)).arena.copy('recurrent.weights');
  t.deepEqual(
    weights.findIndex((value, k) => (value === 0) !== (k % 6 === 0)),
    -1,
  );
});

const fromFile = (bytes: Uint8Array | (() => never), shape: readonly number[] = [2, 3]) =>
  initialValues({ kind: 'npy', path: 'w.npy' }, 'projections.p.weight', 'p', 1, shape, 2, () =>
    typeof bytes === 'function' ? bytes() : bytes,
  );

test('weights come from a .npy file, as a matrix of the right shape or as one row', (t) => {
  const list = [1, 2, 3, 4, 5, 6];
  t.deepEqual([...fromFile(npy(list, { shape: '(2, 3)' }))], list);
  t.deepEqual([...fromFile(npy(list))], list);
  t.deepEqual([...fromFile(npy(list, { descr: '<f4' }), [6])], list);
});

test('a matrix the wrong way round is refused, though it has as many elements', (t) => {
  const error = refusal(() => fromFile(npy([1, 2, 3, 4, 5, 6], { shape: '(3, 2)' })));
  t.is(error?.code, 'ERR_SHAPE');
  t.is(error?.path, 'projections.p.weight');
  t.regex(error?.message ?? '', /\[2, 3\] required .* got \[3, 2\]/);
  t.regex(error?.remedy ?? '', /transposed/);
});

test('too few weights, too many, a file that is not there, not given or broken: each is refused with the path of the field', (t) => {
  const inline = (count: number) =>
    refusal(() => initialValues({ kind: 'inline', values: new Array(count).fill(1) }, 'projections.p.weight', 'p', 1, [2, 3], 2));
  for (const count of [0, 5, 7]) {
    t.is(inline(count)?.code, 'ERR_SHAPE');
    t.is(inline(count)?.path, 'projections.p.weight.values');
  }
  t.is(refusal(() => fromFile(npy([1, 2, 3])))?.code, 'ERR_SHAPE');
  t.is(refusal(() => initialValues({ kind: 'npy', path: 'w.npy' }, 'w', 'p', 1, [1], 1))?.path, 'options.readFile');
  const missing = refusal(() =>
    fromFile(() => {
      throw new Error('ENOENT: no such file');
    }),
  );
  t.is(missing?.code, 'ERR_BAD_NPY');
  t.regex(missing?.message ?? '', /projections\.p\.weight \(w\.npy\).*ENOENT/);
  t.true(missing?.cause instanceof Error);
  t.is(refusal(() => fromFile(new Uint8Array(20)))?.code, 'ERR_BAD_NPY');
});

test('a weight that float32 cannot hold is refused, whether drawn or read', (t) => {
  const read = refusal(() => fromFile(npy([1, 2, 1e39, 4, 5, 6])));
  t.is(read?.code, 'ERR_NOT_FINITE');
  t.is(read?.path, 'projections.p.weight[2]');
  t.is(refusal(() => values({ kind: 'normal', std: 3e38 }))?.code, 'ERR_NOT_FINITE');
});
