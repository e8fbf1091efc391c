import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  type Allocate,
  type Backend,
  createArena,
  type Executable,
  encodeOp,
  events,
  header,
  LINE,
  type Op,
  opSignatures,
  type Program,
  phases,
  referenceBackend,
} from '../runtime/index.ts';
import { type Realtime, type RealtimeAddon, realtimeOf } from './realtime.ts';

export type { Obtained, Realtime, RealtimeOptions, SharedCounter } from './realtime.ts';

/** What the addon exports; `native/src/addon.cc` is its other side. */
interface Addon extends RealtimeAddon {
  readonly NativeProgram: new (
    floats: Float32Array,
    ops: readonly Uint32Array[],
    topology: Uint32Array,
    schedule: Uint32Array,
    target: string,
  ) => NativeProgram;
  info(): { readonly signatures: string[]; readonly targets: string[]; readonly supported: string[]; readonly softwareFma: string[] };
  choose(target: string): { readonly target: string } | { readonly reason: string };
  alignment(bytes: Uint8Array): number;
  probe(target: string, rounds: number, floats?: Float32Array): number;
}

interface NativeProgram {
  run(ticks: number): number;
  settle(): void;
  waits(): number;
  dispose(): void;
}

/** Why there is no native backend, and what to do about it. */
export interface Unavailable {
  readonly reason: string;
  readonly remedy: string;
}

export interface NativeOptions {
  /** instruction set: 'baseline', 'avx2', 'avx512' or 'neon'; default GANGLION_TARGET, else the best that this machine runs */
  readonly target?: string;
  /**
   * threads that fold blocks and move weights, 1 to 64; default GANGLION_THREADS, else 1. Never changes a bit. With `learning.updateDelay: 1`
   * they work while the next block runs; else the ticks wait for them.
   */
  readonly threads?: number;
}

/** What `doctor` prints. */
export interface NativeInfo {
  /** the addon's file */
  readonly file: string;
  /** instruction sets compiled in, best first */
  readonly targets: readonly string[];
  /** those that this machine runs */
  readonly supported: readonly string[];
  /** the one in use, or why there is none */
  readonly chosen: string | Unavailable;
  /** true where the chosen target has no fused multiply-add in hardware: the same bits, several times slower */
  readonly softwareFma: boolean;
}

/** dist/native → the package. */
const root = path.dirname(path.dirname(import.meta.dirname));
const rebuild = `install g++, make and python3, then run \`node ${path.join(root, 'native/install.mjs')}\``;

/** The fast execution, or the reason why there is none. Never throws: the reference gives the same bits, slower. */
export function nativeBackend(options: NativeOptions = {}): { readonly backend: Backend } | Unavailable {
  const found = findAddon();
  if ('reason' in found) return found;
  const { addon } = found;
  const target = chooseTarget(addon, options);
  if (typeof target !== 'string') return target;
  const threads = options.threads ?? Number(process.env['GANGLION_THREADS'] ?? 1);
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64)) {
    return { reason: `1 to 64 threads required, got ${threads}`, remedy: 'set GANGLION_THREADS to a whole number, or unset it' };
  }
  return { backend: { name: 'native', target, load: (program) => load(addon, target, threads, program) } };
}

/** The native backend, or the reference where there is none. */
export function fastestBackend(options: NativeOptions = {}): Backend {
  const native = nativeBackend(options);
  return 'backend' in native ? native.backend : referenceBackend;
}

/** What is compiled in and what this machine runs, or why there is no addon. */
export function nativeInfo(options: NativeOptions = {}): NativeInfo | Unavailable {
  const found = findAddon();
  if ('reason' in found) return found;
  const { addon, file } = found;
  const { targets, supported, softwareFma } = addon.info();
  const chosen = chooseTarget(addon, options);
  return { file, targets, supported, chosen, softwareFma: typeof chosen === 'string' && softwareFma.includes(chosen) };
}

/** What one core of this machine does at best, the two roofs of a roofline. */
export interface Peaks {
  /** additions and multiplications of float32 a second, 10⁹, two in a fused one, in registers */
  readonly gigaflops: number;
  /** bytes read and written a second, 10⁹, where memory of a given size is updated in place */
  readonly gigabytes: number;
}

/** Measures the peaks of a target, with `bytes` of memory: the best of a few short runs. */
export function peaksOf(target: string, bytes: number): Peaks | Unavailable {
  const found = findAddon();
  if ('reason' in found) return found;
  const { addon } = found;
  const length = Math.ceil(bytes / (4 * LINE)) * LINE;
  const { buffer, byteOffset } = allocateLines(addon)(length * 4);
  const floats = new Float32Array(buffer, byteOffset, length);
  const best = (run: () => number): number => {
    let most = 0;
    for (let k = 0; k < 20; k++) {
      const started = performance.now();
      const done = run();
      most = Math.max(most, done / (performance.now() - started) / 1e6);
    }
    return most;
  };
  const rounds = Math.ceil(2e6 / length);
  return {
    gigaflops: 2 * best(() => addon.probe(target, 200_000)),
    gigabytes: 8 * best(() => addon.probe(target, rounds, floats)),
  };
}

/** Time, waiting and scheduling of this system, or why there is none: the event loop's timers run instead. */
export function nativeRealtime(): { readonly realtime: Realtime } | Unavailable {
  const found = findAddon();
  return 'reason' in found ? found : { realtime: realtimeOf(found.addon) };
}

function chooseTarget(addon: Addon, { target = process.env['GANGLION_TARGET'] ?? '' }: NativeOptions): string | Unavailable {
  const choice = addon.choose(target);
  if ('target' in choice) return choice.target;
  return {
    reason: choice.reason,
    remedy: `set GANGLION_TARGET to ${addon.info().supported.join(' or ')}, or unset it: the best one is found`,
  };
}

type Found = { readonly addon: Addon; readonly file: string } | Unavailable;
let cached: Found | undefined;

/** The addon that stands in the package, loaded and tested once. */
function findAddon(): Found {
  cached ??= loadAddon();
  return cached;
}

function loadAddon(): Found {
  const require = createRequire(import.meta.url);
  const built = path.join(root, 'build/Release/ganglion.node');
  const { prebuilt } = require(path.join(root, 'native/prebuilt.mjs')) as { prebuilt(): string | undefined };
  const file = fs.existsSync(built) ? built : prebuilt();
  if (file === undefined) return { reason: `no native addon for ${process.platform}-${process.arch}`, remedy: rebuild };
  try {
    const addon = require(file) as Addon;
    return handshake(addon) ?? selfTest(addon) ?? { addon, file };
  } catch (error) {
    return { reason: `${file} does not load: ${error instanceof Error ? error.message : String(error)}`, remedy: rebuild };
  }
}

/** The addon's op table must be the one of this version, operand for operand. */
function handshake(addon: Addon): Unavailable | undefined {
  const { signatures } = addon.info();
  const differs = Array.from({ length: Math.max(signatures.length, opSignatures.length) }, (_, code) => code).find(
    (code) => signatures[code] !== opSignatures[code],
  );
  if (differs === undefined) return undefined;
  return {
    reason: `the addon was built for another version: op ${differs} is '${signatures[differs]}', not '${opSignatures[differs]}'`,
    remedy: rebuild,
  };
}

/** Native code must see the very memory that JavaScript sees: two ticks copy a sentinel from one region to another. */
function selfTest(addon: Addon): Unavailable | undefined {
  const [events, from, to, length] = [LINE, 2 * LINE, 3 * LINE, 4 * LINE];
  const { floats, words } = createArena(new Map(), length, allocateLines(addon));
  const region = (offset: number) => ({ name: 'test', offset, length: LINE, rows: 1, columns: LINE, stride: LINE });
  const copy: Op = { name: 'recall', operands: { n: LINE, x: region(from), rows: 1, stride: LINE, delay: 0, y: region(to) } };
  floats.fill(0.75, from, to);
  const program = new addon.NativeProgram(
    floats,
    phases.map((phase) => encode(phase === 'forward' ? [copy] : [])),
    new Uint32Array(),
    Uint32Array.of(events, 2, 1, 0, 1, 1),
    '',
  );
  const status = program.run(2);
  program.dispose();
  if (status === 0 && words[header.tick] === 2 && floats.subarray(to).every((value) => value === 0.75)) return undefined;
  return { reason: 'the addon does not share memory with this JavaScript engine', remedy: 'report it with the version of Node' };
}

const encode = (ops: readonly Op[]): Uint32Array => Uint32Array.from(ops.flatMap(encodeOp));

/** Shared memory that begins on a 64-byte line: a little more than asked for, entered where a line begins. */
function allocateLines({ alignment }: Addon): Allocate {
  return (bytes) => {
    const buffer = new SharedArrayBuffer(bytes + 4 * LINE);
    return { buffer, byteOffset: alignment(new Uint8Array(buffer)) };
  };
}

/** The event tape's place and length; when updates are due: every so many ticks, or at these events; the ticks of a block; threads. */
const schedule = ({ eventTape, maxTicks, update, block }: Program, threads: number): Uint32Array =>
  Uint32Array.of(
    eventTape.offset,
    maxTicks,
    typeof update === 'object' ? update.ticks : 0,
    update === 'label' ? events.label : events.episodeEnd,
    block,
    threads,
  );

function load(addon: Addon, target: string, threads: number, program: Program): Executable {
  const arena = createArena(program.regions, program.length, allocateLines(addon));
  const native = new addon.NativeProgram(
    arena.floats,
    phases.map((phase) => encode(program.ops[phase])),
    program.topology,
    schedule(program, threads),
    target,
  );
  program.initialize(arena);
  return {
    program,
    backend: 'native',
    target,
    arena,
    run: (ticks) => native.run(ticks),
    settle: () => native.settle(),
    waits: () => native.waits(),
    reset() {
      native.settle();
      program.initialize(arena);
    },
    dispose: () => native.dispose(),
  };
}
