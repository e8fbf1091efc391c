import { type Actuator, raise, type Sample } from '../../runtime/index.ts';
import type { IoBoard, Pin } from './board.ts';
import { type OutputOptions, output } from './output.ts';

export interface ServoOptions extends OutputOptions {
  readonly pin: Pin;
  /** the angles that the mechanics allow, degrees within 0…180; an action beyond them is limited; default all */
  readonly range?: readonly [low: number, high: number];
  /** where it hurts nobody: taken when opened, at the end of a pipe, at a fault and when the board is closed; default the middle */
  readonly safeDegrees?: number;
}

/** A hobby servo: an action is an angle in degrees. */
export function servo(board: IoBoard, options: ServoOptions): Actuator<Sample> {
  const { pin, range = [0, 180] } = options;
  const [low, high] = range;
  const { safeDegrees = (low + high) / 2 } = options;
  if (!(low >= 0 && low < high && high <= 180))
    raise('ERR_OUT_OF_RANGE', {
      path: 'servo.range',
      bound: '0 ≤ low < high ≤ 180',
      value: `${low}…${high}`,
      remedy: 'give two angles in degrees',
    });
  if (!(safeDegrees >= low && safeDegrees <= high))
    raise('ERR_OUT_OF_RANGE', {
      path: 'servo.safeDegrees',
      bound: `${low}…${high}`,
      value: safeDegrees,
      remedy: 'give an angle inside range',
    });
  const motor = board.component(pin, 'a servo', ({ Servo }, raw) => {
    const made = new Servo({ board: raw, pin, range: [low, high] });
    if (!raw.pins.isServo(made.pin)) throw new Error('it has no servo mode');
    return made;
  });
  return output(board, (degrees) => motor.to(degrees), safeDegrees, options);
}
