import { type Activity, spikesBefore } from './forward.ts';
import { type Gradient, zeroGradient } from './gradient.ts';
import type { Model } from './model.ts';
import { reachable } from './reach.ts';
import { type Feedback, feedbackMatrix, readoutGradient } from './readout.ts';

/** Which terms of the state Jacobian D the influence P^t = D^t P^{t−1} + F^t keeps beside the leak. It is the learning rule. */
export interface Keep {
  /** the neuron's own spike, through its adaptation */
  readonly adaptation: boolean;
  /** the neuron's own spike, through its reset */
  readonly reset: boolean;
  /** spikes through recurrent synapses: none, autapses only, or all */
  readonly recurrence: 'none' | 'self' | 'all';
  /** with 'all': SnAp-n keeps the neurons within n − 1 recurrent synapses of the postsynaptic one; default no limit */
  readonly hops?: number;
}

/** Real-time recurrent learning (Williams & Zipser 1989): everything kept, equal to BPTT. */
export const keepAll: Keep = { adaptation: true, reset: true, recurrence: 'all' };
/** e-prop (Bellec et al. 2020): the neuron's own leak and adaptation. */
export const keepEprop: Keep = { adaptation: true, reset: false, recurrence: 'none' };
/** SnAp-n (Menick et al. 2021). */
export const keepSnap = (n: number): Keep => ({ ...keepAll, hops: n - 1 });

/** The influence of the synapses onto one neuron j: matrices (kept neurons, sources), `kept` starting with j itself. */
interface Block {
  readonly kept: readonly number[];
  /** recurrent presynaptic neurons of j; its sources are all inputs, then these */
  readonly presynaptic: readonly number[];
  /** recurrent edges inside `kept`, as rows of the matrices and as an index into wRec */
  readonly edges: readonly { readonly from: number; readonly to: number; readonly weight: number }[];
  /** ∂v/∂w */
  readonly v: Float64Array;
  /** ∂a/∂w */
  readonly a: Float64Array;
  /** ∂z/∂w of the last tick */
  readonly z: Float64Array;
  /** (outputs, sources): ∂y/∂w */
  readonly y: Float64Array;
}

/** The state of real-time recurrent learning: what a window hands to the next. */
export interface Influence {
  readonly blocks: readonly Block[];
  /** (neurons): ẑ */
  readonly filteredSpikes: Float64Array;
}

export interface RtrlOptions {
  /** default {@link keepAll} */
  readonly keep?: Keep;
  /** the matrix in place of ∂y/∂z; default 'symmetric', which is the derivative */
  readonly feedback?: Feedback;
  /** 'readout' (default) carries the influence through the leak of the readout; 'none' takes err · ∂z/∂w of the same tick */
  readonly filter?: 'readout' | 'none';
  /** continue from here and advance it in place, for trials run in windows */
  readonly influence?: Influence;
}

/** P = 0, laid out for what `keep` keeps. */
export function zeroInfluence(model: Model, keep: Keep = keepAll): Influence {
  const { inputs, neurons: n, outputs, connected } = model;
  const blocks: Block[] = [];
  for (let j = 0; j < n; j++) {
    const kept = keep.recurrence === 'all' ? reachable(model, j, keep.hops ?? n) : [j];
    const presynaptic: number[] = [];
    for (let i = 0; i < n; i++) if (connected[i * n + j] === 1) presynaptic.push(i);
    const edges = kept.flatMap((pre, from) =>
      kept.flatMap((post, to) => (connected[pre * n + post] === 1 ? [{ from, to, weight: pre * n + post }] : [])),
    );
    const sources = inputs + presynaptic.length;
    const matrix = () => new Float64Array(kept.length * sources);
    blocks.push({
      kept,
      presynaptic,
      edges: keep.recurrence === 'none' ? [] : edges,
      v: matrix(),
      a: matrix(),
      z: matrix(),
      y: new Float64Array(outputs * sources),
    });
  }
  return { blocks, filteredSpikes: new Float64Array(n) };
}

/**
 * Real-time recurrent learning with a mask: one routine gives RTRL, SnAp-n and, with recurrence and reset dropped, e-prop.
 * For a synapse w = i → j, every kept neuron l and Z = ∂z/∂w:
 *   V_l^t = α V_l^{t−1} + c_in Σ_k Z_k^{t−1} W_kl − thr Z_l^{t−1} + δ_lj c_in pre_i,  pre = x^t or z^{t−1}
 *   A_l^t = ρ A_l^{t−1} + Z_l^{t−1}
 *   Z_l^t = ψ_l^t (V_l^t − β_l A_l^t)
 *   R_k^t = κ R_k^{t−1} + g Σ_l B_kl Z_l^t,  G = Σ_t Σ_k err_k^t R_k^t
 * Only z, ψ and err of the activity enter, so a forced record is judged as it is. (sheet 6.10, 6.11)
 */
export function rtrl(model: Model, activity: Activity, options: RtrlOptions = {}): Gradient {
  const { keep = keepAll, feedback = 'symmetric', filter = 'readout' } = options;
  const { inputs, neurons: n, outputs: m, inputScale } = model;
  const { trial, error } = activity;
  const influence = options.influence ?? zeroInfluence(model, keep);
  const B = feedbackMatrix(model, feedback);
  const leak = filter === 'readout' ? model.kappa : 0;
  const gain = filter === 'readout' ? model.readoutGain : 1;
  const gradient = zeroGradient(model);

  for (let t = 0; t < trial.ticks; t++) {
    const x = trial.inputs.subarray(t * inputs, (t + 1) * inputs);
    const before = spikesBefore(model, activity, t);
    for (let j = 0; j < n; j++) {
      const block = influence.blocks[j];
      const sources = inputs + block.presynaptic.length;
      advanceStates(model, block, keep, sources);
      for (let i = 0; i < inputs; i++) block.v[i] += inputScale * x[i];
      for (let s = inputs; s < sources; s++) block.v[s] += inputScale * before[block.presynaptic[s - inputs]];
      spike(model, block, activity.psi, t * n, sources);

      for (let k = 0; k < m; k++) {
        const row = k * sources;
        for (let s = 0; s < sources; s++) block.y[row + s] *= leak;
        for (let l = 0; l < block.kept.length; l++) {
          addScaled(block.y, row, block.z, l * sources, gain * B[k * n + block.kept[l]], sources);
        }
        const err = error[t * m + k];
        if (err === 0) continue;
        for (let i = 0; i < inputs; i++) gradient.wIn[i * n + j] += err * block.y[row + i];
        for (let s = inputs; s < sources; s++) gradient.wRec[block.presynaptic[s - inputs] * n + j] += err * block.y[row + s];
      }
    }
  }
  gradient.wOut.set(readoutGradient(model, activity, influence.filteredSpikes));
  return gradient;
}

/** V ← α V + c_in Zᵀ-terms − thr Z and A ← ρ A + Z, Z being that of the tick before. */
function advanceStates(model: Model, block: Block, keep: Keep, sources: number): void {
  const { alpha, rho, threshold, inputScale, weights } = model;
  for (let s = 0; s < block.v.length; s++) {
    block.v[s] = alpha * block.v[s] - (keep.reset ? threshold * block.z[s] : 0);
    block.a[s] = rho * block.a[s] + (keep.adaptation ? block.z[s] : 0);
  }
  for (const { from, to, weight } of block.edges) {
    addScaled(block.v, to * sources, block.z, from * sources, inputScale * weights.wRec[weight], sources);
  }
}

/** Z_l = ψ_l (V_l − β_l A_l) */
function spike(model: Model, block: Block, psi: Float64Array, tick: number, sources: number): void {
  for (let l = 0; l < block.kept.length; l++) {
    const neuron = block.kept[l];
    const slope = psi[tick + neuron];
    const beta = model.beta[neuron];
    const row = l * sources;
    for (let s = row; s < row + sources; s++) block.z[s] = slope * (block.v[s] - beta * block.a[s]);
  }
}

function addScaled(out: Float64Array, outAt: number, x: Float64Array, xAt: number, factor: number, length: number): void {
  if (factor === 0) return;
  for (let s = 0; s < length; s++) out[outAt + s] += factor * x[xAt + s];
}
