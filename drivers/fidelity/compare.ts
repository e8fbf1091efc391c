import type { Program } from '../../runtime/index.ts';
import { layoutOf } from '../chips/layout.ts';
import type { Witness } from './witness.ts';

/** What differs between two neighbours of the chain by design. */
export type Cause = 'weights' | 'arithmetic' | 'nothing';

/** Largest and root mean square difference, in the host's units; null where one of the two cannot be looked into. */
export interface Difference {
  readonly max: number;
  readonly rms: number;
}

/** A spike that one of the two had and the other had not, before any other. */
export interface FirstDifference {
  readonly tick: number;
  readonly population: string;
  readonly neuron: number;
  /** which of the two spiked */
  readonly spiked: string;
  /** what the neuron held after that tick in the one and the other; null where one cannot look */
  readonly membranes: readonly [number | null, number | null];
  readonly why: string;
}

/** How far an execution is from the one before it in the chain. */
export interface FidelityStep {
  readonly from: string;
  readonly to: string;
  readonly cause: Cause;
  readonly weights: Readonly<Record<string, Difference>>;
  /** spikes of both, those that fell into the same tick and neuron, and 2 · shared / (from + to); 1 if neither spiked */
  readonly spikes: { readonly from: number; readonly to: number; readonly shared: number; readonly agreement: number };
  /** of neurons that spiked in neither (where nothing may differ, of all), up to the first tick whose spikes differ: later ones have another history */
  readonly membranes: Difference | null;
  readonly first: FirstDifference | null;
}

/** One input on several executions of a network, side by side. */
export interface FidelityReport {
  readonly ticks: number;
  readonly executions: readonly string[];
  readonly steps: readonly FidelityStep[];
}

/** Writes the graded inputs of a tick, over all sources in order of declaration. */
export type Drive = (tick: number, values: Uint32Array) => void;

class Sum {
  #squares = 0;
  #count = 0;
  max = 0;

  add(difference: number): void {
    const size = Math.abs(difference);
    this.#squares += size * size;
    this.#count++;
    if (size > this.max) this.max = size;
  }

  get difference(): Difference {
    return { max: this.max, rms: this.#count === 0 ? 0 : Math.sqrt(this.#squares / this.#count) };
  }
}

interface Pair {
  readonly from: number;
  readonly cause: Cause;
  readonly weights: Record<string, Difference>;
  readonly membranes: Sum;
  looked: boolean;
  spikesFrom: number;
  spikesTo: number;
  shared: number;
  first: FirstDifference | null;
}

/**
 * Runs a chain of executions on one input, tick by tick, and compares each with the one before it. Neighbours differ in one thing, the `cause` of
 * the later one, so that whatever is seen between them has that cause. `chain[0].cause` is not read.
 */
export async function compareExecutions(
  program: Program,
  chain: readonly { readonly witness: Witness; readonly cause: Cause }[],
  drive: Drive,
  ticks: number,
): Promise<FidelityReport> {
  const layout = layoutOf(program);
  const populations = layout.populations.filter(({ neuron }) => neuron.kind !== 'source');
  const values = new Uint32Array(layout.inputs);
  const addresses = new Uint32Array(layout.inputs);
  const graded = new Uint32Array(layout.inputs);
  const spiked = chain.map(() => new Uint8Array(layout.neurons));
  const held = chain.map(() => populations.map(({ size }) => new Float64Array(size)));
  const pairs = chain.slice(1).map(({ cause, witness }, from): Pair => {
    const weights = weightDifferences(layout.projections, chain[from]!.witness, witness);
    return { from, cause, weights, membranes: new Sum(), looked: true, spikesFrom: 0, spikesTo: 0, shared: 0, first: null };
  });

  for (let tick = 0; tick < ticks; tick++) {
    values.fill(0);
    drive(tick, values);
    let count = 0;
    for (let i = 0; i < values.length; i++) {
      if (values[i] === 0) continue;
      addresses[count] = i;
      graded[count++] = values[i]!;
    }
    for (const [w, { witness }] of chain.entries()) {
      const written = await witness.step(tick, addresses, count, graded);
      spiked[w]!.fill(0);
      for (let k = 0; k < written; k++) spiked[w]![witness.spikes[k]!] = 1;
      for (const [p, { name }] of populations.entries()) await witness.membranes(name, held[w]![p]!);
    }
    for (const pair of pairs) compareTick(pair, tick);
  }
  return {
    ticks,
    executions: chain.map(({ witness }) => witness.name),
    steps: pairs.map(({ from, cause, weights, membranes, looked, spikesFrom, spikesTo, shared, first }) => ({
      from: chain[from]!.witness.name,
      to: chain[from + 1]!.witness.name,
      cause,
      weights,
      spikes: {
        from: spikesFrom,
        to: spikesTo,
        shared,
        agreement: spikesFrom + spikesTo === 0 ? 1 : (2 * shared) / (spikesFrom + spikesTo),
      },
      membranes: looked ? membranes.difference : null,
      first,
    })),
  };

  function compareTick(pair: Pair, tick: number): void {
    const [a, b] = [spiked[pair.from]!, spiked[pair.from + 1]!];
    const before = pair.first;
    populations.forEach(({ name, size, first, neuron }, p) => {
      const [u, v] = [held[pair.from]![p]!, held[pair.from + 1]![p]!];
      const spiking = neuron.kind !== 'integrator';
      for (let j = 0; j < size; j++) {
        const [one, other] = spiking ? [a[first + j]!, b[first + j]!] : [0, 0];
        pair.spikesFrom += one;
        pair.spikesTo += other;
        pair.shared += one & other;
        // Where one begins anew after a spike, the arithmetic says when; where nothing may differ, nothing is left out.
        if (before === null && one === other && (one === 0 || pair.cause === 'nothing')) {
          if (Number.isNaN(u[j]!) || Number.isNaN(v[j]!)) pair.looked = false;
          else pair.membranes.add(u[j]! - v[j]!);
        }
        if (one !== other && pair.first === null) pair.first = differenceAt(pair, tick, name, j, one === 1, u[j]!, v[j]!);
      }
    });
  }

  function differenceAt(
    pair: Pair,
    tick: number,
    population: string,
    neuron: number,
    first: boolean,
    u: number,
    v: number,
  ): FirstDifference {
    const [from, to] = [chain[pair.from]!.witness.name, chain[pair.from + 1]!.witness.name];
    const worst = Object.entries(pair.weights).toSorted(([, x], [, y]) => y.max - x.max)[0];
    const why = {
      weights: `the weights differ, of '${worst?.[0]}' by up to ${worst?.[1].max.toPrecision(3)}`,
      arithmetic: `the weights are the same, the arithmetic is not: rounding, saturation or order moved a membrane across its threshold`,
      nothing: 'these two must be equal: the board, its line or its firmware is at fault',
    }[pair.cause];
    const finite = (x: number): number | null => (Number.isNaN(x) ? null : x);
    return { tick, population, neuron, spiked: first ? from : to, membranes: [finite(u), finite(v)], why };
  }
}

function weightDifferences(
  projections: ReturnType<typeof layoutOf>['projections'],
  from: Witness,
  to: Witness,
): Record<string, Difference> {
  const differences: Record<string, Difference> = {};
  for (const { name, layout } of projections) {
    const [u, v] = [new Float64Array(layout.rows * layout.columns), new Float64Array(layout.rows * layout.columns)];
    from.weights(name, u);
    to.weights(name, v);
    const sum = new Sum();
    for (let k = 0; k < u.length; k++) sum.add(u[k]! - v[k]!);
    differences[name] = sum.difference;
  }
  return differences;
}
