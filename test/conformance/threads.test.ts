/** A fold of two million synapses is shared out among threads: whoever did which part, and when, the bits are those of one thread. */
import test from 'ava';
import { nativeBackend } from '../../native/index.ts';
import { alif } from '../../runtime/network/neurons.ts';
import { compile } from '../../runtime/program/compile.ts';
import { copyWeights, fingerprint, setLearning } from '../../runtime/program/executable.ts';
import { nativeThreads } from '../native/backends.ts';
import { generator } from '../native/layout.ts';
import { layered } from './layered.ts';
import { outcome } from './outcomes.ts';
import { later, played, run } from './played.ts';
import { adaptive, FRAME, network, type Variant } from './variants.ts';

const native = process.env['GANGLION_NATIVE'] === 'off' ? test.skip : test;
const neuron = alif(adaptive);

/** Large enough that threads share out one fold. */
const large: Readonly<Record<string, Variant>> = {
  dense: { neuron, hidden: 1500 },
  stored: { neuron, hidden: 2100, connectivity: { kind: 'random', density: 0.5 } },
};

for (const [name, variant] of Object.entries(large)) {
  for (const updateDelay of [0, 1] as const) {
    native(`${name}, updateDelay ${updateDelay}: several threads have the bits of one, also where events cut blocks`, (t) => {
      const program = compile(network({ ...variant, learning: { ...later, updateDelay } }), { maxTicks: FRAME });
      for (const quiet of [true, false]) {
        const states = [1, 2, 3].map(nativeThreads).map((backend) => {
          const executable = played(backend, program, 24, quiet);
          const state = fingerprint(executable);
          executable.dispose();
          return state;
        });
        t.is(new Set(states).size, 1, states.join(' '));
      }
    });
  }
}

native('a window runs backwards with the bits of one thread, whoever moves the weights', (t) => {
  const program = compile(layered['LIF, BPTT']!, { maxTicks: FRAME });
  const [one, three] = [1, 3].map((threads) => outcome(nativeThreads(threads), program));
  t.true(one!.updates > 10);
  t.deepEqual(three, one);
});

native('learning that is switched off and on while a learner works, and weights copied from it, are those of one thread', (t) => {
  const program = compile(network({ ...large['dense'], learning: later }), { maxTicks: FRAME });
  const states = [1, 2].map((threads) => {
    const [executable, copy] = [nativeThreads(threads).load(program), nativeThreads(threads).load(program)];
    const tape = generator(7);
    run(executable, 21, tape);
    copyWeights(executable, copy, 'learning');
    setLearning(executable, false);
    run(executable, 11, tape);
    setLearning(executable, true);
    run(executable, 24, tape);
    run(copy, 24, generator(3));
    const found = [fingerprint(executable), fingerprint(copy)];
    executable.reset();
    found.push(fingerprint(executable));
    executable.dispose();
    copy.dispose();
    return found.join(' ');
  });
  t.is(states[0], states[1]);
});

test('threads that no machine has are refused with what to do', (t) => {
  for (const threads of [0, -1, 1.5, 65, Number.NaN]) t.regex(JSON.stringify(nativeBackend({ threads })), /1 to 64 threads/);
});
