import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import test, { type ExecutionContext } from 'ava';
import { nativeBackend, nativeInfo } from '../../native/index.ts';
import { LINE } from '../../runtime/program/arena.ts';
import { fingerprint } from '../../runtime/program/executable.ts';
import { referenceBackend } from '../../runtime/reference/backend.ts';
import { temporaryFolder } from '../house/temporary.ts';
import { nativeTargets } from './backends.ts';
import { opProgram } from './op-cases.ts';

const targets = nativeTargets();
const native = targets.length === 0 ? test.skip : test;
const dist = path.dirname(path.dirname(import.meta.dirname));

native('the best target is chosen, baseline always runs', (t) => {
  const info = nativeInfo({ target: '' });
  if ('reason' in info) return t.fail(info.reason);
  t.is(info.chosen, info.supported[0]);
  t.true(info.supported.includes('baseline'));
  for (const target of info.supported) t.true(info.targets.includes(target));
});

native('a forced target is used, an unknown one gives a reason', (t) => {
  for (const { target } of targets) {
    const found = nativeBackend({ target });
    t.is('backend' in found && found.backend.target, target);
  }
  const unknown = nativeBackend({ target: 'mmx' });
  t.true('reason' in unknown && /no target 'mmx'/.test(unknown.reason));
  t.true('remedy' in unknown && /baseline/.test(unknown.remedy));
});

(targets.length === 0 ? test.skip : test.serial)('GANGLION_TARGET forces a target, and an unknown one gives a reason', (t) => {
  const before = process.env['GANGLION_TARGET'];
  try {
    process.env['GANGLION_TARGET'] = 'baseline';
    const forced = nativeBackend();
    t.is('backend' in forced && forced.backend.target, 'baseline');
    process.env['GANGLION_TARGET'] = 'altivec';
    t.true('reason' in nativeBackend());
    const info = nativeInfo();
    t.true('chosen' in info && typeof info.chosen !== 'string' && /altivec/.test(info.chosen.reason));
  } finally {
    if (before === undefined) delete process.env['GANGLION_TARGET'];
    else process.env['GANGLION_TARGET'] = before;
  }
});

native('an arena is shared memory with a whole line for the header', (t) => {
  for (const backend of targets) {
    const { arena } = backend.load(opProgram('sgd', 7, 5, 'ordinary', 1));
    t.true(arena.floats.buffer instanceof SharedArrayBuffer);
    t.true([...arena.regions.values()].every(({ offset }) => offset >= LINE && offset % LINE === 0));
  }
});

native('programs outlive the garbage collector and each other', (t) => {
  const program = opProgram('adam', 33, 17, 'ordinary', 2);
  const expected = fingerprint(run(referenceBackend.load(program)));
  for (let round = 0; round < 200; round++) {
    const executable = targets[round % targets.length]!.load(program);
    t.is(fingerprint(run(executable)), expected);
    if (round % 3 === 0) executable.dispose();
  }
});

function run<Executable extends { run(ticks: number): number }>(executable: Executable): Executable {
  executable.run(5);
  return executable;
}

native('two workers load the addon at once and agree', async (t) => {
  const file = (name: string) => JSON.stringify(pathToFileURL(path.join(dist, name)).href);
  const code = `
    import { parentPort } from 'node:worker_threads';
    import { nativeBackend } from ${file('native/index.js')};
    import { fingerprint } from ${file('runtime/program/executable.js')};
    import { opProgram } from ${file('test/native/op-cases.js')};
    const found = nativeBackend();
    const executable = found.backend.load(opProgram('eligibility_adaptive_filtered_dense', 65, 33, 'ordinary', 4));
    executable.run(5);
    parentPort.postMessage(fingerprint(executable));`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const results = await Promise.all(
    [0, 1].map(
      () =>
        new Promise<string>((resolve, reject) => {
          const worker = new Worker(url);
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  const expected = fingerprint(run(referenceBackend.load(opProgram('eligibility_adaptive_filtered_dense', 65, 33, 'ordinary', 4))));
  t.deepEqual(results, [expected, expected]);
});

/** The built package without its addon, or with another file in its place. */
async function packageWith(
  t: ExecutionContext,
  addon: string | Uint8Array | undefined,
  edit: (folder: string) => void = () => {},
): Promise<{ nativeBackend: typeof nativeBackend; nativeInfo: typeof nativeInfo }> {
  const folder = temporaryFolder(t);
  for (const name of ['native', 'runtime']) fs.cpSync(path.join(dist, name), path.join(folder, 'dist', name), { recursive: true });
  fs.symlinkSync(path.join(dist, '..', 'node_modules'), path.join(folder, 'node_modules'));
  fs.mkdirSync(path.join(folder, 'native'));
  for (const file of ['package.json', 'native/prebuilt.mjs']) fs.copyFileSync(path.join(dist, '..', file), path.join(folder, file));
  if (addon !== undefined) {
    fs.mkdirSync(path.join(folder, 'build/Release'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'build/Release/ganglion.node'), addon);
  }
  edit(path.join(folder, 'dist'));
  return import(pathToFileURL(path.join(folder, 'dist/native/index.js')).href);
}

test('without an addon there is a reason and a remedy, and nothing throws', async (t) => {
  const { nativeBackend: backend, nativeInfo: info } = await packageWith(t, undefined);
  const found = backend();
  t.true('reason' in found && /no native addon for/.test(found.reason));
  t.true('remedy' in found && /native\/install\.mjs/.test(found.remedy));
  t.true('reason' in info());
});

test('an addon that does not load gives a reason', async (t) => {
  const { nativeBackend: backend } = await packageWith(t, 'not a shared library');
  const found = backend();
  t.true('reason' in found && /does not load/.test(found.reason));
});

native('an addon whose op table differs from this version in one operand is not used', async (t) => {
  const info = nativeInfo();
  if ('reason' in info) return t.fail(info.reason);
  const addon = fs.readFileSync(info.file);
  t.true('backend' in (await packageWith(t, addon)).nativeBackend());
  const other = await packageWith(t, addon, (folder) => {
    const file = path.join(folder, 'runtime/program/ops.js');
    const source = fs.readFileSync(file, 'utf8');
    t.regex(source, /\bhalfAt: 'double'/);
    fs.writeFileSync(file, source.replace("halfAt: 'double'", "halfAt: 'scalar'"));
  });
  const found = other.nativeBackend();
  t.true('reason' in found && /built for another version: op \d+ is 'rate_inverse .*halfAt:double'/.test(found.reason));
});
