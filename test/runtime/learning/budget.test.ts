import test from 'ava';
import { nativeBackend } from '../../../native/index.ts';
import {
  type Backend,
  compile,
  countEvents,
  DescriptionError,
  eprop,
  fingerprint,
  integrator,
  lif,
  type Network,
  referenceBackend,
  source,
  stdp,
  visualCortexTriplets,
  withBudget,
} from '../../../runtime/index.ts';

const N = 16;
const FRAME = 10;

/** 4 inputs that are always there → 16 neurons that fire a lot → 1 readout that asks for a constant. */
function busy(): Network {
  const optimizer = { kind: 'sgd', rate: 3e-3 } as const;
  const dense = { kind: 'dense' } as const;
  return {
    dt: 1,
    seed: 4,
    populations: {
      in: { size: 4, neuron: source() },
      hidden: { size: N, neuron: lif({ tauMem: 10, threshold: 0.6 }) },
      out: { size: 1, neuron: integrator({ tau: 20, inputScale: 'oneMinusDecay', loss: 'squared' }) },
    },
    projections: {
      input: {
        pre: 'in',
        post: 'hidden',
        connectivity: dense,
        weight: { kind: 'inline', values: Array.from({ length: 4 * N }, (_, k) => 0.02 + (0.13 * ((7 * k) % 16)) / 16) },
        delay: 0,
        plasticity: eprop({ from: 'out', optimizer }),
      },
      readout: { pre: 'hidden', post: 'out', connectivity: dense, weight: { kind: 'normal', gain: 1 }, delay: 0 },
    },
    learning: { update: { ticks: FRAME }, episode: 'carry' },
  };
}

const settings = { population: 'hidden', tau: 100, step: 0.002 };

/** Mean of active neurons over the second half of 20 000 ticks; A and λ of every frame, and what follows of their equations from the spikes. */
function played(network: Network, backend: Backend = referenceBackend, ticks = 20_000) {
  const program = compile(network, { maxTicks: FRAME });
  const { executable, counts } = countEvents(backend.load(program));
  const { arena } = executable;
  const spikeCount = program.regions.get('hidden.spikeCount')!.offset;
  const budgeted = program.regions.has('hidden-price.value');
  const kappa = Math.exp(-1 / settings.tau);
  let [A, price, worst, highest, half] = [0, 0, 0, 0, 0];
  for (let tick = 0; tick < ticks; tick += FRAME) {
    arena.view('in.input').fill(1);
    arena.view('out.target').fill(0.5);
    arena.view('out.importance').fill(1);
    executable.run(FRAME);
    for (let row = 0; row < FRAME; row++) {
      A = kappa * A + (1 - kappa) * arena.words[spikeCount + row]!;
      price = Math.max(0, price + settings.step * (A / 2 - 1));
    }
    highest = Math.max(highest, price);
    if (tick + FRAME === ticks / 2) half = counts().inference.spikes;
    if (!budgeted) continue;
    // The ring of the price has its last tick in one of two rows; all its units are one.
    const { offset, rows, stride } = program.regions.get('hidden-price.value')!;
    const at = offset + ((tick + FRAME - 1) & (rows - 1)) * stride;
    for (let j = 0; j < N; j++) worst = Math.max(worst, Math.abs(arena.floats[at + j]! - price));
  }
  const { active, inference } = counts();
  const result = {
    mean: active.mean!,
    late: (inference.spikes - half) / (ticks / 2),
    worst,
    price,
    highest,
    state: fingerprint(executable),
  };
  executable.dispose();
  return result;
}

test('a budget of 2 is held where 3 times as many fire without; the price follows its equation', (t) => {
  const free = played(busy());
  t.true(free.late > 3, `${free.late}`);
  const held = played(withBudget(busy(), { ...settings, active: 2 }));
  t.true(held.late <= 2, `${held.late}`);
  t.true(held.late > 0.2, 'a network that is silent held nothing');
  t.true(held.worst < 1e-3 * Math.max(1, held.highest), `${held.worst}`);
  // What the dual ascent promises of the whole run, the lag of the meter apart.
  t.true(held.mean / 2 <= 1 + (held.price + settings.step * settings.tau * N) / (settings.step * 20_000));
});

test('a budget that is never reached has no price, and changes no weight', (t) => {
  const program = compile(withBudget(busy(), { ...settings, active: N }), { maxTicks: FRAME });
  const [one, other] = [referenceBackend.load(program), referenceBackend.load(compile(busy(), { maxTicks: FRAME }))];
  for (const executable of [one, other]) {
    for (let frame = 0; frame < 100; frame++) {
      for (const name of ['in.input', 'out.target', 'out.importance']) executable.arena.view(name).fill(1);
      executable.run(FRAME);
    }
  }
  t.deepEqual(one.arena.copy('input.weights'), other.arena.copy('input.weights'));
});

test('negative control: a price that nobody pays holds nothing', (t) => {
  const network = withBudget(busy(), { ...settings, active: 2 });
  const input = network.projections['input']!;
  const unpaid = {
    ...network,
    projections: {
      ...network.projections,
      input: { ...input, plasticity: { ...input.plasticity!, terms: input.plasticity!.terms.slice(0, 1) } },
    },
  };
  t.true(played(unpaid).late > 3);
});

test('equal bits on the native backend', (t) => {
  const native = nativeBackend();
  if (!('backend' in native)) return void t.pass();
  const network = withBudget(busy(), { ...settings, active: 2 });
  t.is(played(network, native.backend, 2000).state, played(network, referenceBackend, 2000).state);
});

test('mistakes are named', (t) => {
  const refused = (budget: Parameters<typeof withBudget>[1], code: DescriptionError['code'], path: string, network = busy()): void => {
    const error = t.throws(() => withBudget(network, budget), { instanceOf: DescriptionError });
    t.is(error.code, code);
    t.is(error.path, path);
  };
  refused({ population: 'none', active: 2 }, 'ERR_UNKNOWN_NAME', 'budget.population');
  refused({ population: 'out', active: 2 }, 'ERR_INCOMPATIBLE_RULE', 'budget.population');
  const deaf = busy();
  const [name, projection] = Object.entries(deaf.projections).find(
    ([, { post, plasticity }]) => post === 'hidden' && plasticity !== undefined,
  )!;
  const plasticity = stdp({ ...visualCortexTriplets, optimizer: projection.plasticity!.optimizer });
  const timed = { ...deaf, projections: { ...deaf.projections, [name]: { ...projection, plasticity } } };
  refused({ population: 'hidden', active: 2 }, 'ERR_INCOMPATIBLE_RULE', `projections.${name}.plasticity.terms`, timed);
  refused({ population: 'hidden', active: 0 }, 'ERR_OUT_OF_RANGE', 'budget.active');
  refused({ population: 'hidden', active: Number.NaN }, 'ERR_OUT_OF_RANGE', 'budget.active');
  refused({ population: 'hidden', active: 2, step: -1 }, 'ERR_OUT_OF_RANGE', 'budget.step');
});
