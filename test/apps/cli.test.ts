/** The command as a person meets it: exit codes, what goes to stdout and what to stderr, and never a stack trace. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { explainCommand } from '../../apps/cli/explain.ts';
import { run } from '../../apps/cli/run.ts';
import type { RunFlags } from '../../apps/cli/run-flags.ts';
import { UsageError } from '../../apps/cli/usage.ts';
import type { Given } from '../../apps/flags.ts';
import { root } from '../house/root.ts';
import { temporaryFolder } from '../house/temporary.ts';
import { type Ended, ganglion, main } from './command.ts';
import { madeUp, writeRecord } from './heartbeat/records.ts';

/** A folder with one short record 'a' in it. */
function dataFolder(t: ExecutionContext): string {
  const folder = temporaryFolder(t);
  writeRecord(folder, madeUp({ seconds: 8 }));
  return folder;
}

/** Nothing on stdout, a message with its remedy on stderr, no stack. */
function saysWhatIsWrong(t: ExecutionContext, { status, out, err }: Ended, code: number, message: RegExp, about: string): void {
  t.is(status, code, `${about}: ${err}`);
  t.is(out, '', about);
  t.regex(err, message, about);
  t.false(/^\s+at |node:internal|unexpected:/m.test(err), err);
}

/** Two at a time: as many as there are cores to be sure of. */
async function inPairs<T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const work = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await each(item);
  };
  await Promise.all([work(), work()]);
}

test.serial('a wrong command line ends with exit code 2, and says what is right', async (t) => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['', /Usage: ganglion/],
    ['run constructor', /there is no app 'constructor'\nremedy: apps are heartbeat, cartpole/],
    ['run heartbeat --loud', /unknown option '--loud'/],
    ['run heartbeat --episodes 3', /unknown option '--episodes'/],
    ['run heartbeat --seed -1', /--seed needs a whole number .* got '-1'\nremedy: /],
    ['run heartbeat --fast --realtime', /exclude each other\nremedy: /],
    ['run heartbeat --backend gpu', /Allowed choices are native, reference/],
    ['run heartbeat --invert 200', /--invert needs NAME@SECONDS, got '200'\nremedy: /],
  ];
  await inPairs(wrong, async ([line, message]) => saysWhatIsWrong(t, await ganglion(line), 2, message, `ganglion ${line}`));
});

test('flags that mean nothing are refused before anything is loaded or run', async (t) => {
  const flags: RunFlags & Given = { seed: '1', learn: 'on', board: 'none' };
  const cases: readonly (readonly [() => Promise<void>, RegExp])[] = [
    ...['nope', 'toString', '__proto__', ''].map((name) => [() => run(name, flags), new RegExp(`no app '${name}'`)] as const),
    ...['-1', '1.5', '1e3', '4294967296', '', ' 1', 'x'].map(
      (seed) => [() => run('heartbeat', { ...flags, seed }), /--seed needs a whole number/] as const,
    ),
    ...['200', '200@', '@5', '200@soon', '200@-5', '200@5s', '../200@5'].map(
      (invert) => [() => run('heartbeat', { ...flags, invert }), /--invert needs NAME@SECONDS/] as const,
    ),
    [() => run('heartbeat', { ...flags, fast: true, realtime: true }), /exclude each other/],
    [() => run('heartbeat', { ...flags, records: ',,' }), /names no record/],
    [() => run('heartbeat', { ...flags, records: '100,106,100' }), /names '100' twice/],
    ...['nope', 'constructor', '__proto__'].map(
      (name) => [() => explainCommand(name, { seed: '1' }), new RegExp(`no app '${name}'`)] as const,
    ),
    [() => explainCommand('heartbeat', { seed: 'x' }), /--seed needs/],
    [() => explainCommand(path.join(root, 'nowhere.json'), { seed: '1' }), /cannot be read/],
  ];
  for (const [wrong, message] of cases) {
    const error = await t.throwsAsync(wrong, { instanceOf: UsageError, message });
    t.true((error?.remedy.length ?? 0) > 5, String(message));
  }
});

test.serial('what cannot be done ends with exit code 1, and a remedy', async (t) => {
  const failures: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
    ['--records b', () => {}, /record 'b' cannot be read at .*b\.i16/],
    ['--records a', (folder) => fs.rmSync(folder, { recursive: true }), /record 'a' cannot be read at .*a\.i16/],
    [
      '--records a',
      (folder) => fs.writeFileSync(path.join(folder, 'a_beats.csv'), 'sample,pvc\n77,0\n70,1\n'),
      /ascending .* required at .*a_beats\.csv:3, got '70,1'/,
    ],
    ['--records a', (folder) => fs.appendFileSync(path.join(folder, 'a.i16'), 'x'), /whole 16-bit samples required at .*a\.i16/],
    ['--records a --invert a@3000', () => {}, /length of record a.* required at --invert, got 3000/],
  ];
  await inPairs(failures, async ([line, spoil, message]) => {
    const folder = dataFolder(t);
    spoil(folder);
    const ended = await ganglion(`run heartbeat --board none --data ${folder} ${line}`);
    saysWhatIsWrong(t, ended, 1, message, line);
    t.regex(ended.err, /\nremedy: .{10}/);
  });
});

test.serial('a description that is malformed, wrong or lacks its files ends explain with exit code 1', async (t) => {
  const folder = temporaryFolder(t);
  const population = { size: 2, neuron: { kind: 'rate', tau: 10, activation: 'linear' } };
  const network = (weight: unknown) =>
    JSON.stringify({
      dt: 1,
      seed: 1,
      populations: { p: population },
      projections: { w: { pre: 'p', post: 'p', connectivity: { kind: 'dense' }, weight, delay: 1 } },
    });
  const cases: readonly (readonly [string, RegExp])[] = [
    ['{"dt": 1,', /is not valid JSON/],
    ['null', /an object is required at the network, got null/],
    [network({ kind: 'constant', value: 1 }).replace('"dt":1', '"dt":"1"'), /a finite number required at dt, got '1'/],
    [network({ kind: 'npy', path: 'w.npy' }), /projections\.w\.weight \(w\.npy\) is not a readable \.npy array: ENOENT/],
    ['['.repeat(200_000), /is not valid JSON/],
  ];
  await inPairs([...cases.entries()], async ([index, [text, message]]) => {
    const file = path.join(folder, `${index}.json`);
    fs.writeFileSync(file, text);
    const ended = await ganglion(`explain ${file}`);
    saysWhatIsWrong(t, ended, 1, message, text.slice(0, 80));
    t.regex(ended.err, /\nremedy: .{10}/);
  });
  const good = path.join(folder, 'good.json');
  fs.writeFileSync(good, network({ kind: 'constant', value: 1 }));
  const { status, out } = await ganglion(`explain ${good}`);
  t.is(status, 0);
  t.regex(out, /^forward \(every tick\)$/m);
});

test.serial('--json prints exactly one line of JSON on stdout, and progress goes to stderr', async (t) => {
  const folder = dataFolder(t);
  const check = ({ status, out, err }: Ended): Record<string, unknown> => {
    t.is(status, 0, err);
    t.regex(out, /^\{.*\}\n$/);
    return JSON.parse(out) as Record<string, unknown>;
  };
  const [run, explained] = await Promise.all([
    ganglion(`run heartbeat --data ${folder} --records a --baselines --invert a@4 --json`),
    ganglion('explain heartbeat --json'),
  ]);
  const report = check(run);
  t.like(report, { app: 'heartbeat', seed: 1, learn: 'on', ticks: 960, interrupted: false });
  t.regex(run.err, /^\d+ % learning: record a 00:00/m);
  const records = report['records'] as Record<string, unknown>[];
  t.like(records[0]!, { record: 'a', beats: 9, pvc: 1 });
  t.truthy(report['baselines']);
  t.truthy(report['invert']);
  t.truthy(report['board']);
  t.like(check(explained), { words: (JSON.parse(explained.out) as { words: number }).words });
  t.true(Array.isArray(check(explained)['regions']));
});

test.serial(
  'each kind of chip takes the network or the variant declared for it, to the end, and is scored by its own spikes',
  async (t) => {
    const folder = dataFolder(t);
    const run = async (kind: string): Promise<Record<string, unknown>> => {
      const { status, out, err } = await ganglion(`run heartbeat --data ${folder} --records a --board ${kind} --json`);
      t.is(status, 0, err);
      const board = (JSON.parse(out) as { board: Record<string, unknown> }).board;
      const [record] = board['records'] as Record<string, unknown>[];
      t.like(record!, { record: 'a', beats: 9, pvc: 1 }, kind);
      t.true((board['spikesOut'] as number) > 0 && (board['weightPatches'] as number) > 0, kind);
      t.true((board['spikeAgreement'] as number) > 0.5, `${kind}: ${board['spikeAgreement']}`);
      return board;
    };
    t.like(await run('crossbar'), { kind: 'crossbar', variant: null, refusal: null, fault: null });
    const loihi = await run('loihi');
    t.like(loihi, { kind: 'loihi', variant: 'lif', fault: null });
    t.regex(loihi['refusal'] as string, /alif asked by 'hidden'/);
    const xylo = await run('xylo');
    t.like(xylo, { kind: 'xylo', variant: 'bit-shift-16', fault: null });
    t.regex(xylo['refusal'] as string, /inputs: 19 asked, 16 offered.*adaptation: asked by 'hidden'.*'bias' from an input to a readout/);
  },
);

test.serial('the same seed gives the same bits on either backend, another seed other ones', async (t) => {
  const folder = dataFolder(t);
  const run = async (flags: string) =>
    JSON.parse((await ganglion(`run heartbeat --data ${folder} --records a --board none --json ${flags}`)).out) as Record<string, unknown>;
  const [first, other, reference] = [await run('--seed 3'), await run('--seed 4'), await run('--seed 3 --backend reference')];
  t.is(first['fingerprint'], reference['fingerprint']);
  t.not(first['fingerprint'], other['fingerprint']);
  t.deepEqual(first['records'], reference['records']);
});

test.serial('doctor --json prints one line with what a run depends on', async (t) => {
  const { status, out, err } = await ganglion('doctor --json');
  t.is(status, 0, err);
  t.is(err, '');
  t.regex(out, /^\{.*\}\n$/);
  const report = JSON.parse(out) as Record<string, unknown>;
  for (const key of ['ganglion', 'node', 'platform', 'native', 'clock', 'serial', 'optional']) t.true(key in report, key);
});

test.serial('help lists every command, and goes to stdout with exit code 0', async (t) => {
  const [long, word, version] = [await ganglion('--help'), await ganglion('help'), await ganglion('--version')];
  t.is(word.out, long.out);
  for (const command of ['run', 'explain', 'verify', 'doctor']) t.regex(long.out, new RegExp(`^  ${command} `, 'm'));
  for (const { status, err } of [long, word, version]) {
    t.is(status, 0);
    t.is(err, '');
  }
  t.is(version.out.trim(), (JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string }).version);
});

test.serial('NO_COLOR takes all color away, FORCE_COLOR gives it', async (t) => {
  const folder = dataFolder(t);
  const [plain, refused, colored] = [
    await ganglion(`run heartbeat --data ${folder} --records a --board none`, { env: { NO_COLOR: '1', FORCE_COLOR: '1' } }),
    await ganglion('run nope', { env: { NO_COLOR: '1', FORCE_COLOR: '1' } }),
    await ganglion('run nope', { env: { FORCE_COLOR: '1' } }),
  ];
  const csi = String.fromCharCode(27);
  t.false(`${plain.out}${plain.err}${refused.err}`.includes(csi));
  t.true(colored.err.includes(csi));
  t.is(plain.status, 0);
  t.regex(plain.out, /^heartbeat {2}premature ventricular beats/);
});

test.serial('an instruction set that is not there is a wrong command line, with or without --backend native', async (t) => {
  const env = { GANGLION_TARGET: 'abacus' };
  for (const flag of ['', '--backend native']) {
    saysWhatIsWrong(t, await ganglion(`run heartbeat ${flag}`, { env }), 2, /abacus.*\nremedy: set GANGLION_TARGET to /, flag);
  }
});

test.serial('an interrupt ends a run in real time with its report and exit code 130, soon', async (t) => {
  const ended = await ganglion('run heartbeat --realtime --board none', {
    when: [/%/, (child) => setTimeout(() => child.kill('SIGINT'), 300)],
  });
  t.is(ended.status, 130, ended.err);
  t.true(ended.took < 2300, `${ended.took} ms`);
  t.regex(ended.out, /\(interrupted\)/);
  t.regex(ended.out, /fingerprint [0-9a-f]{8}$/m);
  t.false(/NaN|undefined/.test(ended.out), ended.out);
});

test.serial('an interrupt before the first tick still gives a report that can be read', async (t) => {
  // The signal is there as soon as the command listens for it.
  const preload = `data:text/javascript,${encodeURIComponent("process.on('newListener', (name) => { if (name === 'SIGINT') setImmediate(() => process.kill(process.pid, 'SIGINT')); });")}`;
  const ended = await ganglion('run heartbeat --realtime', { env: { NODE_OPTIONS: `--import=${preload}` } });
  t.is(ended.status, 130, ended.err);
  t.regex(ended.out, /\(interrupted\)/);
  t.false(/NaN|undefined|Infinity/.test(ended.out), ended.out);
});

test.serial('a reader that stops reading is no failure', async (t) => {
  for (const args of [['explain', 'heartbeat', '--json'], ['--help']]) {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.stdout.destroy();
    const [status] = await once(child, 'close');
    t.is(status, 0);
    t.is(err, '');
  }
});

test('a loop in real time says what its rate was, where its time went, and what a wrong limit should be', async (t) => {
  const { status, out, err } = await ganglion('run heartbeat --realtime --seconds 2 --board none --backend reference --json');
  t.is(status, 0, err);
  const { rate, sections, thread, clock } = JSON.parse(out);
  t.is(Math.round(rate.leastHz), 96);
  t.true(rate.outs >= 0 && rate.outFrames >= rate.outs);
  t.deepEqual(Object.keys(sections), ['sense', 'act', 'encode', 'teach', 'network', 'judge', 'decode', 'shadows', 'rest', 'frame']);
  t.true(sections.frame.worstUs >= sections.network.worstUs && sections.network.worstUs >= sections.network.p50Us);
  t.true(clock.askedHz > 119 && clock.achievedHz > 0);
  t.deepEqual(Object.keys(thread.gc), ['pauses', 'totalMs', 'longestMs', 'misses', 'missesInPause']);
  for (const [flags, message] of [
    ['--least-rate 2', /--least-rate takes a number from 0 to 1/],
    ['--rearm soon', /--rearm takes a number from 0 to 3600/],
  ] as const) {
    const wrong = await ganglion(`run heartbeat ${flags}`);
    t.is(wrong.status, 2);
    t.regex(wrong.err, message);
  }
  const fast = JSON.parse((await ganglion('run heartbeat --seconds 2 --board none --backend reference --least-rate 0 --json')).out);
  t.is(fast.rate, null);
  t.is(fast.sections, null);
});
