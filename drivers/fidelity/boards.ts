import { setTimeout } from 'node:timers/promises';
import { type BoardEvent, type Program, raise } from '../../runtime/index.ts';
import type { Chip } from '../chips/chip.ts';
import { IntegerNetwork } from '../emulated/integer-network.ts';
import { lsbOf } from '../quantize.ts';
import { type Plan, planFor } from '../wire/plan.ts';
import type { WireBoard } from '../wire/wire-board.ts';
import type { Witness } from './witness.ts';

/** A chip in this process, at rest, on the weights that it runs with. */
export function chipWitness(chip: Chip): Witness {
  chip.rest();
  return {
    name: chip.capabilities.model,
    spikes: chip.spikes,
    step: (_tick, addresses, count, values) => chip.step(addresses, count, values),
    membranes: (population, into) => chip.membranes(population, into),
    weights: (projection, into) => chip.weights(projection, into),
  };
}

/** A board at the other end of our wire. */
export type WireSubject = WireBoard & {
  /** of a board in virtual time: lets time pass */
  pass?(ms: number): void;
};

/** Longest wait for the answer to a tick. */
const PATIENCE_MS = 2000;

/** The plan of what such a board was sent, and a membrane's count in the host's units. */
function planned(board: WireSubject, program: Program): { readonly plan: Plan; readonly units: ReadonlyMap<string, [number, number]> } {
  const plan = planFor(program, board.capabilities!);
  const units = new Map(
    Object.entries(program.network.populations).map(([name, { neuron }], index) => {
      const threshold = 'threshold' in neuron && typeof neuron.threshold === 'number' ? neuron.threshold : 1;
      return [name, [index, lsbOf(threshold)]] as const;
    }) as [string, [number, number]][],
  );
  return { plan, units };
}

const runningOf = (board: WireSubject, projection: string) =>
  board.connection?.weights.running(projection) ??
  raise('ERR_BOARD_NOT_READY', { call: 'fidelity()', state: 'deployed', first: 'deploy()' });

function weightsOf(subject: WireSubject): Witness['weights'] {
  return (projection, into) => {
    const { counts, step } = runningOf(subject, projection);
    for (let k = 0; k < counts.length; k++) into[k] = counts[k]! * step;
  };
}

/** The specification of the wire's boards, in integers, on the very bytes that the board has. */
export function integerWitness(subject: WireSubject, program: Program): Witness {
  const { plan, units } = planned(subject, program);
  const shifts = plan.projections.map(({ name, unit }) => Math.round(Math.log2(runningOf(subject, name).step / unit)));
  const network = new IntegerNetwork(plan.image(shifts));
  for (const { name, region } of plan.projections) network.setWeights(region, Int8Array.from(runningOf(subject, name).counts));
  const values = new Uint16Array(network.inputs);
  const spikes = new Uint32Array(plan.neurons);
  return {
    name: 'integer model',
    spikes,
    step(_tick, addresses, count, graded) {
      values.fill(0);
      for (let k = 0; k < count; k++) values[addresses[k]!] = graded[k]!;
      network.step(values, 0);
      for (let k = 0; k < network.spikeCount; k++) spikes[k] = plan.spikes[network.spikes[k]!]!;
      return network.spikeCount;
    },
    membranes(population, into) {
      const [index, lsb] = units.get(population)!;
      const states = network.states(index);
      for (let j = 0; j < into.length; j++) into[j] = states[j]! * lsb;
    },
    weights: weightsOf(subject),
  };
}

/**
 * The board itself, over its wire, from rest; its count of ticks goes on at `begin`. Raises ERR_BOARD_FAULT when a tick is not answered: a lost
 * answer is a fault of the line, which no comparison could tell from one of the arithmetic.
 */
export function wireWitness(board: WireSubject, program: Program, begin: number): Witness & { close(): void } {
  const { plan, units } = planned(board, program);
  const spikes = new Uint32Array(plan.neurons);
  let answered = -1;
  let written = 0;
  const subscription = board.events.subscribe((event: BoardEvent) => {
    if (event.kind !== 'spikes') return;
    answered = event.tick;
    written = event.count;
    for (let k = 0; k < event.count; k++) spikes[k] = event.addresses[event.start + k]!;
  });
  if (begin > 0) board.endEpisode(begin - 1);
  return {
    name: board.capabilities!.model,
    spikes,
    async step(tick, addresses, count, values) {
      board.inputs(begin + tick, addresses, count, values);
      for (let waited = 0; waited < PATIENCE_MS; waited++) {
        board.poll();
        if (answered === begin + tick) return written;
        if (board.pass !== undefined) board.pass(1);
        else await setTimeout(1);
      }
      return raise('ERR_BOARD_FAULT', { board: board.capabilities?.model ?? board.kind, reason: `no answer to tick ${begin + tick}` });
    },
    async membranes(population, into) {
      const [index, lsb] = units.get(population)!;
      const states = await board.states(index, into.length);
      for (let j = 0; j < into.length; j++) into[j] = states === undefined ? Number.NaN : states[j]! * lsb;
    },
    weights: weightsOf(board),
    close: () => subscription.unsubscribe(),
  };
}
