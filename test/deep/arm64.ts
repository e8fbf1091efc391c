/** The same bits on a laptop and a board: the addon of a release, cross-compiled, on an emulated arm64 machine. The last line is `N passed, N failed`. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { opNames } from '../../runtime/program/ops.ts';
import { networks } from '../conformance/networks.ts';
import { root } from '../house/root.ts';
import { filesIn } from '../house/sources.ts';
import { type Check, runChecks } from './checks.ts';
import { here, type Machine, output } from './command.ts';
import { emulatedMachine } from './emulated.ts';
import type { Fingerprints } from './fingerprints.ts';
import { movedChecks } from './moved.ts';

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'ganglion-arm64-'));
/** Made by the first check; without it nothing else can hold. */
let made: Machine | undefined;
const arm64 = (): Machine => made ?? assert.fail('the machine must be made');
/** Every machine chooses its targets itself. */
const environment = { GANGLION_TARGET: '' };

const fingerprintsOf = async (machine: Machine, args: readonly string[] = []): Promise<Fingerprints> =>
  JSON.parse(await output('test/deep/fingerprints.js', args, environment, machine));

type Prints = Readonly<Record<string, string>>;
const differences = (a: Prints, b: Prints): string[] => Object.keys({ ...a, ...b }).filter((name) => a[name] !== b[name]);

const build: Check = {
  claim: 'arm64: the addon that a release carries is cross-compiled, and the install script takes it',
  async run() {
    made = emulatedMachine(folder);
    return execFileSync(made.node, ['-p', '[process.version, process.platform, process.arch].join()'], { encoding: 'utf8' }).trim();
  },
};

const bits: Check = {
  claim: 'arm64: every op and every network has the bits of x64, and one bit of one weight is seen',
  async run() {
    // The reference is minutes slower under emulation; there the tests below hold it to the same targets.
    const [host, board] = [await fingerprintsOf(here, ['reference']), await fingerprintsOf(arm64())];
    assert.deepEqual([host.arch, board.arch, board.chosen], ['x64', 'arm64', 'neon'], 'two machines must be compared');
    const expected = host.targets[String(host.chosen)]!;
    assert.equal(Object.keys(expected).length, opNames.length + Object.keys(networks).length);
    for (const [target, prints] of [...Object.entries(host.targets), ...Object.entries(board.targets)]) {
      const differing = differences(expected, prints);
      assert.ok(differing.length === 0, `${target} differs from ${host.chosen} in ${differing.join('; ')}`);
    }
    assert.deepEqual(differences(expected, { ...expected, ...board.flipped }), Object.keys(board.flipped), 'the control must differ');
    const targets = ({ targets }: Fingerprints) => Object.keys(targets).join(', ');
    return `${Object.keys(expected).length} fingerprints on ${targets(host)} and ${targets(board)}`;
  },
};

/**
 * Under emulation these take many minutes and say nothing new: the networks' bits are compared above, rules follow from equal bits, the heap is JavaScript's,
 * millions of synapses are drawn by it.
 */
const left = [
  'test/conformance/late.test.ts',
  'test/conformance/programs.test.ts',
  'test/conformance/rule-blocks.test.ts',
  'test/conformance/rules.test.ts',
  'test/conformance/sabotage.test.ts',
  'test/conformance/threads.test.ts',
  'test/native/allocation.test.ts',
];

const tests: Check = {
  claim: 'arm64: the kernel and conformance tests hold',
  async run() {
    const all = ['test/conformance', 'test/native'].flatMap((folder) => filesIn(root, folder)).filter((file) => file.endsWith('.test.ts'));
    const chosen = all.filter((file) => !left.includes(file));
    assert.equal(all.length - chosen.length, left.length, 'a test that is left out must exist');
    const report = await output('test/run.js', chosen, environment, arm64());
    const last = report.trimEnd().split('\n').at(-1)!;
    assert.match(last, /^[1-9]\d* passed, 0 failed$/);
    return last;
  },
};

try {
  process.exitCode = (await runChecks([build, bits, ...movedChecks(arm64), tests])) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
