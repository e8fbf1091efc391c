import {
  type Backend,
  compile,
  type Izhikevich,
  izhikevich,
  type Network,
  type NeuronModel,
  source,
  type Theta,
  theta,
} from '../../runtime/index.ts';
import { oracle } from './oracle.ts';
import { SINGLE } from './rules.ts';

/** Neurons that are driven each by its own current, and the ticks of a comparison; ticks of a count of periods. */
const [CELLS, TICKS, LONG] = [5, 400, 2000] as const;
const each = Array.from({ length: CELLS }, (_, j) => j);

type Parameters<Model> = Required<Omit<Model, 'kind'>>;
const phased: Parameters<Theta> = { tau: 800, steps: 20 };
/** Relative: a phase leaves its saddle slowly, and what float32 lacks there has grown tenfold at the spike. */
const PHASE = 10 * SINGLE;
/** No parameter is the default, and each does something. */
const cell: Parameters<Izhikevich> = {
  ...{ capacitance: 200, k: 2, threshold: 35, peak: 80, reset: -8, tauRecovery: 60, b: -3, d: 150, steps: 20 },
};

/** What a run left behind each tick, (ticks, neurons). */
interface Ran {
  readonly z: Float64Array;
  readonly states: readonly Float64Array[];
}

/** Plays currents, [tick][neuron], into neurons of their own. */
function run(backend: Backend, neuron: NeuronModel, states: readonly string[], currents: readonly (readonly number[])[]): Ran {
  const n = currents[0]!.length;
  const numbers = Array.from({ length: n }, (_, j) => j);
  const network: Network = {
    dt: 1,
    seed: 1,
    populations: { in: { size: n, neuron: source() }, cells: { size: n, neuron } },
    projections: {
      drive: {
        ...{ pre: 'in', post: 'cells', connectivity: { kind: 'list', pre: numbers, post: numbers } },
        ...{ weight: { kind: 'constant', value: 1 }, delay: 0 },
      },
    },
  };
  const executable = backend.load(compile(network, { maxTicks: 1 }));
  const { arena, program } = executable;
  const { rows, stride } = program.regions.get('cells.value')!;
  const [z, ...kept] = ['value', ...states].map(() => new Float64Array(currents.length * n)) as [Float64Array, ...Float64Array[]];
  for (const [t, values] of currents.entries()) {
    arena.view('in.input').set(values);
    executable.run(1);
    const now = (t & (rows - 1)) * stride;
    z.set(arena.view('cells.value').subarray(now, now + n), t * n);
    for (const [s, role] of states.entries()) kept[s]!.set(arena.view(`cells.${role}`).subarray(0, n), t * n);
  }
  executable.dispose();
  return { z, states: kept };
}

/** Currents around `mean`, (ticks, neurons), as float32 has them. */
const driving = (mean: number, swing: number): readonly (readonly number[])[] =>
  Array.from({ length: TICKS }, (_, t) =>
    each.map((j) => Math.fround(mean + swing * Math.sin(t / (11 + j) + j) + 0.3 * swing * Math.cos(t / 4))),
  );

/** The same of the oracle, neuron by neuron. */
function wanted(currents: readonly (readonly number[])[], course: (own: readonly number[]) => readonly Float64Array[]): Ran {
  const courses = each.map((j) => course(currents.map((values) => values[j]!)));
  const [z, ...states] = courses[0]!.map((_, part) =>
    Float64Array.from({ length: TICKS * CELLS }, (__, s) => courses[s % CELLS]![part]![Math.floor(s / CELLS)]!),
  ) as [Float64Array, ...Float64Array[]];
  return { z, states };
}

const misplaced = (found: Ran, of: Ran): number => of.z.reduce((count, spike, s) => count + (spike === found.z[s] ? 0 : 1), 0) / TICKS;
const apart = (found: Ran, of: Ran): number => Math.max(...of.states.map((state, s) => oracle.relativeDifference(found.states[s]!, state)));

/** Theta and Izhikevich neurons as compiled, against their float64 run and the time between spikes in closed form. */
export function eulerRows(backend: Backend): oracle.VerifyRow[] {
  const subject = { rule: `forward on ${backend.name}`, feedback: '-', oracle: 'its own float64 run' };
  const pushes = { theta: driving(200, 700), izhikevich: driving(1000, 900) };
  const kinds = [
    {
      neuron: 'theta',
      tolerance: PHASE,
      of: wanted(pushes.theta, (own) => {
        const { z, phase } = oracle.thetaCourse({ ...phased, dt: 1 }, own);
        return [z, phase];
      }),
      found: (changes: Partial<typeof phased> = {}) => run(backend, theta({ ...phased, ...changes }), ['phase'], pushes.theta),
      period: 800 / Math.sqrt(900),
      interval: (factor: number) => run(backend, theta({ tau: 800, steps: 1024 }), [], new Array(LONG).fill([900 * factor])),
    },
    {
      neuron: 'Izhikevich',
      tolerance: SINGLE,
      of: wanted(pushes.izhikevich, (own) => {
        const { z, v, u } = oracle.izhikevichCourse({ ...cell, dt: 1 }, own);
        return [z, v, u];
      }),
      found: (changes: Partial<typeof phased> = {}) =>
        run(backend, izhikevich({ ...cell, ...changes }), ['membrane', 'recovery'], pushes.izhikevich),
      period: oracle.izhikevichPeriod({ ...cell, dt: 1 }, 1500),
      interval: (factor: number) =>
        run(backend, izhikevich({ ...cell, b: 0, d: 0, steps: 1024 }), [], new Array(LONG).fill([1500 * factor])),
    },
  ];
  return kinds.flatMap(({ neuron, tolerance, of, found, period, interval }) => {
    const about = { ...subject, neuron };
    const [own, near, coarse] = [found(), found({ steps: 19 }), found({ steps: 8 })];
    const timed = (factor: number): number => Math.abs(oracle.meanInterval(interval(factor).z) / period - 1);
    const closed = { ...about, oracle: 'the closed form of its period' };
    return [
      oracle.agree({ ...about, claim: 'spikes where the oracle does' }, misplaced(own, of), 0),
      oracle.differ({ ...about, claim: 'with 8 steps in the place of 20 it does not' }, misplaced(coarse, of), 0),
      oracle.agree({ ...about, claim: "has the oracle's states" }, apart(own, of), tolerance),
      oracle.differ({ ...about, claim: 'with 19 steps they are others' }, apart(near, of), tolerance),
      oracle.agree({ ...closed, claim: 'at a constant current, the time between spikes' }, timed(1), 2e-3),
      oracle.differ({ ...closed, claim: 'driven 2 % harder, another' }, timed(1.02), 2e-3),
    ];
  });
}
