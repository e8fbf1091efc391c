import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { root } from '../house/root.ts';

export const main = path.join(root, 'dist/apps/cli/main.js');

export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  /** ms from its start, or from `from`, to its end */
  readonly took: number;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** called when what it has said on stderr so far contains this */
  readonly when?: readonly [said: RegExp, act: (child: ChildProcess) => void];
}

/** Runs Node with the given arguments, without a terminal, and waits for its end. */
export function node(args: readonly string[], { cwd = root, env = {}, when }: StartOptions = {}): Promise<Ended> {
  const { FORCE_COLOR: _, NO_COLOR: __, GANGLION_DEBUG: ___, ...environment } = process.env;
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...environment, ...env } });
  let [out, err] = ['', ''];
  let started = performance.now();
  let acted = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    if (when === undefined || acted || !when[0].test(err)) return;
    acted = true;
    started = performance.now();
    when[1](child);
  });
  return new Promise((resolve, reject) =>
    child.on('error', reject).on('close', (status) => resolve({ status, out, err, took: performance.now() - started })),
  );
}

/** Runs `ganglion ARGS`, the words separated by spaces. */
export const ganglion = (args: string, options?: StartOptions): Promise<Ended> =>
  node([main, ...args.split(' ').filter((word) => word !== '')], options);
