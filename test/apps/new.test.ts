/** `ganglion new`: what it writes runs as it stands, and learns. */
import fs from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { environmentChecks } from '../../runtime/conformance/index.ts';
import type { Environment } from '../../runtime/index.ts';
import { root } from '../house/root.ts';
import { plant, temporaryFolder } from '../house/temporary.ts';
import { ganglion, node } from './command.ts';

/** A folder beside an installed ganglion. */
function workshop(t: ExecutionContext): string {
  const folder = temporaryFolder(t);
  fs.mkdirSync(path.join(folder, 'node_modules'));
  fs.symlinkSync(root, path.join(folder, 'node_modules/ganglion'), 'dir');
  return folder;
}

const meanReturns = (out: string): number[] => [...out.matchAll(/mean return (-?\d+\.\d\d)$/gm)].map(([, value]) => Number(value));

test('the project runs, learns, and gives the same bits again and on the reference', async (t) => {
  const folder = workshop(t);
  const { status, out } = await ganglion('new My-Robot', { cwd: folder });
  t.is(status, 0);
  t.is(out, 'My-Robot is made. Now:\n\n  cd My-Robot\n  npm install\n  npm start\n');
  const project = path.join(folder, 'My-Robot');
  const manifest = JSON.parse(fs.readFileSync(path.join(project, 'package.json'), 'utf8'));
  const own = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  t.deepEqual(
    [manifest.name, manifest.scripts, manifest.dependencies],
    ['my-robot', { start: 'node main.js' }, { ganglion: `^${own.version}` }],
  );

  const run = await node(['main.js', '300'], { cwd: project });
  t.is(run.status, 0, run.err);
  const returns = meanReturns(run.out);
  t.is(returns.length, 6);
  t.true(returns.at(-1)! > -8, `a cart that stands still has −27: ${run.out}`);

  const network = fs.readFileSync(path.join(project, 'network.json'), 'utf8');
  const other = { GANGLION_TARGET: 'no such instruction set' };
  const fingerprint = ({ out }: { out: string }) => /fingerprint (\w+)/.exec(out)?.[1];
  const [short, reference] = [await node(['main.js', '5'], { cwd: project }), await node(['main.js', '5'], { cwd: project, env: other })];
  t.truthy(fingerprint(short));
  t.is(fingerprint(reference), fingerprint(short));

  fs.writeFileSync(path.join(project, 'network.json'), network.replaceAll('"rate": 0.0003', '"rate": 1e-12'));
  const untaught = meanReturns((await node(['main.js', '300'], { cwd: project })).out);
  t.true(untaught.at(-1)! < -16, `untaught it does not: ${untaught}`);
});

test("the project's world is held to the contract of environments, and one that forgets its seed is seen", async (t) => {
  const folder = temporaryFolder(t);
  const source = fs.readFileSync(path.join(root, 'apps/new/template/world.js'), 'utf8');
  plant(folder, {
    'package.json': '{ "type": "module" }',
    'world.js': source,
    'deaf.js': source.replace('seed = options.seed', 'seed = seed'),
  });
  const failing = async (file: string): Promise<string[]> => {
    const { cart } = (await import(path.join(folder, file))) as { cart(): Environment<never> };
    const failed: string[] = [];
    for (const { name, run } of environmentChecks(cart)) await run().catch((error) => failed.push(`${name}: ${error.message}`));
    return failed;
  };
  t.deepEqual(await failing('world.js'), []);
  t.true((await failing('deaf.js')).length > 0);
});

test('a folder that holds something, a file and a name that npm would refuse are left alone', async (t) => {
  const folder = workshop(t);
  plant(folder, { 'full/mine.txt': 'mine', 'a-file': 'mine' });
  for (const [name, reason] of [
    ['full', /error: full cannot be made: it is not empty/],
    ['a-file', /error: a-file cannot be made: it is a file/],
    ['_x', /a name of letters, digits/],
    ['a-file/inner', /cannot be made: /],
  ] as const) {
    const { status, err } = await ganglion(`new ${name}`, { cwd: folder });
    t.is(status, 2, name);
    t.regex(err, reason);
  }
  t.deepEqual(fs.readdirSync(path.join(folder, 'full')), ['mine.txt']);
  t.is(fs.readFileSync(path.join(folder, 'a-file'), 'utf8'), 'mine');

  fs.mkdirSync(path.join(folder, 'empty'));
  t.is((await ganglion('new .', { cwd: path.join(folder, 'empty') })).status, 0);
});
