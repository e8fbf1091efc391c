/** The state machine by itself, in virtual time: waits, silence, what is final, how it ends. */
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { Subject } from 'rxjs';
import { machineTime } from '../../../apps/robots/servo-arm/time.ts';
import { type Device, type DeviceSign, firmataDevice, type SuperviseOptions, supervise } from '../../../drivers/index.ts';
import { controllerError, type Ms } from '../../../runtime/index.ts';
import { firmataLine } from '../io/mock-firmata.ts';

/** ms that pass between two turns of the event loop */
const STEP = 10;

interface Thing {
  signs: number;
}

/** A device that opens or fails as told. */
function bench(options: Partial<SuperviseOptions<Thing>> = {}) {
  let ms = 0;
  const time = machineTime(() => ms);
  const signs = new Subject<DeviceSign>();
  const world = { opens: [] as Ms[], closed: 0, refuse: undefined as Error | undefined, hangs: false, name: 'one', speaks: true, safes: 0 };
  const thing: Thing = { signs: 0 };
  const device: Device<Thing> = {
    name: 'thing',
    async open() {
      world.opens.push(ms);
      if (world.hangs) return new Promise(() => undefined);
      if (world.refuse !== undefined) throw world.refuse;
      return thing;
    },
    identityOf: () => world.name,
    watch: () => signs,
    signs: ({ signs }) => signs,
    async close() {
      world.closed++;
    },
  };
  const link = supervise(device, { seed: 1, time, safe: () => void world.safes++, ...options });
  const pass = async (span: Ms): Promise<void> => {
    for (let k = 0; k < span; k += STEP) {
      ms += STEP;
      if (world.speaks) thing.signs++;
      time.wake();
      for (let i = 0; i < 4; i++) await turn();
    }
  };
  const lose = (): void => signs.next({ kind: 'lost', error: new Error('pulled') });
  return { link, world, signs, pass, lose };
}

/** Waits before the openings that follow a loss, while none succeeds. */
async function waits(seed: number): Promise<readonly Ms[]> {
  const { link, world, pass, lose } = bench({ seed });
  await link.start();
  world.refuse = new Error('not there');
  lose();
  await pass(20_000);
  void link.close();
  return world.opens.map((at, k) => at - (k === 0 ? 0 : world.opens[k - 1]!)).slice(1);
}

test('waits grow to their most, each by chance shorter by up to half; the seed says by how much', async (t) => {
  const [one, again, other] = [await waits(1), await waits(1), await waits(2)];
  t.deepEqual(one, again);
  t.notDeepEqual(one, other);
  for (const [k, wait] of one.entries()) {
    const most = Math.min(5000, 250 * 2 ** k);
    t.true(wait >= most / 2 && wait < most + STEP, `wait ${k}: ${wait} of ${most} ms`);
  }
  t.true(one.length >= 6);
});

test('silent it is degraded, then lost and safe; heard again before, it is ready as if nothing had been', async (t) => {
  const { link, world, pass } = bench();
  const kinds: string[] = [];
  await link.start();
  link.states.subscribe(({ kind }) => kinds.push(kind));
  await pass(3000);
  t.deepEqual(kinds, ['ready']);
  world.speaks = false;
  await pass(1000);
  t.regex(link.state.reason ?? '', /silent for 500 ms/);
  world.speaks = true;
  await pass(500);
  t.deepEqual(kinds, ['ready', 'degraded', 'ready']);
  t.is(world.safes, 0);
  world.speaks = false;
  await pass(2400);
  t.is(world.safes, 1);
  t.true(world.opens.length <= 3);
  t.true(kinds.includes('lost'));
  const { ms } = link.report();
  t.true(ms.degraded > 1000 && ms.ready > 3000, JSON.stringify(ms));
  await link.close();
});

test('what it says of itself is its state', async (t) => {
  const { link, signs } = bench();
  await link.start();
  signs.next({ kind: 'degraded', reason: 'a neuron never rests' });
  t.like(link.state, { kind: 'degraded', reason: 'a neuron never rests' });
  t.not(link.device, undefined, 'it goes on');
  signs.next({ kind: 'well' });
  t.is(link.state.kind, 'ready');
  await link.close();
});

test('what trying again does not mend is left alone', async (t) => {
  const { link, world, signs, pass } = bench();
  await link.start();
  signs.next({ kind: 'lost', error: controllerError('ERR_BOARD_RESETS', { board: 'b', resets: 5, ms: 1 }) });
  await pass(20_000);
  t.is(world.opens.length, 1);
  t.like(link.state, { kind: 'lost', retryMs: Number.POSITIVE_INFINITY });
  t.is(world.safes, 1);
  await link.close();
});

test('a handshake that never ends is given up, and a preparation too', async (t) => {
  const { link, world, pass, lose } = bench({ openMs: 1000 });
  await link.start();
  world.hangs = true;
  lose();
  await pass(1600);
  t.true(link.history.some(({ reason }) => /no board answered within 1000 ms/.test(reason ?? '')));
  world.hangs = false;
  await pass(3000);
  t.is(link.state.kind, 'ready');
  await link.close();
  const slow = bench({ openMs: 1000, prepare: () => new Promise(() => undefined) });
  const starting = t.throwsAsync(slow.link.start(), { code: 'ERR_LINK_NO_ANSWER' });
  await slow.pass(1100);
  await starting;
  t.is(slow.world.closed, 1, 'what was opened is closed');
  await slow.link.close();
});

test('lost while it is being prepared, it is not ready', async (t) => {
  const { link, lose } = bench({
    async prepare() {
      lose();
    },
  });
  await t.throwsAsync(link.start(), { message: 'pulled' });
  t.is(link.device, undefined);
  await link.close();
});

test('the end is safe, at once even in the middle of a wait, and told', async (t) => {
  const { link, world, lose } = bench();
  await link.start();
  world.refuse = new Error('not there');
  lose();
  let completed = false;
  link.states.subscribe({ complete: () => (completed = true) });
  await link.close();
  await link.close();
  t.true(completed);
  t.is(link.device, undefined);
  t.is(world.safes, 2, 'at the loss, and at the end');
  t.is(world.opens.length, 1);
});

test('a Firmata board that is pulled comes back as a new board; with other firmware it is refused', async (t) => {
  const line = firmataLine();
  const silence = { degradedMs: 60_000, lostMs: 120_000 };
  const link = supervise(firmataDevice({ port: line.transport }), { seed: 1, backoff: { firstMs: 20, mostMs: 40 }, silence });
  const first = await link.start();
  t.regex(first.identity ?? '', /^F 2\.5, 2 pins$/);
  const states: string[] = [];
  const back = new Promise<void>((resolve) => {
    link.states.subscribe(({ kind }) => {
      states.push(kind);
      if (states.length > 1 && kind === 'ready') resolve();
    });
  });
  line.unplug();
  t.is(link.device, undefined);
  const { length } = line.written;
  await back;
  t.not(link.device, first, 'the old board and its components are dead');
  t.deepEqual(states, ['ready', 'lost', 'connecting', 'ready']);
  t.true(line.written.length > length, 'there was a fresh handshake');

  line.name('G');
  const refused = new Promise<string>((resolve) => link.states.subscribe(({ reason }) => /where/.test(reason ?? '') && resolve(reason!)));
  line.unplug();
  t.regex(await refused, /is 'G 2\.5, 2 pins', where 'F 2\.5, 2 pins' was/);
  t.is(link.device, undefined);
  await link.close();
  t.is(line.transport.state, 'closed');
});
