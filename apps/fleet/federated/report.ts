import Table from 'cli-table3';
import { out as pc } from '../../colors.ts';
import type { RecordScore } from '../../heartbeat/scoring.ts';
import { bare } from '../../tables.ts';
import type { Aggregate } from './aggregate.ts';
import type { Outcome } from './experiment.ts';
import { refusals } from './update.ts';

export interface Asked {
  readonly seed: number;
  readonly rounds: number;
  readonly aggregate: Aggregate;
  readonly clip: number | undefined;
}

const f1Of = (score: RecordScore | null | undefined): number | null => score?.f1 ?? null;

/** Null where one has none: a mean over others would be another figure. */
function mean(values: readonly (number | null)[]): number | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === values.length && values.length > 0 ? numbers.reduce((sum, value) => sum + value, 0) / numbers.length : null;
}

/** The JSON object of the experiment. Nothing in it depends on where the fleet met or how long it took. */
export function reportOf({ devices, rounds, pooledLost }: Outcome, { seed, rounds: asked, aggregate, clip }: Asked) {
  const rows = devices.map(({ device, result, lost, pooled }) => ({
    device,
    beats: result?.federated?.beats ?? null,
    pvc: result?.federated?.pvc ?? null,
    f1: { federated: f1Of(result?.federated), alone: f1Of(result?.alone), pooled: f1Of(pooled) },
    sent: result?.part.sent ?? null,
    skipped: result?.part.skipped ?? null,
    faults: result?.part.faults ?? null,
    loaded: result?.models.loaded ?? null,
    rolledBack: result?.models.rolledBack ?? null,
    fingerprint: result?.fingerprint ?? null,
    lost: lost ?? null,
  }));
  return {
    app: 'heartbeat',
    seed,
    rounds: asked,
    aggregate,
    clip: clip ?? null,
    devices: rows,
    meanF1: {
      federated: mean(rows.map(({ f1 }) => f1.federated)),
      alone: mean(rows.map(({ f1 }) => f1.alone)),
      pooled: mean(rows.map(({ f1 }) => f1.pooled)),
    },
    pooledLost: pooledLost ?? null,
    refused: Object.fromEntries(refusals.map((reason) => [reason, rounds.reduce((sum, { refused }) => sum + refused[reason], 0)])),
    federation: rounds,
    model: rounds.at(-1)?.model ?? null,
  };
}

export type FederatedReport = ReturnType<typeof reportOf>;

const shown = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

/** The same for a person. */
export function renderReport({ devices, meanF1, rounds, aggregate, federation, refused, seed, pooledLost }: FederatedReport): string {
  const table = new Table({
    head: ['device', 'beats', 'PVC', 'F1 federated', 'alone', 'pooled', 'sent', 'rolled back', ''],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 1 },
    chars: bare,
  });
  for (const { device, beats, pvc, f1, sent, rolledBack, faults, lost } of devices) {
    const notes =
      lost ??
      Object.entries(faults ?? {})
        .map(([code, count]) => `${count} × ${code}`)
        .join(', ');
    table.push([
      device,
      beats ?? '–',
      pvc ?? '–',
      shown(f1.federated),
      shown(f1.alone),
      shown(f1.pooled),
      sent ?? '–',
      rolledBack ?? '–',
      notes,
    ]);
  }
  table.push(['mean', '', '', shown(meanF1.federated), shown(meanF1.alone), shown(meanF1.pooled), '', '', '']);
  const moved = federation.filter((round) => round.moved);
  const clipped = federation.reduce((sum, round) => sum + round.clipped.length, 0);
  const wrong = Object.entries(refused)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason}`);
  const missed = federation.filter(({ missing }) => missing.length > 0).length;
  return [
    `${pc.bold('fleet heartbeat')}  ${devices.length} devices, one record each, learn together: the ${aggregate} of their weights, seed ${seed}`,
    '',
    table.toString(),
    '',
    `${moved.length} of ${rounds} rounds moved the model; updates clipped: ${clipped}; refused: ${wrong.length === 0 ? 'none' : wrong.join(', ')}; rounds without all devices: ${missed}`,
    ...(pooledLost === null ? [] : [pc.yellow(`no pooled learner: ${pooledLost}`)]),
  ].join('\n');
}
