import type { ReckonSample } from '../../../../drivers/index.ts';
import { type Backend, copyWeights, eprop, exact, frozen, integrator, lif, type Network } from '../../../../runtime/index.ts';
import { recurrentNetwork } from '../../description.ts';
import { player } from '../../player.ts';
import { type OnChip, THRESHOLD, WEIGHT_SHIFT } from './on-chip.ts';

/** One count of a weight in thresholds, as on the chip, and of a readout's weight. */
const STEPS = { input: 2 ** WEIGHT_SHIFT / THRESHOLD, recurrent: 2 ** WEIGHT_SHIFT / THRESHOLD, output: 1 / 64 } as const;

/** The sizes, the leaks and the scale of the weights that the chip has: e-prop with Adam after every example, spikes regularized towards 10 Hz at 1 ms. */
function network({ seed, inputs, neurons, outputs, alpha, kappa, weights }: OnChip, ticks: number): Network {
  const optimizer = { kind: 'adam', rate: { kind: 'inverse', initial: 6e-3, halfAt: 200 } } as const;
  return recurrentNetwork({
    seed,
    inputs,
    size: neurons,
    neuron: lif({ tauMem: -1 / Math.log(alpha / 0x8000) }),
    out: { size: outputs, neuron: integrator({ tau: -1 / Math.log(kappa / 0x80), loss: 'crossEntropy' }) },
    rule: eprop({ from: 'out', optimizer, rate: { target: 0.01, strength: 13.5, average: 'episode' } }),
    optimizer,
    weights: {
      input: { kind: 'normal', std: weights.input * STEPS.input },
      recurrent: { kind: 'normal', std: weights.recurrent * STEPS.recurrent },
      output: { kind: 'normal', std: weights.output * STEPS.output },
    },
    bias: false,
    ticks,
  });
}

/**
 * The same network on the host, learning by e-prop of our runtime. Its acting weights have eight bits as well: after every update each is rounded to a count, up with
 * the probability of what is cut off, so that small updates are not lost.
 */
export function onHost(backend: Backend, setting: OnChip, maxTicks: number) {
  const description = network(setting, maxTicks);
  const learner = player(backend, description, maxTicks);
  const acting = player(backend, frozen(description), maxTicks);
  const random = exact.randomStream(setting.seed, 'rounding of the host');
  const row = new Float32Array(setting.inputs);
  const target = new Float32Array(setting.outputs);
  let drawn = 0;

  const round = (): void => {
    const { arena, program } = learner.executable;
    learner.executable.settle();
    for (const [name, step] of Object.entries(STEPS)) {
      const weights = arena.view(program.weights.get(name)!.acting);
      for (let k = 0; k < weights.length; k++) {
        const count = Math.floor(weights[k]! / step + random.uniform(drawn++));
        weights[k] = Math.max(-127, Math.min(127, count)) * step;
      }
    }
  };
  const write = (to: typeof learner, { ticks, addresses, starts }: ReckonSample): void => {
    for (let t = 0; t < ticks; t++) {
      row.fill(0);
      for (let k = starts[t]!; k < starts[t + 1]!; k++) row[addresses[k]!] = 1;
      to.write('in.input', t, row);
    }
  };
  round();
  return {
    learn(sample: ReckonSample, label: number): void {
      const { ticks, from } = sample;
      write(learner, sample);
      target.fill(0);
      target[label] = 1;
      for (let t = 0; t < ticks; t++) {
        learner.write('out.target', t, target);
        learner.write('out.importance', t, [t >= from ? 1 / (ticks - from) : 0]);
      }
      learner.play(ticks, true);
      round();
    },
    /** takes the weights as they are now for `answer` */
    freeze: () => copyWeights(learner.executable, acting.executable, 'learning'),
    /** the output that is largest in most ticks, as the chip counts */
    answer(sample: ReckonSample): number {
      write(acting, sample);
      acting.play(sample.ticks, true);
      const wins = new Uint32Array(setting.outputs);
      for (let t = sample.from; t < sample.ticks; t++) {
        let winner = 0;
        for (let k = 1; k < wins.length; k++) if (acting.read('out.output', t, k) > acting.read('out.output', t, winner)) winner = k;
        wins[winner]!++;
      }
      return wins.indexOf(Math.max(...wins));
    },
    dispose(): void {
      learner.dispose();
      acting.dispose();
    },
  };
}
