/** The image of the ATmega328P in simavr, in real time, on a pseudo-terminal that the real serialport opens. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { integerWitness } from '../../drivers/fidelity/boards.ts';
import { type FidelityReport, fidelity as fidelityOn, serialBoard } from '../../drivers/index.ts';
import { serialTransport } from '../../firmware-bridge/index.ts';
import type { Network } from '../../runtime/index.ts';
import { until } from '../drivers/hil/faults/pseudo-terminal.ts';
import { listen, load } from '../drivers/small.ts';
import { random } from '../drivers/support.ts';
import { make } from '../firmware/build.ts';
import { drawn, edge, network } from '../firmware/real-time-networks.ts';
import { ARMED, OUTPUTS, type Simavr, simavr } from '../firmware/simavr.ts';
import { undisturbed as again, atLeast, type Check } from './checks.ts';
import { type BoardRun, ganglion, here } from './command.ts';

const TICKS = 1500;
/** Ticks that may be unanswered: the chip holds four. */
const AHEAD = 3;
const RATE = 0.25;
const TTL_MS = 250;
/** The chip looks at its timeouts each millisecond, or when the tick that it computes is done. */
const POLL_MS = 3;
/** How old the last byte may be when its host is killed, and how much time the chip may catch up. */
const AGE_MS = 50;
const IMAGES = [
  ['images/atmega328p-115200.hex', 115200],
  ['images/atmega328p-500000.hex', 500000],
] as const;

/** Runs `use` on a chip, and ends it whatever happens. */
async function on<T>(image: string, baud: number, use: (chip: Simavr) => Promise<T>): Promise<T> {
  const chip = await simavr(image, baud);
  try {
    return await use(chip);
  } finally {
    await chip.close();
  }
}

/** Runs `use` with a network as a file. */
async function described<T>(network: Network, use: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'simavr-'));
  try {
    const file = join(folder, 'network.json');
    writeFileSync(file, JSON.stringify(network));
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The chip is safe when its host stood still, as it must be. */
const STOOD_STILL = /ERR_BOARD_SAFE|ERR_LINK_SILENT|no answer to tick|nothing valid for/;
const undisturbed = <T>(run: () => Promise<T>): Promise<T> => again(STOOD_STILL, run);

/** Ticks at their times, no more than AHEAD of the answers, on the chip and on the integer model. */
async function realTime(
  chip: Simavr,
  network: Network,
  rate: number,
): Promise<{ answered: number; spikes: number; differing: number; elapsedMs: number }> {
  const board = serialBoard({ path: chip.path, baudRate: chip.baud });
  const ear = listen(board);
  const answers = async (count: number): Promise<void> => {
    await until(() => ear.spikes.size >= count || ear.codes().some((said) => said !== 'degraded'), `answers to ${count} ticks`);
    const said = `${ear.spikes.size} answers; ${ear.codes().join(', ')}; ${chip.overruns} overruns, ${JSON.stringify(board.report())}`;
    assert.ok(ear.spikes.size >= count, said);
  };
  try {
    await board.connect();
    const host = load(network);
    await board.deploy(host);
    const integer = integerWitness(board, host.program);
    const draw = random(9);
    const expected: number[][] = [];
    const inputs = network.populations['input']!.size;
    const addresses = new Uint32Array(inputs);
    const values = new Uint32Array(inputs).fill(1);
    const started = performance.now();
    for (let tick = 0; tick < TICKS; tick++) {
      await sleep(Math.max(0, started + tick * network.dt - performance.now()));
      let count = 0;
      for (let i = 0; i < inputs; i++) if (draw() < rate) addresses[count++] = i;
      await answers(tick - AHEAD + 1);
      assert.ok(board.inputs(tick, addresses, count, values), `no room for tick ${tick}`);
      expected.push([...integer.spikes.subarray(0, await integer.step(tick, addresses, count, values))].toSorted((a, b) => a - b));
    }
    await answers(TICKS);
    const elapsedMs = performance.now() - started;
    // That a neuron rests for long is a remark, and true of one below.
    assert.deepEqual(
      ear.codes().filter((said) => said !== 'degraded'),
      [],
    );
    const differing = expected.filter((spikes, tick) => String(spikes) !== String(ear.spikes.get(tick))).length;
    return { answered: ear.spikes.size, spikes: expected.flat().length, differing, elapsedMs };
  } finally {
    await board.shutdown();
  }
}

const follows = ([image, baud]: (typeof IMAGES)[number]): Check => ({
  claim: `simavr at ${baud} baud, opened by serialport: in real time the spikes of the integer model`,
  run: () =>
    on(image, baud, async (chip) => {
      const { answered, spikes, differing, elapsedMs } = await undisturbed(() => realTime(chip, network, RATE));
      assert.equal(differing, 0, `${differing} of ${answered} ticks differ`);
      assert.equal(chip.overruns, 0, 'bytes lost in the chip');
      assert.ok(elapsedMs >= (TICKS - 1) * network.dt, 'faster than its time');
      const pace = ((TICKS * network.dt) / elapsedMs).toFixed(3);
      return `${answered} ticks, ${atLeast('spikes', spikes, TICKS)}, 0 ticks differ, no byte lost, ${pace} of real time`;
    }),
});

const portOf = ({ path, baud }: Simavr): string[] => ['--port', path, '--baud', String(baud)];

const fidelityOf = (chip: Simavr, file: string, rate: number): Promise<string> =>
  ganglion(['board', 'fidelity', 'port', file, ...portOf(chip), '--rate', String(rate), '--ticks', '1000', '--json']);

const fidelity: Check = {
  claim: 'board fidelity on simavr’s port: no difference between integer model and board',
  run: () =>
    described(network, (file) =>
      on('images/atmega328p-500000.hex', 500000, async (chip) => {
        const { ticks, executions, steps } = JSON.parse(await undisturbed(() => fidelityOf(chip, file, RATE))) as FidelityReport;
        const last = steps.at(-1)!;
        assert.deepEqual([last.from, last.to, last.cause], ['integer model', 'atmega328p', 'nothing']);
        assert.deepEqual([ticks, last.first, last.spikes.agreement, last.membranes], [1000, null, 1, { max: 0, rms: 0 }]);
        return `${executions.length} executions, ${ticks} ticks, ${atLeast('spikes', last.spikes.to, ticks)}, 0 differ`;
      }),
    ),
};

/** A random network for some ticks: what differs in spikes and states of neurons and readouts, of how many words. */
async function states(chip: Simavr, network: Network, ticks: number): Promise<{ words: number; spikes: number; same: boolean }> {
  const board = serialBoard({ path: chip.path, baudRate: chip.baud });
  try {
    await board.connect();
    const host = load(network);
    await board.deploy(host);
    const draw = random(network.seed);
    const drive = (_: number, values: Uint32Array): void => {
      for (let i = 0; i < values.length; i++) values[i] = draw() < RATE ? 1 + Math.floor(draw() * 3) : 0;
    };
    const { steps } = await fidelityOn(board, host, drive, ticks);
    const { first, membranes, spikes } = steps.at(-1)!;
    assert.notEqual(membranes, null, 'the board was not looked into');
    const units = network.populations['neurons']!.size + network.populations['readout']!.size;
    return { words: ticks * units, spikes: spikes.to, same: first === null && membranes!.max === 0 };
  } finally {
    await board.shutdown();
  }
}

const NETWORKS = 10;
const NETWORK_TICKS = 1000;

const membranes: Check = {
  claim: `simavr: ${NETWORKS * NETWORK_TICKS} ticks of random networks, spikes and membranes of the integer model over the wire`,
  run: async () => {
    const found = await on('images/atmega328p-500000.hex', 500000, async (chip) => {
      let [words, spikes] = [0, 0];
      for (let seed = 1; seed <= NETWORKS; seed++) {
        const one = await undisturbed(() => states(chip, drawn(seed), NETWORK_TICKS));
        assert.ok(one.same, `network ${seed} differs`);
        words += one.words;
        spikes += one.spikes;
      }
      return `${words} states, ${atLeast('spikes', spikes, 1000)}, 0 differ`;
    });
    make('build/atmega328p-cutting.hex');
    const { same } = await on('build/atmega328p-cutting.hex', 500000, (chip) => undisturbed(() => states(chip, drawn(1), 100)));
    assert.ok(!same, 'firmware that cuts instead of rounding is not noticed');
    return `${found}; with firmware that cuts some do`;
  },
};

/** Of the record, s. */
const HEARTBEAT_SECONDS = 30;

const beats: Check = {
  claim: `heartbeat on simavr’s port: ${HEARTBEAT_SECONDS} s of the record in real time, its end with fidelity and the board’s own score`,
  run: () =>
    on('images/atmega328p-500000.hex', 500000, (chip) =>
      undisturbed(async () => {
        const { board, ticks, wallSeconds } = JSON.parse(
          await ganglion(['run', 'heartbeat', ...portOf(chip), '--seconds', String(HEARTBEAT_SECONDS), '--json']),
        ) as BoardRun;
        assert.equal(board.fault ?? board.fidelityFault, null, board.fault ?? board.fidelityFault ?? '');
        assert.deepEqual([board.model, board.variant, ticks], ['atmega328p', 'alif-11', HEARTBEAT_SECONDS * 120]);
        const last = board.fidelity!.steps.at(-1)!;
        assert.deepEqual([last.cause, last.first, last.membranes], ['nothing', null, { max: 0, rms: 0 }]);
        assert.ok(wallSeconds >= HEARTBEAT_SECONDS - 1, 'faster than its time');
        const [record] = board.records;
        const scored = `${atLeast('beats decided by the board', record!.beats, HEARTBEAT_SECONDS / 2)}, F1 ${record!.f1?.toFixed(3)}`;
        return `${wallSeconds.toFixed(1)} s, ${scored}, ${atLeast('spike agreement', board.spikeAgreement, 0.8)}, fidelity 1`;
      }),
    ),
};

const cutting: Check = {
  claim: 'firmware in simavr that cuts instead of rounding is noticed, in real time and by the command',
  run: async () => {
    make('build/atmega328p-cutting.hex');
    const right = await on('images/atmega328p-500000.hex', 500000, (chip) => undisturbed(() => realTime(chip, edge, 1)));
    assert.ok(right.spikes > 0 && right.differing === 0, `${right.differing} ticks of the true firmware differ, ${right.spikes} spikes`);
    return described(edge, (file) =>
      on('build/atmega328p-cutting.hex', 500000, async (chip) => {
        const { differing } = await undisturbed(() => realTime(chip, edge, 1));
        await undisturbed(() => assert.rejects(fidelityOf(chip, file, 1), /these two must be equal/));
        return `${atLeast(`of ${TICKS} ticks, differing`, differing, 1)}, and exit code 1; 0 with the true firmware`;
      }),
    );
  },
};

/** The command that runs the network on the chip, as a process that can be killed. */
const monitored = (chip: Simavr, file: string): ChildProcess =>
  spawn(here.node, [
    join(here.root, 'dist/apps/cli/main.js'),
    ...['board', 'monitor', 'port', file, ...portOf(chip), '--rate', '0.5', '--seconds', '3600'],
  ]);

/** What the pins do when the host gets `signal` while it runs: safe in time, and still there twice that time later. */
async function silenced(chip: Simavr, file: string, signal: 'SIGKILL' | 'SIGSTOP'): Promise<string> {
  const host = monitored(chip, file);
  const gone = once(host, 'exit');
  try {
    await until(() => (chip.pins & ARMED) !== 0, 'armed by the command');
    const armed = chip.changes.length;
    await sleep(1000);
    await until(() => (chip.pins & OUTPUTS) !== 0, 'an output above 0');
    const disarmed = () => chip.changes.slice(armed).filter(({ pins }) => (pins & ARMED) === 0);
    assert.deepEqual(disarmed(), [], 'safe while the host ran');
    const killed = performance.now();
    host.kill(signal);
    await until(() => chip.pins === 0, 'safe pins');
    const waited = performance.now() - killed;
    // A chip that ran as fast as it can would be safe in a fraction of that.
    assert.ok(waited > TTL_MS - AGE_MS, `${waited} ms of this machine for ${TTL_MS} of the chip`);
    const [first] = disarmed();
    assert.ok(first!.silentMs > TTL_MS / 2 && first!.silentMs <= TTL_MS + POLL_MS, `safe after ${first!.silentMs} ms of silence`);
    const changes = chip.changes.length;
    await sleep(2 * TTL_MS);
    assert.equal(chip.changes.length, changes, 'a pin moved after that');
    return `${signal}: ${first!.silentMs.toFixed(1)} ms of the chip, ${waited.toFixed(0)} of this machine after it`;
  } finally {
    host.kill('SIGKILL');
    await gone;
  }
}

const safety: Check = {
  claim: `simavr’s pins are safe after ${TTL_MS} ms of silence when the host dies or stands still, until it is armed anew`,
  run: () =>
    described(network, (file) =>
      on('images/atmega328p-115200.hex', 115200, async (chip) => {
        const found = [await silenced(chip, file, 'SIGKILL'), await silenced(chip, file, 'SIGSTOP')];
        const board = serialBoard({ path: chip.path, baudRate: chip.baud });
        await board.connect();
        await sleep(2 * TTL_MS);
        assert.equal(chip.pins, 0, 'a connection alone arms nothing');
        await board.deploy(load(network));
        await until(() => (chip.pins & ARMED) !== 0, 'armed by the deployment');
        await board.shutdown();
        await until(() => chip.pins === 0, 'safe at the end');
        return `${found.join(', ')}; connected again it stays safe, deployed anew it is armed`;
      }),
    ),
};

const overrun: Check = {
  claim: 'simavr loses what its chip does not read in time, as a chip does, and its port has no line for a reset',
  run: () =>
    // 40 cycles a byte: less than the interrupt takes.
    on('images/atmega328p-500000.hex', 4_000_000, async (chip) => {
      const port = serialTransport({ path: chip.path });
      await port.open();
      try {
        assert.equal(await port.reset(), false);
        assert.ok(port.write(new Uint8Array(200).fill(1), 0, 200));
        await until(() => chip.overruns > 0, 'overruns at 4 Mbaud');
        return atLeast('of 200 bytes at 4 Mbaud, lost', chip.overruns, 1);
      } finally {
        await port.close();
      }
    }),
};

export const simavrChecks: readonly Check[] = [...IMAGES.map(follows), fidelity, membranes, beats, safety, cutting, overrun];
