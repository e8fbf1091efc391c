import {
  alif,
  copyWeights,
  eprop,
  exact,
  frozen,
  integrator,
  lif,
  type Network,
  type NeuronModel,
  type Optimizer,
} from '../../../runtime/index.ts';
import { everyOther, recurrentNetwork } from '../description.ts';
import { type Player, player } from '../player.ts';
import { type ArmSheet, armsFrom, type Outcome, type Setting, type Task } from '../task.ts';

const [CUES, CUE, SILENCE, DELAY, RECALL] = [7, 100, 50, 1050, 150];
const TICKS = CUES * (SILENCE + CUE) + DELAY + RECALL;
const CHANNELS = 40;
const NEURONS = 100;
const SPIKING = { tauMem: 20, refractory: 5 };
const TRIALS = 1500;
const FRESH = 500;
/** Trials of a point of the curve. */
const POINT = 50;
/** c of the rate regularization, spikes averaged over a trial. */
const RATE = 13.5;
/** Trials over which the weights that are tested are averaged. */
const AVERAGE = 200;

interface EvidenceArm extends ArmSheet {
  readonly through?: 'random';
  readonly memory?: 'none';
  readonly plastic?: 'readout';
}

const fresh = { name: 'accuracy on 500 fresh trials', digits: 3 };
const prototype = (value: string) => ({ value, source: 'a C++ prototype with these settings; task of Bellec et al. 2020, fig. 3' });

const designs: readonly EvidenceArm[] = [
  {
    name: 'e-prop, symmetric feedback, LIF and ALIF',
    kind: 'rule',
    figures: [{ ...fresh, asked: { of: 'median', atLeast: 0.92 }, published: prototype('0.958') }],
  },
  {
    name: 'e-prop, random feedback, LIF and ALIF',
    kind: 'rule',
    figures: [{ ...fresh, asked: { of: 'median', atLeast: 0.88 }, published: prototype('0.934') }],
    through: 'random',
  },
  {
    name: 'e-prop, LIF alone (no memory)',
    kind: 'control',
    figures: [{ ...fresh, asked: { of: 'median', atMost: 0.56 }, published: prototype('0.46–0.49') }],
    memory: 'none',
  },
  {
    name: 'readout alone learns',
    kind: 'control',
    figures: [{ ...fresh, asked: { of: 'median', atMost: 0.68 }, published: prototype('0.57–0.64') }],
    plastic: 'readout',
  },
];

/** 40 spiking inputs → 50 LIF and 50 ALIF, recurrent → 2 classes. Adam after every trial, 6e-3/(1 + n/300); spikes regularized towards 10 Hz. */
function network({ through, memory, plastic }: EvidenceArm, seed: number): Network {
  const optimizer: Optimizer = {
    kind: 'adam',
    rate: { kind: 'inverse', initial: 6e-3, halfAt: 300 },
    transforms: [{ kind: 'average', window: AVERAGE }],
  };
  const rule = eprop({
    from: 'out',
    optimizer,
    ...(through === 'random' && { through: { feedback: 'broadcast' } }),
    rate: { target: 0.01, strength: RATE, average: 'episode' },
  });
  // Every other neuron adapts: the two kinds are one population.
  const neuron: NeuronModel = memory === 'none' ? lif(SPIKING) : alif({ ...SPIKING, tauAdapt: 2000, beta: everyOther(NEURONS, 0.04) });
  return recurrentNetwork({
    seed,
    inputs: CHANNELS,
    size: NEURONS,
    neuron,
    out: { size: 2, neuron: integrator({ tau: 20, loss: 'crossEntropy' }) },
    rule: plastic === 'readout' ? undefined : rule,
    optimizer,
    weights: { input: { kind: 'normal', gain: 1.2 }, recurrent: { kind: 'normal', gain: 1 }, output: { kind: 'normal', gain: 1 } },
    ticks: TICKS,
  });
}

/** Trials by number: seven cues left or right, silence, a recall signal; the answer is the side of most cues. */
function trials(seed: number) {
  const random = exact.randomStream(seed, 'evidence accumulation');
  const noise = exact.randomStream(seed, 'evidence accumulation, spikes');
  const row = new Float32Array(CHANNELS);
  return {
    /** Writes trial `index` on the tapes of a player; returns its label. */
    write(to: Player, index: number): 0 | 1 {
      const right = random.uniform(index * 16) < 0.5 ? 0.3 : 0.7;
      const cues = Array.from({ length: CUES }, (_, k) => (random.uniform(index * 16 + 1 + k) < right ? 1 : 0));
      for (let t = 0; t < TICKS; t++) {
        const cue = Math.floor(t / (SILENCE + CUE));
        const side = cue < CUES && t % (SILENCE + CUE) >= SILENCE ? cues[cue] : undefined;
        for (let i = 0; i < CHANNELS; i++) {
          const group = Math.floor(i / 10);
          const rate = group === 3 ? 0.01 : group === 2 ? (t >= TICKS - RECALL ? 0.04 : 0) : group === side ? 0.04 : 0;
          // A tick of a trial has a draw of its own for every channel; 2³² draws are enough for 47,000 trials.
          row[i] = rate > 0 && noise.uniform((index * TICKS + t) * CHANNELS + i) < rate ? 1 : 0;
        }
        to.write('in.input', t, row);
      }
      return cues.reduce<number>((sum, side) => sum + side, 0) > CUES / 2 ? 1 : 0;
    },
  };
}

/** The side with the larger mean output in the recall. */
function answer(of: Player): 0 | 1 {
  let difference = 0;
  for (let t = TICKS - RECALL; t < TICKS; t++) difference += of.read('out.output', t, 1) - of.read('out.output', t, 0);
  return difference > 0 ? 1 : 0;
}

function run(arm: EvidenceArm, { backend, seed, progress }: Setting): Outcome {
  const description = network(arm, seed);
  const learner = player(backend, description, TICKS);
  const acting = player(backend, frozen(description), TICKS);
  const drawn = trials(seed);
  for (let t = TICKS - RECALL; t < TICKS; t++) learner.write('out.importance', t, [1 / RECALL]);
  const [x, y]: [number[], number[]] = [[], []];
  let right = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const label = drawn.write(learner, trial);
    for (let t = TICKS - RECALL; t < TICKS; t++) learner.write('out.target', t, label === 0 ? [1, 0] : [0, 1]);
    if (learner.play(TICKS, true) && answer(learner) === label) right++;
    if ((trial + 1) % POINT === 0) {
      x.push(trial + 1);
      y.push(right / POINT);
      right = 0;
    }
    progress((trial + 1) / (TRIALS + FRESH / 2));
  }
  copyWeights(learner.executable, acting.executable, 'average');
  let correct = 0;
  for (let trial = TRIALS; trial < TRIALS + FRESH; trial++) {
    const label = drawn.write(acting, trial);
    if (acting.play(TICKS, true) && answer(acting) === label) correct++;
    progress((TRIALS + (trial - TRIALS) / 2) / (TRIALS + FRESH / 2));
  }
  learner.dispose();
  acting.dispose();
  return { figures: { [fresh.name]: correct / FRESH }, curve: { x, y } };
}

/** Evidence accumulation (Bellec et al. 2020, fig. 3; sheet T2): which side had more cues, a second later. One update a trial. */
export const evidenceAccumulation: Task = {
  name: 'evidence-accumulation',
  summary: 'which side had more cues, a second later',
  curve: { x: 'trials', y: 'accuracy of 50 trials', scale: 'linear' },
  seeds: 3,
  arms: armsFrom(designs, run),
};
