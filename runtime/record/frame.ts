import type { Executable, Status } from '../program/program.ts';

/** Why actuators must be in their safe state: a sensor is out, a frame is too late, the learner was put back to good weights, the loop does not keep its rate. */
export const inhibitions = { sensor: 1, late: 2, learning: 4, rate: 8 } as const;

/**
 * One control period on its way through the pipe. There is one object for all of them: it is valid until the next
 * frame, so a stage that keeps something must copy it. It lives beside the recorder, which reads frames and must not know the loop.
 */
export interface Frame {
  /** first tick of the frame on the clock, skipped ticks included */
  readonly tick: number;
  /** rows of the tapes that belong to the frame */
  readonly ticks: number;
  /** how long after its deadline the frame began, µs */
  readonly latenessUs: number;
  /** status bits of the network after the last tick that ran */
  readonly status: Status;
  /** bits of {@link inhibitions}: why no action may be applied in this frame; 0 lets actuators act. Every frame begins with 0, and any stage may add to it */
  readonly inhibited: number;
  /** what was learned when it was good, which comes back when the frame is over (`guardLearning`); undefined: nothing is undone. Valid within the frame */
  readonly restored?: Uint32Array | undefined;
  readonly executable: Executable;
}
