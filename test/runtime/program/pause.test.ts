import test from 'ava';
import type { LearningRule } from '../../../runtime/learning/rule.ts';
import type { Learning } from '../../../runtime/network/network.ts';
import { header } from '../../../runtime/program/arena.ts';
import { setLearning, tickOf, updatesOf } from '../../../runtime/program/executable.ts';
import { type Driven, drive, times } from './drive.ts';
import { episodic, errorOf, fast, gradients, input, largest, network, optimizer, plastic, slow, taught } from './taught.ts';

/** Streaming, and in blocks of ticks. */
const blocks = [1, 8] as const;

/** Regions that hold no memory of an episode, beside the tapes: what lasts, and what every tick or block writes anew. */
const lasting =
  /\.(weights|optimizer|step|threshold|beta|current|prediction|error|signal\d*|factor|importance|labelSignal|label|rate|history|events|coefficients|past\d+)$/;

test("at the end of an episode state and traces are at rest again; with 'carry' they go on", (t) => {
  for (const [target, block] of [
    ['tick', 1],
    ['label', 1],
    ['tick', 8],
    ['label', 8],
  ] as const) {
    for (const neuron of [slow, fast]) {
      const run = (mode: 'reset' | 'carry') => {
        const driven = drive(network({ neuron, learning: { update: 'label', target, episode: mode, block } }));
        const rest = new Map([...driven.executable.program.regions.keys()].map((name) => [name, driven.read(name)]));
        driven.run(...times(30, (tick) => taught(tick, { episodeEnd: tick === 29, label: tick === 20 })));
        const state = [...driven.executable.program.regions.values()].filter(
          ({ name, offset }) => offset < driven.executable.program.stateLength && !lasting.test(name),
        );
        return state.filter(({ name }) => JSON.stringify(driven.read(name)) !== JSON.stringify(rest.get(name))).map(({ name }) => name);
      };
      const gradient = (name: string) => target === 'tick' && name.endsWith('.gradient'); // it waits for its label
      t.deepEqual(
        run('reset').filter((name) => !gradient(name)),
        [],
      );
      const carried = run('carry');
      for (const name of ['hidden.value', 'hidden.membrane', 'a.value', 'sensory.trace', 'sensory.filtered', 'recurrent.filtered'])
        t.true(carried.includes(name), `${name} carried on`);
    }
  }
});

test('an episode begins as the first one did: the same inputs give the same spikes again, spikes on their way forgotten', (t) => {
  const driven = drive({ ...network(), learning: { update: { ticks: 1_000_000 } } });
  const play = (): number[][] =>
    times(25, (tick) => {
      driven.run({ inputs: { in: input(tick) }, episodeEnd: tick === 24 });
      return tick === 24 ? [] : [...driven.value('hidden'), ...driven.value('a')];
    });
  const first = play();
  t.true(first.flat().some((value) => value !== 0));
  t.deepEqual(play(), first);
  t.is(tickOf(driven.executable), 50);
});

test('ticks that waited for a label which never came before the end of the episode teach nothing', (t) => {
  const trial = (driven: Driven, label: boolean): void =>
    driven.run(...times(20, (tick) => taught(tick, { label: label && tick === 19, episodeEnd: tick === 19 })));
  for (const block of blocks) {
    const learning: Learning = { update: 'label', target: 'label', block };
    const [broken, whole] = [drive(network({ learning })), drive(network({ learning }))];
    trial(broken, false);
    t.is(largest(gradients(broken)), 0);
    trial(broken, true);
    trial(whole, true);
    t.deepEqual(
      plastic.map((name) => broken.read(`${name}.weights`)),
      plastic.map((name) => whole.read(`${name}.weights`)),
    );
  }
});

test('with learning off nothing learns and no trace moves; the spikes go on as before', (t) => {
  const [learner, still] = [
    drive(network({ learning: { update: { ticks: 1_000 } } })),
    drive(network({ learning: { update: { ticks: 1_000 } } })),
  ];
  setLearning(still.executable, false);
  for (let tick = 0; tick < 40; tick++) {
    learner.run(taught(tick));
    still.run(taught(tick));
    t.deepEqual(still.value('hidden'), learner.value('hidden'));
  }
  t.is(largest(gradients(still)), 0);
  t.true(largest(gradients(learner)) > 0);
  for (const { name } of still.executable.program.traces) t.is(largest([still.read(name)]), 0, name);
  t.is(updatesOf(still.executable), 0);
});

test('switching learning on clears every trace, every sum and every gradient, so that nothing from before the pause teaches', (t) => {
  for (const [target, block] of [
    ['tick', 1],
    ['label', 1],
    ['tick', 8],
    ['label', 8],
  ] as const) {
    for (const neuron of [slow, fast]) {
      const rule: LearningRule = { terms: [errorOf('a', 'transpose', 'readout'), episodic(0.1)], optimizer };
      const driven = drive(network({ neuron, rule, learning: { update: { ticks: 16 }, target, block } }));
      driven.run(...times(25, (tick) => taught(tick)));
      t.true(largest(gradients(driven)) > 0);
      setLearning(driven.executable, true);
      t.true(largest(gradients(driven)) > 0, 'on while it is on changes nothing');
      setLearning(driven.executable, false);
      driven.run(...times(10, (tick) => taught(tick)));
      t.true(largest(gradients(driven)) > 0, 'off keeps what is there');
      setLearning(driven.executable, true);
      t.is(largest(gradients(driven)), 0);
      for (const { name } of driven.executable.program.traces) t.is(largest([driven.read(name)]), 0, name);
      t.is(driven.executable.arena.words[header.sinceUpdate], 0);
      const weights = () => plastic.map((name) => driven.read(`${name}.weights`));
      const [before, updates] = [weights(), updatesOf(driven.executable)];
      driven.run(...times(15, (tick) => taught(tick)));
      t.is(updatesOf(driven.executable), updates, 'the next update is a whole period away');
      t.deepEqual(weights(), before);
      driven.run(taught(15));
      t.is(updatesOf(driven.executable), updates + 1);
    }
  }
});
