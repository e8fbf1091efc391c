import test from 'ava';
import { perturbed } from './in-the-loop.ts';

test('weight perturbation learns with the crossbar in the loop; where its answers are not heard it does not', async (t) => {
  const heard = await perturbed({ steps: 500, heard: true });
  const deaf = await perturbed({ steps: 500, heard: false });
  const none = await perturbed({ steps: 0, heard: true });
  t.log(
    `patterns told right: ${heard.before.toFixed(2)} → ${heard.after.toFixed(2)}; answers not heard ${deaf.after.toFixed(2)}; not taught ${none.after.toFixed(2)}`,
  );
  t.true(heard.after > 0.95);
  t.true(deaf.after < 0.6 && none.after < 0.6);
});
