/** What README.md shows is true: its program compiles, runs and learns, its commands and files are there. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { nativeInfo } from '../../native/index.ts';
import { root } from '../house/root.ts';
import { plant, temporaryFolder } from '../house/temporary.ts';
import { ganglion, node } from './command.ts';

const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
const fences = [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => ({ language: match[1]!, text: match[2]! }));
const blocks = (language: string): string[] => fences.filter((fence) => fence.language === language).map(({ text }) => text);
const [program, ...others] = blocks('ts');

const compiler = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const line = /^y\* (-?\d\.\d\d) y (-?\d\.\d\d) ([0-9a-f]{8})\n$/;

/** A user's project beside an installed ganglion: the program, and one with a type error in it. */
function project(t: ExecutionContext): string {
  const folder = temporaryFolder(t);
  const options = {
    strict: true,
    target: 'es2023',
    module: 'nodenext',
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [path.join(root, 'node_modules/@types')],
  };
  plant(folder, {
    'package.json': '{ "type": "module" }',
    'tsconfig.json': JSON.stringify({ compilerOptions: options, files: ['program.ts', 'wrong.ts'] }),
    'program.ts': program!,
    'wrong.ts': program!.replace('hidden: 64', "hidden: '64'"),
  });
  fs.mkdirSync(path.join(folder, 'node_modules'));
  fs.symlinkSync(root, path.join(folder, 'node_modules/ganglion'), 'dir');
  return folder;
}

test('the program compiles under strict, prints its line, learns, and gives the same bits on the reference', async (t) => {
  t.is(others.length, 0);
  const folder = project(t);
  const { status, out } = await node([compiler, '--project', folder], { cwd: folder });
  t.is(status, 2, 'the spoiled program does not compile, so the check sees something');
  t.regex(out, /^wrong\.ts\(\d+,\d+\): error/);
  t.false(/^program\.ts/m.test(out), out);

  const file = path.join(folder, 'program.js');
  const javascript = fs.readFileSync(file, 'utf8');
  const run = async (
    changes: Readonly<Record<string, string>> = {},
    env: Readonly<Record<string, string>> = {},
  ): Promise<readonly [string, number, number]> => {
    const changed = Object.entries(changes).reduce((text, [from, to]) => text.replaceAll(from, to), javascript);
    if (Object.keys(changes).length > 0) t.not(changed, javascript);
    fs.writeFileSync(file, changed);
    const ended = await node(['program.js'], { cwd: folder, env });
    t.is(ended.status, 0, ended.err);
    t.is(ended.err, '');
    t.regex(ended.out, line);
    const [, target, found] = line.exec(ended.out)!;
    return [ended.out, Number(target), Number(found)];
  };

  const [printed, target, found] = await run();
  t.true(Math.abs(target - found) < 0.2, printed);
  t.is((await run())[0], printed, 'and the same line again');
  const [, aim, missed] = await run({ 'teaching.importance = 0.1': 'teaching.importance = 0' });
  t.true(Math.abs(aim - missed) > 0.2, 'untaught, it misses');
  const shorter = { '20_000': '1_000' };
  t.is((await run(shorter))[0], (await run(shorter, { GANGLION_TARGET: 'no such instruction set' }))[0]);
});

/** What is listed under `Commands:` in the help of a command. */
const commandsIn = (help: string): string[] =>
  [...(help.split('\nCommands:\n')[1] ?? '').matchAll(/^ {2}([a-z-]+) /gm)].map((match) => match[1]!).filter((name) => name !== 'help');

/** Every command that does something: those of a group by both words. */
async function offeredCommands(): Promise<string[]> {
  const offered: string[] = [];
  for (const name of commandsIn((await ganglion('--help')).out)) {
    const inner = commandsIn((await ganglion(`${name} --help`)).out);
    offered.push(...(inner.length === 0 ? [name] : inner.map((second) => `${name} ${second}`)));
  }
  return offered;
}

test('every command of the README exists and takes the options shown', async (t) => {
  const shown = blocks('')
    .join('')
    .split(/^(?=ganglion )/m)
    .filter((text) => text.startsWith('ganglion '));
  const offered = await offeredCommands();
  const names = shown.map((text) => offered.find((name) => text.startsWith(`ganglion ${name} `)) ?? text);
  t.deepEqual(names.toSorted(), offered.toSorted());
  for (const [index, text] of shown.entries()) {
    const { out, status } = await ganglion(`${names[index]} --help`);
    t.is(status, 0);
    for (const option of text.match(/--[a-z][a-z\d-]*/g) ?? [])
      t.regex(out, new RegExp(`^  ${option}\\b`, 'm'), `${names[index]} ${option}`);
    for (const [, option, choices] of text.matchAll(/(--[a-z]+) ([a-z\d]+(?:\|[a-z\d]+)+)/g)) {
      for (const choice of choices!.split('|')) t.regex(out, new RegExp(`${option} .*"${choice}"`, 's'), `${option} ${choice}`);
    }
  }
});

/** Headings of a page, as links name them. */
const headings = (page: string): string[] =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

test('scripts, files and instruction sets that the README names are there', (t) => {
  const { scripts } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const code = [...fences.map(({ text }) => text), ...[...readme.matchAll(/`[^`\n]+`/g)].map(([span]) => span)].join('\n');
  for (const [, script] of code.matchAll(/npm (?:run (?:-s )?)?(?!ci|install)([a-z]+)/g)) t.true(script! in scripts, `npm ${script}`);
  for (const [, file, heading] of readme.matchAll(/\]\((?!http)([^)#]+)(?:#([^)]+))?\)/g)) {
    const target = path.join(root, file!);
    if (!fs.existsSync(target)) t.fail(file);
    else if (heading !== undefined) t.true(headings(fs.readFileSync(target, 'utf8')).includes(heading), `${file}#${heading}`);
  }
  for (const [, file] of readme.matchAll(/`([\w./-]+\/[\w./-]+)`/g))
    if (!file!.startsWith('ganglion/')) t.true(fs.existsSync(path.join(root, file!)), file);
  const info = nativeInfo();
  if (!('targets' in info)) return;
  const targets = /GANGLION_TARGET=([\w|]+)/.exec(readme)![1]!.split('|');
  for (const target of info.targets) t.true(targets.includes(target), target);
});
