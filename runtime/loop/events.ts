import { header } from '../program/arena.ts';
import { type Arrivals, eventCosts, type LearningEvents, learningKinds } from '../program/event-costs.ts';
import { type Executable, events, type Status } from '../program/program.ts';
import { fieldsOf, type Stateful } from '../record/state.ts';
import { tapeOf } from './tapes.ts';

/** What a network did to act: whole numbers, the same on every machine. */
export interface InferenceEvents {
  readonly ticks: number;
  /** inputs of sources that were not 0 */
  readonly inputs: number;
  /** of lif and alif neurons */
  readonly spikes: number;
  /** weights that arriving spikes added to a neuron: spikes × fan-out */
  readonly deliveries: number;
  /** products of a weight and a value that is no spike: inputs that were not 0, and every value of a neuron that does not spike */
  readonly products: number;
  /** neurons × ticks */
  readonly neuronUpdates: number;
}

/** Neurons that fired in one tick. The peak is what Šíma calls the energy of a network. */
export interface ActiveNeurons {
  readonly peak: number;
  /** null without a tick */
  readonly mean: number | null;
  /** the mean as a share of the neurons that can fire; null where there is none */
  readonly fraction: number | null;
}

export interface EventCounts {
  readonly inference: InferenceEvents;
  /** with the ticks at which learning was on */
  readonly learning: LearningEvents & { readonly ticks: number };
  readonly active: ActiveNeurons;
}

/** An executable whose events are counted, however it is run. */
export interface Counted extends Stateful {
  readonly executable: Executable;
  counts(): EventCounts;
}

/** What one population sends with one delay, as a run finds it. */
interface Way extends Arrivals {
  /** what its values of a tick reach: those that spiked, or all inputs */
  readonly read: (row: number) => number;
  /** what was on its way before the run, by the row at which it arrives */
  readonly underway: Float64Array;
}

/**
 * The same executable, its events counted: exactly, outside of the tick, from what the compiled program says of each phase and from the tapes of each run.
 * What arrives is counted when it arrives, so a spike on its way at the end is not, and one that the end of an episode drops never is.
 */
export function countEvents(executable: Executable): Counted {
  const { program, arena } = executable;
  const { words } = arena;
  const costs = eventCosts(program);
  const populations = Object.entries(program.network.populations);
  const sources = populations.filter(({ 1: { neuron } }) => neuron.kind === 'source').map(([name]) => readInputs(executable, name));
  const ways = costs.arrivals.map((arrivals) => wayOf(executable, arrivals, sources));
  const counts = populations.flatMap(([name]) => {
    const region = program.regions.get(`${name}.spikeCount`);
    return region === undefined ? [] : [region.offset];
  });
  const { update, block, eventTape } = program;
  const period = typeof update === 'object' ? update.ticks : 0;
  const boundary = update === 'label' ? events.label : events.episodeEnd;
  const totals = { ticks: 0, inputs: 0, spikes: 0, deliveries: 0, inputProducts: 0, peak: 0 };
  /** how often each phase that learns ran */
  const runs = { learn: 0, handover: 0, backward: 0, fold: 0, label: 0, update: 0 };

  const act = (ticks: number): void => {
    let ended = -1;
    for (const source of sources) totals.inputs += source.read(ticks);
    for (let row = 0; row < ticks; row++) {
      let active = 0;
      for (const offset of counts) active += words[offset + row]!;
      for (const way of ways) {
        const left = row - way.delay;
        const dropped = way.cleared && ended >= 0 && left <= ended;
        const arrived = dropped ? 0 : left < 0 ? way.underway[row]! : way.read(left);
        if (way.of === 'spikes') totals.deliveries += arrived;
        else totals.inputProducts += arrived;
      }
      totals.spikes += active;
      totals.peak = Math.max(totals.peak, active);
      if ((words[eventTape.offset + row]! & events.episodeEnd) !== 0) ended = row;
    }
    totals.ticks += ticks;
  };

  /** of the program's schedule, from run to run */
  let sinceFold = 0;
  const fold = (): void => {
    runs.handover++;
    runs.backward += Math.min(sinceFold, block);
    runs.fold++;
    sinceFold = 0;
  };

  /** What the schedule makes of `ticks` ticks with learning on. */
  const learn = (ticks: number, updated: number): void => {
    let sinceUpdate = updated;
    for (let row = 0; row < ticks; row++) {
      const event = words[eventTape.offset + row]!;
      runs.learn++;
      sinceFold++;
      sinceUpdate++;
      const due = period > 0 ? sinceUpdate >= period : (event & boundary) !== 0;
      if (due || event !== 0 || sinceFold >= block) fold();
      if ((event & events.label) !== 0) runs.label++;
      if (!due) continue;
      runs.update++;
      sinceUpdate = 0;
    }
  };

  const run = (ticks: number): Status => {
    const learning = words[header.learning] !== 0;
    const sinceUpdate = words[header.sinceUpdate]!;
    sinceFold = words[header.sinceFold]!;
    for (const way of ways) remember(executable, way, words[header.tick]!, ticks);
    const status = executable.run(ticks);
    act(ticks);
    if (learning) learn(ticks, sinceUpdate);
    else if (sinceFold !== 0) fold();
    return status;
  };

  return {
    executable: { ...executable, run },
    counts() {
      const { ticks, inputs, spikes, deliveries, inputProducts, peak } = totals;
      const learned = Object.fromEntries(
        learningKinds.map((kind) => [
          kind,
          (Object.keys(runs) as (keyof typeof runs)[]).reduce((sum, phase) => sum + runs[phase] * costs.phases[phase][kind], 0),
        ]),
      ) as unknown as LearningEvents;
      const mean = ticks === 0 ? null : spikes / ticks;
      return {
        inference: {
          ticks,
          inputs,
          spikes,
          deliveries,
          products: inputProducts + ticks * costs.denseProducts,
          neuronUpdates: ticks * costs.neurons,
        },
        learning: { ticks: runs.learn, ...learned },
        active: { peak, mean, fraction: mean === null || costs.spiking === 0 ? null : mean / costs.spiking },
      };
    },
    state: () => ({ totals: { ...totals }, runs: { ...runs } }),
    restore(state) {
      const saved = fieldsOf(state, 'events');
      const [total, run] = [fieldsOf(saved.any('totals'), 'events.totals'), fieldsOf(saved.any('runs'), 'events.runs')];
      for (const field of Object.keys(totals) as (keyof typeof totals)[]) totals[field] = total.number(field);
      for (const field of Object.keys(runs) as (keyof typeof runs)[]) runs[field] = run.number(field);
    },
  };
}

/** The inputs of a source that are not 0, read off its tape once a run however many ways they go. */
interface Inputs {
  readonly population: string;
  /** reads the first rows; their sum */
  readonly read: (ticks: number) => number;
  /** by row */
  readonly present: Float64Array;
}

function readInputs(executable: Executable, population: string): Inputs {
  const { floats } = executable.arena;
  const { offset, stride, columns, rows } = tapeOf(executable, population, 'input', 'population');
  const present = new Float64Array(rows);
  const read = (ticks: number): number => {
    let all = 0;
    for (let row = 0, at = offset; row < ticks; row++, at += stride) {
      let sum = 0;
      for (let i = 0; i < columns; i++) if (floats[at + i] !== 0) sum++;
      present[row] = sum;
      all += sum;
    }
    return all;
  };
  return { population, read, present };
}

/** What all neurons have in common, if they have. */
const common = (fanOut: Uint32Array): number | undefined => (fanOut.every((count) => count === fanOut[0]) ? fanOut[0]! : undefined);

function wayOf(executable: Executable, arrivals: Arrivals, sources: readonly Inputs[]): Way {
  const { population, of, fanOut, delay } = arrivals;
  const each = common(fanOut);
  const source = sources.find((inputs) => inputs.population === population);
  const read =
    of === 'spikes'
      ? arrivedSpikes(executable, population, fanOut)
      : each !== undefined && source !== undefined
        ? (row: number) => source.present[row]! * each
        : arrivedInputs(executable, population, fanOut);
  return { ...arrivals, read, underway: new Float64Array(delay) };
}

/** Synapses behind the neurons that spiked, by row of the tapes. */
function arrivedSpikes(executable: Executable, population: string, fanOut: Uint32Array): (row: number) => number {
  const { words } = executable.arena;
  const { offset: countAt } = tapeOf(executable, population, 'spikeCount', 'population');
  const { offset, stride } = tapeOf(executable, population, 'spikes', 'population');
  const each = common(fanOut);
  return (row) => {
    const count = words[countAt + row]!;
    if (each !== undefined) return count * each;
    let sum = 0;
    for (let k = 0; k < count; k++) sum += fanOut[words[offset + row * stride + k]!]!;
    return sum;
  };
}

/** Synapses behind the inputs that are not 0, by row of the tapes. */
function arrivedInputs(executable: Executable, population: string, fanOut: Uint32Array): (row: number) => number {
  const { floats } = executable.arena;
  const { offset, stride, columns } = tapeOf(executable, population, 'input', 'population');
  return (row) => {
    let sum = 0;
    for (let i = 0; i < columns; i++) if (floats[offset + row * stride + i] !== 0) sum += fanOut[i]!;
    return sum;
  };
}

/** Reads off the ring of a population what arrives in the first ticks of a run. */
function remember(
  { arena: { floats, regions } }: Executable,
  { population, delay, fanOut, underway }: Way,
  tick: number,
  ticks: number,
): void {
  if (delay === 0) return;
  const { offset, rows, stride } = regions.get(`${population}.value`)!;
  for (let row = 0; row < Math.min(delay, ticks); row++) {
    const at = offset + ((tick + row - delay) & (rows - 1)) * stride;
    let sum = 0;
    for (let i = 0; i < fanOut.length; i++) if (floats[at + i] !== 0) sum += fanOut[i]!;
    underway[row] = sum;
  }
}
