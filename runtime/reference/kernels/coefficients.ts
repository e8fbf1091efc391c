import { fma } from '../../exact.ts';
import { header, LINE } from '../../program/arena.ts';
import type { Operands } from '../../program/ops.ts';
import type { Kernels, Memory, Step } from './kernel.ts';

const { fround } = Math;

type Names = 'coefficients' | 'coefficients_woven' | 'coefficients_local' | 'coefficients_local_woven';

/** Rows of a table of coefficients: what is owed to ε, to ē and to x̄ before the block, then to x of each tick. */
export const [ON_ADAPTATION, ON_FILTERED, ON_TRACE, ON_TICKS] = [0, 1, 2, 3] as const;

/** Where row 0 of neuron j lies in a table. It holds all rows of sixteen neurons, then those of the next sixteen. */
export const inTable = (j: number, block: number): number => (j - (j % LINE)) * (ON_TICKS + block) + (j % LINE);

/** Lanes of a woven table: the first and the second carried trace, the gradient, nothing. */
export const [FIRST, SECOND, GRADIENT, NOTHING, FOUR] = [0, 1, 2, 3, 4] as const;

/** Where the lanes of a row of neuron j lie. A woven table begins with a line a neuron: ε, ē and x̄. The lanes of each tick follow. */
export const inWoven = (row: number, j: number, stride: number): number =>
  row < ON_TICKS ? j * LINE + row * FOUR : ((row - ON_TICKS + FOUR) * stride + j) * FOUR;

/** Ticks since the last fold; never more than a history has. */
export const foldedTicks = ({ arena: { words } }: Memory, block: number): number => Math.min(words[header.sinceFold]!, block);

/** What λ of the learning signal, of ε and of ē begin with: a table is owed to one of them. */
type Seeds = Pick<Operands<'coefficients'>, 'weight' | 'onAdaptation' | 'onFiltered'>;

/** Calls `put` with each coefficient of each neuron. */
type Fill = (seeds: Seeds, put: (j: number, row: number, value: number) => void) => Step;

/** Runs the recursion of spikes behind x̄ backwards over the block: λ of ε, ē and x̄. */
const spiking =
  (o: Omit<Operands<'coefficients'>, 'table' | keyof Seeds>, memory: Memory): Fill =>
  (seeds, put) => {
    const { hStride, block } = o;
    const [p, L, b] = [memory.floats(o.psi), memory.floats(o.signal), memory.floats(o.beta)];
    const [w, seedEpsilon, seedFiltered] = [fround(seeds.weight), fround(seeds.onAdaptation), fround(seeds.onFiltered)];
    const [r, s, k, g, h] = [fround(o.rho), fround(o.scale), fround(o.kappa), fround(o.gain), fround(o.feed)];
    const [d, c] = [fround(o.decay), fround(o.inputScale)];
    return () => {
      const ticks = foldedTicks(memory, block);
      for (let j = 0; j < hStride; j++) {
        let [toEpsilon, toFiltered, toTrace] = [seedEpsilon, seedFiltered, 0];
        for (let t = ticks - 1; t >= 0; t--) {
          const psiT = p[t * hStride + j]!;
          const mu = fma(w, L[t * hStride + j]!, toFiltered);
          const toEligibility = fma(s, toEpsilon, fround(g * mu));
          const toInput = fma(psiT, toEligibility, toTrace);
          put(j, ON_TICKS + t, c * toInput);
          toTrace = fround(d * toInput);
          toEpsilon = fma(-fround(b[j]! * psiT), toEligibility, fma(h, mu, fround(r * toEpsilon)));
          toFiltered = fround(k * mu);
        }
        put(j, ON_ADAPTATION, toEpsilon);
        put(j, ON_FILTERED, toFiltered);
        put(j, ON_TRACE, toTrace);
      }
    };
  };

/** The same of a trace that a synapse carries by itself, and of its filter. */
const local =
  (o: Omit<Operands<'coefficients_local'>, 'table' | keyof Seeds>, memory: Memory): Fill =>
  (seeds, put) => {
    const { hStride, block } = o;
    const [a, B] = [memory.floats(o.carry), memory.floats(o.drive)];
    const [C, L] = [memory.floats(o.slope), memory.floats(o.signal)];
    const [w, seedOwn, seedFiltered] = [fround(seeds.weight), fround(seeds.onAdaptation), fround(seeds.onFiltered)];
    const [k, g] = [fround(o.kappa), fround(o.gain)];
    return () => {
      const ticks = foldedTicks(memory, block);
      for (let j = 0; j < hStride; j++) {
        let [toOwn, toFiltered] = [seedOwn, seedFiltered];
        for (let t = ticks - 1; t >= 0; t--) {
          const at = t * hStride + j;
          const mu = fma(w, L[at]!, toFiltered);
          const own = fma(g, fround(C[at]! * mu), toOwn);
          put(j, ON_TICKS + t, B[at]! * own);
          toOwn = fround(a[at]! * own);
          toFiltered = fround(k * mu);
        }
        put(j, ON_ADAPTATION, toOwn);
        put(j, ON_FILTERED, toFiltered);
        put(j, ON_TRACE, 0);
      }
    };
  };

/** One table, owed to what `o` says. */
function table(o: Seeds & Pick<Operands<'coefficients'>, 'table' | 'block'>, fill: Fill, { floats }: Memory): Step {
  const K = floats(o.table);
  return fill(o, (j, row, value) => {
    K[inTable(j, o.block) + row * LINE] = value;
  });
}

/** The tables of the carried traces and of the gradient, neuron by neuron. */
function woven(
  o: Pick<Operands<'coefficients_woven'>, 'woven' | 'adapts' | 'filters' | 'hStride' | 'block'>,
  fill: Fill,
  memory: Memory,
): Step {
  const W = memory.floats(o.woven);
  const adaptation = { weight: 0, onAdaptation: 1, onFiltered: 0 };
  const filtered = { weight: 0, onAdaptation: 0, onFiltered: 1 };
  const carried = [...(o.adapts === 1 ? [adaptation] : []), ...(o.filters === 1 ? [filtered] : [])];
  const lane = (index: number, seeds: Seeds) =>
    fill(seeds, (j, row, value) => {
      W[inWoven(row, j, o.hStride) + index] = value;
    });
  const lanes = [...carried.map((seeds, index) => lane(index, seeds)), lane(GRADIENT, { weight: 1, onAdaptation: 0, onFiltered: 0 })];
  const others = [...(carried.length === 1 ? [SECOND] : []), NOTHING];
  return (moment) => {
    for (const step of lanes) step(moment);
    const rows = ON_TICKS + foldedTicks(memory, o.block);
    for (const index of others) {
      for (let row = 0; row < rows; row++) for (let j = 0; j < o.hStride; j++) W[inWoven(row, j, o.hStride) + index] = 0;
    }
  };
}

/**
 * Traces and gradients at the end of a block are linear in what the block began with and in the presynaptic values, with coefficients that belong to the
 * postsynaptic neuron: the streaming equations run backwards (the adjoint of a linear recursion, as backpropagation does, over the one row
 * of the influence matrix).
 */
export const coefficients: Kernels<Names> = {
  coefficients: (o, memory) => table(o, spiking(o, memory), memory),
  coefficients_woven: (o, memory) => woven(o, spiking(o, memory), memory),
  coefficients_local: (o, memory) => table(o, local(o, memory), memory),
  coefficients_local_woven: (o, memory) => woven(o, local(o, memory), memory),
};
