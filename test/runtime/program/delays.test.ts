/** Delays of neurons' own: what a line says tick by tick, what an episode leaves in it, and what a delay that is no number does. */
import test from 'ava';
import { deltaRule, eprop } from '../../../runtime/learning/rules/eprop.ts';
import type { Network } from '../../../runtime/network/network.ts';
import { constant, delayLine, integrator, source } from '../../../runtime/network/neurons.ts';
import { header } from '../../../runtime/program/arena.ts';
import { compile } from '../../../runtime/program/compile.ts';
import { type Executable, events, statuses } from '../../../runtime/program/program.ts';
import { referenceBackend } from '../../../runtime/reference/backend.ts';

const optimizer = { kind: 'sgd', rate: 0.5 } as const;
const dense = { connectivity: { kind: 'dense' }, delay: 0 } as const;

/** One input → a line for each of `delays` → one readout. */
const network = (delays: readonly number[], longest: number): Network => ({
  dt: 1,
  seed: 1,
  populations: {
    in: { size: 1, neuron: source() },
    one: { size: 1, neuron: constant() },
    lines: { size: delays.length, neuron: delayLine({ delay: 1, longest }) },
    out: { size: 1, neuron: integrator({ tau: 0, loss: 'squared' }) },
  },
  projections: {
    heard: { pre: 'in', post: 'lines', ...dense, weight: { kind: 'constant', value: 1 } },
    lags: {
      ...{ pre: 'one', post: 'lines', gate: 'delay', ...dense },
      weight: { kind: 'inline', values: delays.map((delay) => delay - 1) },
      plasticity: eprop({ from: 'out', optimizer }),
    },
    met: { pre: 'lines', post: 'out', ...dense, weight: { kind: 'constant', value: 1 }, plasticity: deltaRule({ from: 'out', optimizer }) },
  },
  learning: { update: { ticks: 1_000 }, episode: 'reset' },
});

const load = (delays: readonly number[], longest: number): Executable =>
  referenceBackend.load(compile(network(delays, longest), { maxTicks: 1 }));

/** Values of the lines after a tick with that input. */
function tick({ arena, program, run }: Executable, input: number, event = 0): readonly number[] {
  arena.view('in.input')[0] = input;
  arena.words[program.eventTape.offset] = event;
  run(1);
  const { rows, stride, columns } = program.regions.get('lines.value')!;
  const now = (arena.words[header.tick]! - 1) & (rows - 1);
  return Array.from(arena.view('lines.value').subarray(now * stride, now * stride + columns));
}

test('a pulse comes when the delay says, shared out between the two ticks beside it, and no later than the longest', (t) => {
  const executable = load([0, 1, 2.25, 4, 99, -3], 4);
  const course = [1, 0, 0, 0, 0, 0, 0].map((input) => tick(executable, input));
  const heard = [0, 1, 2, 3, 4, 5].map((line) => course.map((values) => values[line]));
  t.deepEqual(heard, [
    [1, 0, 0, 0, 0, 0, 0],
    [0, 1, 0, 0, 0, 0, 0],
    [0, 0, 0.75, 0.25, 0, 0, 0],
    [0, 0, 0, 0, 1, 0, 0],
    [0, 0, 0, 0, 1, 0, 0],
    [1, 0, 0, 0, 0, 0, 0],
  ]);
});

test('an episode that resets empties the line; without its end the pulse is still on its way', (t) => {
  for (const [event, arrives] of [
    [events.episodeEnd, 0],
    [0, 1],
  ] as const) {
    const executable = load([3], 4);
    tick(executable, 1, event);
    t.is(Math.max(...[0, 0, 0, 0].map((input) => tick(executable, input)[0]!)), arrives);
  }
});

test('a delay that is no number is reported as what is not finite, and read as 0', (t) => {
  const executable = load([2], 4);
  t.is(executable.run(1) & statuses.nonFinite, 0);
  executable.arena.view('lags.weights')[0] = Number.NaN;
  executable.arena.view('in.input')[0] = 1;
  t.is(executable.run(1) & statuses.nonFinite, statuses.nonFinite);
  t.is(executable.arena.view('out.prediction')[0], 1);
});

test('an error that wants the pulse earlier shortens the delay, and one that wants it later makes it longer', (t) => {
  for (const [wanted, sign] of [
    [1, -1],
    [4, 1],
  ] as const) {
    const executable = load([2.5], 6);
    const { arena, program } = executable;
    arena.view('out.importance')[0] = 1;
    for (let now = 0; now < 8; now++) {
      arena.view('out.target')[0] = Math.exp(-((now - wanted - 3) ** 2) / 4);
      tick(executable, Math.exp(-((now - 3) ** 2) / 4));
    }
    t.is(-Math.sign(arena.view('lags.gradient')[0]!), sign, `${program.regions.get('lags.gradient')!.name} towards ${wanted}`);
  }
});
