/** Faults of sensors, learning and actuators on the host, with what was to happen and what did. A probe records every command; the last line is `N passed, N failed`. */
import assert from 'node:assert/strict';
import {
  act,
  advance,
  analog,
  type Decoder,
  type Executable,
  guardLearning,
  type SensorLimits,
  type SensorReport,
  sense,
  stage,
  teach,
  watch,
} from '../../runtime/index.ts';
import { tiny } from '../runtime/loop/networks.ts';
import { bench, wander, waves } from '../runtime/loop/pipe.ts';
import { type Check, runChecks } from './checks.ts';

const TICKS = 400;
/** The fault lasts from the first of these ticks to the one before the second; it is due to be noticed within `OUT` ticks. */
const FROM = 251;
const TO = 291;
const OUT = 5;
const output: Decoder<number> = { create: () => 0, decode: ({ executable }) => executable.arena.view('readout.output')[0]! };

interface Fault {
  readonly fault: string;
  readonly expected: string;
  /** what the sensor says in a tick of the fault; otherwise its sample */
  readonly sensor?: (good: Float64Array, tick: number) => ArrayLike<number> | undefined;
  readonly counted?: keyof SensorReport;
  /** before the frame of FROM */
  readonly spoil?: (executable: Executable) => void;
  /** of the frames of the fault */
  readonly latenessUs?: number;
  /** the actuator's driver fails at FROM */
  readonly throws?: boolean;
  /** safe from the first to the one before the second tick, at the least */
  readonly safe: readonly [number, number];
  readonly rollbacks?: number;
}

const dark: readonly [number, number] = [FROM + OUT, TO];
const limits: SensorLimits<ArrayLike<number>> = {
  length: 3,
  range: [-1, 2],
  maxChange: 0.5,
  stuckTicks: 4,
  silentTicks: 3,
  outTicks: OUT - 3,
  rearmTicks: 2,
};
const back = 'held, then safe; back after two good samples';

const faults: readonly Fault[] = [
  { fault: 'sensor: NaN', expected: back, sensor: () => [Number.NaN, 0, 0], counted: 'invalid', safe: dark },
  { fault: 'sensor: Infinity', expected: back, sensor: () => [0, Number.POSITIVE_INFINITY, 0], counted: 'invalid', safe: dark },
  { fault: 'sensor: wrong length', expected: back, sensor: () => [0.5, 0.5], counted: 'length', safe: dark },
  { fault: 'sensor: out of range', expected: back, sensor: () => [0.5, 0.5, 40], counted: 'range', safe: dark },
  {
    fault: 'sensor: jumps to and fro',
    expected: back,
    sensor: (good, tick) => Array.from(good, () => (tick % 2 === 0 ? 1.9 : -0.9)),
    counted: 'change',
    safe: [FROM, FROM],
  },
  { fault: 'sensor: stuck', expected: back, sensor: () => [0.6, 0.6, 0.6], counted: 'stuck', safe: [FROM + 3 + OUT, TO] },
  { fault: 'sensor: silent', expected: back, sensor: () => undefined, counted: 'silent', safe: dark },
  {
    fault: 'learning: NaN in a weight',
    expected: 'nothing done with the frame, rolled back',
    spoil: ({ arena }) => void arena.view('output.weights').fill(Number.NaN),
    safe: [FROM, FROM + 1],
    rollbacks: 1,
  },
  {
    fault: 'learning: a gradient explodes',
    expected: 'the update is undone before its weights act',
    spoil: ({ arena }) => void arena.view('output.gradient').fill(1e12),
    safe: [FROM, FROM],
    rollbacks: 1,
  },
  {
    fault: 'learning: output weights overwritten with 1e9',
    expected: 'the frame that they spoil does not act, rolled back',
    spoil: ({ arena }) => void arena.view('output.weights').fill(1e9),
    safe: [FROM, FROM + 1],
    rollbacks: 1,
  },
  { fault: 'process: suspended, frames late', expected: 'stale actions not applied', latenessUs: 2e6, safe: [FROM, TO] },
  { fault: 'actuator: its driver throws', expected: 'the pipe ends, safe last', throws: true, safe: [FROM + 1, TICKS] },
];

/** What the actuator was told last in every tick. */
function play({ sensor, spoil, latenessUs, throws }: Partial<Fault>, guarded = true) {
  const executable = tiny();
  const { clock, start } = bench(executable, 1);
  const world = wander();
  const told: (number | 'safe')[] = [];
  let at = 0;
  let state: number | 'safe' = 'safe';
  const actuator = {
    apply(action: number): void {
      if (throws === true && at === FROM) throw new Error('the driver failed');
      state = action;
    },
    safe(): void {
      state = 'safe';
    },
  };
  const inside = (tick: number): boolean => tick >= FROM && tick < TO;
  const sensed = sense(
    {
      read(tick) {
        const good = world.read(tick)!;
        return sensor !== undefined && inside(tick) ? sensor(good, tick) : good;
      },
    },
    analog({ size: 3 }),
    'input',
    guarded ? limits : {},
  );
  const before = stage(() => ({
    step(frame) {
      at = frame.tick;
      if (at === FROM) spoil?.(executable);
      if (latenessUs !== undefined && inside(at)) (frame as { latenessUs: number }).latenessUs = latenessUs;
    },
  }));
  const learning = guardLearning({ everyTicks: 50, pauseTicks: 20, weightNorm: 1e3, readout: 100 });
  const after = stage(() => ({
    step({ tick }) {
      told[tick] = state;
    },
  }));
  const acting = act(output, actuator, guarded ? { staleUs: 50_000 } : {});
  const { outcome } = start(
    sensed,
    teach(waves, 'readout'),
    before,
    advance(),
    ...(guarded ? [learning.judge] : []),
    acting,
    watch(() => 'continue'),
    ...(guarded ? [learning.mend] : []),
    after,
  );
  clock.advance(TICKS);
  for (let tick = told.length; tick < TICKS; tick++) told[tick] = state;
  return { told, outcome, sensor: sensed.report(), learning: learning.report() };
}

const unsafe = (told: readonly (number | 'safe')[], [from, to]: readonly [number, number]): number =>
  told.filter((said, tick) => said !== 'safe' && (!Number.isFinite(said) || Math.abs(said) > 100 || (tick >= from && tick < to))).length;

const table: string[] = [];
const rows = faults.map(
  (fault): Check => ({
    claim: `${fault.fault}: ${fault.expected}`,
    async run() {
      const { told, outcome, sensor, learning } = play(fault);
      const wrong = unsafe(told, fault.safe);
      const safes = told.slice(FROM, TO).filter((said) => said === 'safe').length;
      const counted = fault.counted === undefined ? '' : `${sensor[fault.counted]} ${fault.counted}, `;
      const seen = `${counted}${learning.rollbacks} rollbacks, ${safes} of ${TO - FROM} ticks safe, ${wrong} unsafe`;
      table.push(`| ${fault.fault} | ${fault.expected} | ${seen} |`);
      assert.equal(wrong, 0, seen);
      if (fault.counted !== undefined) assert.ok(sensor[fault.counted] > 0, seen);
      assert.ok(safes > 0, `never safe: ${seen}`);
      assert.equal(learning.rollbacks, fault.rollbacks ?? 0, seen);
      assert.equal(outcome.error !== undefined, fault.throws === true, String(outcome.error));
      assert.equal(told.at(-1) === 'safe', fault.throws === true, `at the end: ${told.at(-1)}`);
      if (fault.throws === true) return seen;
      const bare = play(fault, false);
      // What jumps makes no wrong command by itself; what is not finite is stopped by `act`, for good.
      const harmed = unsafe(bare.told, fault.safe) > 0 || bare.told.at(-1) === 'safe' || fault.counted === 'change';
      assert.ok(harmed, 'negative control: without guards it must do harm');
      return seen;
    },
  }),
);

const printed: Check = {
  claim: 'the table of faults of the host',
  async run() {
    console.log(['', '| fault | expected | seen |', '| - | - | - |', ...table, ''].join('\n'));
    assert.equal(table.length, faults.length, 'every fault has a row');
    return `${table.length} rows`;
  },
};

process.exitCode = (await runChecks([...rows, printed])) ? 0 : 1;
