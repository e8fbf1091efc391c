import type { ControllerError } from '../runtime/index.ts';
import type { DeviceCaps } from './handshake.ts';
import type { Transport } from './transports/transport.ts';

/** A host is `down` after a failure until `start` is called again; a device goes back to `listening` by itself. */
export type LinkState = 'closed' | 'connecting' | 'listening' | 'up' | 'down';

export interface LinkHandlers {
  /** A message: `bytes[start..end)` is valid until this returns. False if it is unknown or malformed: the link answers with Error. */
  message(code: number, bytes: Uint8Array, start: number, end: number): boolean;
  /** The state changed, because of `error` if there is one. `up` while it was up is a new session: a device disarms at either. */
  state?(state: LinkState, error?: ControllerError): void;
  /** So many unreliable frames of the other end are missing, just before the message that follows. */
  lost?(frames: number): void;
}

export interface LinkOptions {
  readonly transport: Transport;
  /** milliseconds, monotonic; the only time there is */
  readonly now: () => number;
  readonly handlers: LinkHandlers;
  /** makes this end the device; without it, it is the host */
  readonly caps?: DeviceCaps;
  /** feature bits that a host offers; a device's are in `caps` */
  readonly features?: number;
  /** a host's name for its next connection: random, not 0 */
  readonly session?: () => number;
  /** largest frame this end takes: 128..1024, default 256 */
  readonly maxFrame?: number;
  /** bytes this end can hold unread, at least one frame; and how many of them are free now */
  readonly rxWindow?: number;
  readonly freeBytes?: () => number;
  /** longest time without sending */
  readonly heartbeatMs?: number;
  /** time without a valid frame after which the link is down */
  readonly silenceMs?: number;
}
