import test from 'ava';
import { randomStream } from '../../../runtime/exact.ts';
import { compile, eprop, integrator, lif, type Network, referenceBackend, source } from '../../../runtime/index.ts';
import { allocate, createArena } from '../../../runtime/program/arena.ts';
import type { Op, Region } from '../../../runtime/program/ops.ts';
import { bind } from '../../../runtime/reference/backend.ts';

const [PRE, POST] = [3, 16];

/** Runs ops over one small random state and returns the weights. */
function weightsAfter(names: readonly Op['name'][]): number[] {
  const regions = new Map<string, Region>();
  let offset = 16;
  const region = (name: string, rows: number): Region => {
    const made = { name, offset, length: rows * POST, rows, columns: POST, stride: POST };
    regions.set(name, made);
    offset += rows * POST;
    return made;
  };
  const operands = {
    pre: PRE,
    eStride: POST,
    factor: region('factor', 1),
    trace: region('trace', PRE),
    gradient: region('gradient', PRE),
    step: region('step', 1),
    weights: region('weights', PRE),
  };
  const arena = createArena(regions, offset, allocate);
  const draw = randomStream(5, 'descend');
  for (const name of ['factor', 'trace', 'weights']) {
    const view = arena.view(name);
    for (let k = 0; k < view.length; k++) view[k] = draw.normal(k + name.length * 1000);
  }
  arena.view('step')[0] = 0.01;
  const floats = ({ offset: from, length }: Region) => arena.floats.subarray(from, from + length);
  const none = (): never => {
    throw new Error('these ops take floats alone');
  };
  const memory = { arena, floats, words: none, doubles: none, halves: none, topology: none };
  for (const name of names) bind({ name, operands } as unknown as Op, memory)({ tick: 0, row: 0 });
  return [...arena.view('weights')];
}

test('descend moves the weights by the same bits as gradient and sgd', (t) => {
  t.deepEqual(weightsAfter(['descend_dense']), weightsAfter(['gradient_dense', 'sgd']));
  t.notDeepEqual(weightsAfter(['descend_dense']), weightsAfter([]));
});

const network = (ticks: number): Network => ({
  dt: 1,
  seed: 1,
  populations: {
    input: { size: 2, neuron: source() },
    hidden: { size: 4, neuron: lif({ tauMem: 20 }) },
    readout: { size: 1, neuron: integrator({ tau: 20, loss: 'squared' }) },
  },
  projections: {
    sensory: {
      pre: 'input',
      post: 'hidden',
      connectivity: { kind: 'dense' },
      weight: { kind: 'normal', gain: 1 },
      delay: 0,
      plasticity: eprop({ from: 'readout', optimizer: { kind: 'sgd', rate: 0.01 } }),
    },
    output: { pre: 'hidden', post: 'readout', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 0 },
  },
  learning: { update: { ticks } },
});

test('only a rule that updates at every tick keeps no gradient', (t) => {
  t.false(referenceBackend.load(compile(network(1))).arena.regions.has('sensory.gradient'));
  t.true(referenceBackend.load(compile(network(2))).arena.regions.has('sensory.gradient'));
});
