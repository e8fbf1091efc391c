import { fieldsOf, type State, type Stateful } from '../../runtime/index.ts';

/** Counts of one class against the rest. Precision, recall and F1 are null where they are undefined (0/0). */
export interface Confusion {
  truePositive: number;
  falsePositive: number;
  falseNegative: number;
  trueNegative: number;
}

export const confusion = (): Confusion => ({ truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 0 });

export function count(into: Confusion, predicted: boolean, actual: boolean): void {
  if (predicted) actual ? into.truePositive++ : into.falsePositive++;
  else actual ? into.falseNegative++ : into.trueNegative++;
}

const numbersOf = ({ truePositive, falsePositive, falseNegative, trueNegative }: Confusion): readonly number[] => [
  truePositive,
  falsePositive,
  falseNegative,
  trueNegative,
];
const confusionOf = ([truePositive = 0, falsePositive = 0, falseNegative = 0, trueNegative = 0]: ArrayLike<number> &
  Iterable<number>): Confusion => ({
  truePositive,
  falsePositive,
  falseNegative,
  trueNegative,
});
const beatsOf = (counts: Confusion): number => numbersOf(counts).reduce((sum, value) => sum + value, 0);
const difference = (whole: Confusion, part: Confusion): Confusion => {
  const parts = numbersOf(part);
  return confusionOf(numbersOf(whole).map((value, k) => value - parts[k]!));
};

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
export const precision = ({ truePositive, falsePositive }: Confusion): number | null => ratio(truePositive, truePositive + falsePositive);
export const recall = ({ truePositive, falseNegative }: Confusion): number | null => ratio(truePositive, truePositive + falseNegative);
export const f1 = ({ truePositive, falsePositive, falseNegative }: Confusion): number | null =>
  ratio(2 * truePositive, 2 * truePositive + falsePositive + falseNegative);

export interface RecordScore {
  readonly record: string;
  readonly beats: number;
  readonly pvc: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly f1First5Min: number | null;
  readonly f1Rest: number | null;
}

/** One decided beat, as the scores see it. */
export interface Decision {
  readonly record: string;
  readonly atSecond: number;
  readonly predicted: boolean;
  readonly actual: boolean;
}

/** Decisions that are kept, one by one: more than the bundled records have. What is older is only counted, in blocks, so that a stream without end takes no memory. */
const KEPT = 16384;
const BLOCK = 2048;
/** Seconds of a record that are scored apart. */
const EARLY = 300;

/** Scores of a stream of decisions, by record, exact however long it is; `between` scores any stretch of one record, of the decisions that are kept. */
export interface Score extends Stateful {
  /** a record runs: it has a row from now on, even if none of its beats is scored */
  begin(record: string): void;
  add(record: string, atSecond: number, predicted: boolean, actual: boolean): void;
  records(): RecordScore[];
  /** mean F1 of all records but the first of the stream; records without a defined F1 are left out; null if none is left */
  meanF1(): number | null;
  /** F1 of a record so far */
  running(record: string): number | null;
  between(record: string, fromSecond: number, toSecond: number): number | null;
  /** the newest, oldest first */
  readonly decisions: readonly Decision[];
  /** how many there were */
  readonly decided: number;
}

export function createScore(): Score {
  const decisions: Decision[] = [];
  const names: string[] = [];
  /** by record: all that was decided, and what of it was decided early */
  const live = new Map<string, Confusion>();
  const early = new Map<string, Confusion>();
  const tally = (record: string, from: number, to: number): Confusion => {
    const result = confusion();
    for (const decision of decisions) {
      if (decision.record === record && decision.atSecond >= from && decision.atSecond < to)
        count(result, decision.predicted, decision.actual);
    }
    return result;
  };
  const records = (): RecordScore[] =>
    names.map((record) => {
      const [all, first] = [live.get(record)!, early.get(record)!];
      return {
        record,
        beats: beatsOf(all),
        pvc: all.truePositive + all.falseNegative,
        precision: precision(all),
        recall: recall(all),
        f1: f1(all),
        f1First5Min: f1(first),
        f1Rest: f1(difference(all, first)),
      };
    });
  const begin = (record: string): void => {
    if (live.has(record)) return;
    names.push(record);
    live.set(record, confusion());
    early.set(record, confusion());
  };
  const add = (record: string, atSecond: number, predicted: boolean, actual: boolean): void => {
    begin(record);
    count(live.get(record)!, predicted, actual);
    if (atSecond < EARLY) count(early.get(record)!, predicted, actual);
    decisions.push({ record, atSecond, predicted, actual });
    if (decisions.length >= KEPT + BLOCK) decisions.splice(0, BLOCK);
  };
  return {
    begin,
    add,
    records,
    meanF1() {
      const scores = records()
        .slice(1)
        .map((record) => record.f1)
        .filter((value) => value !== null);
      return scores.length === 0 ? null : scores.reduce((sum, value) => sum + value, 0) / scores.length;
    },
    running: (record) => {
      const so = live.get(record);
      return so === undefined ? null : f1(so);
    },
    between: (record, from, to) => f1(tally(record, from, to)),
    decisions,
    get decided() {
      return [...live.values()].reduce((sum, all) => sum + beatsOf(all), 0);
    },
    state: () => ({
      names,
      totals: Uint32Array.from(names.flatMap((name) => [...numbersOf(live.get(name)!), ...numbersOf(early.get(name)!)])),
      record: Uint32Array.from(decisions, ({ record }) => names.indexOf(record)),
      atSecond: Float64Array.from(decisions, ({ atSecond }) => atSecond),
      outcome: Uint8Array.from(decisions, ({ predicted, actual }) => (predicted ? 2 : 0) + (actual ? 1 : 0)),
    }),
    restore(state: State) {
      const saved = fieldsOf(state, 'score');
      const record = saved.numbers('record', Uint32Array);
      const atSecond = saved.numbers('atSecond', Float64Array);
      const outcome = saved.numbers('outcome', Uint8Array);
      decisions.length = 0;
      names.length = 0;
      live.clear();
      early.clear();
      const known = saved.list('names').map(String);
      for (const name of known) begin(name);
      for (const [k, index] of record.entries())
        decisions.push({
          ...{ record: known[index]!, atSecond: atSecond[k]! },
          ...{ predicted: (outcome[k]! & 2) !== 0, actual: (outcome[k]! & 1) !== 0 },
        });
      const totals = saved.numbers('totals', Uint32Array);
      for (const [k, name] of known.entries()) {
        Object.assign(live.get(name)!, confusionOf(totals.subarray(8 * k, 8 * k + 4)));
        Object.assign(early.get(name)!, confusionOf(totals.subarray(8 * k + 4, 8 * k + 8)));
      }
    },
  };
}
