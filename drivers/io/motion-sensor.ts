import { Observable } from 'rxjs';
import { type Ms, raise } from '../../runtime/index.ts';
import type { IoBoard } from './board.ts';

export interface MotionSensorOptions {
  /** on the I2C bus: 0x68 (104), or 0x69 where its pin AD0 is high; default 0x68 */
  readonly address?: number;
  /** time between two readings; default 20 ms. One takes 6 ms of a line of 57,600 baud. */
  readonly intervalMs?: Ms;
}

/** What an inertial sensor says of itself. One object for all readings, valid until the next. */
export interface MotionReading {
  /** g along x, y and z: what holds it against gravity too */
  readonly acceleration: Float64Array;
  /** °/s about x, y and z */
  readonly rotation: Float64Array;
}

/** Of the smallest ranges, which it has after power-on: ±2 g and ±250 °/s (register map 4.17, 4.19). */
const PER_G = 16384;
const PER_DEGREE_PER_SECOND = 131;
const axes = ['x', 'y', 'z'] as const;

/**
 * Every reading of an MPU-6050 when it comes, by the driver of johnny-five's `IMU`. Fails with the fault of the board, completes when that is closed. A chip
 * that does not answer says nothing.
 */
export function motionReadings(board: IoBoard, { address = 0x68, intervalMs = 20 }: MotionSensorOptions = {}): Observable<MotionReading> {
  if (!(intervalMs > 0 && Number.isFinite(intervalMs)))
    raise('ERR_OUT_OF_RANGE', { path: 'motionSensor.intervalMs', bound: '> 0', value: intervalMs, remedy: 'give a time in ms' });
  if (address !== 0x68 && address !== 0x69)
    raise('ERR_OUT_OF_RANGE', {
      path: 'motionSensor.address',
      bound: '104 or 105',
      value: address,
      remedy: 'its pin AD0 decides which of them',
    });
  // Not the IMU itself: its timer outlives the board, it smooths over five readings, and takes the first hundred for a state of rest.
  const driver = board.component(`I2C ${address}`, 'an MPU-6050', ({ IMU }, raw) => IMU.Drivers.get(raw, 'MPU6050', { address }));
  board.sampleEvery(intervalMs);
  return new Observable<MotionReading>((subscriber) => {
    const reading: MotionReading = { acceleration: new Float64Array(3), rotation: new Float64Array(3) };
    const take = (value: unknown): void => {
      const { accelerometer, gyro } = value as { readonly accelerometer: Axes; readonly gyro: Axes };
      for (const [k, axis] of axes.entries()) {
        reading.acceleration[k] = accelerometer[axis] / PER_G;
        reading.rotation[k] = gyro[axis] / PER_DEGREE_PER_SECOND;
      }
      subscriber.next(reading);
    };
    driver.on('data', take);
    subscriber.add(() => driver.removeListener('data', take));
    subscriber.add(board.faults$.subscribe({ next: (fault) => subscriber.error(fault), complete: () => subscriber.complete() }));
  });
}

type Axes = Readonly<Record<(typeof axes)[number], number>>;
