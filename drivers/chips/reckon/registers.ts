/**
 * Configuration registers of ReckOn, under the chip's own names without the prefix SPI_. They can be written only: nobody reads them back.
 *
 * A register without a reset value keeps what it holds through a reset; in silicon it starts undefined, here at 0.
 */
interface RegisterEntry {
  readonly address: number;
  readonly bits: number;
  readonly signed?: true;
  readonly reset?: number;
}

const table = {
  /** access to the state through SPI; the controller parks in CONFIG after each step */
  EN_CONF: { address: 0, bits: 1, reset: 1 },
  RO_STAGE_SEL: { address: 1, bits: 9 },
  GET_CLKINT_OUT: { address: 2, bits: 1, reset: 0 },
  /** ORs the request for a target into MISO */
  GET_TAR_REQ_OUT: { address: 3, bits: 1, reset: 1 },
  /** 0: a spike subtracts the threshold, 1: to zero */
  RST_MODE: { address: 8, bits: 1, reset: 0 },
  /** bit 0 input, bit 1 recurrent, bit 2 output weights learn */
  DO_EPROP: { address: 9, bits: 3, reset: 7 },
  LOCAL_TICK: { address: 10, bits: 1, reset: 0 },
  ERROR_HALT: { address: 11, bits: 1, reset: 1 },
  /** left shifts of weights and of trace increments */
  FP_LOC_WINP: { address: 12, bits: 3, reset: 0 },
  FP_LOC_WREC: { address: 13, bits: 3, reset: 0 },
  FP_LOC_WOUT: { address: 14, bits: 3, reset: 0 },
  FP_LOC_TINP: { address: 15, bits: 3, reset: 0 },
  FP_LOC_TREC: { address: 16, bits: 3, reset: 0 },
  FP_LOC_TOUT: { address: 17, bits: 3, reset: 0 },
  LEARN_SIG_SCALE: { address: 18, bits: 4, reset: 0 },
  /** bit 0 multiplicative, bit 1 additive, bits 1 and 2 together: at every tick, target or not */
  REGUL_MODE: { address: 19, bits: 3, reset: 0 },
  /** bit 0 input, bit 1 recurrent weights are regularized */
  REGUL_W: { address: 20, bits: 2, reset: 0 },
  EN_STOCH_ROUND: { address: 21, bits: 1, reset: 0 },
  SRAM_SPEEDMODE: { address: 22, bits: 8, reset: 0 },
  /** what the pin TIMING_ERROR_RDY shows: 0 ready for the next tick, 1 a tick came too early (sticky) */
  TIMING_MODE: { address: 23, bits: 1, reset: 0 },
  REGRESSION: { address: 25, bits: 1, reset: 0 },
  SINGLE_LABEL: { address: 26, bits: 1, reset: 1 },
  NO_OUT_ACT: { address: 27, bits: 1, reset: 0 },
  SEND_PER_TIMESTEP: { address: 30, bits: 1, reset: 0 },
  SEND_LABEL_ONLY: { address: 31, bits: 1, reset: 1 },
  NOISE_EN: { address: 32, bits: 1, reset: 0 },
  FORCE_TRACES: { address: 33, bits: 1, reset: 0 },
  CYCLES_PER_TICK: { address: 64, bits: 32 },
  /** top four bits of α of 32 pairs each: 1 → 8 (α ≥ 1), 0 → 7 (0.875 ≤ α < 1) */
  ALPHA_CONF_0: { address: 65, bits: 32, reset: 0 },
  ALPHA_CONF_1: { address: 66, bits: 32, reset: 0 },
  ALPHA_CONF_2: { address: 67, bits: 32, reset: 0 },
  ALPHA_CONF_3: { address: 68, bits: 32, reset: 0 },
  /** leak of the outputs and of their traces, 1 integer and 7 fraction bits */
  KAPPA: { address: 69, bits: 8, reset: 0x7a },
  /** the staircase h(u): the first threshold that u lies below chooses H, none H_4 */
  THR_H_0: { address: 70, bits: 16, signed: true },
  THR_H_1: { address: 71, bits: 16, signed: true },
  THR_H_2: { address: 72, bits: 16, signed: true },
  THR_H_3: { address: 73, bits: 16, signed: true },
  H_0: { address: 74, bits: 5, signed: true },
  H_1: { address: 75, bits: 5, signed: true },
  H_2: { address: 76, bits: 5, signed: true },
  H_3: { address: 77, bits: 5, signed: true },
  H_4: { address: 78, bits: 5, signed: true },
  /** right (R) and left (P) shifts that make a probability of an update */
  LR_R_WINP: { address: 79, bits: 5 },
  LR_P_WINP: { address: 80, bits: 5 },
  LR_R_WREC: { address: 81, bits: 5 },
  LR_P_WREC: { address: 82, bits: 5 },
  LR_R_WOUT: { address: 83, bits: 5 },
  LR_P_WOUT: { address: 84, bits: 5 },
  /** writing a seed restarts its generator, while EN_CONF is 1 */
  SEED_INP: { address: 85, bits: 25 },
  SEED_REC: { address: 86, bits: 25 },
  SEED_OUT: { address: 87, bits: 22 },
  SEED_STRND_NEUR: { address: 88, bits: 30 },
  SEED_STRND_ONEUR: { address: 89, bits: 15 },
  SEED_STRND_TINP: { address: 90, bits: 30 },
  SEED_STRND_TREC: { address: 91, bits: 30 },
  SEED_STRND_TOUT: { address: 92, bits: 30 },
  SEED_NOISE_NEUR: { address: 93, bits: 17 },
  /** sizes − 1 */
  NUM_INP_NEUR: { address: 94, bits: 8, reset: 0xff },
  NUM_REC_NEUR: { address: 95, bits: 8, reset: 0xff },
  NUM_OUT_NEUR: { address: 96, bits: 4, reset: 0xf },
  REGUL_F0: { address: 98, bits: 12 },
  REGUL_K_INP_R: { address: 99, bits: 5 },
  REGUL_K_INP_P: { address: 100, bits: 5 },
  REGUL_K_REC_R: { address: 101, bits: 5 },
  REGUL_K_REC_P: { address: 102, bits: 5 },
  REGUL_K_MUL: { address: 103, bits: 5 },
  NOISE_STR: { address: 104, bits: 4 },
} as const satisfies Record<string, RegisterEntry>;

export type RegisterName = keyof typeof table;
/** What each register holds; signed ones as signed numbers. */
export type Registers = Record<RegisterName, number>;

export const registerTable: Readonly<Record<RegisterName, RegisterEntry>> = table;
export const registerNames = Object.keys(table) as readonly RegisterName[];
const byAddress = new Map<number, RegisterName>(registerNames.map((name) => [registerTable[name].address, name]));

/** The register at an address, if there is one. */
export const registerAt = (address: number): RegisterName | undefined => byAddress.get(address);

/** The low bits of a word, as a register of that name holds them. */
export function registerValue(name: RegisterName, word: number): number {
  const { bits, signed } = registerTable[name];
  const spare = 32 - bits;
  return signed ? (word << spare) >> spare : (word << spare) >>> spare;
}

/** Least and largest value that a register holds. */
export function registerBounds(name: RegisterName): readonly [number, number] {
  const { bits, signed } = registerTable[name];
  return signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

/** All registers after power-on. */
export const createRegisters = (): Registers =>
  Object.fromEntries(registerNames.map((name) => [name, registerTable[name].reset ?? 0])) as Registers;

/** What a reset does to them. */
export function resetRegisters(registers: Registers): void {
  for (const name of registerNames) {
    const { reset } = registerTable[name];
    if (reset !== undefined) registers[name] = reset;
  }
}
