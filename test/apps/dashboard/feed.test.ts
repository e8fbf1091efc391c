import { MessageChannel } from 'node:worker_threads';
import test from 'ava';
import { createFeed } from '../../../apps/dashboard/feed.ts';
import type { Told } from '../../../apps/dashboard/job.ts';
import { COURSE, decodeFrame, decodeWeights, PROBES, probed } from '../../../apps/dashboard/protocol.ts';
import { createSampler } from '../../../apps/dashboard/sampler.ts';
import { advance, type Stage, sense, stage, teach } from '../../../runtime/index.ts';
import { tiny } from '../../runtime/loop/networks.ts';
import { bench, wander, waves } from '../../runtime/loop/pipe.ts';

const direct = { size: 3, encode: (sample: Float64Array, into: Float32Array) => into.set(sample), reset: () => undefined };
const buffer = (bytes: Uint8Array): ArrayBuffer => bytes.slice().buffer as ArrayBuffer;

async function watch() {
  const executable = tiny({ update: { ticks: 4 } });
  const { port1, port2 } = new MessageChannel();
  const told = new Promise<Told>((resolve) => port2.once('message', resolve));
  const feed = createFeed('test', port1, false);
  const watching = feed.show(executable, { population: 'hidden', readout: 'readout', saves: false, safe: () => undefined });
  const first = await told;
  if (first.kind !== 'shown') throw new Error(first.kind);
  const sampler = createSampler(first.shown);
  const { clock, start } = bench(executable);
  const spikes: number[] = [];
  const membranes: number[] = [];
  const counted: Stage = stage(() => ({
    step({ tick, ticks }) {
      const { arena, program } = executable;
      const counts = program.regions.get('hidden.spikeCount')!;
      const addresses = program.regions.get('hidden.spikes')!;
      for (let row = 0; row < ticks; row++) {
        const count = arena.words[counts.offset + row * counts.stride]!;
        for (let k = 0; k < count; k++) spikes.push(tick + row, arena.words[addresses.offset + row * addresses.stride + k]!);
      }
      membranes.push(arena.view('hidden.membrane')[3]!);
    },
  }));
  start(
    watching.settings,
    sense(wander(), direct, 'input'),
    teach(waves, 'readout'),
    watching.injections,
    advance(),
    counted,
    watching.frames,
  );
  return { clock, sampler, spikes, membranes, watching, executable, close: () => port1.close() };
}

test('a picture holds every spike and the course of the chosen neurons, as the network had them', async (t) => {
  const { clock, sampler, spikes, membranes, close } = await watch();
  sampler.choose([3, 99]);
  clock.advance(400);
  const frame = decodeFrame(buffer(sampler.frame()));
  t.true(spikes.length > 20);
  t.deepEqual([...frame.raster], spikes);
  t.is(frame.spikes, spikes.length / 2);
  t.deepEqual(
    { tick: frame.tick, frames: frame.frames, learning: frame.learning, dropped: frame.dropped },
    { tick: 400, frames: 100, learning: true, dropped: 0 },
  );
  const rows = Array.from({ length: frame.course.length / COURSE }, (_, k) => frame.course.subarray(k * COURSE, (k + 1) * COURSE));
  t.is(rows.length, 100);
  t.deepEqual(
    rows.map((row) => frame.origin + row[0]!),
    Array.from({ length: 100 }, (_, k) => 4 * k),
  );
  t.deepEqual(
    rows.map((row) => row[1]!),
    membranes,
  );
  const [trace, signal] = [1 + probed.indexOf('trace'), 1 + probed.indexOf('signal')];
  t.true(rows.some((row) => row[trace]! > 0) && rows.some((row) => row[signal]! !== 0));
  t.true(
    rows.every((row) => Number.isNaN(row[1 + probed.length])),
    'a neuron that is not there has no course',
  );
  t.is(1 + PROBES * probed.length, COURSE);
  t.is(decodeFrame(buffer(sampler.frame())).frames, 0, 'what was shown is not shown again');
  close();
});

test('frames that nobody fetches are dropped and counted, and the run goes on', async (t) => {
  const { clock, sampler, close } = await watch();
  clock.advance(40_000);
  const frame = decodeFrame(buffer(sampler.frame()));
  t.true(frame.dropped > 0);
  t.is(frame.dropped + frame.frames, 10_000);
  t.true(frame.raster.length <= 8000 && frame.course.length <= 400 * COURSE);
  close();
});

test('a picture of weights shows what is there and what has changed since', async (t) => {
  const { clock, sampler, executable, close } = await watch();
  const recurrent = sampler.hello().projections.findIndex(({ name }) => name === 'recurrent');
  const before = decodeWeights(buffer(sampler.weights(recurrent)!));
  t.deepEqual({ rows: before.rows, columns: before.columns }, { rows: 8, columns: 8 });
  const weights = executable.arena.copy('recurrent.weights');
  const largest = Math.max(...weights.map(Math.abs));
  t.is(before.scale, largest);
  t.deepEqual(
    [...before.weights],
    [...weights].map((weight) => Math.round((127 * weight) / largest) + 0),
  );
  t.true(before.changes.every((change) => change === 0));
  clock.advance(200);
  const after = decodeWeights(buffer(sampler.weights(recurrent)!));
  t.true(after.changes.some((change) => Math.abs(change) === 127));
  t.is(sampler.weights(99), undefined);
  close();
});

test('points and facts are told no more often than a person reads, and none is lost', async (t) => {
  const { port1, port2 } = new MessageChannel();
  const all: Told[] = [];
  port2.on('message', (told: Told) => all.push(told));
  const watching = createFeed('test', port1, false).show(tiny(), {
    population: 'hidden',
    readout: undefined,
    saves: false,
    safe: () => undefined,
  });
  for (let k = 0; k < 50; k++) watching.tell([{ series: 'score', at: k, value: k }], { k: String(k) });
  await new Promise((resolve) => setTimeout(resolve, 250));
  watching.tell([], { k: 'end' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const points = all.flatMap((told) => (told.kind === 'points' ? told.points : []));
  t.deepEqual(
    points.map(({ at }) => at),
    Array.from({ length: 50 }, (_, k) => k),
  );
  t.true(all.filter(({ kind }) => kind === 'facts').length <= 3);
  port1.close();
});
