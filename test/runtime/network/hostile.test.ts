import test from 'ava';
import fc from 'fast-check';
import type { ErrorCode } from '../../../runtime/errors.ts';
import type { Network } from '../../../runtime/network/network.ts';
import { validate } from '../../../runtime/network/validate.ts';
import { compile } from '../../../runtime/program/compile.ts';
import { referenceBackend } from '../../../runtime/reference/backend.ts';
import { rule, type Spoil } from './mistakes.ts';
import { modular } from './modular.ts';
import { mutate, mutation, mutationOf } from './mutations.ts';
import { type Draft, wholeNetwork } from './networks.ts';
import { refusal } from './refusal.ts';

test('deep, endless and very long data are refused soon, in a short message', (t) => {
  const nest = (of: (inner: unknown) => unknown, depth: number): unknown =>
    Array.from({ length: depth }).reduce<unknown>((inner) => of(inner), 1);
  const cyclic = wholeNetwork();
  cyclic['dt'] = cyclic;
  const million = 1_000_000;
  const values = (list: unknown) => ({ kind: 'inline', values: list });
  const cases: readonly (readonly [Spoil, ErrorCode])[] = [
    [(n) => (n.dt = nest((inner) => ({ a: inner }), 100_000)), 'ERR_OUT_OF_RANGE'],
    [(n) => (n.populations.slow.neuron.beta = nest((inner) => [inner], 100_000)), 'ERR_OUT_OF_RANGE'],
    [(n) => (n.dt = cyclic), 'ERR_OUT_OF_RANGE'],
    [(n) => (n.dt = new Array(million).fill(1)), 'ERR_WRONG_TYPE'],
    [(n) => (n.dt = { a: new Array(million).fill(1) }), 'ERR_WRONG_TYPE'],
    [(n) => (n.dt = 'x'.repeat(million)), 'ERR_WRONG_TYPE'],
    [(n) => (n['x'.repeat(million)] = 1), 'ERR_UNKNOWN_FIELD'],
    [(n) => (n.populations[`${'x'.repeat(million)}!`] = n.populations.in), 'ERR_WRONG_TYPE'],
    [(n) => (n.projections.tonic.pre = 'x'.repeat(million)), 'ERR_UNKNOWN_NAME'],
    [
      (n) => (n.populations = Object.fromEntries(Array.from({ length: 100_000 }, (_, k) => [`p${k}`, n.populations.in]))),
      'ERR_OUT_OF_RANGE',
    ],
    [(n) => (n.populations = Object.fromEntries(Array.from({ length: 9_000 }, (_, k) => [`p${k}`, n.populations.in]))), 'ERR_UNKNOWN_NAME'],
    // A diverged network that went through JSON is full of null.
    [(n) => (n.projections.tonic.weight = values(new Array(million).fill(null))), 'ERR_WRONG_TYPE'],
    [(n) => (n.projections.tonic.weight = values(new Array(million).fill(Number.NaN))), 'ERR_WRONG_TYPE'],
    [(n) => (n.projections.tonic.weight = values(new Array(million).fill('x'))), 'ERR_WRONG_TYPE'],
    [(n) => (n.projections.tonic.weight = values(new Array(million))), 'ERR_MISSING_FIELD'],
    [(n) => (n.projections.tonic.weight = values(new Array(million).fill({}))), 'ERR_OUT_OF_RANGE'],
    [(n) => (n.populations.slow.neuron.beta = new Array(million).fill(-1)), 'ERR_OUT_OF_RANGE'],
    [(n) => (n.populations.slow.neuron.beta = new Array(million).fill(1)), 'ERR_SHAPE'],
    [(n) => (rule(n).terms = new Array(million).fill(1)), 'ERR_OUT_OF_RANGE'],
    [(n) => (rule(n).optimizer.transforms = new Array(million).fill('x')), 'ERR_OUT_OF_RANGE'],
  ];
  for (const [spoil, code] of cases) {
    const network = wholeNetwork();
    spoil(network);
    const started = performance.now();
    t.is(refusal(() => validate(network))?.code, code, String(spoil));
    t.true(performance.now() - started < 2000, String(spoil));
  }
});

test('what does not fit into memory is refused before any of it is asked for', (t) => {
  const dense = { kind: 'dense' };
  const slow = (n: Draft, size: number) => Object.assign(n.populations.slow, { size, neuron: { ...n.populations.slow.neuron, beta: 1 } });
  const cases: readonly (readonly [Spoil, path: string, maxTicks?: number])[] = [
    [(n) => Object.assign(slow(n, 1e6) && n.projections.recurrent, { connectivity: dense }), 'the network'],
    [(n) => slow(n, 1e6), 'projections.recurrent.connectivity'],
    [(n) => Object.assign(slow(n, 22_000) && n.projections.recurrent, { connectivity: dense }), 'the network'], // the weights fit, the traces do not
    [(n) => Object.assign(n.populations.in, { size: 1e6 }) && Object.assign(n.projections.tonic, { delay: 4096 }), 'the network'],
    [(n) => Object.assign(n.populations.fast, { size: 1e6 }) && Object.assign(n.populations.out, { size: 1000 }), 'the network'],
    [() => {}, 'the network', 2 ** 31],
    [() => {}, 'the network', 2 ** 25],
  ];
  // Of this worker alone: other tests run beside it in the same process.
  const memory = (): number => process.memoryUsage().heapTotal + process.memoryUsage().arrayBuffers;
  const before = memory();
  for (const [spoil, path, maxTicks] of cases) {
    const network = wholeNetwork();
    spoil(network);
    const started = performance.now();
    const error = refusal(() => compile(network as Network, maxTicks === undefined ? {} : { maxTicks }));
    t.is(error?.code, 'ERR_OUT_OF_RANGE', String(spoil));
    t.is(error?.path, path, String(spoil));
    t.true(performance.now() - started < 1000, String(spoil));
  }
  t.true(memory() - before < 100e6, `${memory() - before} bytes`);
});

test('no JSON of any shape throws anything but a refusal', (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (data) => {
      refusal(() => validate(data));
    }),
    { numRuns: 1000 },
  );
  t.pass();
});

test('no mistake, and no heap of them, throws anything but a refusal; what is taken compiles, loads and runs', (t) => {
  let taken = 0;
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (changes) => {
      const network = wholeNetwork();
      for (const change of changes) mutate(network, change);
      const started = performance.now();
      refusal(() => {
        const executable = referenceBackend.load(compile(network as Network, { maxTicks: 2 }));
        taken++;
        executable.run(2);
      });
      if (performance.now() - started > 2000) throw new Error('it takes too long');
    }),
    { numRuns: 2500 },
  );
  t.true(taken > 150, `${taken} were taken`);
});

test('nor does one in a module or in its use', (t) => {
  let taken = 0;
  fc.assert(
    fc.property(fc.array(mutationOf(modular), { minLength: 1, maxLength: 3 }), (changes) => {
      const network: Draft = structuredClone(modular);
      for (const change of changes) mutate(network, change);
      refusal(() => {
        compile(network as Network, { maxTicks: 2 });
        taken++;
      });
    }),
    { numRuns: 500 },
  );
  t.true(taken > 30, `${taken} were taken`);
});
