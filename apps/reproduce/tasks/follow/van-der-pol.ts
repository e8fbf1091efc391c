import { exact, setLearning } from '../../../../runtime/index.ts';
import { player } from '../../player.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../../task.ts';
import { normalizedError, phaseError } from '../sines.ts';
import { ensemble } from './ensemble.ts';
import { follower } from './network.ts';
import { cycle, PERIOD, vanDerPol } from './van-der-pol-system.ts';

/** Cells that stand for the state and for the command. */
const CELLS = { state: 400, command: 100 } as const;
/** k and τ of the error that teaches (ms) of the paper; η of a weight, a tick. */
const [FEEDBACK, TAU_ERROR, RATE] = [10, 80, 8e-3] as const;
/** Ticks that are played at once; ticks between two tests, learned ones in all, and before and under a test. */
const RUN = 96;
const [BETWEEN, LEARN, SETTLE] = [300 * RUN, 1500 * RUN, 20 * RUN] as const;
/** Turns that are judged one by one; a turn of the cycle is a little less than 20 runs. */
const [TURNS, TURN] = [4, 20 * RUN] as const;

interface FollowArm extends ArmSheet {
  readonly learns: boolean;
  /** whether a cell learns from the error current of another one, which has another direction */
  readonly shuffled: boolean;
  /** whether the error comes back while it learns */
  readonly feedback: boolean;
}

const free: Figure = { name: 'nMSE without feedback, worst of four turns', digits: 3 };
const pace: Figure = { name: 'its period, of the reference', digits: 3 };
const followed: Figure = { name: 'nMSE with feedback', digits: 4 };
const lost: Figure = { ...free, asked: { of: 'median', atLeast: 0.5 } };
const designs: readonly FollowArm[] = [
  {
    name: 'FOLLOW',
    kind: 'rule',
    figures: [
      {
        ...free,
        asked: { of: 'median', atMost: 0.25 },
        published: {
          value: 'goes on',
          source: 'Gilra & Gerstner 2017, eLife 6:e28295: drawings of a van der Pol oscillator, 3000 cells, 10 000 s',
        },
      },
      pace,
      followed,
    ],
    learns: true,
    shuffled: false,
    feedback: true,
  },
  { name: 'no learning', kind: 'control', figures: [lost, followed], learns: false, shuffled: false, feedback: true },
  { name: 'shuffled error currents', kind: 'control', figures: [lost, followed], learns: true, shuffled: true, feedback: true },
  { name: 'error not fed back', kind: 'control', figures: [lost, followed], learns: true, shuffled: false, feedback: false },
];

/** Ticks from one passage of the first coordinate upwards through 0 to the next, on average; one counts after it has been below −0.1. NaN: there are not two. */
function periodOf(found: readonly (readonly number[])[]): number {
  const ups: number[] = [];
  let below = false;
  for (const [t, [x]] of found.entries()) {
    if (below && x! >= 0) ups.push(t);
    below = x! < (below ? 0 : -0.1);
  }
  return ups.length < 2 ? Number.NaN : (ups.at(-1)! - ups[0]!) / (ups.length - 1);
}

function run({ learns, shuffled, feedback }: FollowArm, { backend, seed, progress }: Setting): Outcome {
  const random = (name: string): exact.RandomStream => exact.randomStream(seed, name);
  const state = ensemble(CELLS.state, 2, random('state'));
  const command = ensemble(CELLS.command, 1, random('commanding'));
  const parts = { command, state, feedback: feedback ? FEEDBACK : 0, rate: learns ? RATE : 0, ticks: LEARN, tauError: TAU_ERROR, seed };
  const learner = player(backend, follower({ ...parts, teacher: (cell) => (shuffled ? (cell + 1) % CELLS.state : cell) }), RUN);
  const next = vanDerPol(seed);
  const wanted = cycle();
  let fine = true;
  const go = (ticks: number, how: { readonly taught: boolean; readonly commanded: boolean; readonly mute: boolean }) => {
    if (learns) setLearning(learner.executable, how.taught);
    const [states, found]: [(readonly number[])[], number[][]] = [[], []];
    for (let done = 0; done < ticks; done += RUN) {
      for (let t = 0; t < RUN; t++) {
        const moment = next(how.commanded);
        states.push(moment.state);
        learner.write('command.input', t, moment.command);
        learner.write('reference.input', t, moment.state);
        learner.write('mute.input', t, [how.mute ? 1 : 0]);
      }
      fine &&= learner.play(RUN, false);
      for (let t = 0; t < RUN; t++) found.push([0, 1].map((k) => learner.read('decoded.output', t, k)));
    }
    return { states, found };
  };
  const [x, y, paces, near]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let done = 0; done < LEARN; done += BETWEEN) {
    go(BETWEEN, { taught: true, commanded: true, mute: false });
    const { states, found: held } = go(SETTLE, { taught: false, commanded: false, mute: false });
    const { found } = go(TURNS * TURN, { taught: false, commanded: false, mute: true });
    go(SETTLE, { taught: false, commanded: true, mute: false });
    const errors = Array.from({ length: TURNS }, (_, k) => phaseError(found.slice(k * TURN, (k + 1) * TURN), wanted, PERIOD / 106));
    x.push((done + BETWEEN) / 1000);
    y.push(fine ? Math.max(...errors) : Number.NaN);
    paces.push(periodOf(found) / PERIOD);
    near.push(normalizedError(held.flat(), states.flat()));
    progress((done + BETWEEN) / LEARN);
  }
  learner.dispose();
  return { figures: { [free.name]: y.at(-1)!, [pace.name]: paces.at(-1)!, [followed.name]: near.at(-1)! }, curve: { x, y } };
}

/** A van der Pol oscillator that a network of spiking cells has learned from the error current that made it follow one (Gilra & Gerstner 2017; sheet 6.19, T15). */
export const followVanDerPol: Task = {
  name: 'follow-vanderpol',
  summary: 'a van der Pol oscillator that a spiking network goes on with when the error is no longer fed back',
  curve: { x: 's', y: free.name, scale: 'log' },
  seeds: 5,
  arms: armsFrom(designs, run),
};
