import test from 'ava';
import {
  compile,
  copyWeights,
  deltaRule,
  type Executable,
  eprop,
  fingerprint,
  frozen,
  integrator,
  lif,
  type Network,
  referenceBackend,
  source,
} from '../../../runtime/index.ts';

const optimizer = { kind: 'adam', rate: 1e-2, transforms: [{ kind: 'average', window: 20 }] } as const;
const network: Network = {
  dt: 1,
  seed: 3,
  populations: {
    input: { size: 5, neuron: source() },
    hidden: { size: 20, neuron: lif({ tauMem: 20 }) },
    readout: { size: 1, neuron: integrator({ tau: 20, loss: 'squared' }) },
  },
  projections: {
    sensory: {
      pre: 'input',
      post: 'hidden',
      connectivity: { kind: 'dense' },
      weight: { kind: 'normal', gain: 2 },
      delay: 0,
      plasticity: eprop({ from: 'readout', optimizer }),
    },
    output: {
      pre: 'hidden',
      post: 'readout',
      connectivity: { kind: 'dense' },
      weight: { kind: 'normal', gain: 1 },
      delay: 0,
      plasticity: deltaRule({ from: 'readout', optimizer }),
    },
  },
  learning: { update: { ticks: 5 } },
};

/** Runs 200 ticks of a repeating input and returns Σ y² of the readout. */
function drive({ arena, run }: Executable): number {
  const input = arena.view('input.input');
  let sum = 0;
  for (let tick = 0; tick < 200; tick++) {
    for (let i = 0; i < 5; i++) input[i] = (tick + 3 * i) % 7 === 0 ? 1 : 0;
    if (arena.regions.has('readout.importance')) arena.view('readout.importance')[0] = 1;
    run(1);
    sum += arena.view('readout.output')[0]! ** 2;
  }
  return sum;
}

test('a frozen network has the weights it is given and does not move them', (t) => {
  const learner = referenceBackend.load(compile(network));
  const actor = referenceBackend.load(compile(frozen(network)));
  t.is(drive(actor), drive(referenceBackend.load(compile(frozen(network)))));
  drive(learner);
  copyWeights(learner, actor, 'learning');
  t.deepEqual(actor.arena.copy('sensory.weights'), learner.arena.copy('sensory.weights'));
  const before = actor.arena.copy('sensory.weights');
  drive(actor);
  t.deepEqual(actor.arena.copy('sensory.weights'), before);
  t.false(actor.arena.regions.has('sensory.gradient'));
});

test('an actor on the running average is another network than one on the learning weights', (t) => {
  const learner = referenceBackend.load(compile(network));
  const [average, raw] = [referenceBackend.load(compile(frozen(network))), referenceBackend.load(compile(frozen(network)))];
  drive(learner);
  copyWeights(learner, average, 'average');
  copyWeights(learner, raw, 'learning');
  t.deepEqual(average.arena.copy('sensory.weights'), learner.arena.copy('sensory.average'));
  t.notDeepEqual(average.arena.copy('sensory.weights'), raw.arena.copy('sensory.weights'));
  t.not(fingerprint(average), fingerprint(raw));
});
