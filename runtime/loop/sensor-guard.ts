import { raise } from '../errors.ts';
import { fieldsOf, type State, type Stateful } from '../record/state.ts';
import { createHold, isValid, lengthOf, type Sample, spread } from './sample.ts';

/** One limit for every number of a sample, or one for each. */
type Each<T> = T | readonly T[];

/**
 * What is believed of a sensor, and what is done without it. Every limit may be left out, and is then not looked at; samples that are not finite, or
 * of another length than the first good one, are never believed. What is bad is replaced by the last good sample, then by `safe`.
 */
export interface SensorLimits<S extends Sample> {
  /** numbers of a sample; default as many as `safe` has, or the first good one */
  readonly length?: number;
  /** lowest and highest value, both believed */
  readonly range?: readonly [low: number, high: number] | readonly (readonly [low: number, high: number])[];
  /** largest change from the last good sample, for each tick since */
  readonly maxChange?: Each<number>;
  /** samples after which a number that is ever the same is stuck, itself counted; Infinity for one that may be */
  readonly stuckTicks?: Each<number>;
  /** ticks without a sample after which the sensor is silent; fewer are only missing */
  readonly silentTicks?: number;
  /** ticks for which the last good sample stands in, then `safe` does; default for ever */
  readonly holdTicks?: number;
  /** the sample before the first good one (default: an input of 0) and after `holdTicks` */
  readonly safe?: S;
  /** ticks since the last good sample after which the sensor is *out*: actuators go to their safe state. Until its first good samples it is, too */
  readonly outTicks?: number;
  /** good samples in a row after which it is back, default 1 */
  readonly rearmTicks?: number;
}

/** Ticks by what was wrong with their sample, since the stage was made. A tick is counted under the first of these that it meets. */
export interface GuardReport {
  /** ticks for which the sensor had none */
  readonly missing: number;
  /** of a missing sample too, when there was none for `silentTicks` */
  readonly silent: number;
  readonly length: number;
  /** samples that were not finite numbers */
  readonly invalid: number;
  readonly range: number;
  readonly change: number;
  readonly stuck: number;
  /** ticks that got the last good sample, and those that got the safe one */
  readonly held: number;
  readonly safe: number;
  /** how often the sensor was out, its start not counted, and ticks so long */
  readonly outs: number;
  readonly outTicks: number;
}

export type MutableGuardReport = { -readonly [Key in keyof GuardReport]: GuardReport[Key] };

export const noFaults = (): MutableGuardReport => ({
  missing: 0,
  silent: 0,
  length: 0,
  invalid: 0,
  range: 0,
  change: 0,
  stuck: 0,
  held: 0,
  safe: 0,
  outs: 0,
  outTicks: 0,
});

/** Judges the samples of one pipe. */
export interface Guard<S extends Sample> extends Stateful {
  /** whether the sensor is out, after the tick judged last */
  readonly out: boolean;
  /** what the network is given at `tick`: the sample, if it is good, or what stands in; undefined where nothing does */
  judge(sample: S | undefined, tick: number): S | undefined;
}

const remedy = 'correct the limit of the sensor';

function requireTicks(path: string, value: number | undefined): void {
  if (value === undefined || value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && value >= 1)) return;
  raise('ERR_OUT_OF_RANGE', { path, bound: 'a whole number ≥ 1', value, remedy });
}

function requireEach<T>(path: string, bound: string, each: Each<T>, length: number | undefined, holds: (limit: T) => boolean): void {
  const limits: readonly T[] = Array.isArray(each) ? each : [each as T];
  if (!limits.every(holds)) raise('ERR_OUT_OF_RANGE', { path, bound, value: JSON.stringify(each), remedy });
  if (!Array.isArray(each) || each.length === length) return;
  raise('ERR_SHAPE', { path, what: 'limits', expected: length ?? 'limits.length, which must be given,', value: each.length, remedy });
}

type Range = readonly [number, number];
const isRange = (range: Range | readonly Range[]): range is Range => typeof range[0] === 'number';

/** Throws a DescriptionError with the path of the limit that makes no sense. */
export function checkLimits<S extends Sample>(limits: SensorLimits<S>, path: string): void {
  const { range, maxChange, stuckTicks, safe, holdTicks } = limits;
  const length = limits.length ?? (safe === undefined ? undefined : lengthOf(safe));
  requireTicks(`${path}.length`, limits.length);
  for (const name of ['silentTicks', 'holdTicks', 'outTicks', 'rearmTicks'] as const) requireTicks(`${path}.${name}`, limits[name]);
  if (range !== undefined) {
    const each: Each<Range> = isRange(range) ? [range] : range;
    requireEach(`${path}.range`, '[low, high] with low ≤ high', each, isRange(range) ? 1 : length, ([low, high]) => low <= high);
  }
  if (maxChange !== undefined) requireEach(`${path}.maxChange`, '> 0', maxChange, length, (limit) => limit > 0);
  if (stuckTicks !== undefined) requireEach(`${path}.stuckTicks`, '≥ 2', stuckTicks, length, (limit) => limit >= 2);
  if (safe === undefined) {
    if (holdTicks !== undefined && holdTicks !== Number.POSITIVE_INFINITY)
      raise('ERR_MISSING_FIELD', { path: `${path}.safe`, expected: 'the sample that the network is given after holdTicks' });
  } else if (lengthOf(safe) !== length || !isValid(safe))
    raise('ERR_SHAPE', { path: `${path}.safe`, what: 'finite numbers', expected: length, value: JSON.stringify(safe), remedy });
}

/** The limits of every number, and what is known of it. */
interface Channels {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly maxChange: Float64Array;
  readonly stuckTicks: Float64Array;
  /** the sample that is judged */
  readonly sample: Float64Array;
  /** of the last good sample */
  readonly good: Float64Array;
  /** of the last sample, good or not, and for how many it has been so */
  readonly previous: Float64Array;
  readonly run: Float64Array;
}

function createChannels({ range, maxChange, stuckTicks }: SensorLimits<Sample>, length: number): Channels {
  const never = Number.POSITIVE_INFINITY;
  const each = (limit: (index: number) => number): Float64Array => Float64Array.from({ length }, (_, index) => limit(index));
  const rangeOf = (index: number): Range => (range === undefined ? [-never, never] : isRange(range) ? range : range[index]!);
  const limitOf = (limits: Each<number>, index: number): number => (typeof limits === 'number' ? limits : limits[index]!);
  return {
    low: each((index) => rangeOf(index)[0]),
    high: each((index) => rangeOf(index)[1]),
    maxChange: each((index) => limitOf(maxChange ?? never, index)),
    stuckTicks: each((index) => limitOf(stuckTicks ?? never, index)),
    sample: new Float64Array(length),
    // Nothing is far from NaN, and nothing like it.
    good: new Float64Array(length).fill(Number.NaN),
    previous: new Float64Array(length).fill(Number.NaN),
    run: new Float64Array(length),
  };
}

type Verdict = 'good' | Exclude<keyof GuardReport, 'silent' | 'held' | 'safe' | 'outs' | 'outTicks'>;

/** Looks at every number, that all runs go on; the first fault of the order range, change, stuck is the sample's. */
function compare({ sample, low, high, maxChange, stuckTicks, good, previous, run }: Channels, elapsed: number): Verdict {
  let outside = false;
  let jumps = false;
  let stays = false;
  for (let index = 0; index < low.length; index++) {
    const value = sample[index]!;
    run[index] = value === previous[index]! ? run[index]! + 1 : 1;
    previous[index] = value;
    const change = value - good[index]!;
    if (value < low[index]! || value > high[index]!) outside = true;
    if ((change < 0 ? -change : change) > maxChange[index]! * elapsed) jumps = true;
    if (run[index]! >= stuckTicks[index]!) stays = true;
  }
  return outside ? 'range' : jumps ? 'change' : stays ? 'stuck' : 'good';
}

/** Counts go to `report`, which outlives a pipe. The tick allocates nothing, once a sample has said how long it is. */
export function createGuard<S extends Sample>(limits: SensorLimits<S>, report: MutableGuardReport): Guard<S> {
  const { safe, outTicks, silentTicks = Number.POSITIVE_INFINITY, holdTicks = Number.POSITIVE_INFINITY, rearmTicks = 1 } = limits;
  const length = limits.length ?? (safe === undefined ? undefined : lengthOf(safe));
  const hold = createHold<S>();
  let channels = length === undefined ? undefined : createChannels(limits, length);
  let started = false;
  /** ticks of the last good sample and of the last sample; before there was one, the tick before the first */
  let goodAt = 0;
  let heardAt = 0;
  let out = outTicks !== undefined;
  let goodRun = 0;

  const verdictOn = (sample: S | undefined, tick: number): Verdict => {
    if (sample === undefined) return 'missing';
    if (channels !== undefined && lengthOf(sample) !== channels.good.length) return 'length';
    if (!isValid(sample)) return 'invalid';
    channels ??= createChannels(limits, lengthOf(sample));
    // One kind of array from here on: a number that may be one of an array or stand alone would be a new object in every tick.
    spread(sample, channels.sample);
    return compare(channels, tick - goodAt);
  };

  const accept = (sample: S, tick: number): void => {
    hold.keep(sample);
    channels!.good.set(channels!.sample);
    goodAt = tick;
    goodRun++;
    if (goodRun >= rearmTicks) out = false;
  };

  const refuse = (tick: number): void => {
    goodRun = 0;
    if (out || outTicks === undefined || tick - goodAt < outTicks) return;
    out = true;
    report.outs++;
  };

  const standIn = (tick: number): S | undefined => {
    if (hold.sample !== undefined && tick - goodAt <= holdTicks) {
      report.held++;
      return hold.sample;
    }
    if (safe !== undefined) report.safe++;
    return safe;
  };

  return {
    get out() {
      return out;
    },
    judge(sample, tick) {
      if (!started) {
        started = true;
        goodAt = tick - 1;
        heardAt = tick - 1;
      }
      const verdict = verdictOn(sample, tick);
      if (sample !== undefined) heardAt = tick;
      else if (tick - heardAt >= silentTicks) report.silent++;
      if (verdict === 'good') accept(sample!, tick);
      else {
        report[verdict]++;
        refuse(tick);
      }
      if (out) report.outTicks++;
      return verdict === 'good' ? hold.sample : standIn(tick);
    },
    state: () => ({
      held: (hold.sample ?? null) as State,
      numbers: channels === undefined ? null : { good: channels.good, previous: channels.previous, run: channels.run },
      started,
      goodAt,
      heardAt,
      out,
      goodRun,
    }),
    restore(state) {
      const saved = fieldsOf(state, 'guard');
      const held = saved.any('held');
      if (held !== null) hold.keep(held as S);
      const numbers = saved.any('numbers');
      if (numbers !== null) {
        const each = fieldsOf(numbers, 'guard.numbers');
        channels ??= createChannels(limits, each.numbers('good', Float64Array).length);
        for (const name of ['good', 'previous', 'run'] as const) each.into(name, channels[name]);
      }
      started = saved.boolean('started');
      goodAt = saved.number('goodAt');
      heardAt = saved.number('heardAt');
      out = saved.boolean('out');
      goodRun = saved.number('goodRun');
    },
  };
}
