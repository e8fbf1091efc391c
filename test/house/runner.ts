/** Runs ava and counts for itself: what ava printed and how it ended must agree, and no test run is a failure. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export interface Verdict {
  readonly passed: number;
  readonly failed: number;
  /** Why the counts alone cannot be believed; each one counts as a failure. */
  readonly complaints: readonly string[];
}

/**
 * Reads the report ava prints when its output is a pipe: `✔ title` for each passed test, then a line of its own, then the summary.
 * A green summary states the number passed; a red one states only what failed, and the ticks above it are counted.
 */
export function judge(output: string, status: number | null): Verdict {
  const report = stripVTControlCharacters(output);
  const [above, summary] = splitAtLast(report, /^ *─$/gm);
  const stated = (what: string): number =>
    sum([...summary.matchAll(new RegExp(`^ *(\\d+) (?:${what})$`, 'gm'))].map((match) => Number(match[1])));
  const failed = stated('tests? failed|hooks? failed|unhandled rejections?|uncaught exceptions?|tests? remained pending after a timeout');
  const passed = failed === 0 ? stated('tests? passed') : [...above.matchAll(/^ *✔ /gm)].length;

  const complaints: string[] = [];
  if (failed === 0 && status !== 0) complaints.push(`ava names no failure but ends with ${status ?? 'a signal'}`);
  else if (passed + failed === 0) complaints.push('no test ran');
  return { passed, failed: failed + complaints.length, complaints };
}

function splitAtLast(text: string, separator: RegExp): [string, string] {
  const last = [...text.matchAll(separator)].at(-1);
  return last === undefined ? [text, ''] : [text.slice(0, last.index), text.slice(last.index)];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Runs the given test files in `project`, passes everything ava says through, prints `N passed, N failed` last; returns the exit code. */
export async function runAva(project: string, files: readonly string[], options: readonly string[]): Promise<number> {
  const cli = path.join(path.dirname(createRequire(import.meta.url).resolve('ava')), 'cli.mjs');
  const colors = process.stdout.isTTY ? ['--color'] : [];
  let output = '';
  let status: number | null = 0;
  if (files.length > 0) {
    const child = spawn(process.execPath, [cli, ...colors, ...options, ...files], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      process.stdout.write(text);
    });
    status = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  }
  const { passed, failed, complaints } = judge(output, status);
  for (const complaint of complaints) console.error(`test runner: ${complaint}`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
