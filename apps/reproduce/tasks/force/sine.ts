import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../../task.ts';
import { phaseError } from '../sines.ts';
import { course } from './course.ts';

const [CELLS, DT] = [1000, 0.1] as const;
/** ms: a period, before the learning, under it, and what must go on after it. */
const [PERIOD, BEFORE, LEARN, FREE] = [200, 1000, 5000, 5000] as const;
/** ms that are judged together, at the phase that fits best: what goes on by itself may be ahead or behind. */
const WINDOW = 1000;

interface SineArm extends ArmSheet {
  readonly learns: boolean;
  /** whether the readout comes back to the reservoir */
  readonly loop: boolean;
}

const error: Figure = { name: 'nMSE of 5 s after learning, worst second', digits: 3 };
const designs: readonly SineArm[] = [
  {
    name: 'FORCE, LIF',
    kind: 'rule',
    figures: [
      {
        ...error,
        asked: { of: 'median', atMost: 0.1 },
        published: {
          value: 'goes on',
          source: 'Nicola & Clopath 2017, Nature Communications 8:2208, fig. 2: drawings of a 5 Hz sine, 2000 cells',
        },
      },
    ],
    learns: true,
    loop: true,
  },
  { name: 'feedback cut', kind: 'control', figures: [{ ...error, asked: { of: 'median', atLeast: 0.5 } }], learns: true, loop: false },
  { name: 'frozen readout', kind: 'control', figures: [{ ...error, asked: { of: 'median', atLeast: 0.5 } }], learns: false, loop: true },
];

const asked = (tick: number): number => Math.sin((2 * Math.PI * tick * DT) / PERIOD);

/** One period, tick by tick. */
const cycle = Array.from({ length: PERIOD / DT }, (_, t) => [asked(t)]);

function run({ learns, loop }: SineArm, { backend, seed, progress }: Setting): Outcome {
  // G and Q of the paper; the ridge is its 1/α, α = 0.1 dt in seconds.
  const parts = { cells: CELLS, outputs: 1, dt: DT, recurrent: 0.04, feedback: loop ? 10 : 0, ridge: 1e4 / DT, seed };
  const { go, dispose } = course(backend, parts, (tick) => [asked(tick)]);
  const [x, y]: [number[], number[]] = [[], []];
  go(BEFORE, false);
  for (let ms = WINDOW; ms <= LEARN + FREE; ms += WINDOW) {
    const outputs = go(WINDOW, learns && ms <= LEARN);
    x.push(ms / 1000);
    y.push(
      outputs === undefined
        ? Number.NaN
        : phaseError(
            Array.from(outputs, (value) => [value]),
            cycle,
            cycle.length / 100,
          ),
    );
    progress(ms / (LEARN + FREE));
  }
  dispose();
  return { figures: { [error.name]: Math.max(...y.slice(LEARN / WINDOW)) }, curve: { x, y } };
}

/** A sine that a spiking reservoir keeps up by itself, its readout taught by FORCE and fed back (Nicola & Clopath 2017; sheet 6.18, T14). */
export const forceSine: Task = {
  name: 'force-sine',
  summary: 'a 5 Hz sine that a spiking reservoir goes on with after five seconds of FORCE',
  curve: { x: 's (learning ends at 5)', y: 'nMSE of a second, at the best phase', scale: 'log' },
  seeds: 5,
  arms: armsFrom(designs, run),
};
