/** `ganglion bench`: its figures, where they go, what a wrong command line is told, and that what it measures is there. */
import test from 'ava';
import { controller } from '../../apps/bench/controller.ts';
import { largestAt1kHz, type Sized } from '../../apps/bench/largest.ts';
import { type Latency, measureTicks } from '../../apps/bench/latency.ts';
import type { TickFigures } from '../../apps/bench/tick.ts';
import { nativeInfo } from '../../native/index.ts';
import { referenceBackend, tickOf, updatesOf } from '../../runtime/index.ts';
import { ganglion } from './command.ts';

const native = 'reason' in nativeInfo() ? test.serial.skip : test.serial;
const fields = [
  'n',
  'density',
  'block',
  'ticks',
  'threads',
  'target',
  'forwardNsPerSynapseTick',
  'learnNsPerSynapseTick',
  'streamingNsPerSynapseTick',
  'ratio',
  'maxRelativeDifference',
  'bytesPerSynapse',
  'activeTicks',
  'traces',
  'runningNsPerSynapseTick',
  'speedup',
  'fingerprint',
];

native('kernel --json prints the figures on one line, and the roofline beside it; drawn, recorded and stored alike', async (t) => {
  for (const flags of ['--neuron alif', '--neuron lif --active recorded', '--density 0.2 --block 8']) {
    const { status, out, err } = await ganglion(`bench kernel --n 64 --ticks 64 --rounds 1 ${flags} --json`);
    t.is(status, 0, err);
    const figures = JSON.parse(out) as Record<string, number>;
    t.deepEqual(Object.keys(figures), fields);
    t.true(figures['maxRelativeDifference']! <= 1e-5, `${figures['maxRelativeDifference']}`);
    t.true(figures['activeTicks']! > 0 && figures['activeTicks']! <= 64);
    t.regex(err, /^roofline of \w+: [\d.]+ of [\d.]+ GFLOP\/s \(\d+ %\), [\d.]+ of [\d.]+ GB\/s \(\d+ %\)/m);
  }
});

native('without --json kernel prints for a person', async (t) => {
  const { status, out } = await ganglion('bench kernel --n 64 --ticks 64 --rounds 1');
  t.is(status, 0);
  t.regex(out, /learning in blocks +[\d.]+ ns\n/);
  t.regex(out, /roofline of /);
});

native('a wrong command line is told what is right', async (t) => {
  for (const [flags, message] of [
    ['kernel --n few', /--n takes a whole number from 16 to 8192, not 'few'/],
    ['kernel --density 0', /--density takes a number from/],
    ['kernel --active 2', /--active takes a number from/],
    ['kernel --threads 65', /from 1 to 64/],
    ['tick --block 1 --delay 1', /--delay/],
    ['kernel --block 24', /choices are 8, 16, 32, 64/],
    ['tick --n 256,few', /--n takes a whole number from 16 to 8192, not 'few'/],
    ['tick --n 256,', /--n takes a whole number from 16 to 8192, not ''/],
    ['tick --ticks 99', /--ticks takes a whole number from 100 to 1000000, not '99'/],
    ['tick --block 24', /choices are 1, 8, 16, 32, 64/],
    ['tick --neuron rate', /choices are lif, alif/],
  ] as const) {
    const { status, out, err } = await ganglion(`bench ${flags}`);
    t.is(status, 2, flags);
    t.is(out, '');
    t.regex(err, message);
  }
});

native('tick --json prints percentiles of single ticks for every size, and the largest size at 1 kHz', async (t) => {
  for (const [neuron, block] of [
    ['alif', 32],
    ['lif', 1],
  ] as const) {
    const { status, out, err } = await ganglion(`bench tick --neuron ${neuron} --block ${block} --n 16,256 --ticks 400 --json`);
    t.is(status, 0, err);
    t.regex(out, /^\{.*\}\n$/);
    const figures = JSON.parse(out) as TickFigures;
    t.deepEqual(Object.keys(figures), ['neuron', 'block', 'updateDelay', 'threads', 'target', 'ticks', 'sizes', 'largestAt1kHz']);
    t.like(figures, { neuron, block, ticks: 400 });
    t.deepEqual(
      figures.sizes.map(({ n }) => n),
      [16, 256],
    );
    for (const size of figures.sizes) {
      t.deepEqual(Object.keys(size), ['n', 'p50Us', 'p99Us', 'maxUs', 'meanUs', 'nsPerSynapseTick']);
      const { n, p50Us, p99Us, maxUs, meanUs, nsPerSynapseTick } = size;
      t.true(0 < p50Us && p50Us <= p99Us && p99Us <= maxUs && 0 < meanUs && meanUs <= maxUs, JSON.stringify(size));
      t.true(nsPerSynapseTick < (meanUs * 1000) / (n * n) && nsPerSynapseTick > 0);
    }
    // One tick in 32 does what the other 31 have put off: nothing that p50 sees.
    if (block === 32) t.true(figures.sizes[1]!.p99Us > 3 * figures.sizes[1]!.p50Us, JSON.stringify(figures.sizes[1]));
    const { n, meanUs, p99Us } = figures.largestAt1kHz!;
    t.true(n % 16 === 0 && n >= 16 && n <= 8192 && meanUs <= 500 && p99Us <= 1000, JSON.stringify(figures.largestAt1kHz));
  }
});

native('without --json tick prints a table for a person, at most 80 columns wide', async (t) => {
  const { status, out } = await ganglion('bench tick --n 16,64 --ticks 100');
  t.is(status, 0);
  t.regex(out, /^a whole learning tick: alif, blocks of 32, 100 ticks a size; \w+, 1 thread\n/);
  t.regex(out, /\n +16( +[\d.]+){5}\n +64( +[\d.]+){5}\nlargest n at 1 kHz .*:\n {2}\d+, mean [\d.]+ µs, p99 [\d.]+ µs\n$/);
  for (const line of out.split('\n')) t.true(line.length <= 80, line);
});

/** A tick that takes 20 ms when `slow` says so, and no time else. */
const ticking = (slow: (tick: number) => boolean): (() => void) => {
  let tick = 0;
  return () => {
    const until = performance.now() + (slow(tick++) ? 20 : 0);
    while (performance.now() < until);
  };
};

test('negative control: one slow tick moves the largest, two in a hundred move p99, and neither moves p50', (t) => {
  const timed = (slow: (tick: number) => boolean): Latency => measureTicks(ticking(slow), 1000, 100);
  const even = timed(() => false);
  const once = timed((tick) => tick === 700);
  const often = timed((tick) => tick % 50 === 0);
  const seen = JSON.stringify({ even, once, often });
  t.true(even.p99Us < 10_000 && once.p99Us < 10_000 && often.p99Us >= 20_000, seen);
  t.true(once.maxUs >= 20_000 && often.maxUs >= 20_000, seen);
  t.true(Math.max(even.p50Us, once.p50Us, often.p50Us) < 10_000, seen);
  t.true(once.meanUs >= 20 && often.meanUs >= 400, seen);
  const warm = timed((tick) => tick < 100);
  t.true(warm.p99Us < 10_000, 'what belongs to the warm-up is not counted');
});

test('the largest network is found to a step of 16, whichever limit it meets first', (t) => {
  const machine = (meanUs: (n: number) => number, p99Us: (n: number) => number) => {
    const sizes: number[] = [];
    const open = (n: number): Sized => {
      sizes.push(n);
      return { measure: () => ({ p50Us: 1, meanUs: meanUs(n), p99Us: p99Us(n), maxUs: 1e6 }), close: () => undefined };
    };
    return { found: largestAt1kHz(open), sizes };
  };
  /** Reaches `us` between n and the next size. */
  const square = (us: number, n: number) => (size: number) => us * (size / (n + 8)) ** 2;
  const none = () => 1;
  for (const n of [16, 240, 256, 1008, 1360, 4096, 8176]) {
    t.is(machine(square(500, n), none).found?.n, n, `mean, ${n}`);
    t.is(machine(none, square(1000, n)).found?.n, n, `p99, ${n}`);
  }
  t.is(machine(none, none).found?.n, 8192);
  t.is(machine(() => 501, none).found, null);
  const { found, sizes } = machine(square(500, 992), square(1000, 704));
  t.deepEqual(found, { n: 704, meanUs: square(500, 992)(704), p99Us: square(1000, 704)(704) });
  t.true(Math.max(...sizes) <= 1024, 'no size far beyond the answer is tried');
});

test('a size that was disturbed twice is not given up; one whose ticks are all too long is, at once', (t) => {
  const attempts = new Map<number, number>();
  let opened = 0;
  const disturbed = (n: number): Sized => {
    opened++;
    return {
      measure() {
        const attempt = (attempts.get(n) ?? 0) + 1;
        attempts.set(n, attempt);
        const us = n <= 512 ? 1 : 600;
        return { p50Us: us, meanUs: us, p99Us: attempt === 3 ? 700 : 5000, maxUs: 1e6 };
      },
      close: () => void opened--,
    };
  };
  t.is(largestAt1kHz(disturbed)?.n, 512);
  for (const [n, count] of attempts) t.is(count, n <= 512 ? 3 : 1, `${n}`);
  t.true(attempts.size > 4);
  t.is(opened, 0);
});

test('what is timed senses, spikes, learns at the ends of blocks and acts, and says when the network fails', (t) => {
  for (const block of [1, 8] as const) {
    const { executable, tick, close } = controller(referenceBackend, { neuron: 'alif', n: 48, block, updateDelay: 0 });
    const { arena } = executable;
    const before = ['sensory', 'recurrent', 'output'].map((name) => arena.copy(`${name}.weights`));
    let [sensed, spiked] = [0, 0];
    for (let k = 0; k < 160; k++) {
      tick();
      sensed += arena.view('input.input').reduce((sum, value) => sum + value, 0);
      spiked += arena.view('hidden.value').reduce((sum, value) => sum + value, 0);
    }
    t.is(tickOf(executable), 160);
    t.is(updatesOf(executable), 160 / block);
    t.true(sensed > 160 && spiked > 10, `${sensed} input spikes, ${spiked} spikes`);
    for (const [k, name] of ['sensory', 'recurrent', 'output'].entries()) t.notDeepEqual(arena.view(`${name}.weights`), before[k], name);
    arena.view('hidden.membrane').fill(Number.NaN);
    t.throws(
      () => {
        for (let k = 0; k < 160; k++) tick();
      },
      { code: 'ERR_NETWORK_FAULT' },
    );
    close();
  }
});
