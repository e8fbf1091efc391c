import test from 'ava';
import { alif } from '../../runtime/network/neurons.ts';
import { compile } from '../../runtime/program/compile.ts';
import { fingerprint, tickOf } from '../../runtime/program/executable.ts';
import { referenceBackend } from '../../runtime/reference/backend.ts';
import { nativeTargets } from '../native/backends.ts';
import { generator } from '../native/layout.ts';
import { networks, VARIANT_TICKS } from './networks.ts';
import { flipOneBit, outcome } from './outcomes.ts';
import { adaptive, FRAME, fillTapes, network, variants } from './variants.ts';

const targets = nativeTargets();

for (const [name, { network: description, ticks }] of Object.entries(networks)) {
  test(`${name}: equal fingerprints after ${ticks} ticks`, (t) => {
    const program = compile(description, { maxTicks: FRAME });
    const expected = outcome(referenceBackend, program, ticks);
    const spiking = ['lif', 'alif', 'theta'].includes(description.populations['hidden']?.neuron.kind ?? '');
    t.true(expected.updates > 10, 'a network that does not learn proves little');
    if (spiking) t.true(expected.spikes > 500, `${expected.spikes} spikes are too few`);
    for (const backend of targets) t.deepEqual(outcome(backend, program, ticks), expected, `${backend.target} differs`);
  });
}

test('one flipped bit of one weight changes the fingerprint: the comparison sees', (t) => {
  const program = compile(network({}), { maxTicks: FRAME });
  for (const backend of [referenceBackend, ...targets]) {
    const flipped = outcome(backend, program, VARIANT_TICKS, flipOneBit);
    t.not(flipped.state, outcome(backend, program, VARIANT_TICKS).state, backend.target);
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
