/** `ganglion board` and `find-port` as a person meets them. */
import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { line, watchBoard } from '../../apps/cli/board-monitor.ts';
import { emulatedBoard } from '../../drivers/index.ts';
import { compile, lif, type MirrorReport, type Network, source } from '../../runtime/index.ts';
import { temporaryFolder } from '../house/temporary.ts';
import { ganglion } from './command.ts';

/** Small enough for every board but for its neurons. */
const small: Network = {
  dt: 5,
  seed: 2,
  populations: { input: { size: 8, neuron: source() }, hidden: { size: 8, neuron: lif({ tauMem: 10 }) } },
  projections: {
    sensory: { pre: 'input', post: 'hidden', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 3 }, delay: 0 },
    recurrent: { pre: 'hidden', post: 'hidden', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 1 },
  },
};

test.serial('board list says what every board holds', async (t) => {
  const { status, out } = await ganglion('board list --json');
  t.is(status, 0);
  const boards = JSON.parse(out) as { readonly board: string; readonly capabilities: { readonly inputs: number } }[];
  t.true(boards.length >= 6);
  t.is(boards.find(({ board }) => board === 'xylo')?.capabilities.inputs, 16);
  const table = await ganglion('board list');
  const widths = table.out.split('\n').map((line) => line.length);
  t.true(Math.max(...widths) <= 100, `${Math.max(...widths)} columns`);
  const info = await ganglion('board info xylo --json');
  t.is(JSON.parse(info.out).inputs, 16);
});

test.serial('deploy tells the price of the weights, or the limits that are broken', async (t) => {
  const file = path.join(temporaryFolder(t), 'small.json');
  fs.writeFileSync(file, JSON.stringify(small));
  const fine = await ganglion(`board deploy avr ${file} --json`);
  t.is(fine.status, 0, fine.err);
  const { bytes, weightError } = JSON.parse(fine.out);
  t.true(bytes >= 128 && weightError.max > 0 && weightError.rms < weightError.max);
  const { populations, ...rest } = small;
  const huge = { ...populations, hidden: { size: 1_000_000, neuron: lif({ tauMem: 5 }) } };
  // What it would take to compile: 4 terabytes of weights.
  fs.writeFileSync(file, JSON.stringify({ ...rest, populations: huge }));
  for (const command of ['deploy', 'fidelity', 'monitor']) {
    const { status, err } = await ganglion(`board ${command} avr ${file}`);
    t.is(status, 1, command);
    t.regex(err, /neurons: 1000000 asked, 16 offered/, command);
  }
  const refused = await ganglion('board deploy avr heartbeat');
  t.is(refused.status, 1);
  t.regex(refused.err, /neurons: 100 asked, 16 offered/);
  t.is(refused.out, '');
});

test.serial('fidelity: the firmware on its chip is the integer model, and each link of the chain is named', async (t) => {
  const file = path.join(temporaryFolder(t), 'small.json');
  fs.writeFileSync(file, JSON.stringify(small));
  const { status, out, err } = await ganglion(`board fidelity avr ${file} --ticks 200 --rate 0.2 --json`);
  t.is(status, 0, err);
  const { executions, steps } = JSON.parse(out);
  t.deepEqual(executions.slice(0, 3), ['host', "host with the board's weights", 'integer model']);
  t.is(steps[2].spikes.agreement, 1);
  t.true(steps[2].spikes.to > 50);
  const shown = await ganglion(`board fidelity emulated ${file} --ticks 100`);
  t.regex(shown.out, /first spike that differs/);
  const width = Math.max(
    ...shown.out
      .split('\n')
      .filter((text) => /[│┌]/.test(text))
      .map((text) => text.length),
  );
  t.true(width <= 80, `a terminal of 80 columns holds the table: ${width}`);
});

test.serial('monitor says how the link is, second by second', async (t) => {
  const file = path.join(temporaryFolder(t), 'small.json');
  fs.writeFileSync(file, JSON.stringify(small));
  const { status, out, err } = await ganglion(`board monitor emulated ${file} --seconds 2 --rate 0.2 --json`);
  t.is(status, 0, err);
  const seconds = out
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));
  t.deepEqual(
    seconds.map(({ second }) => second),
    [1, 2],
  );
  t.true(seconds[1].board.spikesOut > seconds[0].board.spikesOut && seconds[1].board.faults === 0);
});

test('monitor ends with the fault, and not at the end of its time', async (t) => {
  const board = emulatedBoard({ faults: {} });
  const seconds: number[] = [];
  const report = (second: number): void => {
    seconds.push(second);
    if (second === 2) board.line!.unplug();
  };
  const { signal } = new AbortController();
  const watching = watchBoard(board, compile(small), { attached: false, seconds: 60, rate: 0.2, seed: 1, report, signal });
  await t.throwsAsync(watching, { code: 'ERR_PORT_LOST' });
  t.deepEqual(seconds, [1, 2]);
});

test('a board at a port that is pulled is opened again, and monitor says so; lost at the end, it fails', async (t) => {
  for (const back of [true, false]) {
    const board = emulatedBoard({ faults: {} });
    const seen: MirrorReport[] = [];
    const report = (second: number, now: MirrorReport): void => {
      seen.push(now);
      if (second === 1) board.line!.unplug();
      if (second === 1 && back) setTimeout(() => board.line!.replug(), 100);
    };
    const { signal } = new AbortController();
    const watching = watchBoard(board, compile(small), { attached: true, seconds: 3, rate: 0.2, seed: 1, report, signal });
    if (back) await t.notThrowsAsync(watching);
    else await t.throwsAsync(watching, { code: 'ERR_BOARD_FAULT', message: /at the end it is lost/ });
    t.is(seen.length, 3);
    t.like(seen[2]!.board.device, { state: back ? 'ready' : 'lost', losses: 1, opened: back ? 2 : 1 });
    t.is(seen[2]!.board.spikesOut > seen[1]!.board.spikesOut, back);
    t.regex(line(3, seen[2]!), back ? /board ready; lost once, opened 2 times/ : /board lost \(/);
  }
});

test.serial('a network without sources or without neurons: what it lacks is said, and nothing breaks', async (t) => {
  const file = path.join(temporaryFolder(t), 'network.json');
  const { input, hidden } = small.populations as Required<typeof small.populations>;
  fs.writeFileSync(file, JSON.stringify({ ...small, populations: { hidden }, projections: {} }));
  t.regex((await ganglion(`board monitor emulated ${file}`)).err, /sources required at mirror\.inputs/);
  fs.writeFileSync(file, JSON.stringify({ ...small, populations: { input }, projections: {} }));
  t.regex((await ganglion(`board monitor emulated ${file}`)).err, /lif or alif neurons required at mirror\.population/);
  const { status, err } = await ganglion(`board fidelity loihi ${file} --ticks 5`);
  t.is(status, 0, err);
});

test.serial('what is not there is said with what is', async (t) => {
  for (const [args, message] of [
    ['board info toaster', /there is no board 'toaster'[\s\S]*loihi/],
    ['board info port', /--port PATH/],
    ['board info loihi --port /dev/null', /--port is of no use to 'loihi', which is emulated/],
    ['board info loihi --baud 9600', /--baud is of no use to 'loihi', which is emulated/],
    ['board fidelity emulated heartbeat --ticks 0', /--ticks takes/],
    ['board monitor emulated nowhere', /there is no app 'nowhere'/],
    ['find-port --vendor zz', /--vendor takes four hexadecimal digits, not 'zz'/],
  ] as const) {
    const { status, err } = await ganglion(args);
    t.is(status, 2, args);
    t.regex(err, message, args);
  }
  const none = await ganglion('find-port --serial no-board-has-this');
  t.is(none.status, 1);
  t.regex(none.err, /no serial port matches/);
});
