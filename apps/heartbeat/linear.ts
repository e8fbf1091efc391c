import { fieldsOf, type Stateful } from '../../runtime/index.ts';

/** Ticks of the beat that the model sees: R − 250 ms to R + 200 ms at 120 Hz, two ticks a feature. */
const BEFORE = 30;
const AFTER = 24;
const FEATURES = (BEFORE + AFTER + 2) / 2;
const HISTORY = 64;
const RATE = 2;

/**
 * The honest yardstick: an online logistic regression on the beat's own samples (28 values at 60 Hz, normalized by the
 * adaptive gain), one step of gradient descent a beat with rate 2 (the best of 1, 2, 4 … 32 on this stream). It sees the same signal and the same labels.
 */
export interface LinearModel extends Stateful {
  /** the normalized signal of a tick */
  push(tick: number, value: number): void;
  /** probability of a PVC for the beat that closes at this tick */
  predict(tick: number): number;
  /** learns the beat last predicted */
  learn(isPvc: boolean): void;
}

export function createLinearModel(): LinearModel {
  const history = new Float64Array(HISTORY);
  const features = new Float64Array(FEATURES);
  const weights = new Float64Array(FEATURES);
  let bias = 0;
  let probability = 0.5;
  return {
    push(tick, value) {
      history[tick % HISTORY] = value;
    },
    predict(tick) {
      let sum = bias;
      for (let k = 0; k < FEATURES; k++) {
        const at = tick - BEFORE - AFTER + 2 * k;
        features[k] = at < 1 ? 0 : (history[at % HISTORY]! + history[(at - 1) % HISTORY]!) / 2;
        sum += weights[k]! * features[k]!;
      }
      probability = 1 / (1 + Math.exp(-sum));
      return probability;
    },
    learn(isPvc) {
      const step = RATE * ((isPvc ? 1 : 0) - probability);
      for (let k = 0; k < FEATURES; k++) weights[k]! += step * features[k]!;
      bias += step;
    },
    state: () => ({ history, features, weights, bias, probability }),
    restore(state) {
      const saved = fieldsOf(state, 'linear');
      saved.into('history', history);
      saved.into('features', features);
      saved.into('weights', weights);
      bias = saved.number('bias');
      probability = saved.number('probability');
    },
  };
}
