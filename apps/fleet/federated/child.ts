/** A process of the experiment: one device of the fleet, or the learner that has all records. */

import { nativeBackend } from '../../../native/index.ts';
import { type Backend, ControllerError, fingerprint, learnedOf, referenceBackend } from '../../../runtime/index.ts';
import { bundledData, loadRecord } from '../../heartbeat/records.ts';
import type { RecordScore, Score } from '../../heartbeat/scoring.ts';
import type { DeviceResult, Job, Poison, Said } from './job.ts';
import { sharedOf } from './model.ts';
import { createParticipant, type Participant } from './participant.ts';
import { openPlace } from './places.ts';
import { createPlayer, type Player, type PlayerOptions } from './player.ts';
import { takePart } from './take-part.ts';

const say = (said: Said): void => void process.send?.(said);

function backendOf(name: Job['backend']): Backend {
  const native = name === 'native' ? nativeBackend() : undefined;
  return native !== undefined && 'backend' in native ? native.backend : referenceBackend;
}

const playerOf = async (job: Job, record: string, own: Pick<PlayerOptions, 'signal' | 'onDecision' | 'onPlayed'>): Promise<Player> =>
  createPlayer({
    record: await loadRecord(job.data ?? bundledData, record),
    seed: job.seed,
    backend: backendOf(job.backend),
    parts: job.rounds,
    seconds: job.seconds,
    ...own,
  });

/** Null: interrupted before its first second. */
const scoreOf = (score: Score): RecordScore | null => score.records()[0] ?? null;

/** The lie is in what is sent, not in what is learned. */
function poisoned(participant: Participant, poison: Poison | undefined): Participant {
  if (poison === undefined) return participant;
  const factor = poison === 'nan' ? Number.NaN : poison.scale;
  return { ...participant, delta: () => participant.delta().map((value) => factor * value) };
}

async function device(job: Extract<Job, { kind: 'device' }>, signal: AbortSignal): Promise<DeviceResult> {
  const place = await openPlace(job.place, job.device);
  try {
    let participant: Participant | undefined;
    const player = await playerOf(job, job.record, {
      signal,
      onDecision: ({ predicted, actual }) => participant?.judge(predicted === actual),
      onPlayed: (share) => say({ kind: 'progress', share: share / 2 }),
    });
    const shared = sharedOf(player.learner);
    participant = createParticipant(shared);
    const { device: name } = job;
    const part = await takePart({
      ...{ place, device: name, shared, signal },
      participant: poisoned(participant, job.poison),
      learn: player.play,
    });
    const federated = await player.finish();
    const alone = await playerOf(job, job.record, { signal, onPlayed: (share) => say({ kind: 'progress', share: (1 + share) / 2 }) });
    return {
      federated: scoreOf(federated),
      alone: scoreOf(await alone.finish()),
      part,
      models: participant.counts(),
      fingerprint: fingerprint(player.learner),
    };
  } finally {
    await place.close();
  }
}

/** One learner for all: what was learned goes from record to record, part by part; each record keeps its own sensor, membranes and traces. */
async function pooled(job: Extract<Job, { kind: 'pooled' }>, signal: AbortSignal) {
  const players = await Promise.all(job.records.map((record) => playerOf(job, record, { signal })));
  const { regions } = learnedOf(players[0]!.learner.program);
  let from = players[0]!.learner;
  for (let part = 0; part < job.rounds && !signal.aborted; part++)
    for (const [k, { learner, play }] of players.entries()) {
      from.settle();
      learner.settle();
      for (const { offset, length } of learner === from ? [] : regions)
        learner.arena.words.set(from.arena.words.subarray(offset, offset + length), offset);
      await play();
      from = learner;
      say({ kind: 'progress', share: (part + (k + 1) / players.length) / job.rounds });
    }
  return Promise.all(players.map(async (player) => scoreOf(await player.finish())));
}

const stop = new AbortController();
// A terminal interrupts everyone in it; these end by their parent, and with it.
process.on('SIGINT', () => undefined).on('SIGTERM', () => stop.abort());
process.on('disconnect', () => process.exit(0));
process.once('message', async (job: Job) => {
  try {
    say(
      job.kind === 'device'
        ? { kind: 'device', result: await device(job, stop.signal) }
        : { kind: 'pooled', records: await pooled(job, stop.signal) },
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    say({ kind: 'failed', message, remedy: error instanceof ControllerError ? error.remedy : undefined });
  }
});
