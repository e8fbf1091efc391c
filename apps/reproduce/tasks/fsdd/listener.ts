import { type Backend, copyWeights, type Executable, frozen } from '../../../../runtime/index.ts';
import { type Player, player } from '../../player.ts';
import { BANDS } from './front-end.ts';
import { AFTER, INPUTS, type Learner, MAX_TICKS, network, TICKS_A_FRAME } from './network.ts';
import { DIGITS, type Take } from './takes.ts';

/** Where the decision begins: the share of a take that has been heard. */
const BEGINS = 0.3;

const lengthOf = ({ frames }: Take): number => frames * TICKS_A_FRAME + AFTER;
const decisionOf = ({ frames }: Take): number => Math.round(BEGINS * frames * TICKS_A_FRAME);

/** Writes a take: the level of each band, drawn straight from frame to frame, and three times its rise and its fall since the last frame, all 0 to 1 before that. */
function writeTake({ frames, levels }: Take, to: Player): void {
  const row = new Float32Array(INPUTS);
  const level = (frame: number, band: number): number => (frame < 0 || frame >= frames ? 0 : levels[frame * BANDS + band]! / 255);
  for (let t = 0; t < frames * TICKS_A_FRAME + AFTER; t++) {
    const frame = Math.floor(t / TICKS_A_FRAME);
    const part = ((t % TICKS_A_FRAME) + 1) / TICKS_A_FRAME;
    for (let band = 0; band < BANDS; band++) {
      const before = level(frame - 1, band);
      const change = level(frame, band) - before;
      row[band] = before + part * change;
      row[BANDS + band] = 3 * Math.max(0, change);
      row[2 * BANDS + band] = 3 * Math.max(0, -change);
    }
    to.write('in.input', t, row);
  }
}

/** The digit with the largest sum of probabilities over the decision. */
function answer(take: Take, of: Player): number {
  const sums = new Float64Array(DIGITS);
  for (let t = decisionOf(take); t < lengthOf(take); t++) for (let k = 0; k < DIGITS; k++) sums[k]! += of.read('out.output', t, k);
  return sums.indexOf(Math.max(...sums));
}

/** A network that hears takes, and learns from those that it is taught. */
export interface Listener {
  readonly executable: Executable;
  /** hears a take, answers (−1: learning blew up), then learns its digit */
  teach(take: Take): number;
  /** share of takes that are answered rightly with the learning weights or their running average; nothing is learned */
  accuracy(takes: readonly Take[], weights: 'learning' | 'average'): number;
  dispose(): void;
}

export function listener(backend: Backend, seed: number, options: Learner, from?: Executable): Listener {
  const description = network(seed, options);
  const learner = player(backend, description, MAX_TICKS);
  const acting = player(backend, frozen(description), MAX_TICKS);
  if (from !== undefined) copyWeights(from, learner.executable, 'average');
  const target = new Float32Array(DIGITS);
  return {
    executable: learner.executable,
    teach(take) {
      writeTake(take, learner);
      const [begins, ends] = [decisionOf(take), lengthOf(take)];
      target.fill(0);
      target[take.digit] = 1;
      for (let t = 0; t < ends; t++) {
        learner.write('out.target', t, target);
        learner.write('out.importance', t, [t < begins ? 0 : 1 / (ends - begins)]);
      }
      return learner.play(ends, true) ? answer(take, learner) : -1;
    },
    accuracy(takes, weights) {
      copyWeights(learner.executable, acting.executable, weights);
      const right = takes.filter((take) => {
        writeTake(take, acting);
        return acting.play(lengthOf(take), true) && answer(take, acting) === take.digit;
      });
      return right.length / takes.length;
    },
    dispose() {
      learner.dispose();
      acting.dispose();
    },
  };
}
