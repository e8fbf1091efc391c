import { type Backend, copyWeights, type Executable, frozen, type Network } from '../../../../runtime/index.ts';
import { type Player, player } from '../../player.ts';
import { UPDATE } from './network.ts';
import { CHANNELS, type Score, type Sequence, STEPS, WAVES } from './sequences.ts';

function writeSpikes({ spikes }: Sequence, to: Player): void {
  for (let t = 0; t < STEPS; t++) to.write('in.input', t, spikes.subarray(t * CHANNELS, (t + 1) * CHANNELS));
}

function writeWaves({ wave }: Sequence, to: Player): void {
  const target = new Float32Array(WAVES.length);
  for (let t = 0; t < STEPS; t++) {
    target.fill(0);
    target[wave[t]!] = 1;
    to.write('out.target', t, target);
  }
}

/** The wave with the largest output; none where learning blew up. */
function waveOf(of: Player, step: number): number {
  let [best, largest] = [-1, Number.NEGATIVE_INFINITY];
  for (let k = 0; k < WAVES.length; k++) {
    const output = of.read('out.output', step, k);
    if (output > largest) [best, largest] = [k, output];
  }
  return best;
}

/** A network that names waves, and learns from the sequences that it is taught. */
export interface Labeller {
  readonly executable: Executable;
  /** plays a sequence with its waves; what was named before each update is scored */
  teach(sequence: Sequence, into: Score): void;
  /** plays sequences with the running average of the weights; nothing is learned */
  test(sequences: readonly Sequence[], into: Score): void;
  dispose(): void;
}

export function labeller(backend: Backend, network: Network): Labeller {
  const learner = player(backend, network, STEPS);
  const acting = player(backend, frozen(network), STEPS);
  for (let t = 0; t < STEPS; t++) learner.write('out.importance', t, [1 / UPDATE]);
  const play = (on: Player, sequence: Sequence, into: Score): void => {
    writeSpikes(sequence, on);
    on.play(STEPS, true);
    into.add(sequence, (step) => waveOf(on, step));
  };
  return {
    executable: learner.executable,
    teach(sequence, into) {
      writeWaves(sequence, learner);
      play(learner, sequence, into);
    },
    test(sequences, into) {
      copyWeights(learner.executable, acting.executable, 'average');
      for (const sequence of sequences) play(acting, sequence, into);
    },
    dispose() {
      learner.dispose();
      acting.dispose();
    },
  };
}
