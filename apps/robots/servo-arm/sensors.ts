import { map, type Observable } from 'rxjs';
import { analogReadings, type IoBoard, motionReadings } from '../../../drivers/index.ts';
import type { Ms } from '../../../runtime/index.ts';
import { MIDDLE, TURN } from './arm.ts';
import { createInclination } from './inclination.ts';

/** Where an arm is wired. */
export interface Wiring {
  readonly servo: number;
  readonly potentiometer: string;
  /** address of an MPU-6050 on A4 and A5, where it is measured by one */
  readonly imu: number;
}

/** The learner's arm, and that of the control. */
export const wirings: readonly Wiring[] = [
  { servo: 9, potentiometer: 'A0', imu: 0x68 },
  { servo: 10, potentiometer: 'A1', imu: 0x69 },
];

/** A way to measure the angle of an arm. */
export interface AngleSensor {
  /** for a person who looks for a loose wire */
  name(wiring: Wiring): string;
  /** the angle in degrees, each time the board has measured it at `now` */
  angles(board: IoBoard, wiring: Wiring, now: () => Ms): Observable<number>;
}

/** The fastest of Firmata; and two of 35 bytes every 20 ms, which is what the line carries. */
const POTENTIOMETER_EVERY: Ms = 10;
const IMU_EVERY: Ms = 20;

export const sensors = {
  potentiometer: {
    name: ({ potentiometer }) => `potentiometer ${potentiometer}`,
    angles: (board, { potentiometer }) =>
      analogReadings(board, { pin: potentiometer, intervalMs: POTENTIOMETER_EVERY }).pipe(map((share) => share * TURN)),
  },
  imu: {
    name: ({ imu }) => `MPU-6050 at 0x${imu.toString(16)}`,
    angles(board, { imu }, now) {
      const inclination = createInclination(MIDDLE);
      return motionReadings(board, { address: imu, intervalMs: IMU_EVERY }).pipe(map((reading) => inclination.add(reading, now())));
    },
  },
} as const satisfies Readonly<Record<string, AngleSensor>>;

export type Sense = keyof typeof sensors;
