import type { Capabilities, DeployReport, Executable } from '../../runtime/index.ts';

/** What a patch of the weights was. */
export interface ChipSync {
  /** weights of the chip that changed */
  readonly written: number;
  /** |w − ŵ| between the host's weights and the chip's, at most, over what was looked at */
  readonly errorMax: number;
}

/**
 * A chip that lives in this process: its arithmetic, and how a program is mapped onto it. Time is counted in its steps, so nothing depends on
 * the machine. Only `deploy` and `sync` allocate. What goes wrong in a step is thrown as a ControllerError; `chipBoard` makes a fault
 * event of it.
 */
export interface Chip {
  /** name of this kind of chip in reports */
  readonly kind: string;
  readonly capabilities: Capabilities;
  /** asked when the board is connected: a self-test, which throws where the chip is not fit for use */
  connect?(): void;
  /**
   * Maps a program onto the chip and loads it, at rest. Throws a CapabilityError that names each limit and each population that breaks it before
   * anything is written; what ran before then runs on.
   */
  deploy(executable: Executable): DeployReport;
  /** Takes the weights of one projection, or of all, as they are now, between two steps. */
  sync(executable: Executable, projection?: string): ChipSync;
  /**
   * One step on the first `count` addresses, ascending, over all sources in order of declaration; `values` beside them, or none when all are 1, none above
   * `maxGrade`. Returns how many of `spikes` it wrote: addresses over all spiking populations in order of declaration, ascending. Reads the
   * arrays before it returns.
   */
  step(addresses: Uint32Array, count: number, values?: Uint32Array): number;
  readonly spikes: Uint32Array;
  /** all neurons to rest, nothing under way */
  rest(): void;
  /** what the neurons of a population hold (membranes, states of a readout), in the host's units; for reports of fidelity */
  membranes(population: string, into: Float64Array): void;
  /** the weights that the chip runs with, dense, [pre][post], in the host's units; for reports of fidelity */
  weights(projection: string, into: Float64Array): void;
}
