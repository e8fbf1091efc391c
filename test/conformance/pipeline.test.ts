/** Weights that act a block later give a learner the time of a block: it works on copies, and what it learns is what is learned at once. */
import test from 'ava';
import type { Learning } from '../../runtime/network/network.ts';
import { alif } from '../../runtime/network/neurons.ts';
import { compile } from '../../runtime/program/compile.ts';
import { fingerprint } from '../../runtime/program/executable.ts';
import type { Region } from '../../runtime/program/ops.ts';
import { events, type Phase, type Program } from '../../runtime/program/program.ts';
import { referenceBackend } from '../../runtime/reference/backend.ts';
import { nativeThreads } from '../native/backends.ts';
import { generator } from '../native/layout.ts';
import { later, played, run } from './played.ts';
import { adaptive, FRAME, network, variants } from './variants.ts';

const native = process.env['GANGLION_NATIVE'] === 'off' ? test.skip : test;
const neuron = alif(adaptive);

test('weights begin to act one block after a run without delay has them, and learning goes on from there', (t) => {
  const delayed = played(referenceBackend, compile(network({ neuron, learning: later }), { maxTicks: FRAME }), 8);
  const atOnce = played(referenceBackend, compile(network({ neuron, learning: { ...later, updateDelay: 0 } }), { maxTicks: FRAME }), 8);
  const initial = referenceBackend.load(delayed.program).arena.copy('recurrent.weights');
  t.deepEqual(delayed.arena.copy('recurrent.weights'), initial, 'the first block has acted with what it began with');
  const learned = delayed.arena.copy('recurrent.weights.next');
  t.deepEqual(learned, atOnce.arena.copy('recurrent.weights'), 'its gradient is that of a run without delay');
  t.notDeepEqual(learned, initial);
  run(delayed, 8, generator(8));
  t.deepEqual(delayed.arena.copy('recurrent.weights'), learned, 'they act from the end of the second block on');
  t.notDeepEqual(delayed.arena.copy('recurrent.weights.next'), learned);
  run(delayed, 7, generator(9));
  t.deepEqual(delayed.arena.copy('recurrent.weights'), learned, 'and nothing else does before the end of the third');
});

test('ticks and learner share nothing that changes', (t) => {
  const regions = (program: Program, phases: readonly Phase[]): Set<Region> =>
    new Set(
      phases
        .flatMap((phase) => program.ops[phase])
        .flatMap(({ operands }) => Object.entries(operands))
        .flatMap(([operand, value]) => (typeof value === 'object' && 'name' in value && operand !== 'beta' ? [value as Region] : [])),
    );
  let tried = 0;
  for (const variant of Object.values(variants)) {
    if (variant.learning?.updateDelay !== 1) continue;
    tried++;
    const program = compile(network(variant));
    const [ticks, learner] = [regions(program, ['forward', 'learn', 'guard']), regions(program, ['fold', 'update'])];
    t.deepEqual(
      [...learner].filter((region) => ticks.has(region)).map(({ name }) => name),
      [],
    );
    const atOnce = compile(network({ ...variant, learning: { ...variant.learning, updateDelay: 0 } }));
    const shared = regions(atOnce, ['forward', 'learn', 'guard']);
    t.true(
      [...regions(atOnce, ['fold', 'update'])].some((region) => shared.has(region)),
      'without a handover they do',
    );
  }
  t.true(tried >= 3);
});

native('a handover that comes before the learner is done is counted; one thread that has whole blocks never waits', (t) => {
  const program = compile(network({ neuron, hidden: 600, learning: later }), { maxTicks: FRAME });
  const executable = played(nativeThreads(1), program, 160);
  t.is(executable.waits(), 0);
  // The block of four ticks after a whole one: half of the learner's work is left.
  executable.run(8);
  const before = fingerprint(executable);
  executable.run(8);
  executable.arena.words[program.eventTape.offset + 3] = events.episodeEnd;
  executable.run(4);
  t.is(executable.waits(), 1);
  t.not(fingerprint(executable), before);
});

test('what cannot be learned a block later is refused, with the field', (t) => {
  const refuses = (learning: Learning, path: RegExp): void => {
    t.throws(() => compile(network({ learning })), { message: path }, JSON.stringify(learning));
  };
  refuses({ update: { ticks: 8 }, updateDelay: 1 }, /learning\.updateDelay/);
  refuses({ block: 8, update: 'episode', updateDelay: 1 }, /learning\.updateDelay/);
  refuses({ block: 8, update: { ticks: 8 }, updateDelay: 1, target: 'label' }, /learning\.updateDelay/);
  refuses({ block: 8, update: { ticks: 8 }, updateDelay: 2 as 1 }, /learning\.updateDelay/);
});
