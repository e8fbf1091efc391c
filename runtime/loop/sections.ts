import { tap } from 'rxjs';
import { type Frame, type Stage, stage } from './frames.ts';
import { createHistogram, type Histogram } from './histogram.ts';
import type { Sample } from './sample.ts';
import type { Sensor } from './sense.ts';
import type { Actuator } from './stages.ts';

/** How long a section took in a frame, µs. */
export interface SectionReport {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly worstUs: number;
  /** first tick of the frame with the worst */
  readonly worstTick: number;
}

/**
 * Where the time of a frame goes. At every moment one section runs; what it has taken since the last switch is added to it, and at the end of a frame every section
 * gets one duration. Nothing is allocated in a frame.
 */
export interface Sections {
  /** stands first in the pipe */
  readonly begin: Stage;
  /** stands last: a frame that does not come so far is not counted */
  readonly end: Stage;
  /** the same stage, its time under this name */
  stage(name: string, inner: Stage): Stage;
  /** the same sensor, its reads under a name of their own and not under that of the stage that reads */
  sensor<S extends Sample>(name: string, inner: Sensor<S>): Sensor<S>;
  /** the same actuator, likewise */
  actuator<A, T extends Actuator<A>>(name: string, inner: T): T;
  /** by name, in the order in which they were made; `rest` is what ran between them, `frame` the whole */
  report(): Readonly<Record<string, SectionReport>>;
}

const stampOfNode: Stamp = (into) => {
  into[0] = performance.now();
};

/** Of a section in a frame: what stands still for longer is no measure of it. */
const MOST_US = 2 ** 24;

interface Section {
  readonly name: string;
  readonly histogram: Histogram;
  worstTick: number;
}

/** Writes the time into the first element, monotonic, ms: a number that is returned may be a new object. */
export type Stamp = (into: Float64Array) => void;

/** Sections without a pipe yet. The default stamp leaves the numbers of `performance.now()` on the heap, that of `native` nothing. */
export function createSections(stamp: Stamp = stampOfNode): Sections {
  const sections: Section[] = [];
  const add = (name: string): number => sections.push({ name, histogram: createHistogram(), worstTick: 0 }) - 1;
  const rest = add('rest');
  const whole = add('frame');
  let current = rest;
  /** of this frame, by section, ms */
  let spent = new Float64Array(8);
  const since = new Float64Array(1);
  const time = new Float64Array(1);

  const enter = (section: number): number => {
    stamp(time);
    spent[current] = spent[current]! + (time[0]! - since[0]!);
    since[0] = time[0]!;
    const before = current;
    current = section;
    return before;
  };
  const index = (name: string): number => {
    const known = sections.findIndex((section) => section.name === name);
    const at = known >= 0 ? known : add(name);
    if (at >= spent.length) spent = new Float64Array(2 * spent.length);
    return at;
  };
  // Of whole numbers: one with a fraction that crosses a call may be a new object.
  const count = (section: Section, us: number, tick: number): void => {
    if (us > section.histogram.max()) section.worstTick = tick;
    section.histogram.add(us);
  };

  return {
    begin: stage(() => ({
      step() {
        spent.fill(0);
        current = rest;
        stamp(since);
      },
    })),
    end: stage(() => ({
      step({ tick }: Frame) {
        enter(rest);
        let sum = 0;
        for (let k = 0; k < sections.length; k++) {
          if (k === whole) continue;
          const us = Math.min(MOST_US, spent[k]! * 1000 + 0.5) | 0;
          sum = (sum + us) | 0;
          count(sections[k]!, us, tick);
        }
        count(sections[whole]!, sum, tick);
      },
    })),
    stage(name, inner) {
      const section = index(name);
      const start = (): void => void enter(section);
      const stop = (): void => void enter(rest);
      return (source) => inner(source.pipe(tap(start))).pipe(tap(stop));
    },
    sensor(name, inner) {
      const section = index(name);
      return {
        ...(inner.open === undefined ? {} : { open: () => inner.open!() }),
        ...(inner.close === undefined ? {} : { close: () => inner.close!() }),
        read(tick) {
          const before = enter(section);
          const sample = inner.read(tick);
          enter(before);
          return sample;
        },
      };
    },
    actuator(name, inner) {
      const section = index(name);
      return {
        ...inner,
        apply(action) {
          const before = enter(section);
          inner.apply(action);
          enter(before);
        },
        safe() {
          const before = enter(section);
          inner.safe();
          enter(before);
        },
      };
    },
    report: () =>
      Object.fromEntries(
        [...sections.slice(whole + 1), sections[rest]!, sections[whole]!].map(({ name, histogram, worstTick }) => [
          name,
          { p50Us: histogram.quantile(0.5), p99Us: histogram.quantile(0.99), worstUs: histogram.max(), worstTick },
        ]),
      ),
  };
}
