/** Play that is saved and goes on elsewhere is the play that was never interrupted: every bit of the network, every return, every count. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { playEpisodes } from '../../../apps/robots/episodes.ts';
import { agentNetwork } from '../../../apps/robots/network.ts';
import type { RobotTask } from '../../../apps/robots/task.ts';
import { cartpoleTask } from '../../../apps/robots/tasks/cartpole.ts';
import { doublePendulumTask } from '../../../apps/robots/tasks/double-pendulum.ts';
import { pongTask } from '../../../apps/robots/tasks/pong.ts';
import { reachTask } from '../../../apps/robots/tasks/reach.ts';
import { tmazeTask } from '../../../apps/robots/tasks/tmaze.ts';
import { cartpole } from '../../../apps/worlds/index.ts';
import { compile, decodeState, encodeState, fingerprint, referenceBackend, type State } from '../../../runtime/index.ts';
import { main, node } from '../command.ts';

/** Plays to the end, from a state or from the beginning; what it came to, and the states on its way. */
async function play(task: RobotTask, episodes: number, resumed?: State, world = task.world()) {
  const settings = { ...task.settings, neurons: 12, adaptive: Math.min(task.settings.adaptive, 6) };
  const executable = referenceBackend.load(compile(agentNetwork(settings, 1), { maxTicks: task.ticks }));
  const states: Uint8Array[] = [];
  const { returns, steps, truncations, events, state } = await playEpisodes({
    executable,
    environment: await world,
    encoder: task.encoder(),
    ticks: task.ticks,
    discount: settings.discount,
    seed: 1,
    episodes,
    resumed,
    onState: (_, now) => void states.push(encodeState(now())),
  });
  return { result: { returns, steps, truncations, events, bits: fingerprint(executable) }, states, end: decodeState(encodeState(state)) };
}

const worlds: readonly (readonly [task: RobotTask, episodes: number])[] = [
  [cartpoleTask('v1'), 10],
  [doublePendulumTask, 12],
  [pongTask, 2],
  [reachTask, 3],
  [tmazeTask, 5],
];
for (const [task, episodes] of worlds)
  test(`${task.name}: resumed anywhere, and at its end, it is the same play`, async (t) => {
    const whole = await play(task, episodes);
    t.is(whole.result.returns.length, episodes);
    const { length } = whole.states;
    t.true(length >= 3, `${length} states`);
    for (const at of [0, length >> 1, length - 1])
      t.deepEqual((await play(task, episodes, decodeState(whole.states[at]!))).result, whole.result, `state ${at} of ${length}`);
    t.deepEqual((await play(task, episodes, whole.end)).result, whole.result);
  });

/** A state without one field, or with another value in it. */
function spoiled(state: State, path: readonly string[], value?: State): State {
  const [first, ...rest] = path as [string, ...string[]];
  const { [first]: old, ...others } = state as Record<string, State>;
  if (rest.length > 0) return { ...others, [first]: spoiled(old!, rest, value) };
  return value === undefined ? others : { ...others, [first]: value };
}

test('control: a field that is left out is refused by its path, and one that is wrong changes the play', async (t) => {
  const task = pongTask;
  const whole = await play(task, 2);
  const state = decodeState(whole.states.at(-1)!);
  for (const path of [
    ['memory'],
    ['events'],
    ['tally'],
    ['tally', 'steps'],
    ['simulation'],
    ['simulation', 'encoder'],
    ['simulation', 'return'],
    ['ticks'],
  ])
    await t.throwsAsync(
      play(task, 2, spoiled(state, path)),
      { code: 'ERR_CHECKPOINT_STATE', message: new RegExp(path.at(-1)!) },
      path.join('.'),
    );
  const lit = { lit: new Float64Array(256) };
  const wrong: readonly (readonly [path: readonly string[], value: State])[] = [
    [['simulation', 'encoder'], lit],
    [['simulation', 'return'], 100],
    [['simulation', 'world', 'world', 'draws', 'key'], 9],
    [['tally', 'returns'], new Float64Array(0)],
    [['tally', 'steps'], 0],
  ];
  for (const [path, value] of wrong)
    t.notDeepEqual((await play(task, 2, spoiled(state, path, value))).result, whole.result, path.join('.'));
});

test('a world or an encoder that remembers and cannot say what is named when it is to be saved', async (t) => {
  const { state: _, restore: __, ...mute } = cartpole('v1');
  const task = cartpoleTask('v1');
  await t.throwsAsync(play(task, 20, undefined, mute), {
    code: 'ERR_ENVIRONMENT_USE',
    message: /state of environment cartpole-v1 needs a world that can be saved/,
  });
  const { state: ___, ...forgetful } = pongTask.encoder();
  await t.throwsAsync(play({ ...pongTask, encoder: () => forgetful }, 2), {
    code: 'ERR_ENVIRONMENT_USE',
    message: /pong needs an encoder that can be saved/,
  });
});

/** What of a report a resumed run has in common with one in one piece: all but the time that it took. */
const lasting = ({ wallSeconds: _, ticksPerSecond: __, checkpoints: ___, thread: ____, ...report }: Record<string, unknown>): unknown =>
  report;

async function killed(t: ExecutionContext, args: readonly string[], kills: number) {
  const folder = mkdtempSync(join(tmpdir(), 'ganglion-robot-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const saved = join(folder, 'saved');
  const newest = (): string =>
    existsSync(saved)
      ? (readdirSync(saved)
          .filter((name) => name.endsWith('.checkpoint'))
          .sort()
          .at(-1) ?? '')
      : '';
  let done = 0;
  for (let round = 0; round < kills; round++) {
    const own = round === 0 ? [...args, '--checkpoint', saved, '--every', '0.01'] : ['--resume', saved];
    const child = spawn(process.execPath, [main, 'run', 'cartpole', ...own], { stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    for (const before = newest(); newest() === before && child.exitCode === null; ) await sleep(2);
    await sleep(20 * round);
    if (child.exitCode === null) done++;
    child.kill('SIGKILL');
    await ended;
  }
  t.true(done > 0, 'a run was killed');
  return saved;
}

test('run cartpole, killed while it learns, goes on to the report of the run in one piece', async (t) => {
  const args = ['--episodes', '150', '--seed', '4'];
  const report = async (own: readonly string[]): Promise<Record<string, unknown>> => {
    const { status, out, err } = await node([main, 'run', 'cartpole', ...own, '--json']);
    t.is(status, 0, err);
    return JSON.parse(out);
  };
  const whole = await report(args);
  const saved = await killed(t, args, 3);
  const { err } = await node([main, 'run', 'cartpole', '--resume', saved, '--episodes', '151']);
  t.regex(err, /--episodes 151 conflicts with the checkpoint/);
  const resumed = await report(['--resume', saved]);
  t.not((resumed['checkpoints'] as { resumedAtTick: number | null }).resumedAtTick, null);
  t.deepEqual(lasting(resumed), lasting(whole));
  // At its end there is nothing left to learn.
  const again = await report(['--resume', saved]);
  t.deepEqual(lasting(again), lasting(whole));
});
