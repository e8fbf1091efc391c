/** The frame of `ganglion reproduce`: what it makes of runs, that threads change nothing, and what a person gets to see. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { runJobs } from '../../../apps/reproduce/jobs.ts';
import { picture } from '../../../apps/reproduce/picture.ts';
import { armResult, armsOf, median } from '../../../apps/reproduce/results.ts';
import type { Arm, Outcome, Task } from '../../../apps/reproduce/task.ts';
import { tasks } from '../../../apps/reproduce/tasks.ts';
import { main, node } from '../command.ts';

const outcome = (error: number): Outcome => ({ figures: { error, other: 1 }, curve: { x: [1, 2], y: [1, error] } });
const arm: Arm = {
  name: 'a rule',
  run: () => outcome(1),
  kind: 'rule',
  figures: [
    { name: 'error', digits: 2, asked: { of: 'median', atMost: 0.5 } },
    { name: 'other', digits: 1 },
  ],
};

test('a figure holds by its median or its mean, and only with all seeds of the task', (t) => {
  t.is(median([3, 1, 2]), 2);
  t.is(median([4, 1, 2, 3]), 2.5);
  const three = [outcome(0.1), outcome(0.5), outcome(9)];
  t.is(armResult(arm, three, true).figures[0]!.holds, true);
  t.is(armResult(arm, three, false).figures[0]!.holds, null);
  t.is(armResult(arm, [outcome(0.1), outcome(0.51), outcome(9)], true).figures[0]!.holds, false);
  t.is(armResult(arm, three, true).figures[1]!.holds, null);
  const byMean: Arm = { ...arm, figures: [{ name: 'error', digits: 2, asked: { of: 'mean', atMost: 0.5 } }] };
  t.is(armResult(byMean, three, true).figures[0]!.holds, false);
});

test('a run that blew up is null, counts as missed, and leaves the others their curve', (t) => {
  const { figures, curve } = armResult(arm, [outcome(0.1), outcome(Number.NaN), outcome(0.2)], true);
  t.deepEqual(figures[0]!.values, [0.1, null, 0.2]);
  t.is(figures[0]!.holds, false);
  t.is(figures[0]!.median, (0.1 + 0.2) / 2);
  t.deepEqual(curve.max, [1, 0.2]);
});

const few: Task = {
  name: 'few',
  summary: 'a < b & c',
  curve: { x: 'trials', y: 'error', scale: 'log' },
  seeds: 1,
  arms: [arm, { ...arm, name: 'another' }, { ...arm, name: 'control', kind: 'control' }],
};

test('--rule takes rules by their beginning, and every control with them', (t) => {
  const names = (rule?: string) => armsOf(few, rule).map(({ name }) => name);
  t.deepEqual(names(), ['a rule', 'another', 'control']);
  t.deepEqual(names('an'), ['another', 'control']);
  t.deepEqual(names('control'), []);
  t.deepEqual(names('none'), []);
});

test('the picture is SVG with a line and a name for each arm, and survives runs without a number', (t) => {
  const results = few.arms.map((one) => armResult(one, [outcome(0.25), outcome(0.5)], true));
  const drawn = picture(few, results, 2);
  t.is(drawn.match(/<polyline/g)?.length, 3);
  t.true(drawn.includes('a &lt; b &amp; c'));
  t.true(drawn.includes('median of 2 seeds'));
  t.false(/NaN|Infinity|undefined|null/.test(drawn));
  const blown = picture(few, [armResult(arm, [outcome(Number.NaN)], true), armResult(arm, [], false)], 1);
  t.false(/NaN|Infinity|undefined|null/.test(blown));
});

test('every task names its arms once, and asks for something', async (t) => {
  for (const [name, load] of Object.entries(tasks)) {
    const task = await load();
    t.is(task.name, name);
    const names = task.arms.map((one) => one.name);
    t.is(new Set(names).size, names.length, name);
    t.true(
      task.arms.some(({ kind }) => kind === 'control'),
      `${name} needs a control`,
    );
    t.true(
      task.arms.some(({ figures }) => figures.some(({ asked, published }) => asked !== undefined || published !== undefined)),
      name,
    );
  }
});

const fewSeeds = ['reproduce', 'superspike', '--rule', 'SuperSpike, outputs', '--seeds', '2', '--json'];
/** What may differ from run to run. */
const bits = ({ workers: _, wallSeconds: __, ...rest }: Record<string, unknown>) => rest;

test('the command: one worker and three have equal results, and another seed another one', async (t) => {
  const [one, three] = await Promise.all(['1', '3'].map((workers) => node([main, ...fewSeeds, '--workers', workers])));
  t.is(one!.status, 0, one!.err);
  const [a, b] = [one!, three!].map(({ out }) => JSON.parse(out));
  t.deepEqual(bits(a), bits(b));
  t.deepEqual(a.seeds, [1, 2]);
  t.not(a.arms[0].figures[0].values[0], a.arms[0].figures[0].values[1]);
});

test('for a person: table, sources, plot and picture; nothing half written is left', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ganglion-reproduce-'));
  const file = path.join(folder, 'a.svg');
  try {
    const { status, out, err } = await node([
      main,
      'reproduce',
      'superspike',
      '--rule',
      'SuperSpike, outputs',
      '--seeds',
      '1',
      '--picture',
      file,
    ]);
    t.is(status, 0, err);
    t.regex(out, /control: no learning/);
    t.regex(out, /\[1\] Zenke & Ganguli 2018/);
    t.regex(out, /van Rossum distance over 0 to 1000 trials/);
    t.true(out.split('\n').every((line) => line.length <= 110));
    t.deepEqual(readdirSync(folder), ['a.svg']);
    t.regex(readFileSync(file, 'utf8'), /^<svg [\s\S]*<\/svg>\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what is wrong on the command line is named, with exit code 2', async (t) => {
  const wrong = async (...args: string[]) => {
    const { status, err, out } = await node([main, 'reproduce', ...args]);
    t.is(status, 2, err);
    t.is(out, '');
    return err;
  };
  t.regex(await wrong('nothing'), /there is no task 'nothing'[\s\S]*pattern-generation/);
  t.regex(await wrong('constructor'), /there is no task/);
  t.regex(await wrong('superspike', '--rule', 'x'), /begins no rule of superspike[\s\S]*'SuperSpike, outputs alone'/);
  t.regex(await wrong('superspike', '--seeds', '0'), /--seeds takes a whole number from 1/);
  t.regex(await wrong('superspike', '--rule', 'SuperSpike, outputs', '--seeds', '1', '--picture', '/nowhere/a.svg'), /cannot be written/);
});

test('an interrupt ends it with what is done, and says so', async (t) => {
  const { status, out, err } = await node([main, 'reproduce', 'rflo-sine', '--seeds', '40', '--json'], {
    when: [/%/, (child) => child.kill('SIGINT')],
  });
  t.is(status, 130, err);
  const report = JSON.parse(out);
  t.true(report.interrupted);
  t.true(report.arms.every(({ figures }: { figures: { holds: boolean | null }[] }) => figures.every(({ holds }) => holds === null)));
});

test('a run that cannot be done fails all at once, and says which it was', async (t) => {
  const job = (name: string, seed: number) => ({ task: 'rflo-sine', arm: name, seed, backend: 'native' as const });
  let furthest = 0;
  await t.throwsAsync(
    runJobs([job('none of these', 1), ...[1, 2, 3, 4, 5, 6, 7, 8].map((seed) => job('BPTT', seed))], {
      workers: 2,
      signal: new AbortController().signal,
      progress: (fraction) => {
        furthest = fraction;
      },
    }),
    { message: /^rflo-sine, none of these, seed 1: / },
  );
  t.true(furthest < 0.5, 'nobody waits for the others');
});
