/** Perturbation in networks that the linear student does not have: stored synapses, delays, autapses left out, pauses. */
import test from 'ava';
import { nativeBackend } from '../../../native/index.ts';
import {
  type Backend,
  compile,
  type Executable,
  events,
  fingerprint,
  hybridPerturbation,
  lif,
  type Network,
  nodePerturbation,
  type Perturbation,
  type Projection,
  rate,
  referenceBackend,
  setLearning,
  source,
  weightPerturbation,
} from '../../../runtime/index.ts';

const built = nativeBackend();
const backends: Backend[] = [referenceBackend, ...('backend' in built ? [built.backend] : [])];
const SIGMA = 0.125;
const optimizer = { kind: 'sgd', rate: 0.5 } as const;

/** 6 inputs → 20 LIF neurons, recurrent; learning moves weights after a pass. */
function network(
  rule: typeof weightPerturbation,
  connectivity: Projection['connectivity'],
  against: Perturbation['against'] = 'unperturbed',
): Network {
  return {
    dt: 1,
    seed: 3,
    populations: { in: { size: 6, neuron: source() }, out: { size: 20, neuron: lif({ tauMem: 10, threshold: 0.5 }) } },
    projections: {
      input: { pre: 'in', post: 'out', connectivity: { kind: 'dense' }, weight: { kind: 'normal', std: 0.4 }, delay: 0 },
      recurrent: {
        ...{ pre: 'out', post: 'out', connectivity, weight: { kind: 'normal', std: 0.2 }, delay: 2 },
        plasticity: rule({ sigma: SIGMA, noise: 'signs', against, optimizer }),
      },
    },
    learning: { update: 'label', episode: 'reset' },
  };
}

/** One tick; a score ends a pass. */
function tick({ arena, program, run }: Executable, t: number, score?: number): void {
  for (let i = 0; i < 6; i++) arena.view('in.input')[i] = (t + i) % 3 === 0 ? 1 : 0;
  if (score !== undefined) arena.view('reward')[0] = score;
  arena.words[program.eventTape.offset] = score === undefined ? 0 : events.label | events.episodeEnd;
  run(1);
}

const stored = { kind: 'random', density: 0.3 } as const;
const dense = { kind: 'dense', autapses: false } as const;

for (const backend of backends) {
  for (const connectivity of [stored, dense] as const) {
    test(`${backend.name}: weights on ${connectivity.kind} synapses are moved by σ in the second pass, and by M ξ/σ behind it`, (t) => {
      const executable = backend.load(compile(network(weightPerturbation, connectivity), { maxTicks: 1 }));
      const copy = (role: string) => executable.arena.copy(`recurrent.${role}`);
      const exists = copy('weights').map((w) => (w === 0 ? 0 : 1));
      tick(executable, 0);
      t.deepEqual(copy('perturbed'), copy('weights'));
      tick(executable, 1, 0.25);
      const before = copy('weights');
      tick(executable, 0);
      const noise = copy('perturbed').map((w, k) => (w - before[k]!) / SIGMA);
      noise.forEach((xi, k) => void t.true(Math.abs(Math.abs(xi) - exists[k]!) < 1e-6, `${xi}`));
      t.true(new Set(noise.map(Math.round)).size >= 2);
      tick(executable, 1, 0.75);
      const step = copy('weights').map((w, k) => w - before[k]!);
      step.forEach((moved, k) => void t.true(Math.abs(moved - (0.5 * 0.5 * noise[k]!) / SIGMA) < 1e-5));
      tick(executable, 0, 0);
      tick(executable, 0);
      const again = copy('perturbed').map((w, k) => Math.round((w - copy('weights')[k]!) / SIGMA));
      t.notDeepEqual(again, noise.map(Math.round), 'another trial has other noise');
      executable.dispose();
    });
  }

  test(`${backend.name}: while nothing is learned the weights that act are those that were learned`, (t) => {
    const executable = backend.load(compile(network(weightPerturbation, stored, 'opposite'), { maxTicks: 1 }));
    const { arena } = executable;
    tick(executable, 0);
    t.notDeepEqual(arena.copy('recurrent.perturbed'), arena.copy('recurrent.weights'));
    setLearning(executable, false);
    tick(executable, 1);
    t.deepEqual(arena.copy('recurrent.perturbed'), arena.copy('recurrent.weights'));
    setLearning(executable, true);
    tick(executable, 2);
    t.notDeepEqual(arena.copy('recurrent.perturbed'), arena.copy('recurrent.weights'));
    executable.dispose();
  });

  test(`${backend.name}: nodes are credited with what arrived over a delay, in the last pass alone`, (t) => {
    const executable = backend.load(compile(network(nodePerturbation, { kind: 'dense' }), { maxTicks: 1 }));
    const { arena, program } = executable;
    const before = arena.copy('recurrent.weights');
    const wanted = new Float64Array(20 * 20);
    const ring = program.regions.get('out.value')!;
    const spikes: number[][] = [];
    let count = 0;
    for (let pass = 0; pass < 2; pass++) {
      spikes.length = 0;
      for (let k = 0; k < 30; k++) {
        tick(executable, k, k === 29 ? pass : undefined);
        const row = ((k + 30 * pass) & (ring.rows - 1)) * ring.stride;
        // The end of an episode clears the ring; nothing arrives from it any more.
        spikes.push(Array.from({ length: 20 }, (_, j) => arena.view('out.value')[row + j]!));
        const arrived = spikes[k - 2];
        if (arrived === undefined) continue;
        for (let i = 0; i < 20; i++)
          for (let j = 0; j < 20; j++) wanted[i * 20 + j]! -= arrived[i]! * arena.view('out.pushed.input')[j]! * (pass === 1 ? 1 : 0);
        count += arrived.reduce((sum, z) => sum + z, 0);
      }
    }
    t.true(count > 20, `${count} spikes`);
    t.true(wanted.some((step) => step !== 0));
    arena.copy('recurrent.weights').forEach((w, s) => void t.true(Math.abs(w - before[s]! - 0.5 * wanted[s]!) < 1e-3, `${s}`));
    executable.dispose();
  });

  test(`${backend.name}: against a running mean every pass is judged`, (t) => {
    const executable = backend.load(compile(network(weightPerturbation, stored, { mean: 0.5 }), { maxTicks: 1 }));
    const { arena } = executable;
    for (const [score, M] of [
      [1, 1],
      [1, 0.5],
      [0, -0.75],
    ] as const) {
      tick(executable, 0);
      const before = arena.copy('recurrent.weights');
      const noise = arena.copy('recurrent.perturbed').map((w, k) => (w - before[k]!) / SIGMA);
      tick(executable, 1, score);
      arena.copy('recurrent.weights').forEach((w, k) => void t.true(Math.abs(w - before[k]! - (0.5 * M * noise[k]!) / SIGMA) < 1e-4));
    }
    executable.dispose();
  });
}

for (const connectivity of [stored, dense] as const) {
  for (const rule of [nodePerturbation, hybridPerturbation]) {
    for (const against of ['unperturbed', { mean: 0.5 }] as const) {
      test(`${rule.name} on ${connectivity.kind} synapses against ${JSON.stringify(against)}: in blocks what streaming sums up, native = reference`, (t) => {
        const played = (backend: Backend, block: 1 | 8) => {
          const { learning, ...rest } = network(rule, connectivity, against);
          const executable = backend.load(compile({ ...rest, learning: { ...learning!, block } }, { maxTicks: 1 }));
          // Passes of 30 ticks: the last block of each is short.
          for (let k = 0; k < 60; k++) tick(executable, k, k % 30 === 29 ? k / 60 : undefined);
          const [weights, print] = [executable.arena.copy('recurrent.weights'), fingerprint(executable)];
          const streams = executable.program.ops.learn.some(({ name }) => name.startsWith('rank_one'));
          executable.dispose();
          return { weights, print, streams };
        };
        const still = referenceBackend.load(compile(network(rule, connectivity, against))).arena.copy('recurrent.weights');
        const [streaming, blocked] = [played(referenceBackend, 1), played(referenceBackend, 8)];
        t.true(streaming.streams && !blocked.streams);
        t.true(
          streaming.weights.some((w, k) => w !== still[k]),
          'something was learned',
        );
        const size = Math.max(...streaming.weights.map(Math.abs));
        blocked.weights.forEach((w, k) => void t.true(Math.abs(w - streaming.weights[k]!) <= 1e-5 * size, `${k}`));
        for (const backend of backends) t.is(played(backend, 8).print, blocked.print, backend.name);
      });
    }
  }
}

/** Analog values at every tick: neighbours are folded together, four and then the rest; 66 and 65 leave neurons over. */
for (const noise of ['normal', 'signs'] as const) {
  test(`rate units under ${noise} noise: in blocks what streaming sums up, native = reference`, (t) => {
    const plasticity = nodePerturbation({ sigma: SIGMA, noise, against: 'unperturbed', optimizer });
    const analog = (block: 1 | 8): Network => ({
      dt: 1,
      seed: 5,
      populations: { in: { size: 66, neuron: source() }, out: { size: 65, neuron: rate({ tau: 10, activation: 'tanh' }) } },
      projections: {
        input: { pre: 'in', post: 'out', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 0, plasticity },
        recurrent: { pre: 'out', post: 'out', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 1, plasticity },
      },
      learning: { update: 'label', block },
    });
    const played = (backend: Backend, block: 1 | 8) => {
      const executable = backend.load(compile(analog(block), { maxTicks: 1 }));
      const { arena, program, run } = executable;
      const before = arena.copy('recurrent.weights');
      for (let k = 0; k < 60; k++) {
        for (let i = 0; i < 66; i++) arena.view('in.input')[i] = Math.sin(1 + k * 66 + i);
        arena.view('reward')[0] = k / 60;
        arena.words[program.eventTape.offset] = k % 30 === 29 ? events.label : 0;
        run(1);
      }
      const moved = arena.copy('recurrent.weights').map((w, k) => w - before[k]!);
      const print = fingerprint(executable);
      executable.dispose();
      return { moved, print };
    };
    const [streaming, blocked] = [played(referenceBackend, 1), played(referenceBackend, 8)];
    const size = Math.max(...streaming.moved.map(Math.abs));
    t.true(size > 0.1, `${size}`);
    blocked.moved.forEach((step, k) => void t.true(Math.abs(step - streaming.moved[k]!) <= 1e-5 * size, `${k}`));
    for (const backend of backends) t.is(played(backend, 8).print, blocked.print, backend.name);
  });
}

test('both backends have equal bits', (t) => {
  for (const rule of [weightPerturbation, nodePerturbation]) {
    const prints = backends.map((backend) => {
      const executable = backend.load(compile(network(rule, stored, 'opposite'), { maxTicks: 1 }));
      for (let k = 0; k < 200; k++) tick(executable, k, k % 20 === 19 ? Math.sin(k) : undefined);
      const print = fingerprint(executable);
      executable.dispose();
      return print;
    });
    t.is(new Set(prints).size, 1);
  }
});
