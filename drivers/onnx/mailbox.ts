/**
 * What the thread of the pipe and the thread of the model share: one input, one output and whose turn it is. Memory, not messages,
 * so that a pipe that does not return to the event loop for a while still sees a result as soon as it is there.
 *
 * idle: both belong to the pipe. busy: both belong to the model. closed: the model's thread ends.
 */
export const state = { idle: 0, busy: 1, closed: 2 } as const;

/** Words of `control`. */
export const word = { state: 0, finished: 1, failed: 2, us: 3 } as const;

export interface Mailbox {
  readonly control: Int32Array;
  readonly input: Float32Array;
  readonly output: Float32Array;
}

export function createMailbox(inputs: number, outputs: number): Mailbox {
  return {
    control: new Int32Array(new SharedArrayBuffer(4 * Object.keys(word).length)),
    input: new Float32Array(new SharedArrayBuffer(4 * inputs)),
    output: new Float32Array(new SharedArrayBuffer(4 * outputs)),
  };
}

/** What the model's thread is told. */
export interface Job {
  readonly model: string | Uint8Array;
  readonly threads: number;
  readonly output: string | undefined;
  readonly shape: readonly number[] | undefined;
}

/** What it answers, once: that it is ready, or why it is not. */
export type Answer =
  | { readonly kind: 'ready'; readonly mailbox: Mailbox }
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly known: string }
  | { readonly kind: 'refused'; readonly reason: string };
