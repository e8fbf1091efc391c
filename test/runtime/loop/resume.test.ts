import test from 'ava';
import {
  act,
  advance,
  concat,
  decodeState,
  delta,
  type Executable,
  encodeState,
  fingerprint,
  firingRate,
  frames,
  memoryOf,
  run,
  type Sensor,
  type State,
  select,
  sense,
  teach,
  virtualClock,
} from '../../../runtime/index.ts';
import { tiny } from './networks.ts';
import { actuator, waves } from './pipe.ts';

/** A sensor with gaps: the hold matters. At the cut, tick 44, the sample is missing. */
const gaps: Sensor<Float64Array> = {
  read: (tick) =>
    tick % 11 === 0 ? undefined : Float64Array.of(Math.sin(tick * 0.31), Math.cos(tick * 0.17), tick % 7 === 0 ? Number.NaN : 1),
};

interface Outcome {
  readonly state: Readonly<Record<'memory' | 'sensed' | 'taught' | 'acted', State>>;
  readonly actions: readonly Float32Array[];
  readonly print: string;
  readonly reports: unknown;
}

/** Plays ticks `from` to `to`, beginning with what `saved` has. */
async function play(from: number, to: number, saved: Partial<Outcome['state']>): Promise<Outcome> {
  const executable: Executable = tiny();
  const memory = memoryOf(executable);
  const encoder = concat<Float64Array>(
    select((sample) => sample[0]!, delta({ steps: [0.05], max: 3 })),
    select((sample) => sample[1]!, { size: 1, encode: (value, into) => void into.fill(value), reset() {} }),
  );
  const sensed = sense(gaps, encoder, 'input');
  const taught = teach(waves, 'readout');
  const alarm = actuator<Float32Array>((action) => action.slice());
  const acted = act(firingRate({ population: 'hidden', tau: 50 }), alarm);
  const parts = { memory, sensed, taught, acted };
  for (const [name, state] of Object.entries(saved)) parts[name as keyof typeof parts].restore(state);
  const clock = virtualClock({ dt: 1, frameTicks: 4, ticks: to - from });
  await run(frames(clock, executable, from).pipe(sensed, taught, advance(), acted));
  const copy = (state: State): State => decodeState(encodeState(state));
  return {
    state: { memory: copy(memory.state()), sensed: copy(sensed.state()), taught: copy(taught.state()), acted: copy(acted.state()) },
    actions: alarm.log.filter((entry) => entry !== 'safe'),
    print: fingerprint(executable),
    reports: [sensed.report(), taught.report()],
  };
}

test('a pipe in two pieces is the pipe in one: bits, actions and reports; each part left out is noticed', async (t) => {
  const whole = await play(0, 120, {});
  const first = await play(0, 44, {});
  const rest = await play(44, 120, first.state);
  t.is(rest.print, whole.print);
  t.deepEqual([...first.actions, ...rest.actions], whole.actions);
  t.deepEqual(rest.reports, whole.reports);
  t.deepEqual(rest.state, whole.state);
  for (const name of ['memory', 'sensed', 'taught', 'acted'] as const) {
    const { [name]: _, ...others } = first.state;
    const forgetful = await play(44, 120, others);
    t.notDeepEqual([forgetful.print, forgetful.actions, forgetful.reports], [whole.print, rest.actions, whole.reports], name);
  }
});
