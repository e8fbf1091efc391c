import test from 'ava';
import {
  act,
  advance,
  analog,
  concat,
  delta,
  fingerprint,
  type Network,
  type Sensor,
  type Stage,
  select,
  sense,
  stage,
  type Teacher,
  teach,
  updatesOf,
  watch,
} from '../../../runtime/index.ts';
import { tiny } from './networks.ts';
import { bench, wander, waves } from './pipe.ts';

const TICKS = 480;

/** A label every 20 ticks, an episode every 60: the ticks before a label count. */
const labels: Teacher = {
  write(tick, target, teaching) {
    const phase = tick % 20;
    teaching.importance = phase > 12 ? 0.1 : 0;
    teaching.label = phase === 19;
    teaching.episodeEnd = tick % 60 === 59;
    if (teaching.label) target[Math.floor(tick / 20) % 2] = 1;
  },
};

interface Run {
  readonly fingerprint: string;
  readonly updates: number;
}

/** Runs a learning network with frames of `frameTicks`. */
function learn(
  learning: Network['learning'],
  teacher: Teacher,
  frameTicks: number,
  sensor: Sensor<Float64Array> = wander(),
  ...more: readonly Stage[]
): Run {
  const executable = tiny(learning);
  const { clock, start } = bench(executable, frameTicks);
  const encoder = concat<Float64Array>(
    analog({ gain: 1.5 }),
    select((sample) => sample[1]!, analog({ gain: 1.5 })),
    select((sample) => sample[2]!, analog({ gain: 1.5 })),
  );
  const { outcome } = start(sense(sensor, encoder, 'input'), teach(teacher, 'readout'), ...more, advance(), watch());
  clock.advance(TICKS);
  if (outcome.error !== undefined) throw outcome.error;
  return { fingerprint: fingerprint(executable), updates: updatesOf(executable) };
}

const programs: Record<string, [Network['learning'], Teacher]> = {
  'updates every 7 ticks': [{ update: { ticks: 7 } }, waves],
  'updates when a label comes': [{ update: 'label', target: 'label', episode: 'carry' }, labels],
  'updates when an episode ends': [{ update: 'episode' }, labels],
};

for (const [name, [learning, teacher]] of Object.entries(programs)) {
  test(`the size of a frame never changes a bit: ${name}`, (t) => {
    const one = learn(learning, teacher, 1);
    t.true(one.updates > 5, `${one.updates} updates`);
    for (const frameTicks of [4, 16, 3, 7]) t.deepEqual(learn(learning, teacher, frameTicks), one, `frames of ${frameTicks}`);
  });
}

test('negative control: a sensor that looks at the world once a frame does change bits, and is seen', (t) => {
  const once = (frameTicks: number): Sensor<Float64Array> => {
    const { read } = wander();
    return { read: (tick) => read(tick - (tick % frameTicks)) };
  };
  const [learning, teacher] = programs['updates every 7 ticks']!;
  t.not(learn(learning, teacher, 4, once(4)).fingerprint, learn(learning, teacher, 1, once(1)).fingerprint);
});

test('negative control: a stage that changes one weight in one frame is seen', (t) => {
  const [learning, teacher] = programs['updates every 7 ticks']!;
  const nudge = stage(() => ({
    step({ tick, executable }) {
      if (tick !== 240) return;
      const weights = executable.arena.view('output.weights');
      weights[0] = Math.fround(weights[0]! * (1 + 2 ** -23));
    },
  }));
  t.not(learn(learning, teacher, 4, wander(), nudge).fingerprint, learn(learning, teacher, 4).fingerprint);
});

test('what watches and acts does not change a bit', (t) => {
  const [learning, teacher] = programs['updates every 7 ticks']!;
  const idle = act({ create: () => 0, decode: ({ tick }) => tick }, { apply: () => undefined, safe: () => undefined });
  t.deepEqual(learn(learning, teacher, 4, wander(), idle), learn(learning, teacher, 4));
});

test('an encoder with memory goes on from frame to frame', (t) => {
  const encode = (frameTicks: number): number[] => {
    const executable = tiny();
    const { clock, start } = bench(executable, frameTicks);
    const seen: number[] = [];
    const { offset, stride } = executable.program.regions.get('input.input')!;
    start(
      sense<number>({ read: (tick) => Math.sin(0.4 * tick) }, concat(delta({ steps: [0.3], max: 2 }), analog()), 'input'),
      stage(() => ({
        step({ ticks }) {
          for (let row = 0; row < ticks; row++)
            seen.push(...executable.arena.floats.subarray(offset + row * stride, offset + row * stride + 3));
        },
      })),
    );
    clock.advance(60);
    return seen;
  };
  t.deepEqual(encode(16), encode(1));
});
