import test from 'ava';
import { alif } from '../../runtime/network/neurons.ts';
import { compile } from '../../runtime/program/compile.ts';
import { fingerprint, tickOf, updatesOf } from '../../runtime/program/executable.ts';
import type { Backend, Executable, Program } from '../../runtime/program/program.ts';
import { referenceBackend } from '../../runtime/reference/backend.ts';
import { nativeTargets } from '../native/backends.ts';
import { generator } from '../native/layout.ts';
import { adaptive, FRAME, fillTapes, network, variants } from './variants.ts';

const TICKS = 2048;
const targets = nativeTargets();

interface Outcome {
  readonly state: string;
  readonly updates: number;
  readonly spikes: number;
}

function outcome(backend: Backend, program: Program, prepare: (executable: Executable) => void = () => {}): Outcome {
  const executable = backend.load(program);
  prepare(executable);
  const random = generator(99);
  let spikes = 0;
  // Frames of every length up to a whole one: a frame's length must not matter either.
  for (let frame = 0; tickOf(executable) < TICKS; frame++) {
    fillTapes(executable, random);
    const ticks = 1 + (frame % FRAME);
    if (executable.run(ticks) !== 0) throw new Error('the network blew up: choose gentler parameters');
    const counts = program.regions.get('hidden.spikeCount');
    if (counts !== undefined) for (let row = 0; row < ticks; row++) spikes += executable.arena.words[counts.offset + row]!;
  }
  const result = { state: fingerprint(executable), updates: updatesOf(executable), spikes };
  executable.dispose();
  return result;
}

for (const [name, variant] of Object.entries(variants)) {
  test(`${name}: equal fingerprints after ${TICKS} ticks`, (t) => {
    const program = compile(network(variant), { maxTicks: FRAME });
    const expected = outcome(referenceBackend, program);
    t.true(expected.updates > 10, 'a network that does not learn proves little');
    if (variant.neuron?.kind !== 'rate') t.true(expected.spikes > 500, `${expected.spikes} spikes are too few`);
    for (const backend of targets) t.deepEqual(outcome(backend, program), expected, `${backend.target} differs`);
  });
}

test('one flipped bit of one weight changes the fingerprint: the comparison sees', (t) => {
  const program = compile(network({}), { maxTicks: FRAME });
  const { offset } = program.regions.get('recurrent.weights')!;
  for (const backend of [referenceBackend, ...targets]) {
    const flipped = outcome(backend, program, ({ arena }) => {
      arena.words[offset + 1]! ^= 1;
    });
    t.not(flipped.state, outcome(backend, program).state, backend.target);
  }
});

test('reset() returns to the first fingerprint on every target', (t) => {
  const program = compile(network({ neuron: alif(adaptive) }), { maxTicks: FRAME });
  for (const backend of [referenceBackend, ...targets]) {
    const executable = backend.load(program);
    const initial = fingerprint(executable);
    fillTapes(executable, generator(3));
    executable.run(FRAME);
    t.not(fingerprint(executable), initial);
    executable.reset();
    t.is(fingerprint(executable), initial);
  }
});

test('more ticks than the tapes hold are refused on every target, and nothing ran', (t) => {
  const program = compile(network(variants[Object.keys(variants)[0]!]!), { maxTicks: FRAME });
  for (const backend of [referenceBackend, ...targets]) {
    const executable = backend.load(program);
    t.throws(() => executable.run(FRAME + 1), { instanceOf: RangeError, message: /maxTicks/ }, backend.target);
    t.is(tickOf(executable), 0);
    t.is(executable.run(FRAME), 0);
  }
});
