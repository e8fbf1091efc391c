import type { Observable, Subscription } from 'rxjs';
import { raise } from '../errors.ts';
import { fieldsOf, type State, type Stateful } from '../record/state.ts';
import { inhibit, type Stage, stage } from './frames.ts';
import type { Sample } from './sample.ts';
import { checkLimits, createGuard, type GuardReport, noFaults, type SensorLimits } from './sensor-guard.ts';
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

/** Counts of the guard, and of what it let through. */
export interface SensorReport extends GuardReport {
  /** ticks whose sample was good, but whose encoding was no finite float32: their input was 0 */
  readonly encoded: number;
}

/** Its state is that of the latest pipe, encoder included; restored, the next pipe goes on from there. */
export interface SenseStage extends Stage, Stateful {
  /** counts since the stage was made */
  report(): SensorReport;
}

const isFiniteRow = (row: Float32Array): boolean => {
  for (let index = 0; index < row.length; index++) if (!Number.isFinite(row[index]!)) return false;
  return true;
};

/**
 * Encodes one sample a tick into the input tape of `population`. What `limits` do not believe, the encoder never sees; while the sensor is out, the
 * frame is inhibited, so that actuators are in their safe state. Nothing that is not finite reaches the network.
 */
export function sense<S extends Sample>(
  sensor: Sensor<S>,
  encoder: Encoder<S>,
  population: string,
  limits: SensorLimits<S> = {},
): SenseStage {
  checkLimits(limits, `sense(${population})`);
  const report = { ...noFaults(), encoded: 0 };
  let guard = createGuard(limits, report);
  let restored: State | undefined;
  const operator = stage(() => {
    const own = createGuard(limits, report);
    guard = own;
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
      own.restore(saved.any('guard'));
      encoder.restore?.(saved.any('encoder'));
      restored = undefined;
    }
    sensor.open?.();
    return {
      step(frame) {
        const { tick, ticks } = frame;
        const rows = bind(frame.executable);
        for (let k = 0; k < ticks; k++) {
          const row = rows[k]!;
          const sample = own.judge(sensor.read(tick + k), tick + k);
          if (own.out) inhibit(frame, 'sensor');
          if (sample === undefined) {
            row.fill(0);
            continue;
          }
          encoder.encode(sample, row, tick + k);
          if (isFiniteRow(row)) continue;
          row.fill(0);
          report.encoded++;
        }
      },
      close: () => sensor.close?.(),
    };
  });
  return Object.assign(operator, {
    report: () => ({ ...report }),
    state: () => ({ report: { ...report }, guard: guard.state(), encoder: encoder.state?.() ?? null }),
    restore(state: State) {
      const saved = fieldsOf(fieldsOf(state, `sense.${population}`).any('report'), `sense.${population}.report`);
      for (const count of Object.keys(report) as (keyof typeof report)[]) report[count] = saved.number(count);
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
