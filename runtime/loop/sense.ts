import type { Observable, Subscription } from 'rxjs';
import { raise } from '../errors.ts';
import { fieldsOf, type State, type Stateful } from '../record/state.ts';
import { type Stage, stage } from './frames.ts';
import { createHold, isValid, type Sample } from './sample.ts';
import { once, rowsOf, tapeOf } from './tapes.ts';

/** Turns samples into what a source population receives. One that has no `state` is taken to remember nothing. */
export interface Encoder<S extends Sample> extends Partial<Stateful> {
  /** size of the population */
  readonly size: number;
  /** writes every element of `into`; called once a tick, in order, with finite samples only */
  encode(sample: S, into: Float32Array, tick: number): void;
  /** forgets all earlier samples */
  reset(): void;
}

/** Where samples come from: asked once a tick, never waited for. */
export interface Sensor<S extends Sample> {
  /** the sample of a tick, or undefined when there is none */
  read(tick: number): S | undefined;
  /** called before the first and after the last read of a pipe */
  open?(): void;
  close?(): void;
}

/** Ticks without a good sample: their input was made from the last good one. */
export interface SensorReport {
  /** samples that were not finite numbers */
  readonly invalid: number;
  /** ticks for which the sensor had none */
  readonly missing: number;
}

/** Its state is that of the latest pipe, encoder included; restored, the next pipe goes on from there. */
export interface SenseStage extends Stage, Stateful {
  /** counts since the stage was made */
  report(): SensorReport;
}

/**
 * Encodes one sample a tick into the input tape of `population`. A sample that is missing or not finite is replaced by the last good
 * one and counted; before the first good one the input is 0.
 */
export function sense<S extends Sample>(sensor: Sensor<S>, encoder: Encoder<S>, population: string): SenseStage {
  const report = { invalid: 0, missing: 0 };
  let hold = createHold<S>();
  let restored: State | undefined;
  const operator = stage(() => {
    hold = createHold<S>();
    const own = hold;
    const bind = once((executable) => {
      const tape = tapeOf(executable, population, 'input', 'sense.population');
      if (tape.columns !== encoder.size) {
        raise('ERR_SHAPE', {
          path: `populations.${population}.size`,
          what: 'an encoder',
          expected: tape.columns,
          value: encoder.size,
          remedy: 'give encoder and population the same size',
        });
      }
      return rowsOf(executable, tape);
    });
    encoder.reset();
    if (restored !== undefined) {
      const saved = fieldsOf(restored, `sense.${population}`);
      const held = saved.any('held');
      if (held !== null) own.keep(held as S);
      encoder.restore?.(saved.any('encoder'));
      restored = undefined;
    }
    sensor.open?.();
    return {
      step({ tick, ticks, executable }) {
        const rows = bind(executable);
        for (let row = 0; row < ticks; row++) {
          const sample = sensor.read(tick + row);
          if (sample === undefined) report.missing++;
          else if (isValid(sample)) own.keep(sample);
          else report.invalid++;
          const good = own.sample;
          if (good === undefined) rows[row]!.fill(0);
          else encoder.encode(good, rows[row]!, tick + row);
        }
      },
      close: () => sensor.close?.(),
    };
  });
  return Object.assign(operator, {
    report: () => ({ ...report }),
    state: () => ({ ...report, held: (hold.sample ?? null) as State, encoder: encoder.state?.() ?? null }),
    restore(state: State) {
      const saved = fieldsOf(state, `sense.${population}`);
      report.invalid = saved.number('invalid');
      report.missing = saved.number('missing');
      restored = state;
    },
  });
}

export interface LatestOptions {
  /** ticks after which a sample that nothing has followed counts as missing; default never */
  readonly staleTicks?: number;
}

/**
 * A stream as a sensor: the latest value, whenever it came. It subscribes while a pipe runs. A stream that fails or ends does not end
 * the pipe: after an error its samples are missing, after completion the last one stays.
 */
export function latest<S extends Sample>(source$: Observable<S>, { staleTicks = Number.POSITIVE_INFINITY }: LatestOptions = {}): Sensor<S> {
  let value: S | undefined;
  let fresh = false;
  let freshTick = 0;
  let subscription: Subscription | undefined;
  return {
    open() {
      value = undefined;
      fresh = false;
      subscription = source$.subscribe({
        next(sample) {
          value = sample;
          fresh = true;
        },
        error() {
          value = undefined;
        },
      });
    },
    read(tick) {
      if (fresh) {
        fresh = false;
        freshTick = tick;
      }
      return tick - freshTick > staleTicks ? undefined : value;
    },
    close: () => subscription?.unsubscribe(),
  };
}
