import { sigmoid } from '../cells/cell.ts';

/** σ, and its slope where it is s. */
const activations = {
  sigmoid: { of: sigmoid, slope: (s: number): number => s * (1 - s) },
  tanh: { of: Math.tanh, slope: (s: number): number => 1 - s * s },
} as const;

/** A fully connected network in continuous time, by Euler steps; matrices are [pre][post]. (Pearlmutter 1989; sheet 6.24) */
export interface ContinuousNetwork {
  readonly size: number;
  /** σ; default the logistic function */
  readonly activation?: keyof typeof activations;
  /** length of a step, in units of time */
  readonly dt: number;
  readonly steps: number;
  readonly weights: Float64Array;
  /** d_ij ≥ 0, time in which y_i comes to j; need not be a whole number of steps */
  readonly delays: Float64Array;
  /** T_j */
  readonly times: Float64Array;
  /** I_j(t) */
  readonly input: (j: number, t: number) => number;
  /** y_j(t) before and at the start */
  readonly initial: Float64Array;
  /** d_j(t) of the first `taught` units */
  readonly taught: number;
  readonly target: (j: number, t: number) => number;
}

export interface ContinuousGradient {
  readonly weights: Float64Array;
  readonly delays: Float64Array;
  readonly times: Float64Array;
}

export interface ContinuousVariation {
  /** steps by which the taps whose difference moves a delay are taken too late; default 0 */
  readonly late?: number;
  /** the adjoint walks back over whole steps, as if no delay had a fraction */
  readonly whole?: true;
  /** the derivative by 1/T, taken for that by T */
  readonly ofRate?: true;
}

interface Course {
  /** (steps + 1, size) */
  readonly y: Float64Array;
  /** (steps, size): Σ_i w_ij y_i(t − d_ij) */
  readonly x: Float64Array;
  /** ½ Σ_t dt Σ_j (y_j − d_j)² */
  readonly error: number;
}

/** y_i at a step, which may be before the start. */
const at = (net: ContinuousNetwork, y: Float64Array, step: number, i: number): number =>
  step < 0 ? net.initial[i] : y[step * net.size + i];

/** A delay as whole steps and the share of the next one: y(t − d) is read on the line between two taps. */
const taps = (net: ContinuousNetwork, k: number): readonly [whole: number, share: number] => {
  const whole = Math.floor(net.delays[k] / net.dt);
  return [whole, net.delays[k] / net.dt - whole];
};

/** T_j dy_j/dt = −y_j + σ(Σ_i w_ij y_i(t − d_ij)) + I_j */
export function continuousCourse(net: ContinuousNetwork): Course {
  const { size, dt, steps, weights, times, input, initial, taught, target } = net;
  const activation = activations[net.activation ?? 'sigmoid'];
  const y = new Float64Array((steps + 1) * size);
  const x = new Float64Array(steps * size);
  y.set(initial);
  let error = 0;
  for (let t = 0; t < steps; t++) {
    for (let j = 0; j < size; j++) {
      for (let i = 0; i < size; i++) {
        const [whole, share] = taps(net, i * size + j);
        x[t * size + j] += weights[i * size + j] * ((1 - share) * at(net, y, t - whole, i) + share * at(net, y, t - whole - 1, i));
      }
      const now = y[t * size + j];
      y[(t + 1) * size + j] = now + (dt / times[j]) * (activation.of(x[t * size + j]) + input(j, t * dt) - now);
    }
    for (let j = 0; j < taught; j++) error += (dt / 2) * (y[(t + 1) * size + j] - target(j, (t + 1) * dt)) ** 2;
  }
  return { y, x, error };
}

/**
 * The adjoint of the Euler step, z_j(t) = dE/dy_j(t), backward in time:
 *   ∂E/∂w_ij = Σ u_j y_i(t − d_ij),  ∂E/∂d_ij = Σ u_j w_ij (y_i(t − d_ij − dt) − y_i(t − d_ij))/dt between the taps beside d_ij,  ∂E/∂T_j = −Σ z_j(t + dt) (y_j(t + dt) − y_j(t))/T_j
 * with u_j = (dt/T_j) σ′(x_j) z_j(t + dt). (Pearlmutter 1989, discretized before it is differentiated)
 */
export function continuousGradient(net: ContinuousNetwork, variation: ContinuousVariation = {}): ContinuousGradient {
  const { size, dt, steps, weights, times, taught, target } = net;
  const { y, x } = continuousCourse(net);
  const activation = activations[net.activation ?? 'sigmoid'];
  const z = new Float64Array((steps + 1) * size);
  const gradient = { weights: new Float64Array(size * size), delays: new Float64Array(size * size), times: new Float64Array(size) };
  for (let t = steps - 1; t >= 0; t--) {
    for (let j = 0; j < taught; j++) z[(t + 1) * size + j] += dt * (y[(t + 1) * size + j] - target(j, (t + 1) * dt));
    for (let j = 0; j < size; j++) {
      const after = z[(t + 1) * size + j];
      const moved = (y[(t + 1) * size + j] - y[t * size + j]) / times[j];
      gradient.times[j] -= after * moved * (variation.ofRate ? -(times[j] ** 2) : 1);
      z[t * size + j] += (1 - dt / times[j]) * after;
      const u = (dt / times[j]) * activation.slope(activation.of(x[t * size + j])) * after;
      for (let i = 0; i < size; i++) {
        const k = i * size + j;
        const [whole, share] = taps(net, k);
        const near = at(net, y, t - whole, i);
        const far = at(net, y, t - whole - 1, i);
        gradient.weights[k] += u * ((1 - share) * near + share * far);
        const late = variation.late ?? 0;
        gradient.delays[k] += (u * weights[k] * (at(net, y, t - whole - 1 - late, i) - at(net, y, t - whole - late, i))) / dt;
        const back = variation.whole ? 0 : share;
        if (t >= whole) z[(t - whole) * size + i] += (1 - back) * weights[k] * u;
        if (t > whole) z[(t - whole - 1) * size + i] += back * weights[k] * u;
      }
    }
  }
  return gradient;
}
