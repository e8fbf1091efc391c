import test from 'ava';
import type { LearningRule, Term } from '../../../runtime/learning/rule.ts';
import { updatesOf } from '../../../runtime/program/executable.ts';
import { drive, times } from './drive.ts';
import {
  episodic,
  errorOf,
  fast,
  gradients,
  input,
  largest,
  network,
  optimizer,
  plastic,
  running,
  type Shape,
  TARGETS,
  taught,
  term,
  worst,
} from './taught.ts';

const variants: Readonly<Record<string, Shape>> = {
  'ALIF, dense': {},
  'LIF, dense': { neuron: fast },
  'ALIF, random synapses': { connectivity: { kind: 'random', density: 0.6 } },
  'LIF, random synapses': { neuron: fast, connectivity: { kind: 'random', density: 0.6 } },
};

/** The gradient that a rule gathers in 40 ticks; weights stand still. */
function gathered(shape: Shape, terms: readonly Term[]): number[][] {
  const driven = drive(network({ ...shape, rule: { terms, optimizer } }));
  driven.run(...times(40, (tick) => taught(tick)));
  return gradients(driven);
}

const sum = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] =>
  a.map((list, k) => list.map((value, i) => value + b[k]![i]!));
/** The readouts learn by a rule of their own, the same beside each of the rules that are compared. */
const hidden = (lists: readonly number[][]): number[][] => lists.slice(0, 2);

for (const [name, shape] of Object.entries(variants)) {
  test(`the gradient of several terms is the sum of theirs: ${name}`, (t) => {
    const pairs: readonly (readonly [string, Term[], Term[]])[] = [
      ['two readouts of one leak', [errorOf('a', 'transpose', 'readout')], [errorOf('b', 'transpose', 'readout')]],
      ['two readouts, one unfiltered', [errorOf('a', 'transpose', 'readout')], [errorOf('b')]],
      ['two feedbacks of one readout', [errorOf('a', 'transpose', 'readout')], [errorOf('a', { feedback: 'fromA' }, 'readout')]],
      ['the same term twice', [errorOf('a', 'transpose', 'readout')], [errorOf('a', 'transpose', 'readout')]],
      ['a filtered error and an unfiltered running rate', [errorOf('a', 'transpose', 'readout')], [running(0.1)]],
      ['two running rates', [running(0.1)], [running(0.4)]],
    ];
    for (const [what, one, other] of pairs) {
      const both = hidden(gathered(shape, [...one, ...other]));
      const parts = sum(hidden(gathered(shape, one)), hidden(gathered(shape, other)));
      t.true(largest(both) > 1e-2, what);
      t.true(worst(both, parts) < 1e-3, `${what}: ${worst(both, parts)}`);
    }
  });

  test(`a running rate is filtered as the error beside it where it says so: ${name}`, (t) => {
    const error = errorOf('a', 'transpose', 'readout');
    const filtered = hidden(gathered(shape, [error, running(0.1, 'readout')]));
    const unfiltered = hidden(gathered(shape, [error, running(0.1)]));
    t.true(worst(filtered, unfiltered) > 1e-2);
    t.deepEqual(hidden(gathered(shape, [running(0.1, 'readout'), error])), filtered, 'in either order');
  });

  test(`one label teaches what a target in every tick teaches, each readout by its own importance: ${name}`, (t) => {
    const rules: readonly (readonly Term[])[] = [
      [errorOf('a', 'transpose', 'readout')],
      [errorOf('a')],
      [errorOf('a', 'transpose', 'readout'), errorOf('b', { feedback: 'fromB' }, 'readout')],
      [errorOf('a'), errorOf('b')],
      [errorOf('a', 'transpose', 'readout'), errorOf('b')],
    ];
    for (const terms of rules) {
      for (const tauB of [10, 25]) {
        const weights = (['tick', 'label'] as const).map((target) => {
          const driven = drive(network({ ...shape, tauB, rule: { terms, optimizer }, learning: { update: 'label', target } }));
          for (let trial = 0; trial < 3; trial++) {
            driven.run(
              ...times(20, (k) => {
                const label = k === 19;
                const importance = { a: k >= 8 && k < 14 ? 0.5 : 0, b: k >= 11 ? 0.8 : 0 };
                return { inputs: { in: input(20 * trial + k) }, targets: target === 'tick' || label ? TARGETS : {}, importance, label };
              }),
            );
          }
          t.is(updatesOf(driven.executable), 3);
          return plastic.map((projection) => driven.read(`${projection}.weights`));
        });
        t.true(
          worst(weights[0]!, weights[1]!) < 1e-3,
          `${JSON.stringify(terms.map(({ signal }) => signal))}: ${worst(weights[0]!, weights[1]!)}`,
        );
      }
    }
  });
}

test('a rate of the whole episode pushes spikes towards its target, from above and from below', (t) => {
  const rateOf = (strength: number, target: number): number => {
    const rule: LearningRule = {
      terms: [term({ of: 'rate', target, strength, average: 'episode' })],
      optimizer: { kind: 'sgd', rate: 0.3 },
    };
    const driven = drive(network({ rule, learning: { update: { ticks: 50 } } }));
    let spikes = 0;
    for (let tick = 0; tick < 1000; tick++) {
      driven.run({ inputs: { in: input(tick) } });
      if (tick >= 800) spikes += driven.value('hidden').reduce((total, z) => total + z, 0);
    }
    return spikes / 200 / 6;
  };
  const free = rateOf(0, 0.05);
  for (const target of [0.02, 0.3]) {
    const found = rateOf(3, target);
    t.true(Math.abs(found - target) < Math.abs(free - target) / 2, `towards ${target}: from ${free} to ${found}`);
  }
});

test('two rates of the whole episode add up', (t) => {
  const moved = (terms: readonly Term[]) => {
    const driven = drive(network({ rule: { terms, optimizer }, learning: { update: 'episode' } }));
    const before = hidden(plastic.map((name) => driven.read(`${name}.weights`)));
    driven.run(...times(40, (tick) => taught(tick, { episodeEnd: tick === 39 })));
    return hidden(plastic.map((name) => driven.read(`${name}.weights`))).map((list, k) =>
      list.map((value, i) => (value - before[k]![i]!) * 1000),
    );
  };
  t.true(worst(moved([episodic(0.1), episodic(0.4)]), sum(moved([episodic(0.1)]), moved([episodic(0.4)]))) < 2e-2);
});
