/** What the kit claims of a device, what it prints, and that a device in the machine's time works like one in virtual time. */
import { AssertionError } from 'node:assert';
import test from 'ava';
import { emulatedDevice, junit, processDevice, Rig, runSuite, suite, tapLine } from '../../../drivers/hil/index.ts';
import { load, wires } from '../small.ts';

async function played(ticks = 40) {
  const rig = new Rig(emulatedDevice({ line: { bytesPerMs: 50, latencyMs: 0.5 } }));
  await rig.connect();
  await rig.deploy(load(wires(2)));
  await rig.play({ ticks, inputs: { 5: [0], 6: [1] } });
  await rig.pass(20);
  return rig;
}

test('every claim holds where it should, and falls where it should not', async (t) => {
  const rig = await played();
  const { expect } = rig;
  const falls = (claim: () => unknown, message: RegExp): void => {
    t.regex(t.throws(claim, { instanceOf: AssertionError })!.message, message);
  };
  expect.spikes(5, [0]);
  expect.spikes(7, []);
  falls(() => expect.spikes(5, [1]), /\[1\], got \[0\]/);
  falls(() => expect.spikes(500, []), /not answered/);
  t.is(expect.spikeCount({ from: 0, to: 40 }, 2), 2);
  t.is(expect.spikeCount({ from: 0, to: 40, neuron: 1 }, 1, 3), 1);
  falls(() => expect.spikeCount({ from: 0, to: 6 }, 2), /got 1/);
  const { p50, p99, max } = expect.latency({ p50: 4, p99: 5 });
  t.true(p50 > 1 && p50 <= p99 && p99 <= max);
  falls(() => expect.latency({ max: 0.5 }), /latency max ≤ 0.5 ms/);
  t.is(expect.answered(), 1);
  expect.pin('run', 1);
  falls(() => expect.pin('run', 0), /pin run at 0/);
  falls(() => expect.pin('lamp', 1), /none of safe,run/);
  expect.noFaults();
  falls(() => expect.fault('ERR_PORT_LOST'), /got none/);
  falls(() => expect.safe(), /safe outputs required/);
  await expect.weights();
  const at = rig.now();
  await rig.line.unplug();
  await rig.pass(300);
  t.true(expect.safeWithin(at, 252) > 200);
  t.true(expect.pinWithin('safe', 1, at, 252) > 200);
  falls(() => expect.safeWithin(at, 100), /within 100 ms/);
  falls(() => expect.pinWithin('safe', 1, at, 100), /within 100 ms/);
  falls(() => expect.noFaults(), /ERR_PORT_LOST/);
  t.true(expect.fault('ERR_PORT_LOST') >= at);
  falls(() => expect.answered(2), /200 %/);
  await t.throwsAsync(async () => expect.weights(), { instanceOf: AssertionError });
  await rig.close();
});

test('the same seed gives the same log to the byte, another seed another one', async (t) => {
  const digest = async (seed: number): Promise<string> => {
    const rig = new Rig(emulatedDevice({ seed }), { seed, faults: { toBoard: { drop: 0.002 }, toHost: { flip: 0.002 } } });
    await rig.connect();
    await rig.deploy(load(wires(2)));
    await rig.play({ ticks: 300, inputs: (tick) => (tick % 3 === 0 ? [0] : []) });
    await rig.close();
    return rig.log.digest;
  };
  t.is(await digest(1), await digest(1));
  t.not(await digest(1), await digest(2));
});

test('nothing is played before a network is there; a board that does not answer is an error, in time', async (t) => {
  const rig = new Rig(emulatedDevice());
  await t.throwsAsync(rig.play({ ticks: 1 }), { code: 'ERR_BOARD_NOT_READY' });
  rig.device.freeze?.(true);
  await t.throwsAsync(rig.connect(), { code: 'ERR_LINK_NO_ANSWER' });
  await rig.close();
});

test('results say what fell and with which log, whatever was thrown and whatever names hold', async (t) => {
  const cases = suite('s <&> "q"', () => emulatedDevice(), {
    'holds # not a directive\nnor a line': () => {},
    falls: (rig) => {
      rig.log.add(1, 'a line \u0007 <of> the log');
      rig.expect.safeWithin(-1, -1);
    },
    breaks: () => {
      throw new TypeError('x < y & "z"\u0000');
    },
    'throws no error': () => Promise.reject('a string'),
  });
  const done = await runSuite(cases);
  t.deepEqual(
    done.results.map(({ error }) => error?.constructor.name),
    [undefined, 'AssertionError', 'TypeError', 'Error'],
  );
  const tap = done.results.map((result, i) => tapLine(result, i + 1));
  t.regex(tap[0]!, /^ok 1 - holds \\# not a directive nor a line\n {2}---\n/);
  t.regex(tap[1]!, /^not ok 2 - falls\n[\s\S]*log:\n {4}- "1.000 a line/);
  const xml = junit(done);
  t.regex(xml, /tests="4" failures="1" errors="2"/);
  t.regex(xml, /<testsuite name="s &lt;&amp;&gt; &quot;q&quot;"/);
  t.regex(xml, /<error message="x &lt; y &amp; &quot;z&quot;\ufffd" type="TypeError">/);
  t.regex(xml, /a line \ufffd &lt;of&gt; the log/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has none of them
  t.notRegex(xml, /[\u0000-\u0008]/);
  const one = await runSuite(cases, { only: 'break' });
  t.deepEqual(
    one.results.map(({ name }) => name),
    ['breaks'],
  );
});

test('a program that speaks our wire on its standard input and output is tested like any device', async (t) => {
  const firmware = new URL('firmware-process.js', import.meta.url);
  const rig = new Rig(processDevice({ command: process.execPath, args: [firmware.pathname] }));
  t.teardown(() => rig.close());
  await rig.connect();
  await rig.deploy(load(wires(2)));
  await rig.play({ ticks: 100, inputs: (tick) => (tick >= 50 ? [1] : []) });
  for (let i = 0; i < 400 && rig.ticks.get(99)?.spikes === undefined; i++) await rig.pass(10);
  rig.expect.spikes(99, [1]);
  rig.expect.answered(0.5);
  await rig.expect.weights();
  rig.expect.noFaults();
  t.true(rig.expect.latency({}).p50 > 0);
});
