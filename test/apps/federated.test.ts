/** Federated learning: what a round makes of what came, what a device makes of what it is told, and that neither can be led astray by bytes. */
import fs from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { type Aggregate, aggregate, aggregates, type Delta, norm } from '../../apps/fleet/federated/aggregate.ts';
import { decodeAnnouncement, encodeAnnouncement } from '../../apps/fleet/federated/announcement.ts';
import { type CoordinatorOptions, createCoordinator, type RoundReport, type Timer } from '../../apps/fleet/federated/coordinator.ts';
import { demandFresh, folderPlace } from '../../apps/fleet/federated/folder-place.ts';
import { decodeModel, encodeModel, hashOf, largest, sharedOf } from '../../apps/fleet/federated/model.ts';
import { createParticipant } from '../../apps/fleet/federated/participant.ts';
import { getObject, type Place, putObject } from '../../apps/fleet/federated/place.ts';
import { deviceRights, inboxOf } from '../../apps/fleet/federated/rights.ts';
import { createRound } from '../../apps/fleet/federated/round.ts';
import { takePart } from '../../apps/fleet/federated/take-part.ts';
import { admit, encodeUpdate, type Update } from '../../apps/fleet/federated/update.ts';
import { type ControllerError, compile, fingerprint, referenceBackend } from '../../runtime/index.ts';
import { root } from '../house/root.ts';
import { temporaryFolder } from '../house/temporary.ts';
import { tiny, tinyNetwork } from '../runtime/loop/networks.ts';

const delta = (device: string, samples: number, ...values: number[]): Delta => ({ device, samples, values: Float32Array.from(values) });
const codeOf = (error: unknown): string | undefined => (error as ControllerError).code;

test('the mean is weighted by samples; trimmed mean and median go by coordinate and leave the ends out', (t) => {
  const three = [delta('a', 10, 1, 0), delta('b', 20, 4, 0), delta('c', 10, 3, 4)];
  const wide = { clip: 100 };
  t.deepEqual([...aggregate(three, { aggregate: 'mean', ...wide }).values], [3, 1]);
  t.deepEqual([...aggregate(three, { aggregate: 'trimmed', ...wide }).values], [3, 0]);
  t.deepEqual([...aggregate(three, { aggregate: 'median', ...wide }).values], [3, 0]);
  const four = [...three, delta('d', 1, 2, 2)];
  t.deepEqual([...aggregate(four, { aggregate: 'median', ...wide }).values], [2.5, 1]);
  t.deepEqual([...aggregate(four, { aggregate: 'trimmed', ...wide }).values], [2.5, 1]);
  t.deepEqual([...aggregate(three.slice(0, 2), { aggregate: 'trimmed', ...wide }).values], [2.5, 0], 'of two nothing can be left out');
  t.deepEqual(
    [...aggregate([delta('a', 0, 9, 9), delta('b', 5, 1, 1)], { aggregate: 'median', ...wide }).values],
    [1, 1],
    'no samples, no say',
  );
  t.deepEqual([...aggregate([delta('a', 0, 9, 9)], { aggregate: 'mean' }).values], [0, 0]);
  t.deepEqual([...aggregate([], { aggregate: 'mean' }).values], []);
});

test('a claim to have learned from a thousand times as many samples weighs twice the usual one', (t) => {
  const honest = [delta('a', 10, 0), delta('b', 10, 0)];
  const { values } = aggregate([...honest, delta('c', 10_000, 1)], { aggregate: 'mean', clip: 10 });
  t.is(values[0], 0.5);
  t.is(
    aggregate([...honest, delta('c', 20, 1)], { aggregate: 'mean', clip: 10 }).values[0],
    0.5,
    'as much as an honest claim of twice as many',
  );
});

test('the same bits in whatever order updates came', (t) => {
  const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 1000 }), values), { minLength: 2, maxLength: 7 }),
      fc.constantFrom(...aggregates),
      fc.infiniteStream(fc.nat()),
      (said, rule, order) => {
        const deltas = said.map(([samples, x], k) => delta(`d${k}`, samples, ...x));
        const shuffled = deltas
          .map((one) => ({ one, at: order.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        t.deepEqual(aggregate(shuffled, { aggregate: rule }), aggregate(deltas, { aggregate: rule }));
      },
    ),
  );
});

test('whatever devices send, no model moves further than the clip', (t) => {
  const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(
      fc.array(values, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(...aggregates),
      fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
      (said, rule, clip) => {
        const { values: moved, norm: told } = aggregate(
          said.map((x, k) => delta(`d${k}`, k + 1, ...x)),
          { aggregate: rule, clip },
        );
        t.true(norm(moved) <= clip * (1 + 1e-9), `${norm(moved)} > ${clip}`);
        t.true(Math.abs(norm(moved) - told) <= 1e-9 * clip);
      },
    ),
  );
});

/** Deltas of a fleet: the same wish with noise of each device's own. */
function fleetOf(count: number, length = 200): Delta[] {
  let state = 1;
  const noise = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return Array.from({ length: count }, (_, k) => delta(`d${k}`, 90 + k, ...Array.from({ length }, (__, i) => Math.sin(i) + noise())));
}

test('a device that scales its weights by 1,000 moves the model by its clipped share, by hardly anything where the median counts; unclipped, it rules', (t) => {
  const honest = fleetOf(6);
  const poisoned = honest.map((one, k) => (k === 5 ? { ...one, values: one.values.map((x) => -1000 * x) } : one));
  const distance = (rule: Aggregate, clip?: number): number => {
    const [with5, without5] = [poisoned, honest].map((deltas) => aggregate(deltas, { aggregate: rule, clip }).values);
    return norm(with5!.map((x, i) => x - without5![i]!));
  };
  const { clip, clipped, values } = aggregate(poisoned, { aggregate: 'mean' });
  t.deepEqual(clipped, ['d5']);
  t.true(norm(values) <= clip);
  const usual = norm(aggregate(honest, { aggregate: 'mean' }).values);
  // A sixth of what is at most the clip, and the sixth that is missing.
  t.true(distance('mean') <= (95 / 555) * (clip + norm(honest[5]!.values)) * (1 + 1e-9));
  t.true(distance('median') < usual / 2 && distance('trimmed') < usual / 2);
  t.true(distance('mean', 1e9) > 100 * usual, 'the control: without a clip it rules');
});

// Updates.

const layout = hashOf(Uint8Array.of(1));
const base = hashOf(Uint8Array.of(2));
const expected = { round: 3, layout, base, length: 4 };
const update = (change: Partial<Update> = {}): Uint8Array =>
  encodeUpdate({ device: 'a', round: 3, layout, base, samples: 7, values: Float32Array.of(1, 2, 3, 4), ...change });

test('an update is taken whole or refused by its reason', (t) => {
  t.like(admit(update(), 'a', expected), { device: 'a', samples: 7, values: Float32Array.of(1, 2, 3, 4) });
  t.is(admit(update(), 'b', expected), 'device', 'in the name of another one');
  t.is(admit(update({ layout: base }), 'a', expected), 'layout');
  t.is(admit(update({ round: 2 }), 'a', expected), 'late');
  t.is(admit(update({ base: layout }), 'a', expected), 'base');
  t.is(admit(update({ values: Float32Array.of(1) }), 'a', expected), 'length');
  for (const samples of [-1, 0.5, Number.NaN, 2 ** 31]) t.is(admit(update({ samples }), 'a', expected), 'samples');
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
    t.is(admit(update({ values: Float32Array.of(1, bad, 3, 4) }), 'a', expected), 'nonFinite');
  t.is(admit(new Uint8Array(largest(4) + 1), 'a', expected), 'tooLarge');
  t.is(admit(new Uint8Array(0), 'a', expected), 'malformed');
  t.is(admit(encodeModel({ layout, round: 3, values: new Float32Array(4) }), 'a', expected), 'malformed', 'a model is none');
});

test('an update that is cut or has one other bit is refused', (t) => {
  const whole = update();
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 7 }), (at, bit) => {
      const changed = whole.slice();
      changed[at]! ^= 1 << bit;
      t.is(admit(changed, 'a', expected), 'malformed');
      t.is(admit(whole.subarray(0, at), 'a', expected), 'malformed');
    }),
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => t.is(admit(bytes, 'a', expected), 'malformed')));
});

test('a round hears each of its devices once, in the order of their names, and waits for whom it was told to', (t) => {
  const round = createRound(expected, ['b', 'a', 'c'], new Set(['a', 'b']), 2);
  round.take('b', update({ device: 'b' }));
  round.take('b', update({ device: 'b', samples: 8 }));
  round.take('x', update({ device: 'x' }));
  t.false(round.complete());
  round.take('a', update());
  t.true(round.complete());
  t.deepEqual(
    round.updates().map(({ device, samples }) => [device, samples]),
    [
      ['a', 7],
      ['b', 7],
    ],
  );
  t.deepEqual(round.missing(), ['c']);
  t.like(round.refused(), { twice: 1, device: 1, late: 0 });
  const alone = createRound(expected, ['a', 'b'], new Set(['a', 'b']), 1);
  alone.take('a', update());
  t.false(alone.complete());
  alone.lost('b');
  t.true(alone.complete(), 'nobody waits for who is gone');
});

test('announcements are read whole or not at all', (t) => {
  const said = { round: 3, rounds: 9, model: base, layout };
  t.deepEqual(decodeAnnouncement(encodeAnnouncement(said)), said);
  for (const bad of [
    { ...said, round: -1 },
    { ...said, model: '../../etc/passwd' },
    { ...said, more: 1 },
    { ...said, rounds: undefined },
    null,
  ])
    t.is(codeOf(t.throws(() => decodeAnnouncement(new TextEncoder().encode(JSON.stringify(bad))))), 'ERR_ANNOUNCEMENT');
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 2000 }),
      (bytes) => void t.is(codeOf(t.throws(() => decodeAnnouncement(bytes))), 'ERR_ANNOUNCEMENT'),
    ),
  );
});

// Models and folders.

test('a model has one encoding; it is refused cut, damaged, of another network, and with numbers that are none', (t) => {
  const { layout: ours, length } = sharedOf(tiny());
  const shared = { layout: ours, length };
  const values = Float32Array.from({ length }, (_, k) => k / 7);
  const bytes = encodeModel({ layout: ours, round: 5, values });
  t.deepEqual(bytes, encodeModel({ layout: ours, round: 5, values: values.slice() }));
  t.true(bytes.length <= largest(length));
  t.deepEqual(decodeModel(bytes, shared, 'm').values, values);
  const refused = (changed: Uint8Array, by: string): void => void t.is(codeOf(t.throws(() => decodeModel(changed, shared, 'm'))), by);
  refused(bytes.subarray(0, bytes.length - 9), 'ERR_CHECKPOINT_TRUNCATED');
  refused(
    bytes.map((byte, k) => (k === 300 ? byte ^ 1 : byte)),
    'ERR_CHECKPOINT_DAMAGED',
  );
  refused(encodeModel({ layout, round: 5, values }), 'ERR_CHECKPOINT_LAYOUT');
  refused(encodeModel({ layout: ours, round: 5, values: values.subarray(1) }), 'ERR_CHECKPOINT_STATE');
  refused(encodeModel({ layout: ours, round: 5, values: values.map(() => Number.NaN) }), 'ERR_NOT_FINITE');
  refused(encodeUpdate({ device: 'a', round: 5, layout: ours, base, samples: 1, values }), 'ERR_CHECKPOINT_STATE');
  const other = sharedOf(referenceBackend.load(compile({ ...tinyNetwork(), dt: 2 })));
  t.not(other.layout, ours, 'a network with another tick is another one');
});

test('a folder gives back the bytes of a hash, or says that it has others or none', async (t) => {
  const folder = temporaryFolder(t);
  demandFresh(folder);
  const { objects, channel } = folderPlace(folder);
  const bytes = update();
  const hash = await putObject(objects, bytes);
  t.deepEqual(Buffer.from(await getObject(objects, hash, 1000)), Buffer.from(bytes));
  t.is(codeOf(await t.throwsAsync(getObject(objects, base, 1000))), 'ERR_MODEL_MISSING');
  t.is(codeOf(await t.throwsAsync(getObject(objects, hash, 10))), 'ERR_MODEL_BYTES', 'more than asked for is not read');
  fs.truncateSync(path.join(folder, 'models', hash), bytes.length - 1);
  t.is(codeOf(await t.throwsAsync(getObject(objects, hash, 1000))), 'ERR_MODEL_BYTES');
  await channel.announce(encodeAnnouncement({ round: 0, rounds: 1, model: base, layout }));
  t.is(codeOf(t.throws(() => demandFresh(folder))), 'ERR_CHECKPOINT_FOLDER');
});

// A coordinator.

/** Time that passes when the test says so. */
function manualTimer(): Timer & { pass(): void; readonly waiting: boolean } {
  let end: (() => void) | undefined;
  return {
    get waiting() {
      return end !== undefined;
    },
    pass: () => end?.(),
    wait: (_, signal) =>
      new Promise((resolve) => {
        end = () => {
          end = undefined;
          resolve();
        };
        if (signal.aborted) end();
        else signal.addEventListener('abort', () => end?.(), { once: true });
      }),
  };
}

async function until(what: () => boolean): Promise<void> {
  for (let k = 0; k < 1000; k++) {
    if (what()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('it did not come to pass in 5 s');
}

/** A fleet of updates that the test sends itself, of a model of two weights. */
function fleet(t: ExecutionContext, devices: readonly string[], change: Partial<CoordinatorOptions> = {}) {
  const place = folderPlace(temporaryFolder(t));
  const [timer, stop, reports] = [manualTimer(), new AbortController(), [] as RoundReport[]];
  t.teardown(() => stop.abort());
  const said: { round: number; model: string }[] = [];
  place.channel.watch((bytes) => void said.push(decodeAnnouncement(bytes)), stop.signal);
  const coordinator = createCoordinator({
    ...{ place, shared: { layout, length: 2 }, initial: Float32Array.of(0, 0), devices, rounds: 3, quorum: 2, deadlineMs: 1000, timer },
    ...{ aggregate: 'mean', clip: 100, signal: stop.signal, onRound: (report: RoundReport) => void reports.push(report) },
    ...change,
  } as CoordinatorOptions);
  const opened = async (round: number): Promise<string> => {
    await until(() => timer.waiting && said.some((one) => one.round === round));
    return said.find((one) => one.round === round)!.model;
  };
  const send = async (device: string, round: number, ...values: number[]): Promise<void> => {
    const model = await opened(round);
    await place.channel.send(device, encodeUpdate({ device, round, layout, base: model, samples: 1, values: Float32Array.from(values) }));
  };
  return { coordinator, run: coordinator.run(), timer, reports, opened, send, place };
}

test('rounds close when all have answered, at the deadline without a lost one, and then wait for it no more until it is heard again', async (t) => {
  const { run, timer, reports, opened, send, place } = fleet(t, ['a', 'b', 'c']);
  for (const device of ['c', 'a', 'b']) await send(device, 0, 3, 0);
  await opened(1);
  await send('a', 1, 0, 1);
  await send('b', 1, 0, 1);
  await until(() => fs.readdirSync(path.join(place.objects.name, '../updates')).length === 0);
  t.is(reports.length, 1, 'it waits for the third');
  timer.pass();
  // Late: round 1 is over.
  await opened(2);
  await place.channel.send('c', encodeUpdate({ device: 'c', round: 1, layout, base, samples: 1, values: Float32Array.of(9, 9) }));
  await until(() => fs.readdirSync(path.join(place.objects.name, '../updates')).length === 0);
  await send('a', 2, 0, 1);
  await send('b', 2, 0, 1);
  const { values, rounds } = await run;
  t.deepEqual([...values], [3, 2]);
  t.deepEqual(rounds, reports);
  t.deepEqual(
    rounds.map(({ heard, missing, moved }) => [heard, missing, moved]),
    [
      [['a', 'b', 'c'], [], true],
      [['a', 'b'], ['c'], true],
      [['a', 'b'], ['c'], true],
    ],
  );
  t.is(rounds[2]!.refused.late, 1);
});

test('a round below its quorum leaves the model as it is; three of them end the fleet, and so do lost devices', async (t) => {
  const { run, timer, reports, opened, send } = fleet(t, ['a', 'b']);
  for (const round of [0, 1, 2]) {
    await send('a', round, 1, 1);
    await opened(round);
    await new Promise((resolve) => setTimeout(resolve, 60));
    timer.pass();
    if (round < 2) await until(() => reports.length === round + 1);
  }
  t.is(codeOf(await t.throwsAsync(run)), 'ERR_QUORUM');
  t.deepEqual(
    reports.map(({ moved, norm: length }) => [moved, length]),
    [
      [false, 0],
      [false, 0],
      [false, 0],
    ],
  );
  const doomed = fleet(t, ['a', 'b']);
  await doomed.opened(0);
  doomed.coordinator.lost('b', 'the dog ate it');
  const error = await t.throwsAsync(doomed.run);
  t.is(codeOf(error), 'ERR_QUORUM');
  t.regex(error!.message, /device b is gone: the dog ate it/);
});

// A device.

test('a model is loaded between two ticks: weights alone change, and a delta starts from it', (t) => {
  const executable = tiny();
  const shared = sharedOf(executable);
  const participant = createParticipant(shared);
  const input = executable.arena.view('input.input');
  executable.arena.view('readout.importance').fill(1);
  const play = (): void => {
    for (let k = 0; k < 40; k++) {
      input.forEach((_, i) => {
        input[i] = (k + i) % 3 === 0 ? 1 : 0;
      });
      executable.run(16);
    }
  };
  play();
  const before = executable.arena.words.slice(0, executable.program.stateLength);
  const values = Float32Array.from({ length: shared.length }, (_, k) => Math.cos(k));
  participant.load(values);
  t.deepEqual([...participant.delta()], Array(shared.length).fill(0));
  const weights = [...executable.program.weights.values()].map(({ acting }) => executable.program.regions.get(acting)!);
  const isWeight = (word: number): boolean => weights.some(({ offset, length }) => word >= offset && word < offset + length);
  const changed = [...before.keys()].filter((word) => before[word] !== executable.arena.words[word]);
  t.true(changed.length > shared.length / 2);
  t.deepEqual(
    changed.filter((word) => !isWeight(word)),
    [],
    'traces, membranes and moments are the device’s own',
  );
  play();
  const now = new Float32Array(shared.length);
  shared.take(now);
  t.true(norm(participant.delta()) > 0);
  t.deepEqual([...participant.delta()], [...now.map((x, k) => x - values[k]!)]);
});

test('a model with which the score falls is rolled back to the weights before it; one with which it holds stays', (t) => {
  const outcome = (right: (k: number) => boolean): { readonly rolledBack: number; readonly back: boolean } => {
    const executable = tiny();
    const shared = sharedOf(executable);
    const own = new Float32Array(shared.length);
    shared.take(own);
    const participant = createParticipant(shared, { window: 20, tolerance: 0.1 });
    for (let k = 0; k < 20; k++) participant.judge(k % 10 !== 0);
    participant.load(own.map((x) => x + 1));
    for (let k = 0; k < 20; k++) participant.judge(right(k));
    const now = new Float32Array(shared.length);
    shared.take(now);
    return { rolledBack: participant.counts().rolledBack, back: now.every((x, k) => x === own[k]) };
  };
  t.deepEqual(
    outcome((k) => k % 2 === 0),
    { rolledBack: 1, back: true },
  );
  t.deepEqual(
    outcome((k) => k % 10 !== 0),
    { rolledBack: 0, back: false },
  );
  t.deepEqual(
    outcome((k) => k % 5 !== 0),
    { rolledBack: 0, back: false },
    'within the tolerance',
  );
});

/** A device's part in rounds that the test announces. */
async function part(t: ExecutionContext, announce: (place: Place, folder: string, shared: ReturnType<typeof sharedOf>) => Promise<void>) {
  const folder = temporaryFolder(t);
  const place = folderPlace(folder);
  const executable = tiny();
  const shared = sharedOf(executable);
  let rounds = 0;
  const told = takePart({
    ...{ place, device: 'a', shared, participant: createParticipant(shared), signal: new AbortController().signal },
    async learn() {
      rounds++;
      executable.run(16);
      return 1;
    },
  });
  await announce(place, folder, shared);
  return { counts: await told, rounds, executable };
}

const opening = (place: Place, shared: { layout: string; length: number }, round: number, model: string) =>
  place.channel.announce(encodeAnnouncement({ round, rounds: 3, model, layout: shared.layout }));

test('forged and cut models and garbage for an announcement are counted, and the device learns on as if there were none', async (t) => {
  const updatesOf = (folder: string): string[] => fs.readdirSync(path.join(folder, 'updates'));
  const { counts, rounds, executable } = await part(t, async (place, folder, shared) => {
    const values = new Float32Array(shared.length).fill(0.25);
    await place.channel.announce(Buffer.from('{"round":'));
    await new Promise((resolve) => setTimeout(resolve, 80));
    await opening(place, shared, 0, await putObject(place.objects, encodeModel({ layout, round: 0, values })));
    await new Promise((resolve) => setTimeout(resolve, 80));
    const cut = await putObject(place.objects, encodeModel({ layout: shared.layout, round: 1, values }));
    fs.truncateSync(path.join(folder, 'models', cut), 100);
    await opening(place, shared, 1, cut);
    await new Promise((resolve) => setTimeout(resolve, 80));
    t.deepEqual(updatesOf(folder), [], 'who has no model of the round has no part in it');
    await opening(place, shared, 3, hashOf(Uint8Array.of(9)));
  });
  t.deepEqual(counts, {
    sent: 0,
    skipped: 1,
    faults: { ERR_ANNOUNCEMENT: 1, ERR_CHECKPOINT_LAYOUT: 1, ERR_MODEL_BYTES: 1, ERR_MODEL_MISSING: 1 },
  });
  t.is(rounds, 2);
  const alone = tiny();
  for (let k = 0; k < rounds; k++) alone.run(16);
  t.is(fingerprint(executable), fingerprint(alone));

  const good = await part(t, async (place, folder, shared) => {
    const model = await putObject(
      place.objects,
      encodeModel({ layout: shared.layout, round: 0, values: new Float32Array(shared.length).fill(0.25) }),
    );
    await opening(place, shared, 0, model);
    await until(() => updatesOf(folder).length === 1);
    await opening(place, shared, 3, model);
  });
  t.deepEqual(good.counts, { sent: 1, skipped: 2, faults: {} });
  t.not(fingerprint(good.executable), fingerprint(alone), 'the control: a good model acts');
});

test('the rights of a device in the guide are those that the code asks for', (t) => {
  const guide = fs.readFileSync(path.join(root, 'docs/FEDERATED.md'), 'utf8');
  const { publish, subscribe } = deviceRights('heartbeat', '106');
  const shown = [.../"((?:\$JS|ganglion|_INBOX)\.[^"]+)"/g[Symbol.matchAll](guide)].map(([, subject]) => subject);
  t.deepEqual(shown, [...publish, ...subscribe]);
  t.deepEqual(subscribe, [`${inboxOf('106')}.>`]);
});
