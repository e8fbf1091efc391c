/** Targets that come late: the same traces and gradients, to the bit, as of targets in time; on every backend, for every kind of network. */
import test from 'ava';
import type { Network } from '../../runtime/network/network.ts';
import { compile } from '../../runtime/program/compile.ts';
import { type Backend, events } from '../../runtime/program/program.ts';
import { referenceBackend } from '../../runtime/reference/backend.ts';
import { nativeTargets } from '../native/backends.ts';
import { generator } from '../native/layout.ts';
import { layered } from './layered.ts';
import { network, variants } from './variants.ts';

/** Ticks of a run, and by how many targets are late: whole blocks, so that blocks begin where they would. */
const [TICKS, LATE] = [192, 64] as const;
const backends = [referenceBackend, ...nativeTargets()];

/** Weights stand still, so that what is taught is all that differs. */
const still = (description: Network, delay: number): Network => ({
  ...description,
  learning: { ...description.learning!, update: { ticks: 64_000 }, episode: 'carry', ...(delay > 0 && { delay }) },
});

/** What a teacher and a sensor say, written down before anyone runs. */
function script({ populations, learning }: Network) {
  const random = generator(11);
  const values = (count: number, value: () => number): number[] => Array.from({ length: count }, value);
  const labeled = learning!.target === 'label';
  return Array.from({ length: TICKS }, () => ({
    input: values(populations['in']!.size, () => (random() < 0.1 ? 1 : 0)),
    target: values(populations['out']!.size, () => (random() < 0.4 ? 1 : 0)),
    importance: random() < 0.3 ? 0 : 1,
    event: labeled && random() < 0.1 ? events.label : 0,
  }));
}

/** All traces, sums and gradients after a run whose targets come `late` ticks late, into a program that expects them `delay` late. */
function outcome(backend: Backend, description: Network, late: number, delay: number): Map<string, Float32Array> {
  const executable = backend.load(compile(still(description, delay), { maxTicks: 1 }));
  const { arena, program } = executable;
  const said = script(program.network);
  for (let t = 0; t < TICKS + late; t++) {
    const taught = said[t - late];
    arena.view('in.input').set(said[t]?.input ?? said[0]!.input.map(() => 0));
    arena.view('out.target').set(taught?.target ?? said[0]!.target.map(() => 0));
    arena.view('out.importance')[0] = taught?.importance ?? 0;
    arena.words[program.eventTape.offset] = taught?.event ?? 0;
    executable.run(1);
  }
  executable.settle();
  const found = new Map(program.traces.map(({ name }) => [name, arena.copy(name)]));
  executable.dispose();
  return found;
}

/** A firing rate that is a running mean, and random signs, go on while nothing is seen yet: they alone know how late the targets are. */
const counts = (description: Network): boolean => /"average":\{"tau"|"rankOne"/.test(JSON.stringify(description));

/** What runs backwards takes no delay. */
const forward = ([, { learning }]: readonly [string, Network]): boolean => learning!.window === undefined;

const all: Readonly<Record<string, Network>> = Object.fromEntries(
  [...Object.entries(variants).map(([name, variant]) => [name, network(variant)] as const), ...Object.entries(layered)].filter(forward),
);

for (const [name, description] of Object.entries(all)) {
  test(`${name}: late targets have the traces and gradients of targets in time, to the bit`, (t) => {
    const wanted = outcome(referenceBackend, description, 0, 0);
    const gradients = [...wanted].filter(([region, values]) => region.includes('.gradient') && values.some((value) => value !== 0));
    const learning = Object.values(description.projections).filter(({ plasticity }) => plasticity !== undefined);
    t.true(gradients.length >= learning.length, 'every projection that learns has a gradient that is not 0');
    for (const backend of backends) {
      const found = outcome(backend, description, LATE, LATE);
      t.deepEqual([...found.keys()], [...wanted.keys()]);
      const equal = [...wanted].filter(([region, values]) => sameBits(values, found.get(region)!)).length;
      if (counts(description)) t.true(equal < wanted.size, 'what goes on by itself has gone on');
      else
        t.is(equal, wanted.size, `${backend.target}: ${[...wanted.keys()].filter((r) => !sameBits(wanted.get(r)!, found.get(r)!)).join()}`);
    }
    const readout = gradients.at(-1)![0];
    for (const [delay, why] of [
      [0, 'the trace is not kept'],
      [LATE - 1, 'it is kept a tick too short'],
    ] as const) {
      t.false(sameBits(wanted.get(readout)!, outcome(backends.at(-1)!, description, LATE, delay).get(readout)!), `control: ${why}`);
    }
  });
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  const [x, y] = [new Uint32Array(a.buffer, a.byteOffset, a.length), new Uint32Array(b.buffer, b.byteOffset, b.length)];
  return x.length === y.length && x.every((word, k) => word === y[k]);
}

test('a delay of 0 compiles to the program that it was', (t) => {
  for (const [name, description] of Object.entries(all)) {
    const [{ initialize: _, network: __, ...without }, { initialize: ___, network: ____, ...zero }] = [
      compile(description),
      compile({ ...description, learning: { ...description.learning!, delay: 0 } }),
    ];
    t.deepEqual(zero, without, name);
    const late = compile({ ...description, learning: { ...description.learning!, delay: 3 } });
    t.true(late.length > without.length, `control: ${name}`);
  }
});

test('a delay costs nothing a synapse', (t) => {
  const words = (delay: number, hidden: number): number => compile(still(network({ hidden }), delay)).stateLength;
  const extra = (hidden: number): number => words(7, hidden) - words(0, hidden);
  t.is(extra(64) - extra(32), extra(96) - extra(64), 'it grows with the neurons, not with their pairs');
});

test('an episode that resets forgets what has not been taught yet, and the next one is as the first', (t) => {
  for (const name of ['LIF, dense', 'ALIF, random synapses', 'sSNU, OSTL without H, stored synapses', 'GRU, OSTL, stored synapses']) {
    const description = all[name]!;
    const late = { ...description, learning: { ...description.learning!, update: { ticks: 64_000 }, episode: 'reset', delay: 7 } } as const;
    const compiled = compile(late, { maxTicks: 1 });
    const kept = compiled.ops.reset.filter(
      ({ operands }) => !/\.(late|past)$/.test((operands as { target: { name: string } }).target.name),
    );
    t.true(kept.length < compiled.ops.reset.length);
    /** Traces after some ticks, the first of them of an episode that ended before, or not. */
    const traces = (program: typeof compiled, before: number): Float32Array[] => {
      const executable = backends.at(-1)!.load(program);
      const { arena } = executable;
      const said = script(program.network);
      const play = (ticks: number, ends: boolean): void => {
        for (let tick = 0; tick < ticks; tick++) {
          arena.view('in.input').set(said[tick]!.input);
          arena.view('out.target').set(said[tick]!.target);
          arena.view('out.importance')[0] = said[tick]!.importance;
          arena.words[program.eventTape.offset] = ends && tick === ticks - 1 ? events.episodeEnd : 0;
          executable.run(1);
        }
      };
      play(before, true);
      play(16, false);
      const found = program.traces.filter(({ name }) => !name.includes('.gradient')).map(({ name }) => arena.copy(name));
      executable.dispose();
      return found;
    };
    const first = traces(compiled, 0);
    const second = traces(compiled, 61);
    t.true(first.some((values) => values.some((value) => value !== 0)));
    t.true(
      first.every((values, k) => sameBits(values, second[k]!)),
      name,
    );
    // Without a constant every trace begins with a spike of its own episode, so that nothing of the last one is seen.
    if (!(name in layered)) continue;
    const remembering = traces({ ...compiled, ops: { ...compiled.ops, reset: kept } }, 61);
    t.false(
      first.every((values, k) => sameBits(values, remembering[k]!)),
      `control: ${name}`,
    );
  }
});
