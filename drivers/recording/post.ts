import type { RecordLayout } from '../../runtime/index.ts';
import type { RunInfo } from './writer.ts';

/** What the writing thread is told at its start. */
export interface WriterJob {
  readonly path: string;
  readonly layout: RecordLayout;
  readonly info: RunInfo;
  readonly state: Uint8Array | undefined;
  /** of the ring that the frames come by */
  readonly ring: SharedArrayBuffer;
  /** words of {@link endWord}, valid when the ring is closed */
  readonly end: SharedArrayBuffer;
}

/** `failed` is written by the thread, all else by whoever records. */
export const endWord = { frames: 0, dropped: 1, fingerprinted: 2, fingerprint: 3, failed: 4 } as const;
export const END_BYTES = 32;

/** The kind of the only records in the ring. */
export const FRAME = 1;

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'done'; readonly bytes: number };
