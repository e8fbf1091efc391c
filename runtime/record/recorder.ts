import type { Frame } from './frame.ts';

/**
 * Where a run is written down. A recorder takes the inputs of a frame (its tape rows), not the state: state can be computed
 * again, bit for bit. Sinks and file formats implement it elsewhere.
 */
export interface Recorder {
  /** called after the ticks of the frame have run; must copy what it keeps */
  frame(frame: Frame): void;
  /** called once, however the pipe ends */
  close(): void;
}
