import { fma } from '../../exact.ts';
import { header } from '../../program/arena.ts';
import type { Operands } from '../../program/ops.ts';
import { mixed, normal, sign } from './draws.ts';
import type { Kernels, Memory, Step } from './kernel.ts';

const { fround } = Math;

type Names =
  | 'perturb_weights_normal'
  | 'perturb_weights_signs'
  | 'perturb_nodes_normal'
  | 'perturb_nodes_signs'
  | 'pass_tick'
  | 'score_pair'
  | 'credit_weights_normal'
  | 'credit_weights_signs'
  | 'credit_nodes'
  | 'next_pass';

/** Words of `pass`: which one of its trial, and the ticks since it began. */
const [PASS, TICKS] = [0, 1] as const;

/** ξ at place k of n. */
type Draw = (seed: number, tick: number, group: number, k: number, n: number) => number;

/** Calls `visit` with every place of a matrix that is not padding. */
function eachPlace(rows: number, columns: number, stride: number, visit: (k: number) => void): void {
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) visit(row * stride + column);
}

const perturbWeights =
  (draw: Draw) =>
  (operands: Operands<'perturb_weights_normal'>, { floats, words, arena }: Memory): Step => {
    const { rows, columns, stride, seed, group } = operands;
    const [w, moved] = [floats(operands.weights), floats(operands.acting)];
    const [made, pass, trial] = [words(operands.made), words(operands.pass), words(operands.trial)];
    const [sigma, one, two] = [operands.sigma, operands.one, operands.two].map(fround);
    return () => {
      const learning = arena.words[header.learning] !== 0;
      // Which noise `acting` is made of: 0 that of nothing yet, 1 none, then a number for each pass.
      const wanted = learning ? (2 * trial[0]! + pass[PASS]! + 2) >>> 0 : 1;
      if (made[0] === wanted) return;
      made[0] = wanted;
      const s = learning ? (pass[PASS] === 0 ? one! : two!) : 0;
      const step = fround(s * sigma!);
      eachPlace(rows, columns, stride, (k) => {
        moved[k] = step === 0 ? w[k]! : fma(step, fround(draw(seed, trial[0]!, group, k, rows * stride)), w[k]!);
      });
    };
  };

const perturbNodes =
  (draw: Draw) =>
  (operands: Operands<'perturb_nodes_normal'>, { floats, words, arena }: Memory): Step => {
    const { n, passes, seed, group } = operands;
    const [I, L] = [floats(operands.current), floats(operands.factor)];
    const [pass, trial] = [words(operands.pass), words(operands.trial)];
    const [sigma, one, two] = [operands.sigma, operands.one, operands.two].map(fround);
    return () => {
      if (arena.words[header.learning] === 0) return;
      const key = mixed(seed, trial[0]!, group, pass[TICKS]!);
      const step = fround((pass[PASS] === 0 ? one! : two!) * sigma!);
      const judged = pass[PASS]! + 1 === passes;
      for (let j = 0; j < n; j++) {
        const xi = step === 0 && !judged ? 0 : fround(draw(key, 0, 0, j, n));
        I[j] = fma(step, xi, I[j]!);
        L[j] = judged ? -fround(xi / sigma!) : 0;
      }
    };
  };

const creditWeights =
  (draw: Draw) =>
  (operands: Operands<'credit_weights_normal'>, { floats, words }: Memory): Step => {
    const { rows, columns, stride, seed, group } = operands;
    const [G, M, trial, sigma] = [floats(operands.gradient), floats(operands.modulator), words(operands.trial), fround(operands.sigma)];
    return () => {
      if (M[0] === 0) return;
      const step = -fround(M[0]! / sigma);
      eachPlace(rows, columns, stride, (k) => {
        G[k] = fma(step, fround(draw(seed, trial[0]!, group, k, rows * stride)), G[k]!);
      });
    };
  };

export const perturbation: Kernels<Names> = {
  perturb_weights_normal: perturbWeights(normal),
  perturb_weights_signs: perturbWeights(sign),
  perturb_nodes_normal: perturbNodes(normal),
  perturb_nodes_signs: perturbNodes(sign),
  pass_tick({ pass }, { words }) {
    const at = words(pass);
    return () => {
      at[TICKS] = at[TICKS]! + 1;
    };
  },
  score_pair({ pass, first, tape, tapeStride, modulator, span }, { floats, words }) {
    const [at, before, given, M, apart] = [words(pass), floats(first), floats(tape), floats(modulator), fround(span)];
    return ({ row }) => {
      const r = given[row * tapeStride]!;
      if (at[PASS] === 0) {
        before[0] = r;
        M[0] = 0;
      } else M[0] = fround(r - before[0]!) / apart;
    };
  },
  credit_weights_normal: creditWeights(normal),
  credit_weights_signs: creditWeights(sign),
  credit_nodes({ modulator, fresh, gradient }, { floats }) {
    const [M, S, G] = [floats(modulator), floats(fresh), floats(gradient)];
    return () => {
      for (let k = 0; k < G.length; k++) {
        G[k] = fma(M[0]!, S[k]!, G[k]!);
        S[k] = 0;
      }
    };
  },
  next_pass({ pass, trial, passes }, { words }) {
    const [at, count] = [words(pass), words(trial)];
    return () => {
      at[TICKS] = 0;
      at[PASS] = at[PASS]! + 1;
      if (at[PASS]! < passes) return;
      at[PASS] = 0;
      count[0] = count[0]! + 1;
    };
  },
};
