import test from 'ava';
import { pack } from '../../../apps/offline/examples.ts';
import { gradientOf, movedBy, readWeights } from '../../../apps/offline/gradient.ts';
import { trainOffline } from '../../../apps/offline/index.ts';
import { treeSum } from '../../../apps/offline/reduce.ts';
import {
  bptt,
  compile,
  type Executable,
  events,
  fingerprint,
  header,
  type Network,
  referenceBackend,
  withWeights,
} from '../../../runtime/index.ts';
import { nativeTargets } from '../../native/backends.ts';
import { network, optimizer, recorded, TICKS } from './task.ts';

const backward = { from: 'out', optimizer } as const;
const words = (values: ArrayLike<number>): string => Buffer.from(Float32Array.from(values).buffer).toString('hex');

/** The weights of a description that has come back from training. */
const weightsOf = ({ projections }: Network): Record<string, string> =>
  Object.fromEntries(
    Object.entries(projections).map(([name, { weight }]) => [name, weight.kind === 'inline' ? words(weight.values) : weight.kind]),
  );

/** The network as the trainer compiles it, taught by BPTT. */
function taughtBackwards(description: Network, window: number): Network {
  const plasticity = bptt(backward);
  return {
    ...description,
    projections: Object.fromEntries(Object.entries(description.projections).map(([name, one]) => [name, { ...one, plasticity }])),
    learning: { window, update: 'episode' },
  };
}

test('1 worker, 2 and 5, native or not, give equal bits: weights and losses', async (t) => {
  const options = { network: network(), examples: recorded(13), epochs: 2, batch: 5 } as const;
  for (const taught of [{}, { bptt: backward }]) {
    const one = await trainOffline({ ...options, ...taught, workers: 1 });
    t.is(one.updates, 6);
    t.notDeepEqual(weightsOf(one.network), weightsOf(network()));
    const backends = nativeTargets().length === 0 ? (['reference'] as const) : (['reference', 'native'] as const);
    for (const backend of backends) {
      const more = await trainOffline({ ...options, ...taught, workers: backend === 'native' ? 5 : 2, backend });
      t.is(more.backend, backend);
      t.deepEqual(weightsOf(more.network), weightsOf(one.network));
      t.deepEqual(more.losses, one.losses);
    }
    const other = await trainOffline({ ...options, ...taught, workers: 2, seed: 9 });
    t.notDeepEqual(weightsOf(other.network), weightsOf(one.network), 'another order of the examples is seen');
  }
});

/** The gradients of the first examples at the first weights, one after the other. */
function gradientsOf(count: number) {
  const program = compile(taughtBackwards(network(), TICKS), { maxTicks: 16 });
  const executable = referenceBackend.load(program);
  const moved = movedBy(program);
  const packed = pack(program.network, ['out'], recorded(count));
  const weights = new Float32Array(moved.weights);
  readWeights(executable, moved, weights);
  const vectors = new Float32Array(count * moved.gradients);
  for (let k = 0; k < count; k++)
    gradientOf(executable, moved, packed, k, weights, vectors.subarray(k * moved.gradients, (k + 1) * moved.gradients));
  return { vectors, length: moved.gradients };
}

test('the tree adds by places: the sum in an order of arrival has other bits, and would be seen', (t) => {
  const count = 13;
  const { vectors, length } = gradientsOf(count);
  const vector = (k: number) => vectors.subarray(k * length, (k + 1) * length);
  const arrived = (order: readonly number[]) => {
    const sum = new Float32Array(length);
    for (const k of order) for (let s = 0; s < length; s++) sum[s]! += vector(k)[s]!;
    return sum;
  };
  const places = Array.from({ length: count }, (_, k) => k);
  const [forwards, backwards] = [arrived(places), arrived([...places].reverse())];
  t.not(words(forwards), words(backwards), 'sums in two orders of arrival differ');
  const tree = treeSum(vectors.slice(), count, length);
  t.not(words(tree), words(forwards));
  t.true(tree.every((value, s) => Math.abs(value - forwards[s]!) <= 1e-5 * Math.max(...forwards.map(Math.abs))));
  t.is(words(treeSum(vectors.slice(), count, length)), words(tree));
  t.is(words(treeSum(vectors.slice(), 1, length)), words(vector(0)));
});

/** Plays one example to an executable that learns, and ends the episode with its last tick. */
function play({ arena, program, run }: Executable, example: ReturnType<typeof recorded>[number]): void {
  for (let tick = 0; tick < TICKS; tick++) {
    arena.view('in.input').set(Array.from(example.inputs['in']!).slice(tick * 6, (tick + 1) * 6));
    arena.view('out.target').set(Array.from(example.targets['out']!).slice(tick * 2, (tick + 1) * 2));
    arena.view('out.importance')[0] = example.importance!['out']![tick]!;
    arena.words[program.eventTape.offset] = tick === TICKS - 1 ? events.episodeEnd : 0;
    run(1);
  }
}

test('trained one example at a time, it has the bits of the same network that acts and learns at the end of each', async (t) => {
  const examples = recorded(3);
  for (const own of [true, false]) {
    const description: Network = own ? { ...network(), learning: { update: 'episode' } } : taughtBackwards(network(), TICKS);
    const trained = await trainOffline({ network: description, examples: [examples[0]!], epochs: 3, workers: 1 });
    const executable = referenceBackend.load(compile(description, { maxTicks: 1 }));
    for (let epoch = 0; epoch < 3; epoch++) play(executable, examples[0]!);
    for (const [name, hex] of Object.entries(weightsOf(trained.network))) t.is(hex, words(executable.arena.copy(`${name}.weights`)), name);
    play(executable, examples[1]!);
    t.not(weightsOf(trained.network)['output'], words(executable.arena.copy('output.weights')), 'one update more is seen');
  }
});

test('BPTT learns the task offline, and examples that it has not seen', async (t) => {
  const { losses, network: trained } = await trainOffline({
    network: network(),
    bptt: backward,
    examples: recorded(32),
    epochs: 40,
    batch: 8,
  });
  t.is(losses.length, 40);
  t.true(losses.at(-1)! < 0.5 * losses[0]!, losses.join());
  const [before, after] = await Promise.all(
    [network(), trained].map((start) => trainOffline({ network: start, bptt: backward, examples: recorded(16, 77), epochs: 1, batch: 16 })),
  );
  t.true(after!.losses[0]! < 0.6 * before!.losses[0]!, `${after!.losses[0]} after, ${before!.losses[0]} before`);
});

test('a network pre-trained offline by BPTT goes on online with the rules of its own description', async (t) => {
  const online = network({ kind: 'sgd', rate: 1e-3 });
  const { network: trained } = await trainOffline({ network: online, bptt: backward, examples: recorded(32), epochs: 40, batch: 8 });
  t.deepEqual(withWeights(trained, online), online, 'only the weights have changed');
  const lossOnline = (description: Network): { loss: number; moved: boolean } => {
    const executable = referenceBackend.load(compile(JSON.parse(JSON.stringify(description)) as Network, { maxTicks: 1 }));
    const { arena } = executable;
    const begin = words(arena.copy('recurrent.weights'));
    if (description === trained) t.is(begin, weightsOf(trained)['recurrent'], 'it begins with the bits that were trained');
    let loss = 0;
    const run = (ticks: number): number => {
      const status = executable.run(ticks);
      loss -= arena.view('out.importance')[0]! * Math.log(arena.view('out.output')[arena.view('out.target')[0] === 1 ? 0 : 1]!);
      return status;
    };
    for (const example of recorded(16, 77)) play({ ...executable, run }, example);
    t.is(arena.words[header.status], 0);
    return { loss: loss / 16, moved: words(arena.copy('recurrent.weights')) !== begin };
  };
  const [fresh, going] = [lossOnline(online), lossOnline(trained)];
  t.true(going.moved, 'e-prop goes on');
  t.true(going.loss < 0.6 * fresh.loss, `${going.loss} pre-trained, ${fresh.loss} fresh`);
});

test('stored synapses come back in the order of the description', async (t) => {
  const [pre, post] = [
    [3, 0, 2, 0],
    [1, 2, 0, 0],
  ];
  const values = [0.3, 0.02, 0.2, 0.01];
  const description = network();
  const { plasticity } = description.projections['recurrent']!;
  const listed: Network = {
    ...description,
    projections: {
      ...description.projections,
      recurrent: {
        pre: 'hidden',
        post: 'hidden',
        connectivity: { kind: 'list', pre: pre!, post: post! },
        weight: { kind: 'inline', values },
        delay: 1,
        plasticity: { ...plasticity!, optimizer: { kind: 'sgd', rate: 1e-30 } },
      },
    },
  };
  const { network: trained } = await trainOffline({ network: listed, examples: recorded(2), epochs: 1, workers: 1 });
  t.is(weightsOf(trained)['recurrent'], words(values));
});

test('running averages come back where optimizers keep them', async (t) => {
  const averaging = network({ ...optimizer, transforms: [{ kind: 'average', window: 100 }] });
  const { network: last, average } = await trainOffline({ network: averaging, examples: recorded(4), epochs: 2, workers: 1 });
  t.notDeepEqual(weightsOf(average), weightsOf(last));
  const plain = await trainOffline({ network: network(), examples: recorded(4), epochs: 2, workers: 1 });
  t.deepEqual(weightsOf(plain.average), weightsOf(plain.network));
});

test('a signal ends the training after the update that is under way', async (t) => {
  const stop = new AbortController();
  const { updates, losses } = await trainOffline({
    network: network(),
    examples: recorded(12),
    epochs: 5,
    batch: 4,
    signal: stop.signal,
    onProgress: ({ epoch, update }) => {
      if (epoch === 1 && update === 2) stop.abort();
    },
  });
  t.is(updates, 5);
  t.is(losses.length, 2);
});

test('what is wrong with the examples or the numbers is named', async (t) => {
  const [good] = recorded(1) as [ReturnType<typeof recorded>[number]];
  const refused = async (examples: unknown, path: string, message: RegExp, options: object = {}) => {
    const error = await t.throwsAsync(trainOffline({ network: network(), examples: examples as never, epochs: 1, ...options }));
    t.like(error, { path });
    t.regex(error!.message, message);
  };
  await refused([], 'examples', /at least 1/);
  await refused([good, { ...good, inputs: { into: [1] } }], 'examples[1].inputs.into', /does not exist/);
  await refused([{ ...good, targets: {} }], 'examples[0].targets.out', /is required/);
  await refused([{ ...good, targets: undefined }], 'examples[0].targets', /an object is required/);
  await refused([{ ...good, inputs: { in: [1, 2, 3] } }], 'examples[0].inputs.in', /a multiple of 6 .* got 3/);
  await refused([{ ...good, targets: { out: [1, 0] } }], 'examples[0].targets.out', /of length 80 .* got 2/);
  await refused([{ ...good, importance: { out: new Float32Array(TICKS).fill(Number.NaN) } }], 'examples[0].importance.out[0]', /got NaN/);
  const holed = Array.from(good.inputs['in']!, (value, k) => (k === 7 ? null : value));
  await refused([{ ...good, inputs: { in: holed } }], 'examples[0].inputs.in[7]', /a number required .* got null/);
  await refused([{ ...good, inputs: { in: null } }], 'examples[0].inputs.in', /a multiple of 6/);
  await refused('many', 'examples', /an array required/);
  await refused([good], 'dt', /is required/, { network: { ...network(), dt: undefined } });
  const frozen = Object.fromEntries(Object.entries(network().projections).map(([name, { plasticity: _, ...rest }]) => [name, rest]));
  await refused([good], 'projections', /none of them is plastic/, { network: { ...network(), projections: frozen } });
  for (const name of ['epochs', 'batch', 'workers']) await refused([good], name, /a whole number ≥ 1/, { [name]: 0 });
  await refused([good], 'projections.input.plasticity.terms[0].signal.from', /'hidden' has no error/, {
    bptt: { from: 'hidden', optimizer },
  });
});

test('a network that blows up is named with its example', async (t) => {
  const wild = network({ kind: 'sgd', rate: 3e38 });
  const error = await t.throwsAsync(
    trainOffline({
      network: wild,
      bptt: { from: 'out', optimizer: { kind: 'sgd', rate: 3e38 } },
      examples: recorded(2),
      epochs: 40,
      workers: 1,
    }),
  );
  t.regex(error!.message, /not finite in example [01] at tick (\d+ or before|its end)/);
});

test('labels and rates of whole episodes are refused offline, with the field', async (t) => {
  const label: Network = { ...network(), learning: { update: 'label', target: 'label' } };
  await t.throwsAsync(trainOffline({ network: label, examples: recorded(1), epochs: 1 }), { message: /learning\.target.*labels/ });
  const { plasticity, ...input } = network().projections['input']!;
  const term = { ...plasticity!.terms[0]!, filter: 'none', signal: { of: 'rate', target: 0.1, strength: 1, average: 'episode' } } as const;
  const rated: Network = {
    ...network(),
    projections: { ...network().projections, input: { ...input, plasticity: { ...plasticity!, terms: [...plasticity!.terms, term] } } },
  };
  await t.throwsAsync(trainOffline({ network: rated, examples: recorded(1), epochs: 1 }), {
    message: /terms\[1\]\.signal\.average.*whole episode/,
  });
});

test('every example starts at rest: the same one, another one, and the same one again have its gradient and its state', (t) => {
  const program = compile(taughtBackwards(network(), TICKS), { maxTicks: 16 });
  const executable = referenceBackend.load(program);
  const moved = movedBy(program);
  const packed = pack(program.network, ['out'], recorded(2));
  const weights = new Float32Array(moved.weights);
  readWeights(executable, moved, weights);
  const gradient = (index: number) => {
    const to = new Float32Array(moved.gradients);
    gradientOf(executable, moved, packed, index, weights, to);
    return words(to);
  };
  const first = gradient(0);
  const state = fingerprint(executable);
  t.not(gradient(1), first);
  t.is(gradient(0), first);
  t.is(fingerprint(executable), state);
});
