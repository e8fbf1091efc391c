import test from 'ava';
import { drawsOf, genericPcm, hermesOneDevice, hermesTwoDevices, PcmCells, type PcmParameters } from '../../../drivers/index.ts';

const CELLS = 10_000;
const TIMES = [0, 3600, 86_400, 2_592_000];
const SHARES = [0.1, 0.3, 0.5, 0.75, 1];

interface Model {
  readonly gmax: number;
  readonly t0: number;
  readonly tRead: number;
  readonly sigma: (r: number) => number;
  readonly mean: (r: number) => number;
  readonly spread: (r: number) => number;
  readonly q: (r: number) => number;
}
const clip = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

/** The table of the reference once more, as formulas. */
const models: Readonly<Record<string, readonly [PcmParameters, Model]>> = {
  generic: [
    genericPcm,
    {
      ...{ gmax: 25, t0: 20, tRead: 250e-9 },
      sigma: (r) => 0.26348 + 1.965 * r - 1.1731 * r ** 2,
      mean: (r) => clip(-0.0155 * Math.log(r) + 0.0244, 0.049, 0.1),
      spread: (r) => clip(-0.0125 * Math.log(r) - 0.0059, 0.008, 0.045),
      q: (r) => Math.min(0.2, 0.0088 / Math.max(r ** 0.65, 0.001)),
    },
  ],
  'HERMES, two devices': [
    hermesTwoDevices,
    {
      ...{ gmax: 20.7, t0: 300, tRead: 512e-9 },
      sigma: (r) => 0.16603 + 4.71806 * r - 8.48101 * r ** 2 + 4.68961 * r ** 3,
      mean: (r) => (r < 0.0945 ? clip(-0.0387 * Math.log(r) - 0.0182, 0.072, 0.13) : -0.0436 * r ** 2 - 0.0126 * r + 0.0736),
      spread: (r) => (r < 0.3055 ? clip(-0.0117 * Math.log(r) - 0.0057, 0.0091, 0.04) : -0.0118 * r ** 2 + 0.0093 * r + 0.0073),
      q: (r) => (r < 0.16 ? clip(-0.0117 * Math.log(r) - 0.0069, 0.015, 0.04) : 0.0069 * r ** 3 - 0.028 * r ** 2 + 0.0211 * r + 0.0123),
    },
  ],
  'HERMES, one device': [
    hermesOneDevice,
    {
      ...{ gmax: 10.35, t0: 200, tRead: 512e-9 },
      sigma: (r) => 0.15782 + 2.32444 * r - 2.16311 * r ** 2 + 0.68842 * r ** 3,
      mean: (r) => (r < 0.0945 ? clip(-0.0387 * Math.log(r) - 0.0182, 0.072, 0.13) : -0.0436 * r ** 2 - 0.0126 * r + 0.0736),
      spread: (r) => (r < 0.3039 ? clip(-0.012 * Math.log(r) - 0.0023, 0.0124, 0.04) : -0.0165 * r ** 2 + 0.0116 * r + 0.0104),
      q: (r) => (r < 0.1591 ? clip(-0.0078 * Math.log(r) + 0.0038, 0.0179, 0.04) : 0.0664 * r ** 3 - 0.1352 * r ** 2 + 0.0768 * r + 0.0088),
    },
  ],
};

/** Nodes and weights of a normal distribution, on a fine grid. */
const grid = Array.from({ length: 241 }, (_, k) => (k - 120) / 20).map(
  (x) => [x, (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * 0.05] as const,
);
const coarse = grid.filter((_, k) => k % 4 === 0).map(([x, w]) => [x, w * 4] as const);

/** Mean and standard deviation by integration over programming, drift and read noise. */
function moments(model: Model, wished: number, time: number): { readonly mean: number; readonly sd: number } {
  const r = wished / model.gmax;
  const log = Math.log((time + model.t0) / model.t0);
  const root = Math.sqrt(Math.log((time + model.t0 + model.tRead) / (2 * model.tRead)));
  let [first, second] = [0, 0];
  for (const [a, wa] of coarse) {
    const programmed = Math.max(0, wished + model.sigma(r) * a);
    if (programmed === 0) continue;
    const q = model.q(programmed / model.gmax) * root;
    for (const [b, wb] of coarse) {
      const drifted = programmed * Math.exp(-Math.abs(model.mean(r) + model.spread(r) * b) * log);
      for (const [c, wc] of coarse) {
        const g = Math.max(0, drifted * (1 + q * c));
        first += g * wa * wb * wc;
        second += g * g * wa * wb * wc;
      }
    }
  }
  return { mean: first, sd: Math.sqrt(second - first ** 2) };
}

function measured(cells: PcmCells, time: number, noisier = 1): { readonly mean: number; readonly sd: number } {
  let [first, second] = [0, 0];
  for (let k = 0; k < CELLS; k++) {
    const g = cells.read(k, time, noisier);
    first += g / CELLS;
    second += (g * g) / CELLS;
  }
  return { mean: first, sd: Math.sqrt(second - first ** 2) };
}

for (const [name, [parameters, model]] of Object.entries(models)) {
  test(`${name}: mean and spread of ${CELLS} cells at 5 conductances and 4 times are the model's within 5 %`, (t) => {
    let [worstMean, worstSd] = [0, 0];
    SHARES.forEach((share, k) => {
      const cells = new PcmCells(CELLS, parameters, drawsOf(7 + k, 'cells'));
      for (let cell = 0; cell < CELLS; cell++) cells.program(cell, share * model.gmax, 0);
      for (const time of TIMES) {
        const found = measured(cells, time);
        const expected = moments(model, share * model.gmax, time);
        const [mean, sd] = [Math.abs(found.mean / expected.mean - 1), Math.abs(found.sd / expected.sd - 1)];
        t.true(mean < 0.05 && sd < 0.05, `g ${share}, t ${time}: mean off by ${mean.toFixed(3)}, spread by ${sd.toFixed(3)}`);
        [worstMean, worstSd] = [Math.max(worstMean, mean), Math.max(worstSd, sd)];
      }
    });
    t.log(`largest deviation: mean ${(worstMean * 100).toFixed(2)} %, spread ${(worstSd * 100).toFixed(2)} %`);
  });
}

test('the moments tell one set of parameters from another, and a read noise that is half too large', (t) => {
  const [, model] = models['generic']!;
  const wrong = new PcmCells(CELLS, hermesTwoDevices, drawsOf(1, 'cells'));
  for (let cell = 0; cell < CELLS; cell++) wrong.program(cell, 12.5, 0);
  const expected = moments(model, 12.5, 86_400);
  const found = measured(wrong, 86_400);
  t.true(Math.abs(found.mean / expected.mean - 1) > 0.05 || Math.abs(found.sd / expected.sd - 1) > 0.05);
  const right = new PcmCells(CELLS, genericPcm, drawsOf(1, 'cells'));
  for (let cell = 0; cell < CELLS; cell++) right.program(cell, 20, 0);
  t.true(measured(right, 2_592_000, 1.5).sd / measured(right, 2_592_000).sd > 1.05);
});

test('the same seed gives the same cells to the last bit, another seed others; a cell that is stuck is not programmed', (t) => {
  const make = (seed: number): number[] => {
    const cells = new PcmCells(20, genericPcm, drawsOf(seed, 'cells'));
    for (let k = 0; k < 20; k++) cells.program(k, k, 5);
    return Array.from({ length: 20 }, (_, k) => cells.read(k, 100));
  };
  t.deepEqual(make(3), make(3));
  t.notDeepEqual(make(3), make(4));
  const cells = new PcmCells(1, genericPcm, drawsOf(1, 'cells'));
  cells.stick(0, 25);
  cells.program(0, 2, 0);
  t.true(cells.read(0, 1e6) > 20);
  t.is(cells.wished(0), 2);
});
