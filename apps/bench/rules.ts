import { type Backend, compile, type Executable, events, exact, type RuleSheet, setLearning, synapseCosts } from '../../runtime/index.ts';
import type { Progress } from '../app.ts';
import { growth, ruleNetwork, withBlocks } from './rule-networks.ts';
import { pairedTimings } from './timing.ts';

export interface RulesOptions {
  /** cells of the networks whose synapses keep a fixed number of values */
  readonly n: number;
  /** cells of those whose synapses keep a value for every cell; four times as many where for those alone that they reach */
  readonly small: number;
  /** ticks of a run */
  readonly ticks: number;
  /** rounds of the paired timing */
  readonly rounds: number;
}

/** A rule on a cell. */
export interface RuleFigures {
  readonly rule: string;
  /** the function that makes it */
  readonly factory: string;
  readonly cell: string;
  readonly form: string;
  readonly n: number;
  readonly density: number;
  /** 1: at every tick; of rules that run backwards, their window */
  readonly block: number;
  /** synapses that learn by it */
  readonly synapses: number;
  /** mean share of cells whose value is not 0 */
  readonly active: number;
  /** learning switched on, less the same network with learning switched off */
  readonly nsPerSynapseTick: number;
  /** over the first row: e-prop at every tick */
  readonly ratio: number;
  /** values that a synapse keeps beside weight and gradient */
  readonly keptPerSynapse: number;
  /** gradient included, padding too */
  readonly bytesPerSynapse: number;
  readonly stepsPerSynapseTick: number;
}

/** What `ganglion bench rules --json` prints. */
export interface RulesFigures {
  readonly target: string;
  readonly ticks: number;
  readonly rounds: number;
  readonly rows: readonly RuleFigures[];
}

const INPUTS = 64;
/** Ticks of one call, whole blocks of every length. */
const FRAME = 64;
/** No update falls into a bench, so weights stand still and every row sees the same activity in every round. */
const NEVER = { ticks: 640_000 } as const;

/** Input of about 50 Hz, and a target that moves. */
function fillTapes({ arena, program: { regions } }: Executable): void {
  const stream = exact.randomStream(2, 'input');
  const [input, target] = [regions.get('input.input')!, regions.get('readout.target')];
  const spikes = arena.view(input.name);
  for (let t = 0; t < input.rows; t++)
    for (let i = 0; i < input.columns; i++) spikes[t * input.stride + i] = stream.uniform(t * input.columns + i) < 0.05 ? 1 : 0;
  const reward = regions.get('reward');
  if (reward !== undefined) {
    // A reward with every tick, and an action before it; of a perturbation two passes a frame, of which the second scores more.
    arena.view('reward').fill(1);
    for (const name of regions.keys()) if (/\.(choose|importance)$/.test(name)) arena.view(name).fill(1);
    const { offset, length } = regions.get('events')!;
    if (regions.has('perturbation.pass')) {
      arena.floats[reward.offset + (FRAME - 1) * reward.stride] = 2;
      for (const last of [FRAME / 2 - 1, FRAME - 1]) arena.words[offset + last] = events.label;
    } else arena.words.fill(events.label, offset, offset + length);
  }
  if (target === undefined) return;
  const values = arena.view(target.name);
  for (let t = 0; t < target.rows; t++) for (let k = 0; k < target.columns; k++) values[t * target.stride + k] = Math.sin(t / 5 + k);
  arena.view('readout.importance').fill(1);
}

interface Bench {
  readonly figures: Omit<RuleFigures, 'nsPerSynapseTick' | 'ratio'>;
  readonly on: Executable;
  readonly off: Executable;
}

/** Refuses to time what does not learn: the gradient must have moved and be finite. */
function activeShare(executable: Executable, projections: readonly string[], cells: string, n: number, ticks: number): number {
  const { arena, program } = executable;
  const { rows, stride } = program.regions.get(`${cells}.value`)!;
  const values = arena.view(`${cells}.value`);
  let [active, seen] = [0, 0];
  for (let done = 0; done < ticks; done += FRAME) {
    executable.run(FRAME);
    for (let row = 0; row < rows; row++) for (let j = 0; j < n; j++) if (values[row * stride + j] !== 0) active++;
    seen += rows * n;
  }
  for (const projection of projections) {
    const gradient = arena.view(`${projection}.gradient`);
    if (!gradient.some((value) => value !== 0) || !gradient.every(Number.isFinite))
      throw new Error(`the gradient of ${projection} must be finite and not all 0 for its time to mean anything`);
  }
  return active / seen;
}

function bench(backend: Backend, sheet: RuleSheet, example: RuleSheet['examples'][number], options: RulesOptions): Bench {
  const size = (n: number) => ({ n, inputs: INPUTS });
  const { rule } = ruleNetwork(example, size(options.small), NEVER);
  const n = { none: options.n, reach: 4 * options.small, all: options.small }[growth(rule)];
  const { network, projections } = ruleNetwork(example, size(n), NEVER);
  const program = compile({ ...network, learning: { ...network.learning!, episode: 'carry' } }, { maxTicks: FRAME });
  const [on, off] = [backend.load(program), backend.load(program)];
  for (const executable of [on, off]) fillTapes(executable);
  setLearning(off, false);
  const active = activeShare(on, projections, example.cell === 'readout' ? 'readout' : 'hidden', n, 4 * FRAME);
  for (let tick = 0; tick < 4 * FRAME; tick += FRAME) off.run(FRAME);
  const { synapses, kept, bytes, steps } = synapseCosts(program, projections);
  const figures = {
    rule: sheet.title,
    factory: sheet.rule,
    cell: example.cell,
    form: example.form ?? '',
    n,
    density: example.density ?? 1,
    block: program.block,
    synapses,
    active,
    keptPerSynapse: kept,
    bytesPerSynapse: bytes,
    stepsPerSynapseTick: steps,
  };
  return { figures, on, off };
}

/** Streaming e-prop first, which the others are compared with. */
function ordered(sheets: readonly RuleSheet[]) {
  const all = sheets.flatMap((sheet) => withBlocks(sheet.examples).map((example) => ({ sheet, example })));
  const first = all.findIndex(
    ({ sheet, example }) => sheet.rule === 'eprop' && example.cell === 'ALIF' && example.learning?.block === undefined,
  );
  if (first < 0) throw new RangeError('e-prop at every tick on ALIF must be among the rules: the others are compared with it');
  return [all[first]!, ...all.toSpliced(first, 1)];
}

/** Times the learning of every example of every rule, streaming and in blocks, all taking turns in one process. */
export function rulesBench(
  backend: Backend,
  sheets: readonly RuleSheet[],
  options: RulesOptions,
  progress: (progress: Progress) => void,
): RulesFigures {
  const list = ordered(sheets);
  const benches = list.map(({ sheet, example }, index) => {
    progress({ fraction: (0.1 * index) / list.length, text: `${sheet.title} on ${example.cell}` });
    return bench(backend, sheet, example, options);
  });
  const candidates = benches.flatMap(({ figures, on, off }) =>
    [on, off].map((executable) => ({
      name: figures.rule,
      run() {
        for (let done = 0; done < options.ticks; done += FRAME) executable.run(FRAME);
      },
    })),
  );
  const times = pairedTimings(candidates, options.rounds, (share) =>
    progress({ fraction: 0.1 + 0.9 * share, text: `${benches.length} rows in turns, ${options.rounds} rounds` }),
  ).map(({ medianMs }) => medianMs);
  const ns = benches.map(({ figures }, index) => ((times[2 * index]! - times[2 * index + 1]!) * 1e6) / (figures.synapses * options.ticks));
  for (const { on, off } of benches) for (const executable of [on, off]) executable.dispose();
  const rows = benches.map(({ figures }, index) => ({ ...figures, nsPerSynapseTick: ns[index]!, ratio: ns[index]! / ns[0]! }));
  return { target: backend.target, ticks: options.ticks, rounds: options.rounds, rows };
}
