import test from 'ava';
import { nativeBackend } from '../../../native/index.ts';
import {
  type Backend,
  compile,
  countEvents,
  type EventCounts,
  type Executable,
  fold,
  header,
  memoryOf,
  type Network,
  type Op,
  type Phase,
  type Program,
  referenceBackend,
  referenceWith,
  setLearning,
} from '../../../runtime/index.ts';
import { networks } from '../../conformance/networks.ts';
import { FRAME, fillTapes } from '../../conformance/variants.ts';
import { generator } from '../../native/layout.ts';
import { type Touched, watched } from './touched.ts';

/** What ops were seen to do, value by value. */
type Seen = Record<
  'deliveries' | 'products' | 'traceUpdates' | 'gradientUpdates' | 'signalProducts' | 'weightUpdates' | 'optimizerUpdates',
  number
>;

const nothing = (): Seen => ({
  deliveries: 0,
  products: 0,
  traceUpdates: 0,
  gradientUpdates: 0,
  signalProducts: 0,
  weightUpdates: 0,
  optimizerUpdates: 0,
});

const seenOf = ({ inference: { deliveries, products }, learning: { ticks: _, ...learning } }: EventCounts): Seen => ({
  deliveries,
  products,
  ...learning,
});

/** Marks without the padding of rows. */
function real(marks: Uint8Array | Uint32Array, { rows, columns, stride }: Touched['region']): number {
  let count = 0;
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) count += marks[row * stride + column]!;
  return count;
}

const learns =
  /^(trace|block_trace|filter|eligibility|local|fold|credit|gradient|rank_one|accumulate|sgd|adam|adamax|rmaxprop|descend)(_|$)/;

/** Counts by what is done to whose memory, knowing nothing of what a program is said to cost. */
function bruteForce(program: Program, seen: Seen): (op: Op, phase: Phase, touched: readonly Touched[]) => void {
  const sums = /\.(gradient|fresh)|[sS]um/;
  const kept = new Set(program.traces.map(({ name }) => name));
  const weights = new Set([...program.weights.values()].map(({ acting, next }) => next ?? acting));
  for (const name of Object.keys(program.network.feedbacks ?? {})) weights.add(`${name}.weights`).add(`${name}.weights.next`);
  return (op, phase, touched) => {
    const read = (operand: string): number => {
      const { read: marks, region } = touched.find((one) => one.operand === operand)!;
      return real(marks, region);
    };
    if (phase === 'forward') {
      const spikes = 'x' in op.operands && program.regions.has(op.operands.x.name.replace(/value$/, 'spikeCount'));
      seen[spikes ? 'deliveries' : 'products'] += read('weights');
      return;
    }
    if (/^(feedback|propagate)/.test(op.name)) seen.signalProducts += read('weights');
    if (!learns.test(op.name)) return;
    for (const { region, written } of touched) {
      const values = real(written, region);
      if (weights.has(region.name)) seen.weightUpdates += values;
      else if (region.name.includes('.moment')) seen.optimizerUpdates += values;
      else if (sums.test(region.name)) seen.gradientUpdates += /^(sgd|adam|rmaxprop)/.test(op.name) ? 0 : values;
      else if (kept.has(region.name)) seen.traceUpdates += values;
    }
  };
}

/** Frames of every length, teaching at every tick, so that no op finds nothing but zeros; ends of episodes and labels as they come. */
function play(executable: Executable, from: number, to: number): void {
  const random = generator(3 + from);
  for (let frame = from; frame < to; frame++) {
    fillTapes(executable, random);
    for (const name of executable.program.regions.keys()) if (name.endsWith('.importance')) executable.arena.view(name).fill(1);
    executable.run(1 + ((5 * frame) % FRAME));
  }
}

const watch = (program: Program, seen: Seen): Backend => referenceWith('watched', 'javascript', watched(bruteForce(program, seen)));

/** Counts of a program, with what `misread` makes of it in the place of what it is. */
function compare(
  network: Network,
  misread: (program: Program) => Program = (program) => program,
): { readonly seen: Seen; readonly said: Seen } {
  const program = compile(network, { maxTicks: FRAME });
  const seen = nothing();
  const executable = watch(program, seen).load(program);
  const counted = countEvents({ ...executable, program: misread(program) });
  play(counted.executable, 0, 5);
  return { seen, said: seenOf(counted.counts()) };
}

const compared = [
  'LIF, dense',
  'LIF, random synapses',
  'ALIF, listed synapses',
  'delay 3',
  'Adam with every transform, ALIF, random synapses',
  'blocks of 8, LIF',
  'blocks of 16, ALIF, delay 3',
  'blocks of 8, bfloat16 traces, LIF, listed synapses',
  'blocks of 8, weights a block later, ALIF',
  'episode rate regularization, LIF',
  'adaptive feedback, Adam',
  'labels, LIF',
  'LSTM, OSTL without H',
  'convolutions, DECOLLE',
];

/** Values of neurons that do not spike count whatever they are; at the start they are 0, which spares an op its products. */
const analogue = ['LSTM, OSTL without H'];

for (const name of compared) {
  test(`${name}: what is said is what the reference was seen to do`, (t) => {
    const { seen, said } = compare(networks[name]!.network);
    // Values that are 0 spare an op its sums; what is due is said, and never less than what was done.
    t.true(seen.gradientUpdates <= said.gradientUpdates && said.gradientUpdates > 0);
    t.true(seen.products <= said.products && seen.products > 0);
    const asSeen = { ...said, gradientUpdates: seen.gradientUpdates, ...(analogue.includes(name) && { products: seen.products }) };
    t.deepEqual(asSeen, seen);
    t.true(seen.traceUpdates > 0 && seen.weightUpdates > 0);
  });
}

test('where no factor and no input is 0, gradients are seen to take in what is said', (t) => {
  const program = compile(networks['LSTM, OSTL without H']!.network, { maxTicks: FRAME });
  const seen = nothing();
  const counted = countEvents(watch(program, seen).load(program));
  const due: number[] = [];
  const done: number[] = [];
  for (let frame = 0; frame < 2; frame++) {
    fillTapes(counted.executable, generator(frame + 1));
    for (const name of program.regions.keys()) if (/\.(input|importance)$/.test(name)) counted.executable.arena.view(name).fill(1);
    counted.executable.arena.view('events').fill(0);
    counted.executable.run(FRAME);
    due.push(counted.counts().learning.gradientUpdates);
    done.push(seen.gradientUpdates);
  }
  // The first tick begins with zeros.
  t.is(due[1]! - due[0]!, done[1]! - done[0]!);
  t.true(due[1]! > due[0]!);
});

test('negative control: a program that is read without one of its ops, or with one synapse less a neuron, is found out', (t) => {
  const { network } = networks['Adam with every transform, ALIF, random synapses']!;
  for (const phase of ['learn', 'update'] as const) {
    for (const name of new Set(
      compile(network)
        .ops[phase].map((op) => op.name)
        .filter((name) => learns.test(name) && !name.endsWith('_step')),
    )) {
      if (/^(gradient|rank_one|accumulate)/.test(name)) continue;
      const { seen, said } = compare(network, (program) => ({
        ...program,
        ops: { ...program.ops, [phase]: program.ops[phase].filter((op) => op.name !== name) },
      }));
      t.notDeepEqual({ ...said, gradientUpdates: 0 }, { ...seen, gradientUpdates: 0 }, `${phase} ${name}`);
    }
  }
  const { seen, said } = compare(network, (program) => {
    const weights = new Map(program.weights);
    const recurrent = weights.get('recurrent')!;
    const rowStart = recurrent.stored!.rowStart.map((start, i) => start - i);
    weights.set('recurrent', { ...recurrent, stored: { ...recurrent.stored!, rowStart } });
    return { ...program, weights };
  });
  t.not(said.deliveries, seen.deliveries);
});

test('a pause, a fold by hand, frames of other lengths and another backend: as seen, and the same', (t) => {
  const native = nativeBackend();
  if (!('backend' in native)) return void t.pass();
  const said = [true, false].map((onReference) => {
    const program = compile(networks['blocks of 16, ALIF, delay 3']!.network, { maxTicks: FRAME });
    const seen = nothing();
    const counted = countEvents((onReference ? watch(program, seen) : native.backend).load(program));
    const { executable } = counted;
    play(executable, 0, 3);
    setLearning(executable, false);
    play(executable, 3, 5);
    setLearning(executable, true);
    play(executable, 5, 6);
    fold(executable);
    play(executable, 6, 9);
    const counts = counted.counts();
    if (onReference) t.deepEqual({ ...seenOf(counts), gradientUpdates: 0 }, { ...seen, gradientUpdates: 0 });
    t.is(counts.inference.ticks, executable.arena.words[header.tick]!);
    t.true(counts.learning.ticks < counts.inference.ticks);
    executable.dispose();
    return counts;
  });
  t.deepEqual(said[0], said[1]);
});

test('counts go on from a saved state, spikes on their way included', (t) => {
  const program = compile(networks['delay 5']!.network, { maxTicks: FRAME });
  const whole = countEvents(referenceBackend.load(program));
  play(whole.executable, 0, 9);
  const first = countEvents(referenceBackend.load(program));
  play(first.executable, 0, 4);
  const second = countEvents(referenceBackend.load(program));
  memoryOf(second.executable).restore(memoryOf(first.executable).state());
  second.restore(JSON.parse(JSON.stringify(first.state())));
  const random = generator(3);
  for (let frame = 0; frame < 4; frame++) fillTapes(second.executable, random);
  for (let frame = 4; frame < 9; frame++) {
    fillTapes(second.executable, random);
    second.executable.arena.view('out.importance').fill(1);
    second.executable.run(1 + ((5 * frame) % FRAME));
  }
  t.deepEqual(second.counts(), whole.counts());
  t.throws(() => second.restore({ totals: {} }), { message: /events/ });
});

test('active neurons are those that fired in a tick, all populations together; the peak is one tick', (t) => {
  const program = compile(networks['LIF, dense']!.network, { maxTicks: FRAME });
  const counted = countEvents(referenceBackend.load(program));
  t.deepEqual(counted.counts().active, { peak: 0, mean: null, fraction: null });
  let [ticks, spikes, peak] = [0, 0, 0];
  const { arena } = counted.executable;
  const { offset } = program.regions.get('hidden.spikeCount')!;
  const random = generator(3);
  for (let frame = 0; frame < 20; frame++) {
    fillTapes(counted.executable, random);
    counted.executable.run(FRAME);
    for (let row = 0; row < FRAME; row++, ticks++) {
      spikes += arena.words[offset + row]!;
      peak = Math.max(peak, arena.words[offset + row]!);
    }
  }
  t.true(peak > 1);
  t.deepEqual(counted.counts().active, { peak, mean: spikes / ticks, fraction: spikes / ticks / 21 });
  t.is(counted.counts().inference.spikes, spikes);
  t.is(counted.counts().inference.neuronUpdates, ticks * 24);
});
