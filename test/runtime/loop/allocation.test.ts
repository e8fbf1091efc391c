import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';

const probe = fileURLToPath(new URL('./allocation-probe.js', import.meta.url));

/** Bytes that a frame leaves on the heap, in a process whose nursery is too large to be collected while it is measured. */
function bytesPerFrame(t: ExecutionContext, mode: 'loop' | 'litter' | 'reference'): number {
  // On a busy machine, code that V8 compiles beside the run would arrive among the frames that are measured.
  const flags = ['--expose-gc', '--max-semi-space-size=128', '--min-semi-space-size=128', '--no-concurrent-recompilation'];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, probe, mode], { encoding: 'utf8' });
  t.is(status, 0, stderr);
  return Number(stdout);
}

test('no stage leaves anything on the heap', (t) => {
  const bytes = bytesPerFrame(t, 'loop');
  // Turns of the event loop and the measurement itself leave some tens of kilobytes in 100,000 frames.
  t.true(bytes < 2, `${bytes} bytes a frame`);
  t.true(bytes > -1, `${bytes}: something was collected, so nothing was measured`);
});

test('negative control: one small object a frame is seen', (t) => {
  const bytes = bytesPerFrame(t, 'litter');
  t.true(bytes > 12, `${bytes} bytes a frame`);
});

test('a learning pipe on the reference backend keeps nothing', (t) => {
  const bytes = bytesPerFrame(t, 'reference');
  t.true(bytes < 1, `${bytes} bytes a frame`);
});
