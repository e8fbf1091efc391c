import { type Backend, copyWeights, type Executable, frozen, type Network } from '../../../../runtime/index.ts';
import { type Player, player } from '../../player.ts';
import { DIGITS, INPUTS, type Recording, TICKS } from './recordings.ts';

/** From the second of the three saccades on a digit is told. */
const BEGINS = TICKS / 3;

function write({ counts }: Recording, to: Player): void {
  for (let t = 0; t < TICKS; t++) to.write('in.input', t, counts.subarray(t * INPUTS, (t + 1) * INPUTS));
}

/** The digit with the largest sum of outputs. */
function answer(of: Player): number {
  const sums = new Float64Array(DIGITS);
  for (let t = BEGINS; t < TICKS; t++) for (let k = 0; k < DIGITS; k++) sums[k]! += of.read('out.output', t, k);
  return sums.indexOf(Math.max(...sums));
}

/** A network that watches recordings, and learns from those that it is taught: at every readout that it has; `out` answers. */
export interface Watcher {
  readonly executable: Executable;
  /** watches a recording, answers at 300 ms (−1: learning blew up), then learns its digit */
  teach(recording: Recording): number;
  /** share of recordings that are answered rightly with the running average of the weights; nothing is learned */
  accuracy(recordings: readonly Recording[]): number;
  dispose(): void;
}

export function watcher(backend: Backend, network: Network): Watcher {
  const learner = player(backend, network, TICKS);
  const acting = player(backend, frozen(network), TICKS);
  const taught = Object.entries(network.populations).flatMap(([name, { neuron }]) => (neuron.kind === 'integrator' ? [name] : []));
  for (const name of taught) for (let t = BEGINS; t < TICKS; t++) learner.write(`${name}.importance`, t, [1 / (TICKS - BEGINS)]);
  const target = new Float32Array(DIGITS);
  return {
    executable: learner.executable,
    teach(recording) {
      write(recording, learner);
      target.fill(0);
      target[recording.label] = 1;
      for (const name of taught) for (let t = BEGINS; t < TICKS; t++) learner.write(`${name}.target`, t, target);
      return learner.play(TICKS, true) ? answer(learner) : -1;
    },
    accuracy(recordings) {
      copyWeights(learner.executable, acting.executable, 'average');
      const right = recordings.filter((recording) => {
        write(recording, acting);
        return acting.play(TICKS, true) && answer(acting) === recording.label;
      });
      return right.length / recordings.length;
    },
    dispose() {
      learner.dispose();
      acting.dispose();
    },
  };
}
