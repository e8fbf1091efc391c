/** A block of T ticks, folded in one pass, is the streaming form: the same traces and gradients on the same activity, for every T. */
import test from 'ava';
import { fastestBackend } from '../../native/index.ts';
import type { Learning } from '../../runtime/network/network.ts';
import { alif, lif } from '../../runtime/network/neurons.ts';
import { compile } from '../../runtime/program/compile.ts';
import { fingerprint, fold, setLearning } from '../../runtime/program/executable.ts';
import type { Op } from '../../runtime/program/ops.ts';
import type { Backend, Executable, Program } from '../../runtime/program/program.ts';
import { referenceBackend } from '../../runtime/reference/backend.ts';
import { generator } from '../native/layout.ts';
import { adaptive, FRAME, fillTapes, network, neuron, type Variant } from './variants.ts';

const backend = fastestBackend();
const blocks = [8, 16, 32, 64] as const;
/** Not a multiple of any block: the last one is short. */
const TICKS = 309;
const TOLERANCE = 1e-5;

/** No update ever comes: the activity is one and the same for all. */
const still: Learning = { update: { ticks: 640_000 }, episode: 'carry' };
const random = { kind: 'random', density: 0.3 } as const;
const mixed = alif({ ...adaptive, beta: Array.from({ length: 21 }, (_, j) => (j % 3) * 0.4), adaptScale: 'oneMinusDecay' });
const episodeRate = { target: 0.02, strength: 0.1, average: 'episode' } as const;

const variants: Readonly<Record<string, Variant>> = {
  LIF: { neuron: lif(neuron) },
  'LIF, input scaled, unfiltered, delay 2': {
    neuron: lif({ tauMem: 20, threshold: 0.03, inputScale: 'oneMinusDecay' }),
    filter: 'none',
    delay: 2,
  },
  'LIF, stored synapses': { neuron: lif(neuron), connectivity: random },
  'LIF, labels': { neuron: lif(neuron), learning: { ...still, target: 'label' }, loss: 'crossEntropy' },
  'LIF, labels, unfiltered': { neuron: lif(neuron), learning: { ...still, target: 'label' }, filter: 'none' },
  'LIF, rate of the episode': { neuron: lif(neuron), rate: episodeRate },
  ALIF: { neuron: alif({ ...adaptive, beta: 0.5 }) },
  'ALIF and LIF mixed': { neuron: mixed },
  'ALIF, unfiltered': { neuron: alif({ ...adaptive, beta: 0.5 }), filter: 'none' },
  'ALIF, stored synapses, running rate': {
    neuron: mixed,
    connectivity: random,
    rate: { target: 0.02, strength: 0.1, average: { tau: 100 } },
  },
  'ALIF, labels, stored synapses': { neuron: mixed, connectivity: random, learning: { ...still, target: 'label' } },
  'ALIF, labels, unfiltered, rate of the episode': {
    neuron: mixed,
    filter: 'none',
    learning: { ...still, target: 'label' },
    rate: episodeRate,
  },
  'LIF, synaptic current': { neuron: lif({ ...neuron, synapse: { tau: 5, inputScale: 'oneMinusDecay' } }) },
  'ALIF, synaptic current of the tick before, stored synapses': {
    neuron: alif({ ...adaptive, beta: 0.5, synapse: { tau: 5, inputScale: 'unitPeak', order: 'tickBefore' } }),
    connectivity: random,
  },
  'ALIF, ends of episodes': { neuron: mixed, learning: { update: { ticks: 640_000 } } },
};

const of = (variant: Variant, block: Learning['block'] & number): Program =>
  compile(network({ ...variant, learning: { ...(variant.learning ?? still), block } }), { maxTicks: FRAME });

/** The state of a program after one and the same input: seven frames of eight are without events, so that whole blocks occur. */
function played(on: Backend, program: Program, ticks: number): Executable {
  const executable = on.load(program);
  const tape = generator(7);
  for (let done = 0; done < ticks; done += FRAME) {
    fillTapes(executable, tape);
    if (done % (8 * FRAME) !== 0) executable.arena.view('events').fill(0);
    executable.run(Math.min(FRAME, ticks - done));
  }
  return executable;
}

const roles = ['gradient', 'adaptation', 'filtered', 'trace', 'traceSum', 'eligibilitySum'] as const;

/** Largest difference of each trace and gradient, relative to its largest magnitude. */
function differences(streaming: Executable, blocked: Executable): Map<string, number> {
  const found = new Map<string, number>();
  for (const projection of ['input', 'recurrent']) {
    for (const role of roles) {
      const name = `${projection}.${role}`;
      if (!streaming.program.regions.has(name)) continue;
      const [expected, actual] = [streaming.arena.view(name), blocked.arena.view(name)];
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const difference = expected.reduce((most, value, k) => Math.max(most, Math.abs(value - actual[k]!)), 0);
      found.set(name, difference / largest);
    }
  }
  return found;
}

for (const [name, variant] of Object.entries(variants)) {
  test(`${name}: every T has the traces and gradients of streaming, over several blocks and a short one`, (t) => {
    const streaming = played(backend, of(variant, 1), TICKS);
    t.true(streaming.arena.view('recurrent.gradient').some((value) => value !== 0));
    for (const block of blocks) {
      const blocked = played(backend, of(variant, block), TICKS);
      fold(blocked);
      t.deepEqual(blocked.arena.view('hidden.membrane'), streaming.arena.view('hidden.membrane'), 'one activity');
      const found = differences(streaming, blocked);
      t.true(found.size >= 4);
      for (const [region, difference] of found) t.true(difference <= TOLERANCE, `${region} with blocks of ${block}: ${difference}`);
    }
  });
}

test('a coefficient, a trace or an event that is 2 % wrong or missing is found', (t) => {
  const program = of({ neuron: mixed }, 16);
  const streaming = played(backend, of({ neuron: mixed }, 1), TICKS);
  const broken = (change: (op: Op) => Op | undefined): number => {
    const ops = {
      ...program.ops,
      learn: program.ops.learn.flatMap((op) => change(op) ?? []),
      fold: program.ops.fold.flatMap((op) => change(op) ?? []),
    };
    const blocked = played(backend, { ...program, ops }, TICKS);
    fold(blocked);
    return Math.max(...differences(streaming, blocked).values());
  };
  t.true(broken((op) => op) <= TOLERANCE);
  for (const name of ['record', 'block_events', 'block_trace', 'coefficients', 'fold_traces_dense'] as const) {
    t.true(broken((op) => (op.name === name ? undefined : op)) > 1e-3, `without ${name}`);
  }
  for (const operand of ['weight', 'onAdaptation', 'onFiltered', 'rho', 'scale', 'kappa', 'gain', 'decay', 'inputScale'] as const) {
    const larger = (op: Op): Op =>
      op.name === 'coefficients' ? { name: op.name, operands: { ...op.operands, [operand]: op.operands[operand] * 1.02 } } : op;
    t.true(broken(larger) > 1e-3, operand);
  }
  const stretched = (op: Op): Op =>
    op.name === 'block_trace' ? { name: op.name, operands: { ...op.operands, decay: op.operands.decay * 0.98 } } : op;
  t.true(broken(stretched) > 1e-3, 'decay of block_trace');
});

test('traces in bfloat16 take half the memory, and their gradients stay within 1 %, in every form', (t) => {
  for (const [name, variant] of Object.entries(variants)) {
    const streaming = played(backend, of(variant, 1), TICKS);
    for (const block of [8, 64] as const) {
      const halves = { ...variant, learning: { ...(variant.learning ?? still), traces: 'bfloat16' as const } };
      const program = of(halves, block);
      const blocked = played(backend, program, TICKS);
      fold(blocked);
      const carried = ['adaptation', 'filtered'].flatMap((role) => program.regions.get(`recurrent.${role}`) ?? []);
      for (const { rows, stride, length } of carried) t.is(length, Math.ceil((rows * stride) / 2), name);
      const found = [...differences(streaming, blocked)].filter(([region]) => !/adaptation|filtered/.test(region));
      const largest = Math.max(...found.map(([, difference]) => difference));
      t.true(largest <= 0.01, `${name}, blocks of ${block}: ${largest}`);
      if (carried.length > 0) t.true(largest > TOLERANCE, `${name}: a trace of 8 bits must show somewhere`);
    }
  }
  t.throws(() => of({ learning: { ...still, traces: 'bfloat16' } }, 1), { message: /learning\.traces.*stand still/ });
});

test('with weights moving, a run in blocks ends where a streaming run with the same updates ends', (t) => {
  const learning: Learning = { update: { ticks: 64 }, episode: 'carry' };
  for (const model of [lif(neuron), mixed]) {
    const variant: Variant = { neuron: model, learning, optimizer: { kind: 'sgd', rate: 1e-5 } };
    const [streaming, initial] = [played(backend, of(variant, 1), 4096), backend.load(of(variant, 1))];
    for (const block of blocks) {
      const blocked = played(backend, of(variant, block), 4096);
      for (const name of ['input.weights', 'recurrent.weights']) {
        const [a, b, w] = [streaming.arena.view(name), blocked.arena.view(name), initial.arena.view(name)];
        const moved = w.reduce((most, value, k) => Math.max(most, Math.abs(value - a[k]!)), 0);
        const apart = b.reduce((most, value, k) => Math.max(most, Math.abs(value - a[k]!)), 0);
        t.true(moved > 0 && apart <= 1e-2 * moved, `${name}, blocks of ${block}: ${apart} of ${moved}`);
      }
    }
  }
});

test('switching learning off folds what is left of a block; a second fold changes nothing', (t) => {
  for (const on of [referenceBackend, backend]) {
    const executable = played(on, of({ neuron: mixed }, 64), 21);
    const before = executable.arena.copy('recurrent.gradient');
    setLearning(executable, false);
    const folded = executable.arena.copy('recurrent.gradient');
    t.notDeepEqual(folded, before);
    const state = fingerprint(executable);
    fold(executable);
    t.is(fingerprint(executable), state);
    setLearning(executable, true);
    for (const region of ['recurrent.gradient', 'recurrent.filtered']) {
      t.true(
        executable.arena.view(region).every((value) => value === 0),
        `${region}: nothing from before the pause teaches`,
      );
    }
  }
});

test('weights move at the ends of blocks, and one rule has one filter: anything else is refused by name', (t) => {
  t.throws(() => compile(network({ learning: { update: { ticks: 24 }, block: 16 } })), {
    code: 'ERR_OUT_OF_RANGE',
    message: /multiple of learning\.block/,
  });
  t.throws(() => compile(network({ learning: { update: { ticks: 24 }, block: 24 as 16 } })), { message: /learning\.block/ });
  const description = network({ learning: { update: 'episode', block: 16 } });
  const { input, ...projections } = description.projections;
  const [term] = input!.plasticity!.terms;
  const two = { ...input!, plasticity: { ...input!.plasticity!, terms: [term!, { ...term!, filter: 'none' as const }] } };
  t.throws(() => compile({ ...description, projections: { input: two, ...projections } }), {
    code: 'ERR_UNSUPPORTED_RULE',
    message: /several filters/,
  });
});
