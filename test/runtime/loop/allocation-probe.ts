/**
 * Prints how many bytes a frame of a whole pipe leaves on the heap: `node --expose-gc … allocation-probe.js [loop | litter | reference]`.
 * It needs a process of its own, since nothing may be collected while it counts.
 *
 * loop: every stage, around a backend that does nothing; litter: the same and one small object a frame; reference: the
 * reference backend, whose doubles V8 may box, so that here what is garbage is collected before it is counted.
 */
import { Observable } from 'rxjs';
import { nativeRealtime } from '../../../native/index.ts';
import {
  act,
  advance,
  analog,
  argmax,
  type Board,
  type BoardEvent,
  concat,
  createRing,
  createSections,
  type Executable,
  firingRate,
  frames,
  guardRate,
  linear,
  mirror,
  poisson,
  record,
  run,
  type Sample,
  type Stage,
  type Stamp,
  sense,
  stage,
  teach,
  virtualClock,
  watch,
} from '../../../runtime/index.ts';
import { tiny } from './networks.ts';

const WARM = 150_000;
const MEASURED = 100_000;
const TICKS = 2;

const sample = new Float64Array(2);
const sensor = {
  read(tick: number): Float64Array {
    sample[0] = (tick % 50) / 50;
    sample[1] = tick % 91 === 0 ? Number.NaN : (tick % 30) / 30;
    return sample;
  },
};
// Of arrays: a sample that is a plain number is boxed by V8 where it crosses a call that is not inlined.
const encoder = concat<Sample>(analog({ size: 1, gain: 2 }), poisson({ size: 2, rateHz: 100, seed: 3, dt: 1 }));
const teacher = {
  write(tick: number, target: Float32Array, teaching: { importance: number; label: boolean; episodeEnd: boolean }): void {
    target[0] = (tick % 20) / 20;
    teaching.importance = 1;
    teaching.episodeEnd = tick % 100 === 99;
  },
};
const nothing = { apply: () => undefined, safe: () => undefined };

/** Answers every tick at once; allocates nothing. */
function echoBoard(): Board {
  let listener: ((event: BoardEvent) => void) | undefined;
  const event = { kind: 'spikes' as const, tick: 0, addresses: new Uint32Array(64), start: 0, count: 0 };
  return {
    kind: 'echo',
    capabilities: undefined,
    syncing: false,
    events: new Observable<BoardEvent>((subscriber) => {
      listener = (next) => subscriber.next(next);
    }),
    connect: () => Promise.reject(new Error('never asked')),
    deploy: () => Promise.reject(new Error('never asked')),
    sync: () => Promise.resolve(),
    inputs(tick, addresses, count) {
      event.tick = tick;
      event.count = count;
      for (let i = 0; i < count; i++) event.addresses[i] = addresses[i]!;
      return true;
    },
    endEpisode: () => undefined,
    poll: () => listener?.(event),
    report: () => ({
      kind: 'echo',
      weightPatches: 0,
      weightPatchesAcked: 0,
      weightErrorMax: 0,
      spikesIn: 0,
      spikesOut: 0,
      dropped: 0,
      late: 0,
      crcErrors: 0,
      retransmits: 0,
      faults: 0,
    }),
    shutdown: () => Promise.resolve(),
  };
}

const mode = process.argv[2];

/** A network whose backend does nothing. */
function idle(): Executable {
  const executable = tiny();
  return { ...executable, run: () => 0 };
}

/** The negative control: one small object a frame. */
const kept: unknown[] = [undefined];
const litter: Stage = stage(() => ({
  step({ tick }) {
    kept[0] = { tick };
  },
}));

/** Room for every record of the whole run: one that is dropped would be no measure of one that is written. */
const ring = createRing(2 ** 24);
const payload = new Uint8Array(20);
const toRing: Stage = stage(() => ({
  step({ tick }) {
    ring.push(1, payload);
    const at = ring.reserve(16);
    ring.view.setFloat64(at, tick / 3, true);
    ring.commit(2);
    ring.wake();
  },
}));

const extra: readonly Stage[] = mode === 'litter' ? [litter] : [];

const heap = (): number => {
  if (mode === 'reference') globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};
let before = 0;
let after = 0;
const gauge: Stage = stage(() => {
  let count = 0;
  return {
    step() {
      count++;
      if (count === WARM) {
        globalThis.gc?.();
        before = heap();
      }
      if (count === WARM + MEASURED) after = heap();
    },
  };
});

const clock = virtualClock({ dt: 1, frameTicks: TICKS, ticks: (WARM + MEASURED) * TICKS });
const native = nativeRealtime();
/** Without the addon there is no time that leaves nothing on the heap: a counted one stands in. */
const stamp: Stamp =
  'realtime' in native
    ? native.realtime.stamp
    : (into) => {
        into[0]!++;
      };
const sections = createSections(stamp);
const sensing = sense(sections.sensor('sense', sensor), encoder, 'input', {
  range: [-0.5, 0.97],
  maxChange: 2,
  stuckTicks: [40, 30],
  length: 2,
  silentTicks: 3,
  outTicks: 2,
  rearmTicks: 2,
});
const pipe$ = frames(clock, mode === 'reference' ? tiny() : idle()).pipe(
  sections.begin,
  guardRate(clock, { leastHz: 500 }),
  sections.stage('encode', sensing),
  teach(teacher, 'readout'),
  advance(),
  sections.stage('decode', act(argmax({ readout: 'readout' }), sections.actuator('act', nothing))),
  act(linear({ readout: 'readout', low: -1, high: 1 }), nothing),
  act(firingRate({ population: 'hidden', tau: 100 }), nothing),
  mirror(echoBoard(), { weightsEvery: 50_000 }),
);
await run(
  [record({ frame: () => undefined, close: () => undefined }), toRing, sections.end, ...extra, gauge, watch()].reduce(
    (source, next) => source.pipe(next),
    pipe$,
  ),
);
console.log((after - before) / MEASURED);
if (ring.counts().dropped > 0) throw new Error('the ring was too small to measure');
