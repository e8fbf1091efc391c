import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../../task.ts';
import { phaseError } from '../sines.ts';
import { course } from './course.ts';
import { integrateAndFire, izhikevichCells, thetaCells } from './network.ts';

/** What of a reservoir is its kind of cell's: ticks of LIF are short, the others take steps within one. G, Q and the ridge are the paper's, whose rates of Izhikevich cells are in kHz, but for Q of theta cells: a tenth of its 1e4. */
const kinds = {
  // The ridge is 1/α, α = 0.1 dt in seconds.
  LIF: { of: integrateAndFire(0.1), cells: 1000, dt: 0.1, recurrent: 0.04, feedback: 10, ridge: 1e5, every: 2.5 },
  Izhikevich: { of: izhikevichCells, cells: 500, dt: 1, recurrent: 5, feedback: 5000, ridge: 5e5, every: 2.5 },
  theta: { of: thetaCells, cells: 500, dt: 1, recurrent: 10, feedback: 1000, ridge: 1e5, every: 2 },
} as const;
/** ms: a period, before the learning, under it, and what must go on after it. */
const [PERIOD, BEFORE, LEARN, FREE] = [200, 1000, 5000, 5000] as const;
/** ms that are judged together, at the phase that fits best: what goes on by itself may be ahead or behind. */
const WINDOW = 1000;

interface SineArm extends ArmSheet {
  readonly cells: keyof typeof kinds;
  readonly learns: boolean;
  /** whether the readout comes back to the reservoir */
  readonly loop: boolean;
}

const error: Figure = { name: 'nMSE of 5 s after learning, worst second', digits: 3 };
const published = {
  value: 'goes on',
  source: 'Nicola & Clopath 2017, Nature Communications 8:2208, fig. 2: drawings of a 5 Hz sine, 2000 cells',
};
const taught = (cells: SineArm['cells']): SineArm => ({
  ...{ name: `FORCE, ${cells}`, kind: 'rule', cells, learns: true, loop: true },
  figures: [{ ...error, asked: { of: 'median', atMost: 0.1 }, published }],
});
const control = { kind: 'control', figures: [{ ...error, asked: { of: 'median', atLeast: 0.5 } }] } as const;
const designs: readonly SineArm[] = [
  taught('LIF'),
  { ...control, name: 'feedback cut', cells: 'LIF', learns: true, loop: false },
  { ...control, name: 'frozen readout', cells: 'LIF', learns: false, loop: true },
  taught('Izhikevich'),
  { ...control, name: 'feedback cut, Izhikevich', cells: 'Izhikevich', learns: true, loop: false },
  { ...control, name: 'frozen readout, Izhikevich', cells: 'Izhikevich', learns: false, loop: true },
  taught('theta'),
  { ...control, name: 'feedback cut, theta', cells: 'theta', learns: true, loop: false },
  { ...control, name: 'frozen readout, theta', cells: 'theta', learns: false, loop: true },
];

function run({ cells, learns, loop }: SineArm, { backend, seed, progress }: Setting): Outcome {
  const kind = kinds[cells];
  const asked = (tick: number): number => Math.sin((2 * Math.PI * tick * kind.dt) / PERIOD);
  /** One period, tick by tick. */
  const cycle = Array.from({ length: PERIOD / kind.dt }, (_, t) => [asked(t)]);
  const { go, dispose } = course(backend, { ...kind, outputs: 1, feedback: loop ? kind.feedback : 0, seed }, (tick) => [asked(tick)]);
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
