/** Neurons that go through their spike, in float64: by steps of Euler, and in closed form where there is one. */

export interface ThetaNeuron {
  /** unit of its time, in that of dt */
  readonly tau: number;
  readonly dt: number;
  readonly steps: number;
}

/** State and spikes behind each tick of the given currents. */
export interface ThetaCourse {
  readonly phase: Float64Array;
  readonly z: Float64Array;
}

/** tau·θ̇ = (1 − cos θ) + π² (1 + cos θ)·I from θ = 0, held at −π where a step would go below. */
export function thetaCourse({ tau, dt, steps }: ThetaNeuron, currents: readonly number[]): ThetaCourse {
  const course = { phase: new Float64Array(currents.length), z: new Float64Array(currents.length) };
  let angle = 0;
  for (const [t, I] of currents.entries()) {
    for (let k = 0; k < steps; k++) {
      angle += (dt / (tau * steps)) * (1 - Math.cos(angle) + Math.PI ** 2 * (1 + Math.cos(angle)) * I);
      if (angle >= Math.PI) {
        course.z[t] = 1;
        angle -= 2 * Math.PI;
      }
      angle = Math.max(-Math.PI, Math.min(Math.PI, angle));
    }
    course.phase[t] = angle;
  }
  return course;
}

/**
 * The same without steps: x = tan(θ/2) has tau·ẋ = x² + π² I (Ermentrout & Kopell 1986), which within a tick of constant I is solved by x = w·tan(φ + w t/tau) where
 * π² I = w², and by (x − w)/(x + w) = r·e^(2 w t/tau) where π² I = −w²; the spike is where x goes through infinity.
 */
export function thetaFlow({ tau, dt }: Omit<ThetaNeuron, 'steps'>, currents: readonly number[]): ThetaCourse {
  const course = { phase: new Float64Array(currents.length), z: new Float64Array(currents.length) };
  let x = 0;
  for (const [t, I] of currents.entries()) {
    const w = Math.PI * Math.sqrt(Math.abs(I));
    if (I > 0) {
      const turned = Math.atan(x / w) + (w * dt) / tau;
      course.z[t] = turned >= Math.PI / 2 ? 1 : 0;
      x = w * Math.tan(turned);
    } else if (I < 0) {
      const before = (x - w) / (x + w);
      const ratio = before * Math.exp((2 * w * dt) / tau);
      course.z[t] = before > 0 && before < 1 && ratio >= 1 ? 1 : 0;
      x = (w * (1 + ratio)) / (1 - ratio);
    } else {
      course.z[t] = x > 0 && (x * dt) / tau >= 1 ? 1 : 0;
      x = x / (1 - (x * dt) / tau);
    }
    course.phase[t] = 2 * Math.atan(x);
  }
  return course;
}

export interface IzhikevichNeuron {
  readonly capacitance: number;
  readonly k: number;
  readonly threshold: number;
  readonly peak: number;
  readonly reset: number;
  readonly tauRecovery: number;
  readonly b: number;
  readonly d: number;
  readonly dt: number;
  readonly steps: number;
}

export interface IzhikevichCourse {
  readonly v: Float64Array;
  readonly u: Float64Array;
  readonly z: Float64Array;
}

/** C·v̇ = k·v·(v − threshold) − u + I, tauRecovery·u̇ = b·v − u from v = u = 0; v ≥ peak: v ← reset, u ← u + d. */
export function izhikevichCourse(neuron: IzhikevichNeuron, currents: readonly number[]): IzhikevichCourse {
  const { capacitance, k, threshold, peak, reset, tauRecovery, b, d, dt, steps } = neuron;
  const [v, u, z] = [0, 1, 2].map(() => new Float64Array(currents.length)) as [Float64Array, Float64Array, Float64Array];
  const h = dt / steps;
  let [potential, recovery] = [0, 0];
  for (const [t, I] of currents.entries()) {
    for (let s = 0; s < steps; s++) {
      const dv = (k * potential * (potential - threshold) - recovery + I) / capacitance;
      const du = (b * potential - recovery) / tauRecovery;
      potential += h * dv;
      recovery += h * du;
      if (potential < peak) continue;
      z[t] = 1;
      potential = reset;
      recovery += d;
    }
    v[t] = potential;
    u[t] = recovery;
  }
  return { v, u, z };
}

/** Time between two spikes at a constant I, b = d = 0: ∫ C dv/(k v (v − threshold) + I) from reset to peak, for I above C's own rheobase k·threshold²/4. */
export function izhikevichPeriod({ capacitance, k, threshold, peak, reset }: IzhikevichNeuron, I: number): number {
  const w = Math.sqrt(I / k - threshold ** 2 / 4);
  const angle = (v: number): number => Math.atan((v - threshold / 2) / w);
  return (capacitance / (k * w)) * (angle(peak) - angle(reset));
}

/** Mean number of ticks between the first spike and the last. */
export function meanInterval(z: ArrayLike<number>): number {
  const at = Array.from(z).flatMap((spike, t) => (spike === 1 ? [t] : []));
  return (at.at(-1)! - at[0]!) / (at.length - 1);
}
