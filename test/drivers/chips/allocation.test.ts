import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';

test('a step of each chip allocates nothing; V8 may box a double now and then, most of all those that the crossbar draws', (t) => {
  const script = fileURLToPath(new URL('measure-chips.js', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', '--max-semi-space-size=512', script], {
    encoding: 'utf8',
  });
  t.is(status, 0, stderr);
  const bytes = JSON.parse(stdout) as Record<string, number>;
  t.log(stdout.trim());
  t.deepEqual(Object.keys(bytes), ['loihi', 'xylo', 'crossbar']);
  const allowed: Readonly<Record<string, number>> = { loihi: 64, xylo: 64, crossbar: 160 };
  for (const [kind, left] of Object.entries(bytes)) t.true(left < allowed[kind]!, `${kind}: ${left} bytes a step`);
});
