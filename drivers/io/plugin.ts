import type { Ms } from '../../runtime/index.ts';

export type Pin = number | string;

export interface Emitter {
  on(event: string, listener: (value?: unknown) => void): unknown;
  removeListener(event: string, listener: (value?: unknown) => void): unknown;
}
/** What is used of an IO plugin. */
export interface Io extends Emitter {
  readonly name?: string;
  readonly MODES: { readonly ANALOG: number; readonly PWM: number };
  readonly analogPins: readonly number[];
  readonly pins?: readonly unknown[];
  /** Firmata: asks for the version that has not come by then */
  readonly reportVersionTimeoutId?: NodeJS.Timeout;
  pinMode(pin: Pin, mode: number): void;
  analogRead(pin: Pin, handler: (value: number) => void): void;
  setSamplingInterval?(ms: Ms): void;
}
