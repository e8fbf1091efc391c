import test from 'ava';
import { labeller } from '../../../apps/reproduce/tasks/ecg-qtdb/labeller.ts';
import { type Design, leakyTraces, spikingNetwork } from '../../../apps/reproduce/tasks/ecg-qtdb/network.ts';
import { loadSequences, parseSequences, SKIPPED, STEPS, score, WAVES } from '../../../apps/reproduce/tasks/ecg-qtdb/sequences.ts';
import { fastestBackend, nativeBackend } from '../../../native/index.ts';
import { eprop, fingerprint, type Network, referenceBackend, rtrl } from '../../../runtime/index.ts';

const parts = { train: loadSequences('train'), test: loadSequences('test') };
const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

test('the stored sequences are what their README says', (t) => {
  t.is(parts.train.length, 618);
  t.is(parts.test.length, 94);
  const unlabelled = 1 - mean(parts.train.map(({ labelled }) => mean(labelled)));
  t.is(unlabelled.toFixed(3), '0.082');
  const share = (wave: string): number =>
    mean(parts.test.map((one) => mean(one.wave.map((own, step) => (own === WAVES.indexOf(wave) && one.labelled[step] ? 1 : 0)))));
  t.deepEqual(
    WAVES.map((wave) => share(wave).toFixed(3)),
    ['0.130', '0.055', '0.051', '0.045', '0.312', '0.309'],
  );
  // Each channel spikes in 4 to 12 of 100 steps of either part; the last step has none.
  for (const sequences of Object.values(parts))
    for (let channel = 0; channel < 4; channel++) {
      const rate = mean(sequences.map(({ spikes }) => mean(spikes.filter((_, k) => k % 4 === channel))));
      t.true(rate > 0.04 && rate < 0.12, `${rate}`);
    }
});

test('a byte holds four spikes and a label; no label counts as P; what cannot be is refused', (t) => {
  const bytes = new Uint8Array(STEPS);
  bytes[0] = 0x5a;
  bytes[1] = 0xf1;
  const [one] = parseSequences(bytes);
  t.deepEqual([...one!.spikes.subarray(0, 8)], [0, 1, 0, 1, 1, 0, 0, 0]);
  t.deepEqual([...one!.wave.subarray(0, 3)], [5, 0, 0]);
  t.deepEqual([...one!.labelled.subarray(0, 3)], [1, 0, 1]);
  t.throws(() => parseSequences(bytes.subarray(1)), { message: /whole sequences of 1301 bytes required, got 1300/ });
  bytes[7] = 0x60;
  t.throws(() => parseSequences(bytes), { message: /labels 0 to 5 or 15 required, got 6 at step 7 of sequence 0/ });
});

test('the score skips the first steps and tells labelled ones apart', (t) => {
  const bytes = new Uint8Array(STEPS).fill(0x50);
  bytes.fill(0xf0, STEPS - 100);
  bytes.fill(0x30, 0, SKIPPED);
  const [sequence] = parseSequences(bytes);
  const found = score();
  found.add(sequence!, () => 5);
  t.is(found.all(), (STEPS - SKIPPED - 100) / (STEPS - SKIPPED));
  t.is(found.labelled(), 1);
  found.add(sequence!, () => 0);
  t.is(found.all(), 0.5);
  t.is(found.labelled(), 0.5);
});

const native = nativeBackend();
const backend = fastestBackend();
const design = (size: number, rest: Pick<Design, 'rule' | 'block'>): Network =>
  spikingNetwork(1, {
    scales: [
      { size, tauMem: 20, tauAdapt: 200 },
      { size, tauMem: 5, tauAdapt: 50 },
    ],
    rate: 3e-3,
    ...rest,
  });

('reason' in native ? test.skip : test)('both backends learn the same bits from a sequence, by every kind of network', (t) => {
  const networks = {
    eprop: design(12, { rule: eprop, block: 32 }),
    rtrl: design(5, { rule: rtrl, block: 1 }),
    traces: leakyTraces(1, 0.03),
  };
  const prints = Object.values(networks).map((network) => {
    const [one, other] = [backend, referenceBackend].map((on) => {
      const learner = labeller(on, network);
      const found = score();
      learner.teach(parts.train[0]!, found);
      const print = fingerprint(learner.executable);
      learner.dispose();
      return { print, all: found.all() };
    });
    t.deepEqual(one, other);
    return one!.print;
  });
  t.is(new Set(prints).size, prints.length);
});

test('forty sequences teach the waves; without a rule and a readout that learns alone they teach less', (t) => {
  const accuracy = (network: Network): number => {
    const learner = labeller(backend, network);
    for (const sequence of parts.train.slice(0, 40)) learner.teach(sequence, score());
    const found = score();
    learner.test(parts.test.slice(0, 30), found);
    learner.dispose();
    return found.all();
  };
  const learned = accuracy(design(18, { rule: eprop, block: 32 }));
  const readout = accuracy(design(18, { block: 32 }));
  t.true(learned > 0.6, `${learned}`);
  t.true(readout < learned - 0.05, `${readout}`);
});
