import { Observable, Subject, share } from 'rxjs';
import { type Ms, raise } from '../../runtime/index.ts';
import type { IoBoard, Pin } from './board.ts';

export interface AnalogSensorOptions {
  /** `'A0'` on an Arduino */
  readonly pin: Pin;
  /** time between two values; default 20 ms. Firmata samples every 10 ms at best. */
  readonly intervalMs?: Ms;
}

/**
 * Every reading of an analog input when it comes, as a number from 0 to 1. Fails with the fault of the board, completes when that is closed. A pin has one
 * reader: plugins cannot take a handler away.
 */
export function analogReadings(board: IoBoard, { pin, intervalMs = 20 }: AnalogSensorOptions): Observable<number> {
  if (!(intervalMs > 0 && Number.isFinite(intervalMs)))
    raise('ERR_OUT_OF_RANGE', { path: 'analogSensor.intervalMs', bound: '> 0', value: intervalMs, remedy: 'give a time in ms' });
  const readings = new Subject<number>();
  const full = board.raw.RESOLUTION.ADC ?? 1023;
  // Not johnny-five's Sensor: that one goes on emitting its last value when the board is silent, and collects readings without
  // bound while nobody asks for them.
  board.component(pin, 'an analog input', ({ Board }, raw) => {
    const { io } = board;
    const { pin: channel } = Board.Pins.normalize({ pin }, raw);
    // Firmata counts analog channels, plugins count pins.
    const known = io.name === 'Firmata' ? io.analogPins[channel as number] !== undefined : raw.pins.isAnalog(channel);
    if (!known) throw new Error('it has no analog mode');
    io.pinMode(channel, io.MODES.ANALOG);
    io.analogRead(channel, (value) => readings.next(Math.min(1, Math.max(0, value / full))));
  });
  board.sampleEvery(intervalMs);
  board.faults$.subscribe({ next: (fault) => readings.error(fault), complete: () => readings.complete() });
  return readings.asObservable();
}

/**
 * An analog input as numbers from 0 to 1: every `intervalMs` the mean of what was read since the last value, and none when nothing was
 * read, so that `latest(…, { staleTicks })` sees a silent board. Fails with the fault of the board, completes when that is closed.
 */
export function analogSensor(board: IoBoard, options: AnalogSensorOptions): Observable<number> {
  const { intervalMs = 20 } = options;
  const readings$ = analogReadings(board, options);
  return new Observable<number>((subscriber) => {
    let sum = 0;
    let count = 0;
    subscriber.add(
      readings$.subscribe({
        next(value) {
          sum += value;
          count++;
        },
        error: (fault) => subscriber.error(fault),
        complete: () => subscriber.complete(),
      }),
    );
    const timer = setInterval(() => {
      if (count === 0) return;
      const mean = sum / count;
      sum = 0;
      count = 0;
      subscriber.next(mean);
    }, intervalMs);
    subscriber.add(() => clearInterval(timer));
  }).pipe(share());
}
