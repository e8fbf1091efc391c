/** Theta and Izhikevich neurons as a description has them: where they rest, how often they spike, and what teaches beside them. */
import test from 'ava';
import { deltaRule } from '../../../runtime/learning/rules/eprop.ts';
import { stdp } from '../../../runtime/learning/rules/stdp.ts';
import type { Network, NeuronModel } from '../../../runtime/network/network.ts';
import { integrator, izhikevich, source, theta } from '../../../runtime/network/neurons.ts';
import { izhikevichCourse, meanInterval, thetaCourse } from '../../../runtime/oracle/index.ts';
import { type Driven, difference, drive, times } from './drive.ts';

const dense = { kind: 'dense' } as const;
const one = { kind: 'constant', value: 1 } as const;

/** A source of currents into one cell, dt in ms. */
const alone = (neuron: NeuronModel, dt = 1): Network => ({
  dt,
  seed: 1,
  populations: { in: { size: 1, neuron: source() }, cell: { size: 1, neuron } },
  projections: { input: { pre: 'in', post: 'cell', connectivity: dense, weight: one, delay: 0 } },
});

function play(neuron: NeuronModel, currents: readonly number[], dt = 1): { readonly driven: Driven; readonly z: readonly number[] } {
  const driven = drive(alone(neuron, dt));
  const z = currents.map((current) => {
    driven.run({ inputs: { in: [current] } });
    return driven.value('cell')[0]!;
  });
  return { driven, z };
}

test('at a constant current I a theta neuron makes √I/tau spikes', (t) => {
  for (const [tau, I] of [
    [1000, 400],
    [1000, 2500],
    [50, 1],
  ] as const) {
    const { z } = play(theta({ tau, steps: 200 }), new Array(2000).fill(I));
    const ratio = (meanInterval(z) * Math.sqrt(I)) / tau;
    t.true(Math.abs(ratio - 1) < 0.01, `tau ${tau}, I ${I}: ${ratio} of the interval`);
  }
});

test('below I = 0 it rests at −2 atan(π √−I) and never spikes; above π there is no phase', (t) => {
  for (const I of [-0.01, -0.5, -4]) {
    const { driven, z } = play(theta({ tau: 10, steps: 50 }), new Array(600).fill(I));
    t.true(z.every((spike) => spike === 0));
    t.true(difference(driven.read('cell.phase'), [-2 * Math.atan(Math.PI * Math.sqrt(-I))]) < 1e-4, `I ${I}`);
  }
  // A step that is far too long goes around at every tick, and below −π never.
  for (const I of [1e6, -1e6]) {
    const { driven, z } = play(theta({ tau: 1 }), new Array(50).fill(I));
    t.true(z.every((spike) => spike === 0 || spike === 1));
    t.true(Math.abs(driven.read('cell.phase')[0]!) <= Math.fround(Math.PI));
  }
});

test('what is left out has its default', (t) => {
  const currents = times(300, (tick) => 500 + 400 * Math.sin(tick / 9));
  t.deepEqual(play(theta(), currents).z, play(theta({ tau: 1000, steps: 1 }), currents).z);
  t.deepEqual(play(theta({ steps: 5 }), currents).z, [...thetaCourse({ tau: 1000, dt: 1, steps: 5 }, currents.map(Math.fround)).z]);
  const defaults = { capacitance: 250, k: 2.5, threshold: 40.8, peak: 90, reset: -5, tauRecovery: 100, b: -2, d: 200, steps: 1 };
  const pushes = currents.map((I) => 2 * I);
  const { z, driven } = play(izhikevich(), pushes, 0.05);
  const course = izhikevichCourse({ ...defaults, dt: 0.05 }, pushes.map(Math.fround));
  t.deepEqual(z, [...course.z]);
  t.true(Math.abs(driven.read('cell.membrane')[0]! - course.v.at(-1)!) < 1e-3);
  t.deepEqual(play(izhikevich(defaults), pushes, 0.05).z, z);
});

test('an Izhikevich neuron rests where its currents add up to 0, and adapts: intervals grow by d', (t) => {
  const { driven } = play(izhikevich({ steps: 20 }), new Array(2000).fill(0));
  t.true(difference(driven.read('cell.membrane'), [0]) < 1e-6);
  const pushed = (d: number) => {
    const at = play(izhikevich({ steps: 20, d }), new Array(600).fill(1500)).z.flatMap((spike, tick) => (spike === 1 ? [tick] : []));
    return [at[1]! - at[0]!, at.at(-1)! - at.at(-2)!, at.length] as const;
  };
  const [first, last, count] = pushed(200);
  t.true(last > 1.2 * first, `${first}, then ${last} ticks`);
  const [start, end, more] = pushed(0);
  t.true(Math.abs(end - start) <= 1 && more > count);
});

test('an end of an episode brings both to rest; a current that is not finite stops the run', (t) => {
  for (const [neuron, states] of [
    [theta({ steps: 4 }), ['phase']],
    [izhikevich({ steps: 20 }), ['membrane', 'recovery']],
  ] as const) {
    const { driven } = play(neuron, new Array(20).fill(900));
    t.true(states.every((state) => driven.read(`cell.${state}`)[0] !== 0));
    driven.run({ inputs: { in: [900] }, episodeEnd: true });
    for (const state of states) t.deepEqual(driven.read(`cell.${state}`), [0], state);
    for (const current of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]) {
      const { executable } = drive(alone(neuron));
      executable.arena.view('in.input')[0] = current;
      t.not(executable.run(1), 0, `${neuron.kind} at ${current}`);
    }
  }
});

test('pairs of spikes move the synapses onto both, and a readout of their spikes learns', (t) => {
  for (const [neuron, push] of [
    [theta({ steps: 100 }), 3000],
    [izhikevich({ steps: 20 }), 4000],
  ] as const) {
    const { populations, projections } = alone(neuron);
    const driven = drive({
      ...alone(neuron),
      populations: {
        ...populations,
        other: { size: 1, neuron: source() },
        out: { size: 1, neuron: integrator({ tau: 20, loss: 'squared' }) },
      },
      projections: {
        ...projections,
        paired: {
          ...{ pre: 'other', post: 'cell', connectivity: dense, weight: one, delay: 1 },
          plasticity: stdp({
            ...{ pairing: 'all', potentiation: { tau: 20, pair: 1 }, depression: { tau: 20, pair: 0 } },
            optimizer: { kind: 'sgd', rate: 0.01 },
          }),
        },
        readout: {
          ...{ pre: 'cell', post: 'out', connectivity: dense, weight: { kind: 'constant', value: 0 }, delay: 0 },
          plasticity: deltaRule({ from: 'out', optimizer: { kind: 'sgd', rate: 0.01 } }),
        },
      },
      learning: { update: { ticks: 1 } },
    });
    const spikes: number[] = [];
    for (let tick = 0; tick < 300; tick++) {
      driven.run({ inputs: { in: [push], other: [tick % 10 === 0 ? 1 : 0] }, targets: { out: [1] }, importance: { out: 1 } });
      spikes.push(driven.value('cell')[0]!);
    }
    t.true(spikes.some((z) => z === 1) && spikes.some((z) => z === 0), neuron.kind);
    t.true(driven.read('paired.weights')[0]! > 1.01, `${neuron.kind}: ${driven.read('paired.weights')} paired`);
    t.true(driven.read('readout.weights')[0]! > 0.01, `${neuron.kind}: ${driven.read('readout.weights')}`);
  }
});
