/**
 * `npm test [-- PATH… | --ava-option…]`: runs every *.test.ts below test/, built, or those below the given paths.
 * The last line is `N passed, N failed`; the exit code is 0 only when a test ran and none failed.
 */
import { root } from './house/root.ts';
import { runAva } from './house/runner.ts';
import { built, filesIn } from './house/sources.ts';

const paths = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
const tests = filesIn(root, 'test').filter((file) => file.endsWith('.test.ts'));
const chosen = tests.filter((file) => paths.length === 0 || paths.some((start) => file.startsWith(start)));

process.exitCode = await runAva(
  root,
  chosen.map((file) => built(root, file)),
  options,
);
