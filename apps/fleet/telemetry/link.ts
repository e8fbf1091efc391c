import type { Kind } from './messages.ts';

/** A connection to a broker, while it lasts; it never comes back by itself. */
export interface Link {
  /** resolves when the broker has it; rejects when the connection is lost first */
  publish(kind: Exclude<Kind, 'command'>, payload: Uint8Array): Promise<void>;
  /** resolves with the reason when the connection is no more */
  readonly lost: Promise<string>;
  /** says goodbye, so that no last will is published; never rejects */
  close(): Promise<void>;
}

export interface LinkOptions {
  readonly device: string;
  /** what is to be said when the connection breaks, where the broker can say it */
  readonly will: Uint8Array;
  /** `old`: the broker had kept it for whoever comes */
  readonly onCommand: (payload: Uint8Array, old: boolean) => void;
}

/** Connects to a broker, its commands subscribed; rejects with a coded error. */
export type Connect = (options: LinkOptions) => Promise<Link>;
