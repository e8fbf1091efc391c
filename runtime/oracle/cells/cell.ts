/** What a neuron hands from one tick to the next. */
export interface Memory {
  /** (states): its state variables s */
  readonly states: readonly number[];
  /** its output y */
  readonly output: number;
}

/**
 * The linearization of a tick of one neuron, with d states, gates g and parameters p of its own. Primes are the tick before:
 *   ds = A ds' + R dy' + Σ_g B_g dI_g + Σ_p S_p dp,  dy = C ds + Σ_g E_g dI_g + Σ_p Y_p dp
 * y' is the neuron's own output only where it acts on the neuron itself (its reset); what it sends through synapses is part of I_g.
 */
export interface Slopes {
  /** (d, d), [from][to]: ∂s/∂s' */
  readonly A: readonly number[];
  /** (d): ∂s/∂y' of the neuron itself */
  readonly R: readonly number[];
  /** (gates, d): ∂s/∂I_g */
  readonly B: readonly number[];
  /** (d): ∂y/∂s */
  readonly C: readonly number[];
  /** (gates): ∂y/∂I_g beside the path through s */
  readonly E: readonly number[];
  /** (own, d): ∂s/∂p of the parameters that belong to the neuron */
  readonly S: readonly number[];
  /** (own): ∂y/∂p beside the path through s */
  readonly Y: readonly number[];
}

export interface CellTick extends Memory {
  readonly slopes: Slopes;
}

/**
 * A kind of neuron, as plain data and one function: all that the generic oracles need to know of it. Its gates are sums of
 * projections; everything else is local to the neuron, so one linearization gives BPTT, RTRL and every rule between them. (sheet 1.2)
 */
export interface Cell {
  readonly kind: string;
  /** d: number of state variables */
  readonly states: number;
  /** names of the pre-activations I_g */
  readonly gates: readonly string[];
  /** gates, by index, that the layer below projects to */
  readonly input: readonly number[];
  /** gates, by index, that the layer itself projects to, one tick later */
  readonly recurrent: readonly number[];
  /** names of the parameters that belong to the neuron, e.g. its bias */
  readonly own: readonly string[];
  /** One tick: gates are (gates), own is (own). */
  readonly tick: (before: Memory, gates: readonly number[], own: readonly number[]) => CellTick;
}

/** A neuron that has never seen anything. */
export const rest = (cell: Cell): Memory => ({ states: new Array<number>(cell.states).fill(0), output: 0 });

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
