import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { bundledData } from '../../../apps/reproduce/data.ts';
import { convolutionalNetwork, decolleNetwork } from '../../../apps/reproduce/tasks/nmnist/decolle.ts';
import { leakyCounts, spikingNetwork } from '../../../apps/reproduce/tasks/nmnist/network.ts';
import {
  countEvents,
  decodeRecordings,
  encodeRecordings,
  INPUTS,
  loadRecordings,
  TICKS,
} from '../../../apps/reproduce/tasks/nmnist/recordings.ts';
import { watcher } from '../../../apps/reproduce/tasks/nmnist/watcher.ts';
import { fastestBackend, nativeBackend } from '../../../native/index.ts';
import { fingerprint, referenceBackend } from '../../../runtime/index.ts';

const parts = { train: loadRecordings('train'), test: loadRecordings('test') };
const sum = (values: Uint8Array): number => values.reduce((total, value) => total + value, 0);

test('the stored recordings are what their README says', (t) => {
  t.is(parts.train.length, 500);
  t.is(parts.test.length, 50);
  t.deepEqual(
    parts.test.slice(0, 9).map(({ label }) => label),
    [7, 2, 1, 0, 4, 1, 4, 9, 5],
  );
  // A recording has 1,000 to 12,000 events, in every tenth of it.
  for (const { counts } of [...parts.train, ...parts.test]) {
    const events = sum(counts);
    t.true(events > 1000 && events < 12_000, `${events}`);
  }
  const whole = parts.train.slice(0, 50);
  for (let part = 0; part < 10; part++)
    t.true(whole.some(({ counts }) => sum(counts.subarray((part * TICKS * INPUTS) / 10, ((part + 1) * TICKS * INPUTS) / 10)) > 0));
});

test('the recording that travels along gives the stored counts, and no other', (t) => {
  const events = readFileSync(path.join(bundledData, 'nmnist/60003.bs2'));
  const counts = countEvents(events);
  t.deepEqual(counts, Uint8Array.from(parts.test[2]!.counts));
  t.notDeepEqual(counts, Uint8Array.from(parts.test[3]!.counts));
  t.notDeepEqual(countEvents(events.subarray(5)), counts);
});

/** x, y, polarity, µs as 5 bytes. */
const event = (x: number, y: number, polarity: number, time: number): number[] => [
  x,
  y,
  (polarity << 7) | (time >> 16),
  (time >> 8) & 255,
  time & 255,
];

test('events are counted by tick, polarity and square; what no camera sends is refused', (t) => {
  const counts = countEvents(
    Uint8Array.from([
      ...event(0, 0, 0, 0),
      ...event(1, 1, 0, 4999),
      ...event(2, 0, 0, 5000),
      ...event(33, 33, 1, 299_999),
      ...event(33, 33, 1, 300_000),
    ]),
  );
  t.is(sum(counts), 4);
  t.is(counts[0], 2);
  t.is(counts[INPUTS + 1], 1);
  t.is(counts[TICKS * INPUTS - 1], 1);
  t.throws(() => countEvents(Uint8Array.from(event(34, 0, 0, 0))), { message: /34 × 34 required, got \(34, 0\) in event 0/ });
  t.throws(() => countEvents(new Uint8Array(6)), { message: /whole events of 5 bytes required, got 6/ });
});

test('a file of recordings comes back, and one that is cut or mislabelled is refused', (t) => {
  const two = parts.train.slice(0, 2);
  const bytes = encodeRecordings(two);
  t.deepEqual(
    decodeRecordings(bytes).map(({ label, counts }) => ({ label, counts: [...counts] })),
    two.map(({ label, counts }) => ({ label, counts: [...counts] })),
  );
  t.throws(() => decodeRecordings(bytes.subarray(1)), { message: /whole recordings of 34681 bytes required/ });
  const spoiled = Uint8Array.from(bytes);
  spoiled[34681] = 10;
  t.throws(() => decodeRecordings(spoiled), { message: /labels 0 to 9 required, got 10 in recording 1/ });
});

const native = nativeBackend();
const backend = fastestBackend();

('reason' in native ? test.skip : test)('both backends learn the same bits from two recordings', (t) => {
  const networks = [
    spikingNetwork(1, { rate: 2e-3 }),
    spikingNetwork(1, { rate: 2e-3, through: 'random' }),
    decolleNetwork(1, 2e-3),
    convolutionalNetwork(1, 8e-3),
    leakyCounts(1, 2e-3),
  ];
  const prints = networks.map((network) => {
    const [one, other] = [backend, referenceBackend].map((on) => {
      const learner = watcher(on, network);
      const answers = parts.train.slice(0, 2).map((recording) => learner.teach(recording));
      const print = fingerprint(learner.executable);
      learner.dispose();
      return { answers, print };
    });
    t.deepEqual(one, other);
    return one!.print;
  });
  t.is(new Set(prints).size, prints.length);
});

test('zeros and ones are told apart after all of them were seen once, and not before', (t) => {
  const only = (recordings: typeof parts.train) => recordings.filter(({ label }) => label < 2);
  const learner = watcher(backend, spikingNetwork(1, { rate: 2e-3 }));
  t.true(learner.accuracy(only(parts.test)) < 0.8);
  for (const recording of only(parts.train)) learner.teach(recording);
  t.true(learner.accuracy(only(parts.test)) >= 0.9);
  learner.dispose();
});
