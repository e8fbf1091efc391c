import test from 'ava';
import type { Alif, Network } from '../../../runtime/network/network.ts';
import { createArena, hashWords, header, LINE, printHash } from '../../../runtime/program/arena.ts';
import { compile } from '../../../runtime/program/compile.ts';
import { fingerprint, tickOf } from '../../../runtime/program/executable.ts';
import type { Program } from '../../../runtime/program/program.ts';
import { referenceBackend } from '../../../runtime/reference/backend.ts';
import { wholeNetwork } from '../network/networks.ts';
import { drive, times } from './drive.ts';

const tapes = ['input', 'target', 'importance', 'output', 'spikeCount', 'spikes'];
const isTape = (program: Program, name: string): boolean =>
  name === 'events' ||
  Object.keys(program.network.populations).some((population) => tapes.some((role) => name === `${population}.${role}`));

/** The whole network, and variants that allocate other regions. */
function programs(): Program[] {
  const label = wholeNetwork();
  label['learning'] = { update: 'label', target: 'label', episode: 'carry' };
  const unfiltered = wholeNetwork();
  unfiltered['projections'].recurrent.plasticity.terms = [{ ...unfiltered['projections'].recurrent.plasticity.terms[0], filter: 'none' }];
  const empty = wholeNetwork();
  empty['projections'].sensory.connectivity = { kind: 'list', pre: [], post: [] };
  const sizes = wholeNetwork();
  Object.assign(sizes['populations'].in, { size: 17 });
  Object.assign(sizes['populations'].slow, { size: 33, neuron: { ...sizes['populations'].slow.neuron, beta: 0.1 } });
  sizes['projections'].tonic.weight = { kind: 'constant', value: 1 };
  return [wholeNetwork(), label, unfiltered, empty, sizes].flatMap((network) =>
    [1, 7, 16].map((maxTicks) => compile(network as Network, { maxTicks })),
  );
}

test('every region begins on a 64-byte line behind the header, and none reaches into the next', (t) => {
  t.true(Object.values(header).every((word) => word < LINE));
  for (const program of programs()) {
    const regions = [...program.regions.values()].sort((a, b) => a.offset - b.offset || a.length - b.length);
    let end = LINE;
    for (const { name, offset, length, rows, columns, stride } of regions) {
      t.is(offset % LINE, 0, name);
      t.true(offset >= end, `${name} begins at ${offset}, before ${end}`);
      t.is(length, rows * stride, name);
      t.true(stride >= columns, name);
      if (rows > 1 && columns > 1) t.is(stride % LINE, 0, `rows of ${name} begin on a line`);
      end = offset + length;
    }
    t.true(end <= program.length);
    t.is(program.length % LINE, 0);
  }
});

test('tapes lie behind the state, and all of them do', (t) => {
  for (const program of programs()) {
    t.is(program.stateLength % LINE, 0);
    for (const { name, offset, rows } of program.regions.values()) {
      t.is(offset >= program.stateLength, isTape(program, name), name);
      if (isTape(program, name)) t.is(rows, program.maxTicks, name);
    }
  }
});

test('every operand of every op is a region of the program', (t) => {
  for (const { ops, regions, topology } of programs()) {
    for (const { name, operands } of Object.values(ops).flat()) {
      for (const [operand, value] of Object.entries(operands)) {
        if (typeof value === 'number') t.true(Number.isFinite(value), `${name}.${operand}`);
        else if ('name' in value) t.is(regions.get(value.name as string) as unknown, value, `${name}.${operand}`);
        else t.true((value as { offset: number; length: number }).offset + value.length <= topology.length, `${name}.${operand}`);
      }
    }
  }
});

test('the length of a frame changes neither state nor bits', (t) => {
  const network = wholeNetwork() as Network;
  const given = times(48, (tick) => ({
    inputs: { in: times(3, (i) => ((tick + i) % 3 === 0 ? 1 : 0)) },
    targets: { out: [Math.sin(tick / 5), 0.5] },
    importance: { out: tick % 4 },
    episodeEnd: tick % 20 === 19,
  }));
  const single = drive(network, { maxTicks: 1 });
  single.run(...given);
  for (const maxTicks of [2, 16, 48]) {
    const framed = drive(network, { maxTicks });
    for (let tick = 0; tick < given.length; tick += maxTicks) framed.together(...given.slice(tick, tick + maxTicks));
    t.is(fingerprint(framed.executable), fingerprint(single.executable), `frames of ${maxTicks}`);
    t.is(tickOf(framed.executable), 48);
    t.is(framed.executable.program.stateLength, single.executable.program.stateLength);
  }
});

test('compiling twice gives the same program, and loading it twice memory of its own', (t) => {
  const [one, other] = [compile(wholeNetwork() as Network), compile(wholeNetwork() as Network)];
  t.deepEqual([...one.regions], [...other.regions]);
  t.deepEqual(one.ops, other.ops);
  const [a, b] = [referenceBackend.load(one), referenceBackend.load(one)];
  t.is(fingerprint(a), fingerprint(b));
  a.run(3);
  t.not(fingerprint(a), fingerprint(b));
  a.reset();
  t.is(fingerprint(a), fingerprint(b), 'reset() leads back to the first bits');
});

test('a description that changes after it was compiled changes nothing', (t) => {
  const network = wholeNetwork();
  const program = compile(network as Network);
  const before = fingerprint(referenceBackend.load(program));
  network['projections'].tonic.weight.values[0] = 99;
  network['populations'].slow.neuron.beta[0] = 99;
  t.is(fingerprint(referenceBackend.load(program)), before);
  t.is((program.network.populations['slow']!.neuron as Alif & { beta: number[] }).beta[0], 0);
});

test('a view borrows, a copy owns and leaves the padding out, a write puts rows in their places', (t) => {
  const region = { name: 'm', offset: 16, length: 32, rows: 2, columns: 3, stride: 16 };
  const arena = createArena(new Map([['m', region]]), 64, (bytes) => ({ buffer: new SharedArrayBuffer(bytes), byteOffset: 0 }));
  arena.write('m', [1, 2, 3, 4, 5, 6]);
  t.deepEqual([...arena.copy('m')], [1, 2, 3, 4, 5, 6]);
  t.deepEqual([...arena.floats.subarray(32, 36)], [4, 5, 6, 0]);
  const [view, copy] = [arena.view('m'), arena.copy('m')];
  view[0] = 9;
  copy[1] = 9;
  t.deepEqual([...arena.copy('m')], [9, 2, 3, 4, 5, 6]);
  t.is(view.length, 32);
  t.throws(() => arena.write('m', [1, 2]), { message: /6 values required for region 'm', got 2/ });
  t.throws(() => arena.view('n'), { message: /no region 'n'; explain\(\) lists them/ });
});

/** MurmurHash3_x86_32 over whole words, as its author writes it. */
function murmur(words: readonly number[], length: number): string {
  const mask = 0xffffffffn;
  const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (32n - by))) & mask;
  let hash = 0x9747b28cn;
  for (const word of words) {
    const k = (rotate((BigInt(word) * 0xcc9e2d51n) & mask, 15n) * 0x1b873593n) & mask;
    hash = (rotate(hash ^ k, 13n) * 5n + 0xe6546b64n) & mask;
  }
  hash ^= BigInt(length);
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask;
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask;
  return (hash ^ (hash >> 16n)).toString(16).padStart(8, '0');
}

const hash = (words: Uint32Array, length: number): string => printHash(hashWords(words, length));

test('a fingerprint mixes words as MurmurHash3 does, sees every bit and nothing beyond its length', (t) => {
  t.is(murmur([0x61616161], 4), '5a97808a', "the check itself gives the known answer for 'aaaa'");
  const words = Uint32Array.from({ length: 64 }, (_, k) => Math.imul(k + 1, 0x9e3779b9));
  const before = hash(words, 48);
  t.is(before, murmur([...words.subarray(0, 48)], 0));
  for (let bit = 0; bit < 48 * 32; bit++) {
    words[bit >> 5]! ^= 1 << (bit & 31);
    if (hash(words, 48) === before) t.fail(`bit ${bit}`);
    words[bit >> 5]! ^= 1 << (bit & 31);
  }
  words[48] = 1;
  t.is(hash(words, 48), before);
});
