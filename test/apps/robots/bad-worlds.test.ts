/** A broken world ends the run of an app, on the controller's thread, with an error that names it. */
import test from 'ava';
import { runController } from '../../../apps/controller/host.ts';
import { ControllerError } from '../../../runtime/index.ts';

const play = (app: string) =>
  runController(
    {
      apps: new URL('./bad-apps.js', import.meta.url).href,
      app,
      given: { episodes: '3' },
      backend: 'reference',
      clock: 'fast',
      seed: 1,
      speed: 1,
      watched: undefined,
      steered: undefined,
      observed: undefined,
      scheduling: undefined,
      pacing: { leastShare: 0, rearmMs: 0 },
      saving: undefined,
      text: true,
    },
    { signal: new AbortController().signal, progress: () => undefined },
  );

for (const [app, code, message] of [
  ['nan', 'ERR_ENVIRONMENT_VALUE', /cartpole-v0\.observation\[2\].*NaN/],
  ['shape', 'ERR_ENVIRONMENT_VALUE', /cartpole-v0\.observation, got Float64Array\(3\)/],
  ['endless', 'ERR_ENVIRONMENT_ENDLESS', /cartpole-v0.*40/],
] as const)
  test(`${app}: named, and stopped`, async (t) => {
    const error = await t.throwsAsync(play(app), { instanceOf: ControllerError, code, message });
    t.not((error as ControllerError).remedy, '');
  });

test('control: a sound world ends with its report', async (t) => {
  const { report, ok } = await play('sound');
  t.true(ok);
  t.is(report['episodes'], 3);
});
