import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { type NativeInfo, nativeInfo } from '../../native/index.ts';
import { atLeast, atMost, type Check } from './checks.ts';
import { type BoardRun, ganglion, type HeartbeatReport, heartbeat, median, processorSeconds } from './command.ts';
import { shortened, shortRun } from './short-run.ts';

const seeds = [1, 2, 3, 4, 5];

/** Learning matters, over five seeds: the figures of the README's table. */
const learning: Check = {
  claim: 'heartbeat: learning beats the frozen network and the readout alone (median of five seeds)',
  async run() {
    const reports: HeartbeatReport[] = [];
    for (const seed of seeds) reports.push(await heartbeat(['--seed', String(seed), '--board', 'none', '--baselines']));
    const of = (report: HeartbeatReport, record: string) => report.records.find((entry) => entry.record === record)?.f1 ?? 0;
    const mean = median(reports.map(({ meanF1 }) => meanF1));
    const readout = median(reports.map(({ baselines }) => baselines!.readoutOnly.meanF1 ?? 0));
    return [
      atLeast('mean F1', mean, 0.885),
      atLeast('lead over the readout alone', mean - readout, 0.03),
      atLeast('record 200 learning', median(reports.map((report) => of(report, '200'))), 0.96),
      atMost(
        'record 200 frozen',
        median(reports.map(({ baselines }) => baselines!.frozen.records.find(({ record }) => record === '200')?.f1 ?? 0)),
        0.7,
      ),
    ].join(', ');
  },
};

/** By the processor's time of the whole process, its start included: waiting for a processor does not count. What shares its caches still slows it, so the best tells. */
async function paceOf(args: readonly string[]): Promise<{ readonly report: HeartbeatReport; readonly pace: number }> {
  const before = processorSeconds();
  const report = await heartbeat(args);
  return { report, pace: (report.realTimeFactor * report.wallSeconds) / (processorSeconds() - before) };
}

const pace: Check = {
  claim: 'heartbeat: seconds of signal in a second of one processor',
  async run() {
    const paces: number[] = [];
    for (const seed of seeds.slice(0, 3)) paces.push((await paceOf(['--seed', String(seed), '--board', 'none'])).pace);
    return `${atLeast('best of three seeds', Math.max(...paces), 500)}, median ${median(paces).toFixed(0)}`;
  },
};

const inversion: Check = {
  claim: 'heartbeat: an inverted sensor is learned anew, the network frozen at that second fails (median of five seeds)',
  async run() {
    const inverts: NonNullable<HeartbeatReport['invert']>[] = [];
    for (const seed of seeds) inverts.push((await heartbeat(['--seed', String(seed), '--board', 'none', '--invert', '200@900'])).invert!);
    return [
      atLeast('first two minutes', median(inverts.map(({ f1First2Min }) => f1First2Min)), 0.92),
      atLeast('later', median(inverts.map(({ f1Later }) => f1Later)), 0.95),
      atMost('frozen at that second', median(inverts.map(({ frozenF1After }) => frozenF1After)), 0.4999),
    ].join(', ');
  },
};

const board: Check = {
  claim: 'heartbeat: the emulated board follows',
  async run() {
    const { report, pace } = await paceOf(['--seed', '1', '--board', 'emulated']);
    const { board: mirrored } = report;
    assert.ok(
      mirrored !== null && mirrored.weightPatches > 0 && mirrored.weightPatches === mirrored.weightPatchesAcked,
      'every weight patch must be acknowledged',
    );
    assert.equal(mirrored.crcErrors, 0);
    return [atLeast('seconds of signal in one of the processor', pace, 100), atLeast('spike agreement', mirrored.spikeAgreement, 0.8)].join(
      ', ',
    );
  },
};

/** Of the record, s: a minute of learning, and what a slow machine emulates in one. */
const EMULATED_SECONDS = 60;

const emulated = (kind: 'avr' | 'rp2040', model: string, variant: string | null, agreement: number): Check => ({
  claim: `heartbeat on the emulated ${kind}: to its end, with fidelity to the last bit of its membranes`,
  async run() {
    const run = (seconds: string) => ganglion(['run', 'heartbeat', '--board', kind, '--seconds', seconds, '--json']);
    const { board: ran, ticks, realTimeFactor } = JSON.parse(await run(String(EMULATED_SECONDS))) as BoardRun;
    assert.deepEqual([ran.model, ran.variant, ran.fault, ticks], [model, variant, null, EMULATED_SECONDS * 120]);
    const { executions, steps } = ran.fidelity!;
    assert.deepEqual(executions.slice(2), ['integer model', model]);
    const last = steps.at(-1)!;
    assert.deepEqual([last.cause, last.first, last.membranes], ['nothing', null, { max: 0, rms: 0 }]);
    assert.ok(
      Object.values(steps[0]!.weights).some(({ max }) => max > 0),
      'weights of 8 bits differ from those of the host',
    );
    const [record] = ran.records;
    const scored = `${atLeast('beats decided by the board', record!.beats, EMULATED_SECONDS / 2)}, F1 ${record!.f1?.toFixed(3)}`;
    return `${realTimeFactor.toFixed(1)} times real time, ${scored}, ${atLeast('spike agreement', ran.spikeAgreement, agreement)}`;
  },
});

const bits: Check = {
  claim: 'heartbeat: equal bits on every instruction set and the reference',
  async run() {
    const { supported } = nativeInfo() as NativeInfo;
    const folder = await shortened(1);
    try {
      const args = shortRun(folder);
      const prints = new Map<string, string>();
      for (const target of supported)
        prints.set(target, (await heartbeat([...args, '--backend', 'native'], { GANGLION_TARGET: target })).fingerprint);
      prints.set('again', (await heartbeat([...args, '--backend', 'native'])).fingerprint);
      prints.set('reference', (await heartbeat([...args, '--backend', 'reference'])).fingerprint);
      assert.equal(new Set(prints.values()).size, 1, `fingerprints differ: ${JSON.stringify([...prints])}`);
      const other = await heartbeat([...args, '--seed', '2']);
      assert.notEqual(other.fingerprint, [...prints.values()][0], 'another seed must give another fingerprint');
      return `${[...prints.keys()].join(', ')}: ${[...prints.values()][0]}`;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

const verify: Check = {
  claim: 'verify holds on both backends',
  async run() {
    const rows = await Promise.all(
      ['native', 'reference'].map(
        async (backend) =>
          JSON.parse(await ganglion(['verify', '--backend', backend, '--json'])) as {
            readonly pass: boolean;
            readonly control?: boolean;
          }[],
      ),
    );
    for (const list of rows) assert.ok(list.length > 0 && list.every(({ pass }) => pass), 'every row must hold');
    return rows.map((list) => `${list.length} rows, ${list.filter(({ control }) => control === true).length} controls`).join('; ');
  },
};

export const heartbeatChecks: readonly Check[] = [
  learning,
  pace,
  inversion,
  board,
  emulated('avr', 'atmega328p', 'alif-11', 0.8),
  emulated('rp2040', 'rp2040', null, 0.8),
  bits,
  verify,
];
