/** `ganglion verify` as a person and as a program meets it. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import test from 'ava';
import { z } from 'zod';
import { render, summarize, toJson } from '../../apps/verify/report.ts';
import { agree, differ } from '../../runtime/oracle/index.ts';
import { root } from '../house/root.ts';

const subject = { rule: 'e-prop', neuron: 'LIF', feedback: 'random', claim: 'equals its oracle', oracle: 'RTRL' };
const holds = agree(subject, 1e-7, 1e-4);
const falls = agree({ ...subject, claim: 'is somebody else' }, 0.5, 1e-4);
const unseen = differ({ ...subject, claim: 'with a hole in it it does not' }, 1e-7, 1e-4);

const neurons = [
  'LIF',
  'ALIF',
  'LIF+ALIF',
  'rate',
  'timed rate',
  'SNU',
  'sSNU',
  'LSTM',
  'GRU',
  'SRNN',
  'CUBA',
  'theta',
  'Izhikevich',
  'LIF behind delay lines',
  'rate over delay lines',
];

const row = z.strictObject({
  rule: z.string().min(1),
  neuron: z.enum(neurons),
  feedback: z.enum(['symmetric', 'random', 'adaptive', 'exact dE/dz', '-']),
  claim: z.string().min(1),
  oracle: z.string().min(1),
  relativeError: z.number().nonnegative(),
  tolerance: z.number().nonnegative(),
  pass: z.boolean(),
  control: z.literal(true).optional(),
});

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs Node without colours and waits for its end. */
function node(...args: readonly string[]): Promise<Ended> {
  const { FORCE_COLOR: _, ...environment } = process.env;
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...environment, NO_COLOR: '1' } });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (status) => resolve({ status, out, err })));
}

const main = path.join(root, 'dist/apps/cli/main.js');
const verify = pathToFileURL(path.join(root, 'dist/apps/cli/verify.js')).href;

/** The command with a chain of the given rows in place of the real one. */
const withRows = (rows: readonly unknown[], flags: object): Promise<Ended> =>
  node(
    '--input-type=module',
    '--eval',
    `import { verifyCommand } from ${JSON.stringify(verify)};
     await verifyCommand(${JSON.stringify({ backend: 'reference', ...flags })}, () => [{ title: 'planted', weight: 1, rows: () => ${JSON.stringify(rows)} }]);`,
  );

test('verify --json prints every row on one line, all of them hold, and the exit code is 0', async (t) => {
  const { status, out, err } = await node(main, 'verify', '--json');
  t.is(status, 0, err);
  t.regex(out, /^\[.*\]\n$/);
  const rows = z.array(row).parse(JSON.parse(out));
  t.true(rows.length > 250);
  t.true(rows.every(({ pass }) => pass));
  t.true(rows.filter(({ control }) => control).length > 100);
  for (const rule of ['BPTT', 'RTRL', 'SnAp-1', 'e-prop']) t.true(rows.some((found) => found.rule === rule));
  t.true(rows.some((found) => /^e-prop on (native|reference)$/.test(found.rule)));
  t.regex(err, /^\d+ % /m, 'progress is told on stderr');
});

test('a row that falls ends the command with exit code 1, in either form', async (t) => {
  for (const fallen of [falls, unseen]) {
    t.is((await withRows([holds, fallen], { json: true })).status, 1);
    const { status, out } = await withRows([holds, fallen], {});
    t.is(status, 1);
    t.regex(out, /^1 rows hold, 1 fall\n$/m);
  }
  const { status, out } = await withRows([holds], {});
  t.is(status, 0);
  t.true(out.endsWith('\n1 rows hold, 0 fall\n'));
});

test('no evidence is not evidence', async (t) => {
  t.false(summarize([]).ok);
  t.is((await withRows([], { json: true })).status, 1);
});

test('an unknown backend is a wrong command line', async (t) => {
  const { status, out } = await node(main, 'verify', '--backend', 'abacus');
  t.is(status, 2);
  t.is(out, '');
});

test('a summary counts links and controls alike', (t) => {
  t.deepEqual(summarize([holds, falls, unseen, differ(subject, 1, 1e-4)]), { hold: 2, fall: 2, ok: false, line: '2 rows hold, 2 fall' });
  t.true(summarize([holds]).ok);
});

test('rows are grouped under rule and judge, and the fallen ones are named once more', (t) => {
  const lines = stripVTControlCharacters(render([holds, { ...holds, rule: 'BPTT' }, falls, unseen])).split('\n');
  t.is(lines[0], 'e-prop judged by RTRL');
  t.deepEqual(
    lines.slice(1, 4).map((line) => line.trim().slice(0, 1)),
    ['✓', '✗', '✗'],
  );
  t.regex(lines[1], /1\.0e-7 ≤ 1\.0e-4 +LIF +random +equals its oracle$/);
  t.regex(lines[3], /1\.0e-7 ≤ 1\.0e-4 .*\(control\)$/);
  t.is(lines[5], 'BPTT judged by RTRL');
  const last = lines.indexOf('fallen');
  t.is(lines.slice(last).filter((line) => line.includes('✗')).length, 2);
  t.is(lines.at(-2), '2 rows hold, 2 fall');
});

test('an error that is not finite falls and stays JSON', (t) => {
  const broken = agree(subject, Number.NaN, 1e-4);
  t.false(broken.pass);
  t.is((JSON.parse(toJson([broken])) as { relativeError: unknown }[])[0].relativeError, null);
  t.regex(stripVTControlCharacters(render([broken])), /NaN \? 1\.0e-4/);
});
