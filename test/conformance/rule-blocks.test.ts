/** Every rule whose traces have rank one is folded in blocks: the same traces and gradients as streaming, on the same activity, for every T. */
import test from 'ava';
import { fastestBackend } from '../../native/index.ts';
import type { Learning, Network } from '../../runtime/network/network.ts';
import { compile } from '../../runtime/program/compile.ts';
import { fold } from '../../runtime/program/executable.ts';
import type { Op, OpName } from '../../runtime/program/ops.ts';
import type { Backend, Executable, Program } from '../../runtime/program/program.ts';
import { referenceBackend } from '../../runtime/reference/backend.ts';
import { nativeTargets } from '../native/backends.ts';
import { layered } from './layered.ts';
import { local } from './local.ts';
import { outcome } from './outcomes.ts';
import { later, played } from './played.ts';
import { FRAME } from './variants.ts';

const backend = fastestBackend();
const blocks = [8, 16, 32, 64] as const;
/** Not a multiple of any block: the last one is short. */
const TICKS = 309;
const TOLERANCE = 1e-5;
/** No update ever comes: the activity is one and the same for all. */
const still: Learning = { update: { ticks: 640_000 }, episode: 'carry' };
const byLabel: Learning = { ...still, target: 'label' };

interface Folded {
  readonly network: Network;
  /** what a fold of it must have */
  readonly ops: readonly OpName[];
  /** all that still walks synapses at every tick; default nothing */
  readonly streams?: readonly OpName[];
  readonly learning?: Learning;
}

/** With labels a readout streams: what it keeps is a trace of each presynaptic neuron. */
const labelled = { learning: byLabel, streams: ['rank_one_dense'] } as const;
/** The synapses of a bias into a gate that acts on the output, which comes back through the reset: two states. */
const bias = ['carry', 'output', 'input', 'output_add', 'gradient'].map((part) => `influence_${part}` as OpName);

const folded: Readonly<Record<string, Folded>> = {
  'RFLO, dense and stored': { network: layered['rate, RFLO']!, ops: ['coefficients_local', 'coefficients_local_woven'] },
  'RFLO, labels': { network: layered['rate, RFLO']!, ops: ['fold_trace_sum_dense', 'fold_trace_sum_sparse'], ...labelled },
  'OSTL without H, sSNU, stored': {
    network: layered['sSNU, OSTL without H, stored synapses']!,
    ops: ['coefficients_local_woven'],
    streams: bias,
  },
  'OSTL without H, LSTM': { network: layered['LSTM, OSTL without H']!, ops: ['fold_trace_dense', 'fold_direct_dense'] },
  'OSTL without H, GRU': { network: layered['GRU, OSTL without H']!, ops: ['fold_trace_dense'] },
  'e-prop, learned time constant': {
    network: layered['LIF with a time constant that is learned, e-prop behind a low pass']!,
    ops: ['coefficients_local', 'fold_traces_dense'],
  },
  'e-prop, learned time constant, labels': {
    network: layered['LIF with a time constant that is learned, e-prop behind a low pass']!,
    ops: ['fold_traces_sum_dense'],
    ...labelled,
  },
  'e-prop on SNU, dense and stored': {
    network: layered['SNU with a low pass behind the traces, stored synapses']!,
    ops: ['fold_traces_dense', 'fold_traces_sparse'],
    streams: bias,
  },
  SuperSpike: { network: local['SuperSpike, symmetric feedback']!, ops: ['coefficients', 'fold_traces_dense'] },
  'SuperSpike, stored': {
    network: local['SuperSpike, uniform feedback, stored synapses']!,
    ops: ['coefficients_woven', 'fold_traces_sparse'],
  },
  DECOLLE: { network: local['DECOLLE, two layers, current of the same tick']!, ops: ['fold_direct_dense'] },
  'DECOLLE, stored': { network: local['DECOLLE, two layers, current of the tick before, stored synapses']!, ops: ['fold_direct_sparse'] },
  'DECOLLE, bounded': { network: local['DECOLLE, two layers, bounded']!, ops: ['fold_direct_dense'] },
};

const of = ({ network, learning = still }: Folded, block: Learning['block'] & number): Program =>
  compile({ ...network, learning: { ...learning, block } }, { maxTicks: FRAME });

const play = (on: Backend, program: Program): Executable => played(on, program, TICKS, !program.ops.label.length);

const walks = /^(local|eligibility|gradient|rank_one|influence)/;
const roles = /\.(gradient|trace|filtered|passed|traceSum)$/;

/** Largest difference of each trace and gradient that a projection has, relative to its largest magnitude. */
function differences(streaming: Executable, blocked: Executable): Map<string, number> {
  const found = new Map<string, number>();
  for (const { name, length } of streaming.program.regions.values()) {
    if (!roles.test(name) || blocked.program.regions.get(name)?.length !== length) continue;
    const [expected, actual] = [streaming.arena.view(name), blocked.arena.view(name)];
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const difference = expected.reduce((most, value, k) => Math.max(most, Math.abs(value - actual[k]!)), 0);
    if (largest > 0 || difference > 0) found.set(name, difference / largest);
  }
  return found;
}

for (const [name, variant] of Object.entries(folded)) {
  test(`${name}: every T has the traces and gradients of streaming, over several blocks and a short one`, (t) => {
    const streaming = play(backend, of(variant, 1));
    for (const block of blocks) {
      const program = of(variant, block);
      for (const op of variant.ops)
        t.true(
          program.ops.fold.some((one) => one.name === op),
          op,
        );
      const streamed = program.ops.learn.map((op) => op.name).filter((op) => walks.test(op));
      t.deepEqual(
        streamed.filter((op) => !(variant.streams ?? []).includes(op)),
        [],
      );
      const blocked = play(backend, program);
      fold(blocked);
      const found = differences(streaming, blocked);
      for (const [projection, { plasticity }] of Object.entries(variant.network.projections))
        if (plasticity !== undefined) t.true(found.has(`${projection}.gradient`), projection);
      for (const [region, difference] of found) t.true(difference <= TOLERANCE, `${region} with blocks of ${block}: ${difference}`);
    }
  });

  test(`${name}: in blocks, with weights moving, every target has the bits of the reference`, (t) => {
    const learning: Learning = {
      ...(variant.learning ?? still),
      block: 8,
      update: variant.learning === undefined ? { ticks: 16 } : 'label',
    };
    const program = compile({ ...variant.network, learning }, { maxTicks: FRAME });
    const expected = outcome(referenceBackend, program, 320);
    t.true(expected.updates > 10);
    for (const target of nativeTargets()) t.deepEqual(outcome(target, program, 320), expected, target.target);
    if (variant.learning !== undefined) return;
    const delayed = compile({ ...variant.network, learning: later }, { maxTicks: FRAME });
    const moved = outcome(referenceBackend, delayed, 160);
    for (const target of nativeTargets()) t.deepEqual(outcome(target, delayed, 160), moved, `${target.target}, a block later`);
  });
}

test('a coefficient, a trace or an event that is 2 % wrong or missing is found', (t) => {
  const changed = (variant: Folded, change: (op: Op) => Op | undefined): number => {
    const program = of(variant, 16);
    const ops = {
      ...program.ops,
      learn: program.ops.learn.flatMap((op) => change(op) ?? []),
      fold: program.ops.fold.flatMap((op) => change(op) ?? []),
    };
    const blocked = play(backend, { ...program, ops });
    fold(blocked);
    return Math.max(...differences(play(backend, of(variant, 1)), blocked).values());
  };
  const damage = { local: folded['e-prop on SNU, dense and stored']!, double: folded['SuperSpike']! };
  for (const [variant, names, scalars] of [
    [
      damage.local,
      ['record', 'block_events', 'coefficients_local', 'coefficients_local_woven', 'fold_traces_dense'],
      ['weight', 'onAdaptation', 'onFiltered', 'kappa', 'gain'],
    ],
    [
      damage.double,
      ['record', 'block_events', 'block_trace', 'coefficients', 'fold_traces_dense'],
      ['weight', 'onAdaptation', 'onFiltered', 'rho', 'scale', 'kappa', 'feed', 'decay', 'inputScale'],
    ],
  ] as const) {
    t.true(changed(variant, (op) => op) <= TOLERANCE);
    for (const name of names) t.true(changed(variant, (op) => (op.name === name ? undefined : op)) > 1e-3, `without ${name}`);
    for (const operand of scalars) {
      const larger = (op: Op): Op => {
        if (op.name !== 'coefficients' && op.name !== 'coefficients_local') return op;
        const operands = op.operands as unknown as Readonly<Record<string, number>>;
        return { name: op.name, operands: { ...op.operands, [operand]: operands[operand]! * 1.02 } } as Op;
      };
      t.true(changed(variant, larger) > 1e-3, operand);
    }
  }
});

test('what is not of rank one streams whatever the block; what a block cannot hold is refused by name', (t) => {
  const program = (network: Network): Program => compile({ ...network, learning: { ...still, block: 16 } }, { maxTicks: FRAME });
  const names = program(layered['sSNU, OSTL']!).ops.learn.map((op) => op.name);
  t.true(names.includes('influence_gradient'));
  const { input, ...others } = local['SuperSpike, symmetric feedback']!.projections;
  const [term] = input!.plasticity!.terms;
  const terms = [{ ...term!, trace: { ...term!.trace, keep: { ...term!.trace.keep, adaptation: true } } }];
  const kept = {
    ...local['SuperSpike, symmetric feedback']!,
    projections: { input: { ...input!, plasticity: { ...input!.plasticity!, terms } }, ...others },
  };
  t.throws(() => program(kept), { code: 'ERR_UNSUPPORTED_RULE', message: /double exponential/ });
});
