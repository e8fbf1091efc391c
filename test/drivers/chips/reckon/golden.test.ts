import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { compareReckonVectors } from '../../../../drivers/chips/reckon/golden.ts';
import { DescriptionError } from '../../../../runtime/index.ts';
import { root } from '../../../house/root.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests reach into JSON that is wrong on purpose
type Vector = Record<string, any>;

const folder = path.join(root, 'test/golden/reckon');
const names = fs.readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name: string): Vector => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'));
const played = (json: unknown) => compareReckonVectors([{ path: 'copy.json', json }]);

test('every bit of the six recorded runs agrees', (t) => {
  t.is(names.length, 6);
  t.deepEqual(compareReckonVectors(names.map((name) => ({ path: name, json: read(name) }))), {
    vectors: 6,
    ticks: 720,
    spikesCompared: 14400,
    weightsCompared: 4200,
    neuronWordsCompared: 120,
    cyclesCompared: 720,
    mismatches: 0,
  });
});

test('one flipped bit is noticed, wherever it is', (t) => {
  const flips: Readonly<Record<string, (vector: Vector) => void>> = {
    'a weight at the start': (v) => (v['wRec'][3][7] ^= 1),
    'a weight at the end': (v) => (v['end'].wRec[19][18] ^= 1),
    'an output weight at the end': (v) => (v['end'].wOut[0][2] ^= 1),
    'a neuron word': (v) => {
      const pairs: string[] = v['samples'][1].end.pairs;
      pairs[4] = pairs[4]!.slice(0, 31) + (Number.parseInt(pairs[4]!.slice(31), 16) ^ 1).toString(16);
    },
    'an event': (v) => {
      const { ev } = v['samples'][0].ticks[17];
      if (ev[0] === 0) ev.shift();
      else ev.unshift(0);
    },
    'a spike': (v) => v['samples'][1].ticks[40].spk.pop() ?? v['samples'][1].ticks[40].spk.push(0),
    'a count of cycles': (v) => (v['samples'][1].ticks[59].clk ^= 1),
    'a label': (v) => (v['samples'][0].label ^= 1),
    'a leak': (v) => (v['alpha'][9] ^= 1),
    threshold: (v) => (v['thr'] ^= 1),
    'when targets begin': (v) => (v['samples'][0].targetFromTick ^= 1),
    ...Object.fromEntries(
      Object.keys(read(names[0]!)['cfg'].seed).map((name) => [`seed ${name}`, (v: Vector) => (v['cfg'].seed[name] ^= 1)]),
    ),
    ...Object.fromEntries(
      [
        'rst',
        'fwi',
        'fwr',
        'fwo',
        'fti',
        'ftr',
        'fto',
        'lss',
        'rm',
        'rw',
        'sr',
        'act',
        'noise',
        'kappa',
        'lri',
        'lpi',
        'lrr',
        'lpr',
        'lro',
        'lpo',
      ].map((name) => [`cfg.${name}`, (v: Vector) => (v['cfg'][name] ^= 1)]),
    ),
  };
  // Seed 4 has noise; the others do not look at the noise's own seed.
  const noisy = names.find((name) => read(name)['cfg'].noise === 1)!;
  for (const [what, flip] of Object.entries(flips)) {
    const vector = read(what === 'seed noise' ? noisy : names[0]!);
    flip(vector);
    t.true(played(vector).mismatches > 0, what);
  }
});

test('what is not a vector is refused with the path of the field', (t) => {
  const wrong: readonly (readonly [(vector: Vector) => unknown, string])[] = [
    [() => 7, 'copy.json: '],
    [() => [], 'copy.json: '],
    [(v) => ({ ...v, cfg: null }), 'copy.json: cfg'],
    [(v) => ({ ...v, cfg: { ...v['cfg'], nrec: 256 } }), 'copy.json: cfg.nrec'],
    [(v) => ({ ...v, cfg: { ...v['cfg'], nrec: 18 } }), 'copy.json: wInp[0]'],
    [(v) => ({ ...v, cfg: { ...v['cfg'], H: [1, 2, 3] } }), 'copy.json: cfg.H'],
    [(v) => ({ ...v, cfg: { ...v['cfg'], seed: { ...v['cfg'].seed, out: 2 ** 22 } } }), 'copy.json: cfg.seed.out'],
    [({ thr: _, ...v }) => v, 'copy.json: thr'],
    [(v) => ({ ...v, alpha: v['alpha'].slice(1) }), 'copy.json: alpha'],
    [(v) => ({ ...v, alpha: [0x6fff, ...v['alpha'].slice(1)] }), 'copy.json: alpha[0]'],
    [(v) => ({ ...v, wRec: [...v['wRec'].slice(1), ['x']] }), 'copy.json: wRec[19]'],
    [(v) => ({ ...v, wOut: [[0, 0, 128], ...v['wOut'].slice(1)] }), 'copy.json: wOut[0][2]'],
    [(v) => ({ ...v, samples: {} }), 'copy.json: samples'],
    [(v) => ({ ...v, samples: [{ ...v['samples'][0], ticks: [{ ev: [12], spk: [], clk: 1 }] }] }), 'copy.json: samples[0].ticks[0].ev[0]'],
    [
      (v) => ({ ...v, samples: [{ ...v['samples'][0], ticks: [{ ev: [3, 3], spk: [], clk: 1 }] }] }),
      'copy.json: samples[0].ticks[0].ev[1]',
    ],
    [(v) => ({ ...v, samples: [{ ...v['samples'][0], end: { pairs: Array(10).fill('zz') } }] }), 'copy.json: samples[0].end.pairs[0]'],
    [(v) => ({ ...v, end: { ...v['end'], wInp: [] } }), 'copy.json: end.wInp'],
  ];
  for (const [change, at] of wrong) {
    const error = t.throws(() => played(change(read(names[0]!))), { instanceOf: DescriptionError }, at);
    t.is((error as DescriptionError).path, at);
  }
});
