import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../../task.ts';
import { course } from './course.ts';
import { lorenz } from './lorenz-system.ts';
import { integrateAndFire } from './network.ts';

const [CELLS, DT] = [1000, 0.2] as const;
/** ms of a unit of Lorenz's time; ms before the learning, under it, and after it. */
const [UNIT, BEFORE, LEARN, FREE] = [1000, 1000, 20_000, 20_000] as const;
/** ms between two points of the curve. */
const WINDOW = 2000;
/** Units of a course of Lorenz's own to whose distribution the free one is held. */
const LONG = 500;
/** Distance at which the free course has lost the one that it was taught, in units of the readout, where coordinates go from −1 to 1. */
const LOST = 0.5;

interface LorenzArm extends ArmSheet {
  readonly learns: boolean;
  readonly loop: boolean;
}

const spread: Figure = { name: 'distance of distributions, mean of three', digits: 2 };
const kept: Figure = { name: 's until it is lost', digits: 2 };
const published = {
  value: 'an attractor like it',
  source: 'Nicola & Clopath 2017, Nature Communications 8:2208, fig. 2: drawings of a Lorenz attractor, 5000 cells, 45 s',
};
const control = [{ ...spread, asked: { of: 'median', atLeast: 0.5 } } as const, kept];
const designs: readonly LorenzArm[] = [
  {
    name: 'FORCE, LIF',
    kind: 'rule',
    figures: [{ ...spread, published, asked: { of: 'median', atMost: 0.3 } }, kept],
    learns: true,
    loop: true,
  },
  { name: 'feedback cut', kind: 'control', figures: control, learns: true, loop: false },
  { name: 'frozen readout', kind: 'control', figures: control, learns: false, loop: true },
];

const coordinate = (states: Float32Array, k: number): Float64Array => Float64Array.from(states.filter((_, s) => s % 3 === k)).sort();

/** ∫ |F⁻¹ − G⁻¹| of a coordinate, over 200 quantiles (Wasserstein 1), in standard deviations of the second. */
function distance(found: Float64Array, wanted: Float64Array): number {
  const at = (sorted: Float64Array, p: number): number => sorted[Math.floor(p * sorted.length)]!;
  const mean = wanted.reduce((sum, x) => sum + x, 0) / wanted.length;
  const deviation = Math.sqrt(wanted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / wanted.length);
  let sum = 0;
  for (let q = 0; q < 200; q++) sum += Math.abs(at(found, (q + 0.5) / 200) - at(wanted, (q + 0.5) / 200));
  return sum / 200 / deviation;
}

function run({ learns, loop }: LorenzArm, { backend, seed, progress }: Setting): Outcome {
  const start = seed / 7;
  const taught = lorenz((BEFORE + LEARN + FREE) / DT, DT / UNIT, start);
  const whole = lorenz(LONG * 100, 0.01, start + 1);
  const state = (tick: number): Float32Array => taught.subarray(3 * tick, 3 * tick + 3);
  const parts = {
    of: integrateAndFire(DT),
    cells: CELLS,
    outputs: 3,
    dt: DT,
    recurrent: 0.04,
    feedback: loop ? 10 : 0,
    ridge: 2e5,
    every: 2.5,
    seed,
  };
  const { go, dispose } = course(backend, parts, state);
  go(BEFORE, false);
  const [x, y]: [number[], number[]] = [[], []];
  const free = new Float32Array((3 * FREE) / DT);
  let fine = true;
  for (let ms = WINDOW; ms <= LEARN + FREE; ms += WINDOW) {
    const outputs = go(WINDOW, learns && ms <= LEARN);
    const first = (BEFORE + ms - WINDOW) / DT;
    fine &&= outputs !== undefined;
    x.push(ms / 1000);
    y.push(outputs?.reduce((sum, value, s) => sum + (value - taught[3 * first + s]!) ** 2 / outputs.length, 0) ?? Number.NaN);
    if (ms > LEARN && outputs !== undefined) free.set(outputs, (3 * (ms - WINDOW - LEARN)) / DT);
    progress(ms / (LEARN + FREE));
  }
  dispose();
  let lost = 0;
  while (lost < FREE / DT && Math.hypot(...state((BEFORE + LEARN) / DT + lost).map((value, k) => value - free[3 * lost + k]!)) < LOST)
    lost++;
  const distances = [0, 1, 2].map((k) => distance(coordinate(free, k), coordinate(whole, k)));
  return {
    figures: {
      [spread.name]: fine ? distances.reduce((sum, d) => sum + d, 0) / 3 : Number.NaN,
      [kept.name]: (lost * DT) / 1000,
    },
    curve: { x, y },
  };
}

/** A Lorenz system that a spiking reservoir goes on with by itself (Nicola & Clopath 2017; sheet 6.18, T14). It is chaotic: what can be kept is its distribution, not its course. */
export const forceLorenz: Task = {
  name: 'force-lorenz',
  summary: 'a Lorenz attractor that a spiking reservoir goes on with after twenty seconds of FORCE',
  curve: { x: 's (learning ends at 20)', y: 'squared distance to the course that was taught', scale: 'log' },
  seeds: 3,
  arms: armsFrom(designs, run),
};
