/** `node dist/test/bench/rls.js`: an update of recursive least squares by size, beside the memory level that its P lies in, for RESULTS.md. */
import { regression } from '../../apps/verify/least-squares.ts';
import { nativeBackend, peaksOf } from '../../native/index.ts';
import { compile, type Program } from '../../runtime/index.ts';

const [TICKS, ROUNDS, ROUND_MS] = [16, 15, 100] as const;

/** The update alone: what a tick adds to it is as small beside it as N beside N². */
const alone = (program: Program): Program => ({ ...program, ops: { ...program.ops, forward: [], guard: [], learn: [] } });

const built = nativeBackend();
if ('reason' in built) throw new Error(built.reason);
const { backend } = built;

console.log('| N | bytes of P | µs an update | GB/s read and written | floor, GB/s | share of the floor |');
console.log(`|${' --- |'.repeat(6)}`);
for (const n of [100, 300, 1000, 2000, 4000]) {
  const program = alone(compile(regression({ inputs: n, outputs: 3 }, 1, 1), { maxTicks: TICKS }));
  const executable = backend.load(program);
  const { arena } = executable;
  arena.view('readout.trace').set(Float32Array.from({ length: n }, (_, i) => Math.sin(i * i)));
  arena.view('out.importance').fill(1);
  const bytes = 4 * program.regions.get('readout.triangle')!.length;
  const [seconds, floors]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    let updates = 0;
    for (; performance.now() - started < ROUND_MS; updates += TICKS) executable.run(TICKS);
    seconds.push((performance.now() - started) / 1000 / updates);
    const peaks = peaksOf(backend.target, bytes);
    if ('reason' in peaks) throw new Error(peaks.reason);
    floors.push(peaks.gigabytes);
  }
  executable.dispose();
  const best = Math.min(...seconds);
  const [moved, floor] = [(2 * bytes) / best / 1e9, Math.max(...floors)];
  console.log(
    `| ${n} | ${bytes} | ${(best * 1e6).toFixed(1)} | ${moved.toFixed(1)} | ${floor.toFixed(1)} | ${((100 * moved) / floor).toFixed(0)} % |`,
  );
}
