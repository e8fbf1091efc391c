import { combine, type Gradient } from './gradient.ts';
import type { Weights } from './model.ts';

export type OptimizerSettings = SgdSettings | AdamSettings | AdamaxSettings | RmaxpropSettings;

export interface SgdSettings {
  readonly kind: 'sgd';
  readonly rate: number;
}

export interface AdamSettings {
  readonly kind: 'adam';
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /**
   * Where ε enters. 'tensorflow' (default): η √(1 − β₂ⁿ)/(1 − β₁ⁿ) · m/(√v + ε), the form before section 2.1 of the paper.
   * 'kingma': η m̂/(√v̂ + ε), its Algorithm 1. They differ in the first step already.
   */
  readonly form?: 'tensorflow' | 'kingma';
}

export interface AdamaxSettings {
  readonly kind: 'adamax';
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export interface RmaxpropSettings {
  readonly kind: 'rmaxprop';
  readonly rate: number;
  /** γ */
  readonly keep: number;
  readonly epsilon: number;
}

/** Returns the weights after one update; remembers its moments from update to update. */
export type Optimizer = (weights: Weights, gradient: Gradient) => Weights;

export function optimizer(settings: OptimizerSettings): Optimizer {
  switch (settings.kind) {
    case 'sgd':
      return sgd(settings);
    case 'adam':
      return adam(settings);
    case 'adamax':
      return adamax(settings);
    case 'rmaxprop':
      return rmaxprop(settings);
  }
}

/** W ← W − ηG */
function sgd({ rate }: SgdSettings): Optimizer {
  return (weights, gradient) => combine((w, g) => w - rate * g, weights, gradient);
}

/** m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², W ← W − step(m, v) (Kingma & Ba 2015; sheet 6.27) */
function adam({ rate, beta1, beta2, epsilon, form = 'tensorflow' }: AdamSettings): Optimizer {
  let m: Weights | undefined;
  let v: Weights | undefined;
  let updates = 0;
  return (weights, gradient) => {
    m = m ? combine((mean, g) => beta1 * mean + (1 - beta1) * g, m, gradient) : combine((g) => (1 - beta1) * g, gradient);
    v = v ? combine((square, g) => beta2 * square + (1 - beta2) * g * g, v, gradient) : combine((g) => (1 - beta2) * g * g, gradient);
    updates++;
    const correction = Math.sqrt(1 - beta2 ** updates);
    const step = (rate * correction) / (1 - beta1 ** updates);
    const floor = form === 'tensorflow' ? epsilon : epsilon * correction;
    return combine((w, mean, square) => w - (step * mean) / (Math.sqrt(square) + floor), weights, m, v);
  };
}

/** m ← β₁m + (1 − β₁)g, u ← max(β₂u, |g|), W ← W − η/(1 − β₁ⁿ) · m/(u + ε) (Kingma & Ba 2015, algorithm 2; sheet 6.27) */
function adamax({ rate, beta1, beta2, epsilon }: AdamaxSettings): Optimizer {
  let m: Weights | undefined;
  let u: Weights | undefined;
  let updates = 0;
  return (weights, gradient) => {
    m = m ? combine((mean, g) => beta1 * mean + (1 - beta1) * g, m, gradient) : combine((g) => (1 - beta1) * g, gradient);
    u = u ? combine((largest, g) => Math.max(beta2 * largest, Math.abs(g)), u, gradient) : combine(Math.abs, gradient);
    updates++;
    const step = rate / (1 - beta1 ** updates);
    return combine((w, mean, largest) => w - (step * mean) / (largest + epsilon), weights, m, u);
  };
}

/** v ← max(γ v, g²), W ← W − η g/(√v + ε) (Zenke & Ganguli 2018; sheet 6.16) */
function rmaxprop({ rate, keep, epsilon }: RmaxpropSettings): Optimizer {
  let v: Weights | undefined;
  return (weights, gradient) => {
    v = v ? combine((largest, g) => Math.max(keep * largest, g * g), v, gradient) : combine((g) => g * g, gradient);
    return combine((w, g, largest) => w - (rate * g) / (Math.sqrt(largest) + epsilon), weights, gradient, v);
  };
}
