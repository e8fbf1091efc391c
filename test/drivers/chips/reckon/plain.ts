/** One block of ReckOn's e-prop, written from its description synapse by synapse, in BigInt, with random words made bit by bit. */
import type { Registers } from '../../../../drivers/chips/reckon/registers.ts';

export interface PlainState {
  readonly registers: Registers;
  readonly u: number[];
  readonly inputTrace: number[];
  readonly recurrentTrace: number[];
  readonly outputTrace: number[];
  readonly y: number[];
  readonly label: number;
  readonly targets: number[];
  /** [pre][post] */
  readonly input: number[][];
  readonly recurrent: number[][];
  readonly output: number[][];
}

/** s[n] = s[n−a] ⊕ s[n−L] from position 0 on. */
class Bits {
  readonly #s = new Map<number, bigint>();
  readonly #lag: number;
  readonly #length: number;
  #at = 0;

  constructor(lag: number, length: number, ahead: number, seed: number) {
    this.#lag = lag;
    this.#length = length;
    for (let bit = 0; bit < length; bit++) this.#s.set(bit < ahead ? bit : bit - length, BigInt((seed >>> bit) & 1));
  }

  word(bits: number): bigint {
    let word = 0n;
    for (let bit = 0; bit < bits; bit++, this.#at++) {
      if (!this.#s.has(this.#at)) this.#s.set(this.#at, this.#s.get(this.#at - this.#lag)! ^ this.#s.get(this.#at - this.#length)!);
      word |= this.#s.get(this.#at)! << BigInt(bit);
    }
    return word;
  }
}

const clamp = (x: bigint, bits: bigint): bigint => {
  const most = 2n ** (bits - 1n) - 1n;
  return x > most ? most : x < -most - 1n ? -most - 1n : x;
};
const big = BigInt;

function moved(w: number, p: bigint, random: bigint, width: bigint, left: number, right: number): number | undefined {
  if (p === 0n) return undefined;
  const ones = 2n ** width - 1n;
  const size = (p < 0n ? -p : p) << big(left);
  const chance = (size > ones ? ones : size) >> big(right);
  if (p !== -(2n ** (width - 1n)) && chance < random) return undefined;
  return p < 0n ? Math.max(-128, w - 1) : Math.min(127, w + 1);
}

/** All blocks of an e-prop phase with a target. */
export function plainEprop(
  state: PlainState,
  seeds: { readonly input: number; readonly recurrent: number; readonly output: number },
): void {
  const { registers: r } = state;
  const [inputs, neurons, outputs] = [r.NUM_INP_NEUR + 1, r.NUM_REC_NEUR + 1, r.NUM_OUT_NEUR + 1];
  const random = {
    input: new Bits(3, 25, 3, seeds.input),
    recurrent: new Bits(3, 25, 3, seeds.recurrent),
    output: new Bits(1, 22, 1, seeds.output),
  };
  const errors = Array.from({ length: outputs }, (_, k) => {
    const v = big(state.y[k]!);
    const out = r.NO_OUT_ACT === 1 ? v : v > 2047n ? 2048n : v < -2048n ? 0n : (v + 2048n) >> 1n;
    const target = r.REGRESSION === 1 ? big(state.targets[k]!) : k === state.label ? 2048n : 0n;
    return clamp(target - out, 16n);
  });
  for (let block = 0; block <= r.NUM_REC_NEUR >> 4; block++) {
    const signal: bigint[] = [];
    const h: bigint[] = [];
    const g: bigint[] = [];
    for (let j = 16 * block; j < 16 * block + 16; j++) {
      const alive = j < neurons;
      const sum = alive ? errors.reduce((total, e, k) => total + e * big(state.output[j]![k]!), 0n) : 0n;
      signal.push(clamp((sum << big(r.LEARN_SIG_SCALE)) >> 12n, 16n));
      const u = state.u[j] ?? 0;
      h.push(big(u < r.THR_H_0 ? r.H_0 : u < r.THR_H_1 ? r.H_1 : u < r.THR_H_2 ? r.H_2 : u < r.THR_H_3 ? r.H_3 : r.H_4));
      const above = big((state.recurrentTrace[j] ?? 0) >> r.FP_LOC_TREC) - big(r.REGUL_F0);
      g.push(alive && r.REGUL_MODE !== 0 && above > 0n ? above : 0n);
      const trace = big((state.outputTrace[j] ?? 0) >> r.FP_LOC_TOUT);
      if (!alive || trace === 0n) continue;
      for (let k = 0; k < 16; k++) {
        const word = random.output.word(28);
        if (k >= outputs) continue;
        state.output[j]![k] = moved(state.output[j]![k]!, errors[k]! * trace, word, 28n, r.LR_P_WOUT, r.LR_R_WOUT) ?? state.output[j]![k]!;
      }
    }
    const quiet = g.every((x) => x === 0n);
    const rows = (
      of: 'input' | 'recurrent',
      traces: number[],
      location: number,
      rowCount: number,
      [left, right, raise, lower]: readonly number[],
    ): void => {
      for (let i = 0; i < rowCount; i++) {
        const trace = big(traces[i]! >> location);
        if (trace === 0n && quiet) continue;
        for (let n = 0; n < 16; n++) {
          const word = random[of].word(32);
          const j = 16 * block + n;
          if (j >= neurons) continue;
          let p = BigInt.asIntN(32, signal[n]! * trace * h[n]!);
          const share = 16n - (g[n]! >> big(r.REGUL_K_MUL));
          if ((r.REGUL_MODE & 1) === 1 && p > 0n) p = (p * (share < 0n ? 0n : share)) / 16n;
          const pull = (r.REGUL_MODE & 2) === 2 ? BigInt.asUintN(32, g[n]! << big(raise!)) >> big(lower!) : 0n;
          let less = BigInt.asIntN(32, p - pull);
          if (less >= 0n && ((p >> 27n) & 1n) === 1n) less = -(2n ** 31n);
          const next = moved(state[of][i]![j]!, less, word, 32n, left!, right!);
          if (next !== undefined) state[of][i]![j] = of === 'recurrent' && i === j ? 0 : next;
        }
      }
    };
    rows('input', state.inputTrace, r.FP_LOC_TINP, inputs, [r.LR_P_WINP, r.LR_R_WINP, r.REGUL_K_INP_P, r.REGUL_K_INP_R]);
    rows('recurrent', state.recurrentTrace, r.FP_LOC_TREC, neurons, [r.LR_P_WREC, r.LR_R_WREC, r.REGUL_K_REC_P, r.REGUL_K_REC_R]);
  }
}
