import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';

const probe = fileURLToPath(new URL('./allocation-probe.js', import.meta.url));

function bytesPerTick(t: ExecutionContext, mode: 'run' | 'litter'): number {
  const flags = ['--expose-gc', '--max-semi-space-size=128', '--min-semi-space-size=128'];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, probe, mode], { encoding: 'utf8' });
  t.is(status, 0, stderr);
  return Number(stdout);
}

test('100,000 native learning ticks leave nothing on the heap', (t) => {
  const bytes = bytesPerTick(t, 'run');
  // Compilation and the measurement itself leave some hundred kilobytes in 100,000 ticks.
  t.true(bytes < 4, `${bytes} bytes a tick`);
  t.true(bytes > -1, `${bytes}: something was collected, so nothing was measured`);
});

test('negative control: one small object a tick is seen', (t) => {
  const bytes = bytesPerTick(t, 'litter');
  t.true(bytes > 8, `${bytes} bytes a tick`);
});
