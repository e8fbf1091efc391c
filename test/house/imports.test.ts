import fs from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Cruise, cruiseImports } from './imports.ts';
import { root } from './root.ts';
import { plant, temporaryFolder } from './temporary.ts';

/** A house in small: every permitted kind of import at least once. */
const lawful = {
  'runtime/index.ts': "export * from './errors.ts';\nexport * from './loop/loop.ts';\nexport * from './reference/reference.ts';\n",
  'runtime/errors.ts': 'export class Failure extends Error {}\n',
  'runtime/units.ts': 'export type Ms = number;\n',
  'runtime/exact.ts': 'export const half = 0.5;\n',
  'runtime/learning/rule.ts': "import type { Ms } from '../units.ts';\nexport interface Rule { tau: Ms }\n",
  'runtime/network/network.ts':
    "import { z } from 'zod';\nimport { Failure } from '../errors.ts';\nimport type { Rule } from '../learning/rule.ts';\nexport const schema = z.number();\nexport { Failure, type Rule };\n",
  'runtime/program/program.ts': "import type { Rule } from '../network/network.ts';\nexport interface Program { rule: Rule }\n",
  'runtime/backend.ts': "import type { Program } from './program/program.ts';\nexport type Backend = (program: Program) => void;\n",
  'runtime/board.ts':
    "import type { Observable } from 'rxjs';\nimport type { Program } from './program/program.ts';\nexport interface Board { events: Observable<Program> }\n",
  'runtime/reference/reference.ts': "import type { Backend } from '../backend.ts';\nexport const reference: Backend = () => undefined;\n",
  'runtime/oracle/oracle.ts': "import type { Program } from '../program/program.ts';\nexport type Oracle = Program;\n",
  'runtime/record/record.ts':
    "import { createHash } from 'node:crypto';\nimport type { Backend } from '../backend.ts';\nexport const hash = createHash;\nexport type Recorded = Backend;\n",
  'runtime/loop/loop.ts':
    "import { Subject } from 'rxjs';\nimport type { Board } from '../board.ts';\nimport type { Recorded } from '../record/record.ts';\nexport const frames = new Subject<Board | Recorded>();\n",
  'runtime/conformance/suite.ts': "import { reference } from '../reference/reference.ts';\nexport const suite = reference;\n",
  'native/index.ts':
    "import { createRequire } from 'node:module';\nimport { Failure } from '../runtime/index.ts';\nexport const native = [createRequire, Failure];\n",
  'firmware-bridge/index.ts':
    "import protobuf from 'protobufjs';\nimport { SerialPort } from 'serialport';\nimport { Failure } from '../runtime/index.ts';\nexport const bridge = [protobuf, SerialPort, Failure];\n",
  'drivers/index.ts':
    "import { bridge } from '../firmware-bridge/index.ts';\nexport const arduino = async () => [bridge, await import('johnny-five'), await import('onnxruntime-node')];\n",
  'apps/cli/main.ts':
    "import { Command } from 'commander';\nimport { arduino } from '../../drivers/index.ts';\nimport { native } from '../../native/index.ts';\nexport const main = [Command, arduino, native];\n",
  'test/deep.test.ts': "import fc from 'fast-check';\nimport { half } from '../runtime/exact.ts';\nexport const anything = [fc, half];\n",
};

function cruiseOf(t: ExecutionContext, files: Readonly<Record<string, string>>, atLeast = 1): Promise<Cruise> {
  const folder = temporaryFolder(t);
  plant(folder, files);
  fs.mkdirSync(folder, { recursive: true });
  fs.copyFileSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return cruiseImports(folder, path.join(root, '.dependency-cruiser.cjs'), path.join(root, 'tsconfig.json'), atLeast);
}

test.serial('a lawful tree has no violation and is read to the last file', async (t) => {
  const cruise = await cruiseOf(t, lawful);
  t.deepEqual(cruise, { modules: Object.keys(lawful).length, violations: [] });
});

test.serial('each unlawful import is caught, by the rule that forbids it and by no other', async (t) => {
  /** What is planted → its text, and the rules that must object. */
  const unlawful: Record<string, readonly [text: string, ...rules: string[]]> = {
    'runtime/network/clock.ts': ["import 'rxjs';\n", 'package-rxjs'],
    'runtime/program/schema.ts': ["import 'zod';\n", 'package-zod'],
    'runtime/program/files.ts': ["import 'node:fs';\n", 'runtime-builtin'],
    'runtime/record/files.ts': ["import 'node:fs';\n", 'runtime-record-builtin'],
    'runtime/loop/port.ts': ["import 'serialport';\n", 'package-serialport'],
    'runtime/loop/kernel.ts': ["import '../../native/index.ts';\n", 'folder-runtime'],
    'runtime/loop/oracle.ts': ["import '../oracle/oracle.ts';\n", 'runtime-loop'],
    'runtime/oracle/loop.ts': ["import '../loop/loop.ts';\n", 'runtime-oracle'],
    'runtime/record/run.ts': ["import '../reference/reference.ts';\n", 'runtime-record'],
    'runtime/program/run.ts': ["import '../reference/reference.ts';\n", 'runtime-program'],
    'runtime/network/compile.ts': ["import '../program/program.ts';\n", 'runtime-network'],
    'runtime/learning/compile.ts': ["import type {} from '../program/program.ts';\n", 'runtime-learning'],
    'runtime/reference/clock.ts': ["import '../loop/loop.ts';\n", 'runtime-reference'],
    'runtime/conformance/door.ts': ["import '../index.ts';\n", 'runtime-conformance'],
    'runtime/plugins/plugin.ts': ["import '../errors.ts';\n", 'runtime-home'],
    'runtime/learning/a.ts': ["import './b.ts';\n", 'no-cycle'],
    // The other half of the cycle, which is reported once.
    'runtime/learning/b.ts': ["import type {} from './a.ts';\n"],
    'native/bridge.ts': ["import '../firmware-bridge/index.ts';\n", 'folder-native'],
    'native/deep.ts': ["import '../runtime/exact.ts';\n", 'index-only'],
    'native/stream.ts': ["import 'rxjs';\n", 'package-rxjs'],
    'firmware-bridge/driver.ts': ["import '../drivers/index.ts';\n", 'folder-firmware-bridge'],
    'firmware-bridge/servo.ts': ["import('johnny-five');\n", 'package-johnny-five'],
    'drivers/kernel.ts': ["import '../native/index.ts';\n", 'folder-drivers'],
    'drivers/wire.ts': ["import 'protobufjs';\n", 'package-protobufjs'],
    'drivers/eager.ts': ["import 'onnxruntime-node';\n", 'lazy'],
    'drivers/app.ts': ["import '../apps/cli/main.ts';\n", 'folder-drivers', 'index-only'],
    'apps/cli/deep.ts': ["import '../../runtime/loop/loop.ts';\n", 'index-only'],
    'apps/cli/test.ts': ["import '../../test/deep.test.ts';\n", 'folder-apps', 'index-only'],
    'apps/cli/lost.ts': ["import './nowhere.ts';\n", 'resolvable'],
    'apps/cli/dev.ts': ["import 'fast-check';\n", 'package-unlisted'],
    'apps/cli/undeclared.ts': ["import 'js-yaml';\n", 'package-undeclared', 'package-unlisted'],
  };
  const planted = Object.fromEntries(Object.entries(unlawful).map(([file, [text]]) => [file, text]));
  const { violations } = await cruiseOf(t, { ...lawful, ...planted });
  const caught = violations.map((line) => line.split(' -> ')[0]).sort();
  const expected = Object.entries(unlawful).flatMap(([file, [, ...rules]]) => rules.map((rule) => `${rule}: ${file}`));
  t.deepEqual(caught, expected.sort());
});

test.serial('an empty cruise is not a clean one', async (t) => {
  const { modules, violations } = await cruiseOf(t, {}, 1);
  t.is(modules, 0);
  t.deepEqual(violations, ['too-few: at least 1 modules must be cruised, got 0']);
});

test.serial('a tree smaller than the floor fails though it breaks no rule', async (t) => {
  const { violations } = await cruiseOf(t, lawful, 1000);
  t.deepEqual(violations, [`too-few: at least 1000 modules must be cruised, got ${Object.keys(lawful).length}`]);
});
