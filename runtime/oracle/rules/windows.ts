import { type Border, bptt } from '../bptt.ts';
import { type EpropTraces, eprop, zeroTraces } from '../eprop.ts';
import { type Activity, forward } from '../forward.ts';
import { combine, type Gradient, zeroGradient } from '../gradient.ts';
import type { Model, Trial } from '../model.ts';

/** A trial in windows of `length` ticks, each from the state that the one before left. */
export function forwardInWindows(model: Model, trial: Trial, length: number): Activity[] {
  const windows: Activity[] = [];
  for (let from = 0; from < trial.ticks; from += length) {
    const to = Math.min(trial.ticks, from + length);
    const state = windows.at(-1)?.after;
    const part: Trial = {
      ticks: to - from,
      inputs: trial.inputs.slice(from * model.inputs, to * model.inputs),
      targets: trial.targets.slice(from * model.outputs, to * model.outputs),
      ...(trial.importance && { importance: trial.importance.slice(from, to) }),
    };
    windows.push(forward(model, part, state ? { state } : {}));
  }
  return windows;
}

/** The exact synthetic gradient at the end of each window: what all windows after it charge it with; none after the last. */
export function exactBorders(model: Model, windows: readonly Activity[]): (Border | undefined)[] {
  const borders: (Border | undefined)[] = [undefined];
  for (const window of windows.slice(1).reverse()) {
    const border = borders[0];
    borders.unshift(bptt(model, window, border ? { border } : {}).border);
  }
  return borders;
}

export interface Eprop3Options {
  /**
   * 'carried' (default): traces outlive the border, so what a later window charges the neuron's own states with is multiplied by them
   * there · 'fresh': traces start at 0 in each window, so the synthetic gradient is multiplied by the eligibility vector at the border
   */
  readonly traces?: 'carried' | 'fresh';
}

/**
 * e-prop 3: exact learning signals inside a window by a short backward pass, a synthetic gradient (dv, da, dy)^{t+1} at its border, and
 * eligibility traces. With a synthetic gradient of 0 it is truncated BPTT, helped by the traces when they are carried.
 *   G = Σ_windows Σ_t L_j^t e_ij^t [+ α dv_j^{t+1} ε_v,i^t + da_j^{t+1} ε_a,ij^{t+1} with fresh traces]
 * L contains what the synthetic gradient charges spikes of the window with. (Bellec et al. 2019; sheet 6.1)
 */
export function eprop3(
  model: Model,
  windows: readonly Activity[],
  synthetic: readonly (Border | undefined)[],
  { traces: mode = 'carried' }: Eprop3Options = {},
): Gradient {
  let traces: EpropTraces = zeroTraces(model);
  let total = zeroGradient(model);
  for (const [w, window] of windows.entries()) {
    const border = synthetic[w];
    const { signal } = bptt(model, window, border ? { border } : {});
    // ẑ is carried in either case: the readout's part of the gradient is forward in time.
    if (mode === 'fresh') traces = { ...zeroTraces(model), filteredSpikes: traces.filteredSpikes };
    const local = eprop(model, window, { signal, filter: 'none', traces });
    total = combine((sum, g) => sum + g, total, local);
    if (mode === 'fresh' && border) addBorder(model, total, border, traces);
  }
  return total;
}

/** The synthetic gradient of a neuron's own states times what its eligibility vector holds for the next tick. */
function addBorder(model: Model, total: Gradient, border: Border, { pre, adaptation }: EpropTraces): void {
  const { inputs, neurons: n, alpha, connected } = model;
  const sources = inputs + n;
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < sources; i++) {
      const charged = alpha * border.v[j] * pre[i] + border.a[j] * adaptation[j * sources + i];
      if (i < inputs) total.wIn[i * n + j] += charged;
      else if (connected[(i - inputs) * n + j] === 1) total.wRec[(i - inputs) * n + j] += charged;
    }
  }
}
