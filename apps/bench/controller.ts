import {
  act,
  advance,
  alif,
  type Backend,
  compile,
  delta,
  deltaRule,
  type Executable,
  eprop,
  frames,
  integrator,
  type Learning,
  lif,
  linear,
  type Network,
  sense,
  source,
  type Teacher,
  teach,
  virtualClock,
  watch,
} from '../../runtime/index.ts';

export interface ControllerOptions {
  readonly neuron: 'lif' | 'alif';
  /** neurons of the recurrent population */
  readonly n: number;
  /** ticks of a block; the weights move at its end */
  readonly block: NonNullable<Learning['block']>;
  /** blocks until moved weights act: 1 lets the ticks of the next block do the learning of the last one, each a little */
  readonly updateDelay: NonNullable<Learning['updateDelay']>;
}

/** A learning controller whose time is moved by hand, one tick a frame: the work that a loop of 1 kHz does each time it wakes. */
export interface Controller {
  readonly executable: Executable;
  /** sense, teach, one tick of the network, decode, act; throws when the network is no longer finite */
  tick(): void;
  close(): void;
}

const INPUTS = 40;
const OUTPUTS = 2;

/** Synapses that learn. */
export const plasticSynapses = (n: number): number => n * (INPUTS + n + OUTPUTS);

/** Two channels for each change of the signal that is worth a spike: together four to five spikes a tick. */
const steps = Array.from({ length: INPUTS / 2 }, (_, k) => 0.05 * 1.1 ** k);

const wave = (tick: number): number => Math.sin(tick / 40) + 0.5 * Math.sin(tick / 13);

/** The first output follows the signal, the second is 20 ticks ahead of it. */
const teacher: Teacher = {
  write(tick, target, teaching) {
    for (let k = 0; k < OUTPUTS; k++) target[k] = wave(tick + 20 * k);
    teaching.importance = 1;
  },
};

/** Dense and plastic throughout; 15 to 40 spikes a second and neuron from 256 neurons on, and ψ ≠ 0 in a third of all ticks. */
function network({ neuron, n, block, updateDelay }: ControllerOptions): Network {
  // A step along the gradient changes an output by the sum over all neurons: the rate falls with their number.
  const optimizer = { kind: 'sgd', rate: 0.1 / n } as const;
  const plasticity = eprop({ from: 'readout', optimizer });
  const connectivity = { kind: 'dense' } as const;
  const normal = (gain: number) => ({ kind: 'normal', gain }) as const;
  return {
    dt: 1,
    seed: 1,
    populations: {
      input: { size: INPUTS, neuron: source() },
      hidden: { size: n, neuron: neuron === 'lif' ? lif({ tauMem: 20 }) : alif({ tauMem: 20, tauAdapt: 200, beta: 0.1 }) },
      readout: { size: OUTPUTS, neuron: integrator({ tau: 20, inputScale: 'oneMinusDecay', loss: 'squared' }) },
    },
    projections: {
      sensory: { pre: 'input', post: 'hidden', connectivity, weight: normal(0.5), delay: 0, plasticity },
      recurrent: { pre: 'hidden', post: 'hidden', connectivity, weight: normal(0.3), delay: 1, plasticity },
      output: {
        pre: 'hidden',
        post: 'readout',
        connectivity,
        weight: normal(1),
        delay: 0,
        plasticity: deltaRule({ from: 'readout', optimizer }),
      },
    },
    learning: { update: { ticks: block }, block, updateDelay },
  };
}

/** The pipe of an app, from the sensor to the actuator, on a clock that stands still between ticks. */
export function controller(backend: Backend, options: ControllerOptions): Controller {
  const executable = backend.load(compile(network(options), { maxTicks: 1 }));
  const clock = virtualClock({ dt: 1, frameTicks: 1, stepped: true });
  const motor = new Float32Array(OUTPUTS);
  let failure: unknown;
  const subscription = frames(clock, executable)
    .pipe(
      sense({ read: wave }, delta({ steps }), 'input'),
      teach(teacher, 'readout'),
      advance(),
      act(linear({ readout: 'readout' }), { apply: (action) => motor.set(action), safe: () => void motor.fill(0) }),
      watch(),
    )
    .subscribe({
      error(error) {
        failure = error;
      },
    });
  return {
    executable,
    tick() {
      clock.advance(1);
      if (failure !== undefined) throw failure;
    },
    close() {
      subscription.unsubscribe();
      executable.dispose();
    },
  };
}
