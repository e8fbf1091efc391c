import { AssertionError } from 'node:assert';
import type { ErrorCode } from '../../runtime/index.ts';
import type { Evidence } from './evidence.ts';

function fail(message: string, actual?: unknown, expected?: unknown): never {
  throw new AssertionError({ message, actual, expected, operator: 'hil' });
}

/** The value below which the share `q` of the sorted values lies. */
const quantile = (sorted: readonly number[], q: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]!;

/** Claims about what was seen of a device. Each throws an AssertionError that says what was claimed and what was seen. */
export class Checks {
  readonly #seen: Evidence;

  constructor(evidence: Evidence) {
    this.#seen = evidence;
  }

  /** The neurons that spiked in a tick, exactly. */
  spikes(tick: number, addresses: readonly number[]): void {
    const seen = this.#seen.ticks.get(tick)?.spikes;
    if (seen === undefined) fail(`tick ${tick} was to be answered with spikes of [${addresses}], it was not answered`);
    if (seen.length !== addresses.length || seen.some((one, i) => one !== addresses[i]))
      fail(`tick ${tick} was to be answered with spikes of [${addresses}], got [${seen}]`, seen, addresses);
  }

  /** Spikes of one neuron, or of all, in ticks [from, to). */
  spikeCount(range: { readonly from: number; readonly to: number; readonly neuron?: number }, atLeast: number, atMost = atLeast): number {
    let count = 0;
    for (let tick = range.from; tick < range.to; tick++) {
      const spikes = this.#seen.ticks.get(tick)?.spikes ?? [];
      count += range.neuron === undefined ? spikes.length : spikes.filter((one) => one === range.neuron).length;
    }
    const what = range.neuron === undefined ? 'spikes' : `spikes of neuron ${range.neuron}`;
    if (count < atLeast || count > atMost)
      fail(`${atLeast} to ${atMost} ${what} in ticks ${range.from} to ${range.to - 1} required, got ${count}`, count, atLeast);
    return count;
  }

  /** At least this share of the ticks that the board took was answered. */
  answered(share = 1): number {
    const taken = [...this.#seen.ticks.values()].filter((tick) => tick.taken);
    const answered = taken.filter(({ spikes }) => spikes !== undefined).length;
    if (taken.length === 0 || answered < share * taken.length)
      fail(`${100 * share} % of ${taken.length} ticks were to be answered, got ${answered}`, answered, taken.length);
    return answered / taken.length;
  }

  /** From the input of a tick to its answer, ms, at the host. Returns the figures. */
  latency(limits: { readonly p50?: number; readonly p99?: number; readonly max?: number }): { p50: number; p99: number; max: number } {
    const took: number[] = [];
    for (const { sentMs, answeredMs } of this.#seen.ticks.values()) if (answeredMs !== undefined) took.push(answeredMs - sentMs);
    if (took.length === 0) return fail('a latency needs a tick that was answered, got none');
    took.sort((a, b) => a - b);
    const seen = { p50: quantile(took, 0.5), p99: quantile(took, 0.99), max: took.at(-1)! };
    for (const name of ['p50', 'p99', 'max'] as const) {
      const limit = limits[name];
      if (limit !== undefined && seen[name] > limit)
        fail(`latency ${name} ≤ ${limit} ms required, got ${seen[name]} ms`, seen[name], limit);
    }
    return seen;
  }

  /** The level of a pin now. */
  pin(name: string, level: number): void {
    const levels = this.#seen.device.pins?.() ?? {};
    if (levels[name] !== level)
      fail(`pin ${name} at ${level} required, got ${levels[name] ?? `none of ${Object.keys(levels)}`}`, levels[name], level);
  }

  /** A pin took a level within `ms` after `since`; returns after how long. */
  pinWithin(name: string, level: number, since: number, ms: number): number {
    const found = this.#seen.pins.find((change) => change.pin === name && change.level === level && change.ms >= since);
    if (found === undefined || found.ms - since > ms)
      return fail(`pin ${name} at ${level} within ${ms} ms required, got ${found === undefined ? 'never' : `${found.ms - since} ms`}`);
    return found.ms - since;
  }

  safe(): void {
    if (this.#seen.safe !== true) fail(`safe outputs required, got ${this.#seen.safe === undefined ? 'nothing known' : 'others'}`);
  }

  /** The outputs were safe at `since` or within `ms` after it; returns after how long. */
  safeWithin(since: number, ms: number): number {
    const before = this.#seen.safety.findLast((change) => change.ms <= since);
    if (before?.safe === true) return 0;
    const found = this.#seen.safety.find((change) => change.safe && change.ms > since);
    if (found === undefined || found.ms - since > ms)
      return fail(`safe outputs within ${ms} ms required, got ${found === undefined ? 'never' : `${(found.ms - since).toFixed(1)} ms`}`);
    return found.ms - since;
  }

  /** There was a fault of this code; returns when. */
  fault(code: ErrorCode): number {
    const found = this.#seen.faults.find(({ error }) => error.code === code);
    if (found === undefined) {
      const seen = this.#seen.faults.map(({ error }) => error.code);
      return fail(`a fault ${code} required, got ${seen.join(', ') || 'none'}`, seen, code);
    }
    return found.ms;
  }

  noFaults(): void {
    const { faults } = this.#seen;
    if (faults.length > 0) fail(`no fault required, got ${faults.map(({ ms, error }) => `${error.code} at ${ms} ms`).join(', ')}`);
  }

  /** The board's memory is, by its own check sums, what the host believes. */
  async weights(): Promise<void> {
    if (!(await this.#seen.board.verify())) fail('the weights of the board must be those that were sent');
  }
}
