import type { MainModule, MjData, MjModel } from 'mujoco-js';
import {
  checkAction,
  controllerError,
  createDraws,
  createEpisode,
  type Environment,
  type EnvironmentState,
  exact,
} from '../../runtime/index.ts';

/** Substeps of the engine, 10 ms each, in a step. */
const SUBSTEPS = 5;
const LIMIT = 1000;
const NOISE = 0.1;
const HEALTHY_REWARD = 10;
/** length of each pole, m */
const POLE = 0.6;

/**
 * The published parameters of Gymnasium's inverted_double_pendulum.xml: capsules of MuJoCo's standard density, a cart on ±1 m of rail,
 * damping 0.05 in every joint, a motor of 500 N. The 1e-5 m/s² of gravity along x are theirs.
 */
const MODEL = `<mujoco model="double-pendulum">
  <option gravity="1e-5 0 -9.81" integrator="RK4" timestep="0.01"/>
  <default><joint damping="0.05"/><geom contype="0"/></default>
  <worldbody>
    <body>
      <joint name="slider" type="slide" axis="1 0 0" limited="true" range="-1 1" margin="0.01"/>
      <geom type="capsule" quat="0.707 0 0.707 0" size="0.1 0.1"/>
      <body>
        <joint type="hinge" axis="0 1 0"/>
        <geom type="capsule" fromto="0 0 0 0 0 ${POLE}" size="0.045"/>
        <body pos="0 0 ${POLE}">
          <joint type="hinge" axis="0 1 0"/>
          <geom type="capsule" fromto="0 0 0 0 0 ${POLE}" size="0.045"/>
          <site pos="0 0 ${POLE}"/>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator><motor joint="slider" gear="500" ctrllimited="true" ctrlrange="-1 1"/></actuator>
</mujoco>`;
const FILE = '/double-pendulum.xml';

let engine: Promise<MainModule> | undefined;

/** MuJoCo's WebAssembly build, an optional package, loaded once. */
function loadEngine(): Promise<MainModule> {
  engine ??= import('mujoco-js')
    .then(({ default: load }) => load())
    .catch((cause) => {
      engine = undefined;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw controllerError('ERR_OPTIONAL_PACKAGE', { name: 'mujoco-js', reason, remedy: 'npm install mujoco-js' }, cause);
    });
  return engine;
}

/** The engine's arrays are views of its memory, which are void once that has grown; they are then taken anew. */
function viewsOf(data: MjData) {
  const take = () => ({
    qpos: data.qpos as Float64Array,
    qvel: data.qvel as Float64Array,
    ctrl: data.ctrl as Float64Array,
    warm: data.qacc_warmstart as Float64Array,
    constraint: data.qfrc_constraint as Float64Array,
    tip: data.site_xpos as Float64Array,
  });
  let views = take();
  return () => {
    if (views.qpos.length === 0) views = take();
    return views;
  };
}

const clipped = (x: number): number => (x > 10 ? 10 : x < -10 ? -10 : x);

/**
 * InvertedDoublePendulum-v5 of Gymnasium in MuJoCo's own WebAssembly build: a force on the cart (action in [−1, 1], times 500 N) keeps two
 * poles standing on each other. Observation [x, sin θ1, sin θ2, cos θ1, cos θ2, ẋ, θ̇1, θ̇2, the force of the rail's end], the last four
 * within ±10. Reward 10 (0 for the last) − 0.01 x² − (y − 2)² − 10⁻³ θ̇1² − 5·10⁻³ θ̇2² with the tip at (x, y), terminated at y ≤ 1,
 * 1,000 steps of 50 ms at most. Raises ERR_OPTIONAL_PACKAGE where the package `mujoco-js` is not installed.
 */
export async function doublePendulum(): Promise<Environment<Float64Array>> {
  const mujoco = await loadEngine();
  const name = 'double-pendulum';
  mujoco.FS.writeFile(FILE, MODEL);
  const model: MjModel = mujoco.MjModel.loadFromXML(FILE);
  const data = new mujoco.MjData(model);
  const views = viewsOf(data);
  const infinite = Number.POSITIVE_INFINITY;
  const high = [infinite, 1, 1, 1, 1, 10, 10, 10, 10];
  const action = { kind: 'box', low: [-1], high: [1] } as const;
  const draws = createDraws('double-pendulum');
  const episode = createEpisode(name, 9, LIMIT);
  let closed = false;
  const show = (): void => {
    const { qpos, qvel, constraint } = views();
    const o = episode.observation;
    o[0] = qpos[0]!;
    o[1] = exact.sin(qpos[1]!);
    o[2] = exact.sin(qpos[2]!);
    o[3] = exact.cos(qpos[1]!);
    o[4] = exact.cos(qpos[2]!);
    for (let i = 0; i < 3; i++) o[5 + i] = clipped(qvel[i]!);
    o[8] = clipped(constraint[0]!);
  };
  return {
    name,
    observation: { kind: 'box', low: high.map((bound) => -bound), high },
    action,
    period: 10 * SUBSTEPS,
    limit: LIMIT,
    reset({ seed } = {}) {
      const step = episode.began();
      if (seed !== undefined) draws.seed(seed);
      mujoco.mj_resetData(model, data);
      const { qpos, qvel } = views();
      for (let i = 0; i < 3; i++) qpos[i] = draws.uniform(-NOISE, NOISE);
      for (let i = 0; i < 3; i++) qvel[i] = NOISE * draws.normal();
      mujoco.mj_forward(model, data);
      show();
      return step;
    },
    step(force) {
      episode.demand();
      checkAction(name, action, force);
      views().ctrl[0] = force[0]!;
      for (let k = 0; k < SUBSTEPS; k++) mujoco.mj_step(model, data);
      show();
      const { tip, qvel } = views();
      const x = tip[0]!;
      const y = tip[2]!;
      const turn1 = qvel[1]!;
      const turn2 = qvel[2]!;
      const fallen = y <= 1;
      const distance = 0.01 * x * x + (y - 2) * (y - 2);
      const speed = 1e-3 * turn1 * turn1 + 5e-3 * turn2 * turn2;
      return episode.went((fallen ? 0 : HEALTHY_REWARD) - distance - speed, fallen);
    },
    scene() {
      const { qpos } = views();
      const x = qpos[0]!;
      const elbow = [x + POLE * exact.sin(qpos[1]!), POLE * exact.cos(qpos[1]!)] as const;
      const both = qpos[1]! + qpos[2]!;
      const tip = [elbow[0] + POLE * exact.sin(both), elbow[1] + POLE * exact.cos(both)] as const;
      return {
        left: -1.5,
        right: 1.5,
        bottom: -0.3,
        top: 1.4,
        shapes: [
          { kind: 'line', points: [-1.2, 0, 1.2, 0] },
          { kind: 'line', points: [x - 0.2, -0.1, x - 0.2, 0.1, x + 0.2, 0.1, x + 0.2, -0.1, x - 0.2, -0.1] },
          { kind: 'line', points: [x, 0, ...elbow, ...tip] },
          { kind: 'circle', x: elbow[0], y: elbow[1], radius: 0.04 },
          { kind: 'text', x: -1.5, y: 1.35, text: `step ${episode.steps}` },
        ],
      };
    },
    state() {
      const { qpos, qvel, warm } = views();
      return { episode: episode.state(), draws: draws.state(), qpos: qpos.slice(), qvel: qvel.slice(), warm: warm.slice() };
    },
    restore(state) {
      const step = episode.restore(state['episode'] as EnvironmentState);
      draws.restore(state['draws'] as EnvironmentState);
      mujoco.mj_resetData(model, data);
      const { qpos, qvel, warm } = views();
      qpos.set(state['qpos'] as Float64Array);
      qvel.set(state['qvel'] as Float64Array);
      warm.set(state['warm'] as Float64Array);
      return step;
    },
    close() {
      episode.close();
      if (closed) return;
      closed = true;
      data.delete();
      model.delete();
    },
  };
}
