import { raise } from '../../../runtime/index.ts';
import { OUTPUTS } from './core.ts';
import { type RegisterName, registerBounds } from './registers.ts';

/** A run of the chip: what it was told, and what it did. */
export interface GoldenVector {
  /** values of registers */
  readonly registers: ReadonlyMap<RegisterName, number>;
  /** leak of each pair from the first on, 16 bits of which the top four are 7 or 8 */
  readonly alpha: readonly number[];
  /** threshold of all neurons */
  readonly threshold: number;
  readonly weights: Weights;
  readonly samples: readonly GoldenSample[];
  readonly end: Weights;
}

/** Weights [pre][post] of the network's own size. */
export interface Weights {
  readonly input: readonly (readonly number[])[];
  readonly recurrent: readonly (readonly number[])[];
  readonly output: readonly (readonly number[])[];
}

export interface GoldenSample {
  readonly label: number;
  readonly targetFromTick: number;
  readonly ticks: readonly GoldenTick[];
  /** neuron words at the end of the last tick, 32 hexadecimal digits each */
  readonly pairs: readonly string[];
}

export interface GoldenTick {
  readonly events: readonly number[];
  readonly spikes: readonly number[];
  readonly cycles: number;
}

/** Fields of `cfg` that are registers. */
const fields: Readonly<Record<string, RegisterName>> = {
  ninp: 'NUM_INP_NEUR',
  nrec: 'NUM_REC_NEUR',
  nout: 'NUM_OUT_NEUR',
  rst: 'RST_MODE',
  eprop: 'DO_EPROP',
  fwi: 'FP_LOC_WINP',
  fwr: 'FP_LOC_WREC',
  fwo: 'FP_LOC_WOUT',
  fti: 'FP_LOC_TINP',
  ftr: 'FP_LOC_TREC',
  fto: 'FP_LOC_TOUT',
  lss: 'LEARN_SIG_SCALE',
  rm: 'REGUL_MODE',
  rw: 'REGUL_W',
  sr: 'EN_STOCH_ROUND',
  noise: 'NOISE_EN',
  nstr: 'NOISE_STR',
  kappa: 'KAPPA',
  lri: 'LR_R_WINP',
  lpi: 'LR_P_WINP',
  lrr: 'LR_R_WREC',
  lpr: 'LR_P_WREC',
  lro: 'LR_R_WOUT',
  lpo: 'LR_P_WOUT',
  f0: 'REGUL_F0',
  kir: 'REGUL_K_INP_R',
  kip: 'REGUL_K_INP_P',
  krr: 'REGUL_K_REC_R',
  krp: 'REGUL_K_REC_P',
  kmul: 'REGUL_K_MUL',
};
const seedFields: Readonly<Record<string, RegisterName>> = {
  inp: 'SEED_INP',
  rec: 'SEED_REC',
  out: 'SEED_OUT',
  neur: 'SEED_STRND_NEUR',
  oneur: 'SEED_STRND_ONEUR',
  tinp: 'SEED_STRND_TINP',
  trec: 'SEED_STRND_TREC',
  tout: 'SEED_STRND_TOUT',
  noise: 'SEED_NOISE_NEUR',
};
const thresholds: readonly RegisterName[] = ['THR_H_0', 'THR_H_1', 'THR_H_2', 'THR_H_3'];
const heights: readonly RegisterName[] = ['H_0', 'H_1', 'H_2', 'H_3', 'H_4'];

const WORD = /^[0-9a-f]{32}$/;
/** A tick takes fewer cycles than this. */
const MANY = 2 ** 31;
/** Words of the neuron memory. */
const PAIRS = 128;

/** The path of a field: `file.json: cfg.ninp`. */
const inside = (path: string, name: string): string => (path.endsWith(': ') ? path + name : `${path}.${name}`);

function object(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return raise('ERR_NOT_AN_OBJECT', { path, value: shown(value), expected: '{ … }' });
}

function field(of: Readonly<Record<string, unknown>>, name: string, path: string): unknown {
  if (Object.hasOwn(of, name)) return of[name];
  return raise('ERR_MISSING_FIELD', { path: inside(path, name), expected: 'as the README beside the golden vectors has it' });
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

function integer(value: unknown, path: string, [least, most]: readonly [number, number]): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  return raise('ERR_OUT_OF_RANGE', {
    path,
    value: shown(value),
    bound: `a whole number from ${least} to ${most}`,
    remedy: 'correct the vector',
  });
}

function list<T>(
  value: unknown,
  path: string,
  length: number | readonly [number, number] | undefined,
  each: (item: unknown, path: string) => T,
): readonly T[] {
  if (!Array.isArray(value)) return raise('ERR_WRONG_TYPE', { path, expected: 'an array', value: shown(value) });
  const [least, most] = typeof length === 'number' ? [length, length] : (length ?? [0, value.length]);
  if (value.length < least || value.length > most)
    return raise('ERR_SHAPE', {
      path,
      what: 'an array',
      expected: least === most ? least : `${least} to ${most}`,
      value: value.length,
      remedy: 'give as many as the sizes in cfg ask for',
    });
  return value.map((item, index) => each(item, `${path}[${index}]`));
}

/** Indices below `size`, ascending. */
function indices(value: unknown, path: string, size: number): readonly number[] {
  const found = list(value, path, undefined, (item, at) => integer(item, at, [0, size - 1]));
  for (let k = 1; k < found.length; k++)
    if (found[k]! <= found[k - 1]!)
      return raise('ERR_OUT_OF_RANGE', {
        path: `${path}[${k}]`,
        value: found[k],
        bound: `more than ${found[k - 1]}`,
        remedy: 'list them ascending',
      });
  return found;
}

/** A vector from the JSON value of a file; throws a DescriptionError with the path of the first field that is wrong. */
export function parseGolden(json: unknown, file: string): GoldenVector {
  const path = `${file}: `;
  const vector = object(json, path);
  const cfg = object(field(vector, 'cfg', path), inside(path, 'cfg'));
  const registers = new Map<RegisterName, number>();
  const take = (of: Readonly<Record<string, unknown>>, names: Readonly<Record<string, RegisterName>>, at: string): void => {
    for (const [name, register] of Object.entries(names))
      registers.set(register, integer(field(of, name, at), inside(at, name), registerBounds(register)));
  };
  take(cfg, fields, inside(path, 'cfg'));
  take(object(field(cfg, 'seed', inside(path, 'cfg')), inside(path, 'cfg.seed')), seedFields, inside(path, 'cfg.seed'));
  registers.set('NO_OUT_ACT', 1 - integer(field(cfg, 'act', inside(path, 'cfg')), inside(path, 'cfg.act'), [0, 1]));
  const several = (name: string, of: readonly RegisterName[]): void => {
    list(field(cfg, name, inside(path, 'cfg')), inside(path, `cfg.${name}`), of.length, (item, at) =>
      integer(item, at, registerBounds(of[0]!)),
    ).forEach((value, k) => {
      registers.set(of[k]!, value);
    });
  };
  several('H', thresholds);
  several('h', heights);

  const size = {
    inputs: registers.get('NUM_INP_NEUR')! + 1,
    neurons: registers.get('NUM_REC_NEUR')! + 1,
    outputs: registers.get('NUM_OUT_NEUR')! + 1,
  };
  const pairs = [(size.neurons + 1) >> 1, PAIRS] as const;
  const weight = (item: unknown, at: string): number => integer(item, at, [-128, 127]);
  const matrix = (of: Readonly<Record<string, unknown>>, name: string, at: string, rows: number, columns: number) =>
    list(field(of, name, at), inside(at, name), rows, (row, rowAt) => list(row, rowAt, columns, weight));
  const weights = (of: Readonly<Record<string, unknown>>, at: string): Weights => ({
    input: matrix(of, 'wInp', at, size.inputs, size.neurons),
    recurrent: matrix(of, 'wRec', at, size.neurons, size.neurons),
    output: matrix(of, 'wOut', at, size.neurons, size.outputs),
  });
  const tick = (value: unknown, at: string): GoldenTick => {
    const entry = object(value, at);
    return {
      events: indices(field(entry, 'ev', at), `${at}.ev`, size.inputs),
      spikes: indices(field(entry, 'spk', at), `${at}.spk`, size.neurons),
      cycles: integer(field(entry, 'clk', at), `${at}.clk`, [0, MANY]),
    };
  };
  const word = (value: unknown, at: string): string =>
    typeof value === 'string' && WORD.test(value)
      ? value
      : raise('ERR_WRONG_TYPE', { path: at, expected: '32 hexadecimal digits', value: shown(value) });
  const sample = (value: unknown, at: string): GoldenSample => {
    const entry = object(value, at);
    const end = object(field(entry, 'end', at), `${at}.end`);
    return {
      label: integer(field(entry, 'label', at), `${at}.label`, [0, OUTPUTS - 1]),
      targetFromTick: integer(field(entry, 'targetFromTick', at), `${at}.targetFromTick`, [0, MANY]),
      ticks: list(field(entry, 'ticks', at), `${at}.ticks`, undefined, tick),
      pairs: list(field(end, 'pairs', `${at}.end`), `${at}.end.pairs`, pairs, word),
    };
  };
  return {
    registers,
    alpha: list(field(vector, 'alpha', path), inside(path, 'alpha'), pairs, (item, at) => integer(item, at, [0x7000, 0x8fff])),
    threshold: integer(field(vector, 'thr', path), inside(path, 'thr'), [-0x8000, 0x7fff]),
    weights: weights(vector, path),
    samples: list(field(vector, 'samples', path), inside(path, 'samples'), undefined, sample),
    end: weights(object(field(vector, 'end', path), inside(path, 'end')), inside(path, 'end')),
  };
}
