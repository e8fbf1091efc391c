/**
 * e-prop in float64 beside a network in integers, from the equations (Bellec et al. 2020, eq. 3, 24, 28) and not from the integer learner: the traces
 * and updates of a host that runs its network on a board. Sums are in the integer learner's units, so that both can be compared.
 *
 *   L_j = Σ_k w_jk (y*_k − softmax(y)_k),  ψ_j = max(0, 1 − |v_j − A_j| / θ),  ε_i ← α ε_i + x_i,
 *   e_ji = ψ_j (ε_i − c β_j ε^a_ji),  ε^a_ji ← ψ_j ε_i + (ρ − c β_j ψ_j) ε^a_ji,  ē ← κ ē + e,  g += L ē       with c = γ/θ
 */
import type { IntegerLearningOptions, IntegerNetwork, LearningTarget } from '../../drivers/index.ts';

const ONE = 65536;
type Running = IntegerNetwork['projections'][number];

interface Learned {
  readonly running: Running;
  readonly post: IntegerNetwork['populations'][number];
  readonly toReadout: boolean;
  readonly speed: number;
  readonly trace: Float64Array;
  readonly arrived: Int32Array;
  readonly adaptation: Float64Array;
  readonly filtered: Float64Array;
  readonly sum: Float64Array;
  readonly shadow: Float64Array;
}

export interface FloatLearningOptions extends IntegerLearningOptions {
  /** a host that forgets that thresholds adapt: for the negative control */
  readonly forgetsAdaptation?: boolean;
}

/** Call `tick` after every step of the network, `reward` and `rest` as of the integer learner; the weights are rounded from float64. */
export class FloatLearning {
  readonly #network: IntegerNetwork;
  readonly #options: FloatLearningOptions;
  readonly #learned: Learned[];
  readonly #readout: IntegerNetwork['populations'][number];
  readonly #rates = new Map<IntegerNetwork['populations'][number], Float64Array>();

  constructor(network: IntegerNetwork, options: FloatLearningOptions) {
    this.#network = network;
    this.#options = options;
    const { populations, projections } = network;
    this.#readout = populations.find(({ image }) => image.kind === 'integrator')!;
    for (const population of populations) this.#rates.set(population, new Float64Array(population.size));
    this.#learned = projections
      .filter(({ image }) => {
        const kind = populations[image.post]!.image.kind;
        return (
          (options.rates.get(image.region)?.rate ?? 0) > 0 &&
          (populations[image.post] === this.#readout || (kind !== 'integrator' && (options.dampening.get(image.post) ?? 0) > 0))
        );
      })
      .map((running) => {
        const { rate, shift } = options.rates.get(running.image.region)!;
        const post = populations[running.image.post]!;
        const synapses = running.pre.size * running.size;
        return {
          ...{ running, post, toReadout: post === this.#readout, speed: rate / 2 ** shift },
          ...{ trace: new Float64Array(running.pre.size), arrived: new Int32Array(running.pre.size) },
          ...{ adaptation: new Float64Array(synapses), filtered: new Float64Array(synapses), sum: new Float64Array(synapses) },
          shadow: Float64Array.from(running.weights ?? []),
        };
      });
  }

  sums(region: number): Float64Array | undefined {
    return this.#learned.find(({ running }) => running.image.region === region)?.sum;
  }

  tick(target?: LearningTarget): void {
    const { populations, projections } = this.#network;
    const { targetRate = 0, regularization = 0, dampening, forgetsAdaptation = false } = this.#options;
    const kappa = this.#readout.image.leak / ONE;
    const error = target === undefined ? undefined : this.#error(target);
    const signals = new Map<unknown, Float64Array>();
    for (const population of populations) {
      const rate = this.#rates.get(population)!;
      const back = projections.find(({ image, pre }) => pre === population && populations[image.post] === this.#readout);
      if (error !== undefined) {
        const signal = Float64Array.from({ length: population.size }, (_, j) => {
          let sum = 0;
          for (let o = 0; o < error.length; o++) sum += (back?.weights?.[j * error.length + o] ?? 0) * error[o]!;
          return sum / 16 + (regularization * (targetRate - rate[j]!)) / ONE;
        });
        signals.set(population, signal);
      }
      for (let j = 0; j < population.size; j++) rate[j] = (rate[j]! * 1023) / 1024 + 64 * population.spiked[j]!;
    }
    for (const { running, post, toReadout, trace, arrived, adaptation, filtered, sum } of this.#learned) {
      this.#network.arrivals(running, arrived);
      const decay = post.image.leak / ONE;
      for (let i = 0; i < trace.length; i++) trace[i] = trace[i]! * decay + 4096 * arrived[i]!;
      const { size } = running;
      if (toReadout) {
        if (error !== undefined)
          for (let i = 0, s = 0; i < trace.length; i++)
            for (let o = 0; o < size; o++, s++) sum[s] = sum[s]! + (error[o]! * trace[i]!) / 4096;
        continue;
      }
      const { threshold, leakAdapt, kind } = post.image;
      const adapts = kind === 'alif' && !forgetsAdaptation;
      const q = dampening.get(running.image.post)!;
      const rho = leakAdapt / ONE;
      const signal = signals.get(post);
      for (let j = 0; j < size; j++) {
        const distance = Math.abs(post.v[j]! - threshold - post.b[j]!);
        const psi = post.muted[j] === 1 ? 0 : Math.max(0, threshold - distance) / 2 ** 20;
        // ψ as a fraction of that at θ = 2^20, and what a spike adds to the threshold in the same measure.
        const beta = adapts ? Math.min(1, Math.max(0, (post.beta[j]! * q) / ONE / ONE)) : 0;
        for (let i = 0; i < trace.length; i++) {
          const s = i * size + j;
          const e = psi * (trace[i]! - beta * adaptation[s]!);
          adaptation[s] = psi * trace[i]! + Math.max(0, rho - beta * psi) * adaptation[s]!;
          filtered[s] = kappa * filtered[s]! + e;
          if (signal !== undefined) sum[s] = sum[s]! + (signal[j]! * filtered[s]!) / 4096;
        }
      }
    }
  }

  reward(reward: number): void {
    for (const { running, speed, sum, shadow } of this.#learned) {
      for (let s = 0; s < sum.length; s++) {
        shadow[s] = Math.max(-127, Math.min(127, shadow[s]! + (sum[s]! * speed * reward) / ONE));
        running.weights![s] = Math.round(shadow[s]!);
      }
      sum.fill(0);
    }
  }

  rest(): void {
    for (const { trace, adaptation, filtered } of this.#learned) {
      trace.fill(0);
      adaptation.fill(0);
      filtered.fill(0);
    }
  }

  /** In 1/4096. */
  #error(target: LearningTarget): Float64Array {
    const y = Float64Array.from(this.#readout.v, (count) => count / 2 ** 20);
    if ('values' in target) return y.map((value, o) => 4096 * (target.values[o]! / ONE - value));
    const most = Math.max(...y);
    const s = y.map((value) => Math.exp(value - most));
    const sum = s.reduce((total, value) => total + value, 0);
    return s.map((value, o) => 4096 * ((o === target.label ? 1 : 0) - value / sum));
  }
}
