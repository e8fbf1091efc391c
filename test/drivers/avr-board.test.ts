import test from 'ava';
import { type AvrBaud, emulatedAvr, fidelity, readIntelHex } from '../../drivers/index.ts';
import { CapabilityError, ControllerError, integrator, lif, type Network, source } from '../../runtime/index.ts';
import { listen, load, small } from './small.ts';

const network = { ...small, dt: 3 };
const INPUTS = Uint32Array.of(0, 1, 2, 3);
const TICKS = 60;

/** What the chip answers to the same inputs. */
async function answers(options: { readonly baud?: AvrBaud; readonly noisy?: boolean }) {
  const rates = { drop: 0.002 };
  const board = emulatedAvr({
    ...(options.baud === undefined ? {} : { baud: options.baud }),
    ...(options.noisy === true ? { faults: { toBoard: rates, toHost: rates }, seed: 4 } : {}),
  });
  const { spikes, codes } = listen(board);
  const { model } = await board.connect();
  await board.deploy(load(network));
  const verified = await board.verify();
  for (let tick = 0; tick < TICKS; tick++) board.inputs(tick, INPUTS, tick % 5);
  board.pass(20);
  const report = board.report();
  await board.shutdown();
  return { model, verified, spikes: [...spikes.entries()], codes: codes(), report, pins: board.machine.pins };
}

test('an emulated ATmega328P is a board, the same in every run and at both speeds', async (t) => {
  const first = await answers({});
  t.deepEqual([first.model, first.verified, first.codes], ['atmega328p', true, []]);
  t.deepEqual(
    first.spikes.map(([tick]) => tick),
    Array.from({ length: TICKS }, (_, tick) => tick),
  );
  t.true(first.spikes.flatMap(([, spikes]) => spikes).length > 20);
  t.is(first.pins & 0x2f, 0, 'safe in the end');
  t.deepEqual(await answers({}), first);
  t.deepEqual((await answers({ baud: 115200 })).spikes, first.spikes);
});

test('a line that loses bytes does not spoil its weights', async (t) => {
  const { verified, report } = await answers({ noisy: true });
  t.true(verified);
  t.true(report.crcErrors + report.retransmits > 0);
});

test('it refuses a network that is too large for it, before a byte is sent', async (t) => {
  const board = emulatedAvr();
  await board.connect();
  const large = { ...network, populations: { ...network.populations, neurons: { ...network.populations['neurons']!, size: 40 } } };
  const error = await t.throwsAsync(board.deploy(load(large)), { instanceOf: CapabilityError });
  t.regex((error as CapabilityError).message, /neurons: 40 asked, 16 offered/);
  await board.shutdown();
});

/** 8 inputs, two layers that feed themselves and a readout: 228 weights and 466 bytes with 5 neurons in the second, 249 and 487 with 6. */
function layered(second: number): Network {
  const dense = (pre: string, post: string, delay: number) =>
    ({ pre, post, connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay }) as const;
  return {
    dt: 3,
    seed: 1,
    populations: {
      input: { size: 8, neuron: source() },
      first: { size: 9, neuron: lif({ tauMem: 20 }) },
      second: { size: second, neuron: lif({ tauMem: 20 }) },
      readout: { size: 1, neuron: integrator({ tau: 20 }) },
    },
    projections: {
      a: dense('input', 'first', 0),
      b: dense('first', 'first', 1),
      c: dense('first', 'second', 0),
      d: dense('second', 'second', 1),
      e: dense('second', 'readout', 0),
    },
  };
}

test('it refuses what its memory does not hold though each number fits, before a byte is sent, and takes one neuron less', async (t) => {
  const board = emulatedAvr();
  const { networkBytes } = await board.connect();
  t.is(networkBytes, 470);
  const { bytesOut } = board.connection!.link.counters;
  const error = await t.throwsAsync(board.deploy(load(layered(6))), { instanceOf: CapabilityError });
  t.regex(error!.message, /networkBytes: \d+ asked .*470 offered/);
  t.notRegex(error!.message, /neurons:|synapses:/);
  t.is(board.connection!.link.counters.bytesOut, bytesOut);
  await t.notThrowsAsync(board.deploy(load(layered(5))));
  await board.shutdown();
});

test('fidelity looks into it: all states and weights of the integer model', async (t) => {
  const board = emulatedAvr();
  await board.connect();
  const host = load(network);
  await board.deploy(host);
  const { steps } = await fidelity(board, host, (tick, values) => values.fill(tick % 3 === 0 ? 2 : 0), 100);
  const last = steps.at(-1)!;
  t.deepEqual([last.to, last.membranes, last.first], ['atmega328p', { max: 0, rms: 0 }, null]);
  t.true(last.spikes.to > 50);
  t.true(Object.values(last.weights).every(({ max }) => max === 0));
  t.true((await board.states(1, 12))!.some((state) => state !== 0));
  await board.shutdown();
  t.is(await board.states(1, 12), undefined);
});

test('an image that is damaged is refused with its line', (t) => {
  for (const [text, line] of [
    [':00000001FF\n', undefined],
    [':0100000001FE\n:00000001FF', undefined],
    [':0100000001FF\n:00000001FF', 1],
    [':0100000001FE\nhello', 2],
    [':0100000001FE', 1],
    [':0190000001 6E', 1],
  ] as const) {
    const read = (): unknown => readIntelHex(text, 16);
    if (line === undefined) t.notThrows(read);
    else t.is(t.throws(read, { instanceOf: ControllerError })?.message.startsWith(`line ${line} `), true, text);
  }
});
