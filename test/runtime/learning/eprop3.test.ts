/** e-prop 3 learns what lies behind its windows: predictions at their borders become the gradients of later windows, and with them e-prop 3 becomes BPTT. */
import test from 'ava';
import { fastestBackend } from '../../../native/index.ts';
import {
  alif,
  bptt,
  compile,
  deltaRule,
  describeWeights,
  type Executable,
  eprop3,
  events,
  exact,
  integrator,
  type Learning,
  type Network,
  type Projection,
  source,
} from '../../../runtime/index.ts';

const backend = fastestBackend();
const [INPUTS, HIDDEN, OUTPUTS, TICKS, WINDOW] = [12, 16, 2, 64, 8] as const;
const WINDOWS = TICKS / WINDOW;
/** Weights that stand still in float32. */
const STILL = 1e-30;
const later = { output: HIDDEN, membrane: HIDDEN, adaptation: HIDDEN, readout: OUTPUTS } as const;
const border: Learning['border'] = {
  hidden: { output: 'outputLater', membrane: 'membraneLater', adaptation: 'adaptationLater' },
  readout: { state: 'readoutLater' },
};

/** Inputs → recurrent ALIF → two leaky readouts; predictions see which window it is. */
function network(rate: number, predictorRate: number): Network {
  const optimizer = { kind: 'sgd', rate } as const;
  const normal = (gain: number) => ({ kind: 'normal', gain }) as const;
  const project = (pre: string, post: string, delay: number, gain: number, plasticity?: Projection['plasticity']): Projection => ({
    pre,
    post,
    connectivity: { kind: 'dense' },
    weight: gain === 0 ? { kind: 'constant', value: 0 } : normal(gain),
    delay,
    ...(plasticity && { plasticity }),
  });
  const rule = eprop3({ from: 'readout', optimizer });
  const modules = Object.entries(later).map(([part, size]) => [`${part}Later`, size] as const);
  return {
    dt: 1,
    seed: 4,
    populations: {
      input: { size: INPUTS, neuron: source() },
      clock: { size: WINDOWS, neuron: source() },
      hidden: { size: HIDDEN, neuron: alif({ tauMem: 15, threshold: 0.6, tauAdapt: 60, beta: 0.1 }) },
      readout: { size: OUTPUTS, neuron: integrator({ tau: 12, loss: 'squared' }) },
      ...Object.fromEntries(modules.map(([name, size]) => [name, { size, neuron: integrator({ tau: 0, loss: 'squared' }) }])),
    },
    projections: {
      sensory: project('input', 'hidden', 0, 1.2, rule),
      recurrent: project('hidden', 'hidden', 1, 0.7, rule),
      output: project('hidden', 'readout', 0, 0.4, deltaRule({ from: 'readout', optimizer })),
      ...Object.fromEntries(
        modules.map(([name]) => [
          `clock_${name}`,
          project('clock', name, 0, 0, deltaRule({ from: name, optimizer: { kind: 'sgd', rate: predictorRate } })),
        ]),
      ),
    },
    learning: { window: WINDOW, update: { ticks: WINDOW }, border: border! },
  };
}

/** Plays the one trial, the same each time, and ends the episode; its loss. */
function trial({ arena, run, program }: Executable): number {
  const noise = exact.randomStream(9, 'noise');
  const [input, clock, target] = ['input.input', 'clock.input', 'readout.target'].map((name) => program.regions.get(name)!);
  for (let t = 0; t < TICKS; t++) {
    for (let i = 0; i < INPUTS; i++) arena.view(input!.name)[t * input!.stride + i] = noise.uniform(t * INPUTS + i) < 0.15 ? 1 : 0;
    for (let w = 0; w < WINDOWS; w++) arena.view(clock!.name)[t * clock!.stride + w] = Math.floor(t / WINDOW) === w ? 1 : 0;
    for (let k = 0; k < OUTPUTS; k++) arena.view(target!.name)[t * target!.stride + k] = Math.sin((2 * Math.PI * (k + 1) * t) / TICKS);
    arena.words[program.eventTape.offset + t] = t === TICKS - 1 ? events.episodeEnd : 0;
  }
  arena.view('readout.importance').fill(1);
  run(TICKS);
  const output = program.regions.get('readout.output')!;
  let loss = 0;
  for (let t = 0; t < TICKS; t++) {
    for (let k = 0; k < OUTPUTS; k++)
      loss += 0.5 * (arena.view(output.name)[t * output.stride + k]! - arena.view(target!.name)[t * target!.stride + k]!) ** 2;
  }
  return loss;
}

/** The gradient of a trial on the hidden synapses. */
function gradientOf(description: Network): Float32Array {
  const executable = backend.load(compile(description, { maxTicks: TICKS }));
  trial(executable);
  const gradient = [...executable.arena.copy('sensory.gradient'), ...executable.arena.copy('recurrent.gradient')];
  executable.dispose();
  return Float32Array.from(gradient);
}

/** The network as it is, its weights waiting for an update that never comes. */
const held = (description: Network, window: number, change: Partial<Learning> = {}): Network => ({
  ...description,
  learning: { ...description.learning!, window, update: { ticks: 64_000 }, ...change },
});

/** The same network taught by BPTT over the whole trial. */
function whole(description: Network): Network {
  const rule = bptt({ from: 'readout', optimizer: { kind: 'sgd', rate: 1 } });
  const { sensory, recurrent, ...others } = description.projections;
  const projections = { sensory: { ...sensory!, plasticity: rule }, recurrent: { ...recurrent!, plasticity: rule }, ...others };
  const { border: _, ...learning } = held(description, TICKS).learning!;
  return { ...description, projections, learning };
}

function distance(a: Float32Array, b: Float32Array): number {
  const norm = (values: Float32Array): number => Math.hypot(...values);
  return norm(a.map((value, k) => value - b[k]!)) / norm(b);
}

test('predictions learn from the next windows until e-prop 3 is BPTT of the whole; those that do not learn, or learn too little, stay cut', (t) => {
  const errorAfter = (trials: number, predictorRate: number): number => {
    const executable = backend.load(compile(network(STILL, predictorRate), { maxTicks: TICKS }));
    for (let k = 0; k < trials; k++) trial(executable);
    const learned = describeWeights(executable);
    executable.dispose();
    return distance(gradientOf(held(learned, WINDOW)), gradientOf(whole(learned)));
  };
  const cut = errorAfter(1, STILL);
  t.true(cut > 0.1, `${cut}`);
  const once = errorAfter(1, 1);
  t.true(once < cut && once > 1e-2, `one window further back a trial: ${once}`);
  const learned = errorAfter(WINDOWS, 1);
  t.true(learned < 1e-4, `${learned}`);
  t.true(errorAfter(40, 0.5) < 1e-3);
});

test('it learns a task', (t) => {
  const losses = (rate: number): readonly [number, number] => {
    const executable = backend.load(compile(network(rate, 0.3), { maxTicks: TICKS }));
    const first = trial(executable);
    let last = first;
    for (let k = 0; k < 300; k++) last = trial(executable);
    executable.dispose();
    return [first, last];
  };
  const [first, last] = losses(5e-4);
  t.true(last < 0.5 * first, `${first} → ${last}`);
  const [same, still] = losses(STILL);
  t.is(same, still, 'control: nothing but learning lowers the loss');
});

test('nothing comes after the end of an episode, but where it is carried on', (t) => {
  const told = (episode: Learning['episode']) => {
    const description = network(STILL, 1);
    const executable = backend.load(
      compile({ ...description, learning: { ...description.learning!, ...(episode && { episode }) } }, { maxTicks: TICKS }),
    );
    executable.arena.view('clock_membraneLater.weights').fill(1);
    trial(executable);
    const charged = executable.arena.copy('hidden.adjoint.carried0');
    executable.dispose();
    return charged;
  };
  t.notDeepEqual(told('reset'), told('carry'));
});
