/** Blocks learn: one network, one task, one learning rate, weights moving at the end of every block, for every length of a block. */
import test from 'ava';
import { fastestBackend } from '../../../native/index.ts';
import {
  advance,
  alif,
  analog,
  compile,
  deltaRule,
  eprop,
  exact,
  integrator,
  type Learning,
  type Network,
  sense,
  source,
  stage,
  teach,
} from '../../../runtime/index.ts';
import { bench } from '../loop/pipe.ts';

const backend = fastestBackend();
const blocks = [1, 8, 16, 32, 64] as const;
const INPUTS = 20;
/** Ticks of the pattern; not a multiple of 16, so that the ends of longer blocks fall elsewhere in every pass. */
const PERIOD = 200;
const PASSES = 120;
const RATE = 3e-3;
/** A pass in which the loss is on its way down. */
const HALFWAY = 30;

/** Input noise of 5 % spikes, the same in every pass, and what is to be made of it: two sines. */
const noise = exact.randomStream(11, 'noise');
const raster = Array.from({ length: PERIOD }, (_, t) =>
  Float64Array.from({ length: INPUTS }, (_, i) => (noise.uniform(t * INPUTS + i) < 0.05 ? 1 : 0)),
);
const wave = (tick: number): number => Math.sin((2 * Math.PI * tick) / PERIOD + 1) + 0.7 * Math.sin((4 * Math.PI * tick) / PERIOD + 2);
/** The values of `wave` in another order: 77 and PERIOD have no common divisor. */
const scrambled = (tick: number): number => wave((77 * tick) % PERIOD);

interface Training {
  readonly block: NonNullable<Learning['block']>;
  /** false: the readout keeps its weights, and e-prop of the hidden synapses has to do everything */
  readonly readoutLearns: boolean;
  readonly rate?: number;
  readonly passes?: number;
  /** of every tick; −1 turns the sign of every learning signal */
  readonly importance?: number;
  readonly taught?: (tick: number) => number;
}

function network({ block, readoutLearns, rate = RATE }: Training): Network {
  const optimizer = { kind: 'sgd', rate } as const;
  const plasticity = eprop({ from: 'readout', optimizer });
  const normal = (gain: number) => ({ kind: 'normal', gain }) as const;
  return {
    dt: 1,
    seed: 3,
    populations: {
      input: { size: INPUTS, neuron: source() },
      hidden: { size: 40, neuron: alif({ tauMem: 20, tauAdapt: 200, beta: 0.1 }) },
      readout: { size: 1, neuron: integrator({ tau: 20, inputScale: 'oneMinusDecay', loss: 'squared' }) },
    },
    projections: {
      sensory: { pre: 'input', post: 'hidden', connectivity: { kind: 'dense' }, weight: normal(1), delay: 0, plasticity },
      recurrent: {
        pre: 'hidden',
        post: 'hidden',
        connectivity: { kind: 'dense', autapses: false },
        weight: normal(0.4),
        delay: 1,
        plasticity,
      },
      output: {
        pre: 'hidden',
        post: 'readout',
        connectivity: { kind: 'dense' },
        weight: normal(1.5),
        delay: 0,
        ...(readoutLearns && { plasticity: deltaRule({ from: 'readout', optimizer }) }),
      },
    },
    learning: { update: { ticks: block }, block, episode: 'carry' },
  };
}

/** Mean squared distance of the readout from `wave` in every pass, whatever was taught. */
function losses(training: Training): number[] {
  const { passes = PASSES, importance = 1, taught = wave } = training;
  const executable = backend.load(compile(network(training)));
  const { floats, regions } = executable.arena;
  const output = regions.get('readout.output')!;
  const found = new Array<number>(passes).fill(0);
  const { clock, start } = bench(executable, 10);
  const { outcome } = start(
    sense({ read: (tick) => raster[tick % PERIOD] }, analog({ size: INPUTS }), 'input'),
    teach(
      {
        write(tick, target, teaching) {
          target[0] = taught(tick);
          teaching.importance = importance;
        },
      },
      'readout',
    ),
    advance(),
    stage(() => ({
      step({ tick, ticks }) {
        for (let row = 0; row < ticks; row++) {
          const pass = Math.floor((tick + row) / PERIOD);
          found[pass] = found[pass]! + (floats[output.offset + row * output.stride]! - wave(tick + row)) ** 2 / PERIOD;
        }
      },
    })),
  );
  clock.advance(passes * PERIOD);
  if (outcome.error !== undefined) throw outcome.error;
  executable.dispose();
  return found;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Loss on its way down and in the last ten passes, as shares of the first. */
const shares = (found: readonly number[]): { readonly halfway: number; readonly end: number } => ({
  halfway: mean(found.slice(HALFWAY, HALFWAY + 5)) / found[0]!,
  end: mean(found.slice(-10)) / found[0]!,
});
const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

/**
 * The median of three runs that differ by a millionth of the rate: where a run ends in the last ten passes depends on every rounding, from 0.016 to 0.044 of
 * the first loss for one length.
 */
function typical(block: (typeof blocks)[number], readoutLearns: boolean): ReturnType<typeof shares> {
  const runs = [1, 1 + 1e-6, 1 - 1e-6].map((factor) => shares(losses({ block, readoutLearns, rate: factor * RATE })));
  const median = (of: 'halfway' | 'end'): number => runs.map((run) => run[of]).toSorted((a, b) => a - b)[1]!;
  return { halfway: median('halfway'), end: median('end') };
}

/** How far the losses of two lengths of a block may be apart, as shares of the first loss: on the way down, and where it ends. */
const APART = { halfway: 0.05, end: 0.02 };

for (const readoutLearns of [true, false]) {
  const what = readoutLearns ? 'the whole network' : 'e-prop of the hidden synapses alone';

  test(`${what} learns a pattern with every length of a block, and equally well`, (t) => {
    const found = blocks.map((block) => typical(block, readoutLearns));
    const seen = JSON.stringify(found);
    for (const { end } of found) t.true(end < 1 / 10, seen);
    t.true(spread(found.map(({ end }) => end)) < APART.end, seen);
    t.true(spread(found.map(({ halfway }) => halfway)) < APART.halfway, seen);
    // A gradient that is a quarter too small would be seen.
    const slower = shares(losses({ block: 16, readoutLearns, rate: 0.75 * RATE }));
    for (const { halfway } of found) t.true(slower.halfway - halfway > APART.halfway, `${slower.halfway}, ${seen}`);
  });

  test(`negative control: untaught, taught otherwise or backwards, ${what} does not learn it`, (t) => {
    const block = 32;
    const untaught = losses({ block, readoutLearns, importance: 0 });
    const otherwise = losses({ block, readoutLearns, taught: scrambled });
    const backwards = losses({ block, readoutLearns, importance: -1, passes: 15 });
    t.true(Math.min(...untaught) > 0.95 * untaught[0]!, `${untaught}`);
    t.true(Math.min(...otherwise) > 0.9 * otherwise[0]!, `${otherwise}`);
    t.true(backwards.at(-1)! > 1.05 * backwards[0]!, `${backwards}`);
  });
}
