import type { Actuator, Sample } from '../../runtime/index.ts';
import type { IoBoard, Pin } from './board.ts';
import { type OutputOptions, output } from './output.ts';

export interface LightOptions extends OutputOptions {
  readonly pin: Pin;
}

/** A lamp: an action is a brightness from 0 to 1; on a pin without PWM it is on from 0.5. Its safe state is dark. */
export function light(board: IoBoard, options: LightOptions): Actuator<Sample> {
  const { pin } = options;
  const lamp = board.component(pin, 'a light', ({ Led }, raw) => {
    const made = new Led({ board: raw, pin });
    if (!raw.pins.isDigital(made.pin)) throw new Error('it has no digital mode');
    return made;
  });
  const dims = lamp.mode === board.io.MODES.PWM;
  const write = (level: number): void => {
    const limited = Math.min(1, Math.max(0, level));
    if (dims) lamp.brightness(Math.round(255 * limited));
    else if (limited >= 0.5) lamp.on();
    else lamp.off();
  };
  return output(board, write, 0, options);
}
