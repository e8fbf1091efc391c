/** Every task: its network fits its world, and a short run of its app learns, reports and repeats itself. */
import test from 'ava';
import { apps } from '../../../apps/cli/apps.ts';
import { learn } from '../../../apps/robots/learn.ts';
import { agentNetwork } from '../../../apps/robots/network.ts';
import type { RobotTask } from '../../../apps/robots/task.ts';
import { acrobotTask } from '../../../apps/robots/tasks/acrobot.ts';
import { cartpoleTask } from '../../../apps/robots/tasks/cartpole.ts';
import { doublePendulumTask } from '../../../apps/robots/tasks/double-pendulum.ts';
import { pongTask } from '../../../apps/robots/tasks/pong.ts';
import { reachTask } from '../../../apps/robots/tasks/reach.ts';
import { tmazeTask } from '../../../apps/robots/tasks/tmaze.ts';
import { compile, type Environment, referenceBackend, sizeOf } from '../../../runtime/index.ts';
import { main, node } from '../command.ts';

const tasks: readonly RobotTask[] = [
  cartpoleTask('v0'),
  cartpoleTask('v1'),
  acrobotTask,
  doublePendulumTask,
  pongTask,
  reachTask,
  tmazeTask,
];

for (const task of tasks)
  test(`${task.name}: encoder, network and tick fit the world, and every agent compiles`, async (t) => {
    const world = (await task.world()) as Environment;
    const { settings, ticks } = task;
    t.is(world.name, task.name);
    t.is(ticks * settings.dt, world.period);
    t.is(task.encoder().size, settings.inputs);
    const { action } = world;
    t.is(settings.actions.n, action.kind === 'discrete' ? action.n : sizeOf(action));
    t.is(settings.actions.kind, action.kind === 'discrete' ? 'softmax' : 'gaussian');
    const input = new Float32Array(settings.inputs).fill(Number.NaN);
    task.encoder().encode(world.reset({ seed: 1 }).observation, input);
    t.true(input.every((x) => Number.isFinite(x)));
    world.close();
    for (const arm of ['eprop', ...task.controls] as const)
      t.notThrows(() => compile(agentNetwork(settings, 1, arm), { maxTicks: ticks }), arm);
  });

test('nothing is learned where nothing learns, and something where it does', async (t) => {
  const small = { ...tmazeTask, settings: { ...tmazeTask.settings, neurons: 10, adaptive: 5 } };
  const options = { backend: referenceBackend, seed: 1, episodes: 4, signal: new AbortController().signal, progress: () => undefined };
  const frozen = await learn(small, { ...options, arm: 'frozen' });
  t.is(frozen.learning.events.learning.weightUpdates, 0);
  t.is(frozen.learning.returns.length, 4);
  t.true((await learn(small, { ...options, arm: 'eprop' })).learning.events.learning.weightUpdates > 0);
});

for (const [name, episodes] of [
  ['acrobot', 1],
  ['double-pendulum', 3],
  ['pong', 1],
  ['reach', 2],
  ['tmaze', 5],
] as const)
  test(`run ${name}: a short run has its report, and the same one again`, async (t) => {
    t.true(Object.hasOwn(apps, name));
    const command = [main, 'run', name, '--episodes', String(episodes), '--seed', '3', '--json'];
    const [first, again] = await Promise.all([node(command), node(command)]);
    t.is(first.status, 0, first.err);
    const [report, second] = [first, again].map(({ out }) => JSON.parse(out));
    t.is(report.app, name);
    t.true(report.task.startsWith(name));
    t.is(report.seed, 3);
    t.is(report.episodes, episodes);
    t.is(report.returns.length, episodes);
    t.true(report.returns.every((value: unknown) => Number.isFinite(value)));
    t.true(report.steps > 0 && report.ticks > report.steps);
    t.true(report.events.inference.spikes > 0 && report.events.learning.weightUpdates > 0 && report.estimatedEnergy.joules.total > 0);
    t.true(Number.isFinite(report.greedyFrozen.meanReturn));
    t.is(report.bestMean100, null);
    t.false(report.interrupted);
    t.deepEqual(second.returns, report.returns);
    t.is(second.fingerprint, report.fingerprint);
  });

test('run reach for a person: a curve, a row for each agent, and what --render says where nobody can see', async (t) => {
  const { status, out, err } = await node([main, 'run', 'reach', '--episodes', '3', '--baselines', '--render']);
  t.is(status, 0, err);
  t.regex(out, /return over episodes/);
  for (const agent of ['reward-based e-prop', 'without recurrence', 'readout alone', 'linear TD', 'nothing learned'])
    t.true(out.includes(agent), agent);
  t.regex(err, /--render shows nothing: stderr is no terminal/);
  t.false(out.includes('\u001b') || err.includes('\u001b'));
});

test('hidden velocities: the agent is shown nothing that depends on them, and otherwise would be', (t) => {
  const [hidden, seen] = [cartpoleTask('v1', true), cartpoleTask('v1')];
  const shown = (task: typeof hidden, velocity: number): Float32Array => {
    const encoder = task.encoder();
    t.is(encoder.size, task.settings.inputs);
    const into = new Float32Array(encoder.size);
    encoder.encode(Float64Array.of(0.3, velocity, -0.05, 2 * velocity), into);
    return into;
  };
  t.deepEqual(shown(hidden, 1), shown(hidden, -1));
  t.true(shown(hidden, 1).some((value) => value > 0));
  t.notDeepEqual(shown(seen, 1), shown(seen, -1));
});
