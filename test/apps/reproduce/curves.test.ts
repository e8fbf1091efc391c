/** The curves that are kept in the repository are of the tasks as they are: every arm, five seeds, and a picture of them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { picture } from '../../../apps/reproduce/picture.ts';
import { taskNamed } from '../../../apps/reproduce/tasks.ts';
import { root } from '../../house/root.ts';

const folder = path.join(root, 'apps/reproduce/curves');
const kept = readdirSync(folder).filter((file) => file.endsWith('.json'));

test('some are kept', (t) => {
  t.true(kept.length >= 2);
});

for (const file of kept)
  test(file, async (t) => {
    const run = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
    const task = await taskNamed(run.task)!();
    t.is(`${task.name}.json`, file);
    t.deepEqual(run.seeds, [1, 2, 3, 4, 5]);
    t.false(run.interrupted);
    t.deepEqual(
      run.arms.map(({ arm, figures }: { arm: string; figures: { name: string }[] }) => [arm, ...figures.map(({ name }) => name)]),
      task.arms.map(({ name, figures }) => [name, ...figures.map((figure) => figure.name)]),
    );
    t.is(readFileSync(path.join(folder, file.replace('.json', '.svg')), 'utf8'), picture(task, run.arms, run.seeds.length));
  });
