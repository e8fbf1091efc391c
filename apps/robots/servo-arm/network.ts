import {
  alif,
  concat,
  deltaRule,
  type Encoder,
  eprop,
  integrator,
  type Ms,
  type Network,
  populationCode,
  select,
  source,
} from '../../../runtime/index.ts';

/** Length of a tick. */
export const DT: Ms = 1;
/** One period of a hobby servo. */
export const FRAME_TICKS = 20;
/** What a command does is seen so much later: the wait for the next pulse, the servo's own lag, the sampling, the line. */
export const DELAY_TICKS = 100;
/** Degrees of an output of 1. */
export const REACH = 30;

/** Where the arm is to be when the command has its effect, and how fast it is to move then. */
export type Plan = Float64Array;

/** [degrees, degrees a second] of the plan in bumps. */
export const planCode = (): Encoder<Plan> =>
  concat<Plan>(
    select((plan) => plan[0]!, populationCode({ size: 13, low: 30, high: 150 })),
    select((plan) => plan[1]!, populationCode({ size: 9, low: -160, high: 160 })),
  );

/** Of steps against the gradient; the loop is stable up to about twice these. */
const RATE = { hidden: 0.4, output: 0.015 };

/**
 * 22 inputs → 100 adaptive neurons → one correction of the command. It learns by e-prop what correction would have brought the arm to where it was to be: the
 * tracking error is the error of the correction of {@link DELAY_TICKS} ago (feedback-error learning, Kawato, Furukawa & Suzuki 1987).
 */
export function servoNetwork(seed: number): Network {
  const hidden = eprop({ from: 'correction', optimizer: { kind: 'sgd', rate: RATE.hidden } });
  const output = deltaRule({ from: 'correction', optimizer: { kind: 'sgd', rate: RATE.output } });
  return {
    dt: DT,
    seed,
    populations: {
      plan: { size: planCode().size, neuron: source() },
      one: { size: 1, neuron: source() },
      hidden: { size: 100, neuron: alif({ tauMem: 20, tauAdapt: 200, beta: 0.1 }) },
      correction: { size: 1, neuron: integrator({ tau: 10, inputScale: 'oneMinusDecay', loss: 'squared' }) },
    },
    projections: {
      sensory: {
        pre: 'plan',
        post: 'hidden',
        connectivity: { kind: 'dense' },
        weight: { kind: 'normal', gain: 1.5 },
        delay: 0,
        plasticity: hidden,
      },
      recurrent: {
        pre: 'hidden',
        post: 'hidden',
        connectivity: { kind: 'dense', autapses: false },
        weight: { kind: 'normal', gain: 0.5 },
        delay: 1,
        plasticity: hidden,
      },
      output: {
        pre: 'hidden',
        post: 'correction',
        connectivity: { kind: 'dense' },
        weight: { kind: 'constant', value: 0 },
        delay: 0,
        plasticity: output,
      },
      bias: {
        pre: 'one',
        post: 'correction',
        connectivity: { kind: 'dense' },
        weight: { kind: 'constant', value: 0 },
        delay: 0,
        plasticity: output,
      },
    },
    learning: { update: { ticks: FRAME_TICKS }, delay: DELAY_TICKS, episode: 'carry' },
  };
}
