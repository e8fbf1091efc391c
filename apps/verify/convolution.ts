import {
  alif,
  type Backend,
  bptt,
  type Convolution,
  compile,
  constant,
  decolle,
  deltaRule,
  type Executable,
  eprop,
  fold,
  integrator,
  type LearningRule,
  lif,
  type Network,
  source,
} from '../../runtime/index.ts';
import { plain, play as playEpisode, projection } from './episodes.ts';
import { oracle } from './oracle.ts';
import { play } from './play.ts';
import { SINGLE } from './rules.ts';

/** Shared weights against the oracles, which know only synapses with weights of their own: their gradients are added up, place by place of the kernel. */
export function convolutionRows(backend: Backend): oracle.VerifyRow[] {
  return [...forwardRows(backend), ...tracedRows(backend), ...backwardRows(backend), ...decolleRows(backend)];
}

const list = (count: number, entry: (index: number) => number): number[] => Array.from({ length: count }, (_, index) => entry(index));

/** Two maps of 4 × 5 → two of 3 × 3, onto themselves a tick later → two of 2 × 2: a stride, a padding, a kernel that is not square. */
const layers = {
  input: {
    convolution: { kind: 'convolution', input: [2, 4, 5], channels: 2, kernel: [2, 3], stride: [1, 2], padding: [0, 1] } as Convolution,
    kernel: list(24, (k) => 0.9 + 1.1 * Math.sin(1.9 * k + 0.4)),
    matrix: 'wIn',
  },
  recurrent: {
    convolution: { kind: 'convolution', input: [2, 3, 3], channels: 2, kernel: [3, 3], padding: [1, 1] } as Convolution,
    kernel: list(36, (k) => 0.8 * Math.cos(2.9 * k + 0.7)),
    matrix: 'wRec',
  },
  output: {
    convolution: { kind: 'convolution', input: [2, 3, 3], channels: 2, kernel: [2, 2] } as Convolution,
    kernel: list(16, (k) => 0.5 * Math.sin(1.7 * k + 1.1)),
    matrix: 'wOut',
  },
} as const;
type Layer = keyof typeof layers;
const names = ['input', 'recurrent', 'output'] as const;

const [INPUTS, NEURONS, OUTPUTS, TICKS] = [40, 18, 8, 60] as const;
const tau = { tauMem: 12, out: 8 } as const;

/** The network in which each synapse has a weight of its own. */
function unshared(): { readonly model: oracle.Model; readonly trial: oracle.Trial } {
  const weightsOf = (name: Layer, pre: number, post: number) => oracle.unshared(layers[name].convolution, layers[name].kernel, pre, post);
  const wRec = weightsOf('recurrent', NEURONS, NEURONS);
  const connected = new Uint8Array(NEURONS * NEURONS);
  for (const { pre, post } of oracle.connections(layers.recurrent.convolution)) connected[pre * NEURONS + post] = 1;
  const model: oracle.Model = {
    inputs: INPUTS,
    neurons: NEURONS,
    outputs: OUTPUTS,
    weights: { wIn: weightsOf('input', INPUTS, NEURONS), wRec, wOut: weightsOf('output', NEURONS, OUTPUTS) },
    feedback: Float64Array.from(list(OUTPUTS * NEURONS, (s) => Math.cos(2.1 * s + 0.3))),
    connected,
    alpha: Math.exp(-1 / tau.tauMem),
    kappa: Math.exp(-1 / tau.out),
    rho: 0,
    threshold: 1.5,
    beta: new Float64Array(NEURONS),
    surrogate: { height: 0.4, width: 'threshold' },
    inputScale: 1,
    readoutGain: 1,
    refractory: 2,
    loss: 'squared',
  };
  const trial: oracle.Trial = {
    ticks: TICKS,
    inputs: Float64Array.from(list(TICKS * INPUTS, (s) => ((s * 7 + Math.floor(s / INPUTS) * 5) % 23 < 2 ? 1 + (s % 3) / 4 : 0))),
    targets: Float64Array.from(list(TICKS * OUTPUTS, (s) => Math.sin(0.3 * s))),
  };
  return { model, trial };
}

/** The same as a user writes it down, its kernels changed by `change`. */
function describe(
  model: oracle.Model,
  rules: Readonly<Record<Layer, LearningRule>>,
  learning: Network['learning'],
  change: (kernel: readonly number[], name: Layer) => readonly number[] = (kernel) => kernel,
): Network {
  const project = (name: Layer, pre: string, post: string, delay: number) => {
    const { convolution: connectivity, kernel } = layers[name];
    return projection(pre, post, change(kernel, name), { connectivity, delay, plasticity: rules[name] });
  };
  const { threshold, refractory, surrogate } = model;
  const neuron = lif({
    tauMem: tau.tauMem,
    threshold,
    refractory,
    surrogate: { shape: 'triangle', height: surrogate.height, width: threshold },
  });
  return {
    dt: 1,
    seed: 1,
    populations: {
      in: { size: INPUTS, neuron: source() },
      rec: { size: NEURONS, neuron },
      out: { size: OUTPUTS, neuron: integrator({ tau: tau.out, loss: 'squared' }) },
    },
    projections: {
      input: project('input', 'in', 'rec', 0),
      recurrent: project('recurrent', 'rec', 'rec', 1),
      output: project('output', 'rec', 'out', 0),
    },
    feedbacks: { broadcast: { from: 'out', to: 'rec', weight: { kind: 'inline', values: Array.from(model.feedback) } } },
    learning: learning!,
  };
}

/** What is kept of [tap][channel], as [channel][tap]. */
function read({ arena }: Executable, name: string): Float64Array {
  const { rows: taps, columns: channels } = arena.regions.get(name)!;
  const values = arena.copy(name);
  return Float64Array.from(values, (_, s) => values[(s % taps) * channels + Math.floor(s / taps)]!);
}

/** The gradients of all kernels from those of single synapses; a control leaves the synapses onto neuron 0 out. */
function summed(gradient: oracle.Gradient, without: 'none' | 'a position' = 'none'): Float64Array[] {
  return names.map((name) => {
    const { convolution, matrix } = layers[name];
    const post = name === 'output' ? OUTPUTS : NEURONS;
    return oracle.shared(
      convolution,
      gradient[matrix].map((g, s) => (without === 'a position' && s % post === 0 ? 0 : g)),
      post,
    );
  });
}

const worst = (found: readonly Float64Array[], wanted: readonly Float64Array[]): number =>
  Math.max(...found.map((values, k) => oracle.relativeDifference(values, wanted[k]!)));

/** Runs a network once: its own spikes and what waits for the update. */
function run(backend: Backend, network: Network, trial: oracle.Trial) {
  const executable = backend.load(compile(network, { maxTicks: 1 }));
  const { recording } = play(executable, trial);
  fold(executable);
  const gradients = names.map((name) => read(executable, `${name}.gradient`));
  executable.dispose();
  return { recording, gradients };
}

const taughtBy = (through: 'transpose' | { readonly feedback: string }) => {
  const rule = eprop({ from: 'out', optimizer: plain, filter: 'none', through });
  return { input: rule, recurrent: rule, output: deltaRule({ from: 'out', optimizer: plain }) };
};

function forwardRows(backend: Backend): oracle.VerifyRow[] {
  const { model, trial } = unshared();
  const subject = { rule: `convolution on ${backend.name}`, neuron: 'LIF', feedback: '-', oracle: 'weights of its own for each synapse' };
  const { z } = oracle.forward(model, trial);
  const misplaced = (change?: Parameters<typeof describe>[3]) => {
    const found = run(backend, describe(model, taughtBy('transpose'), { update: 'episode' }, change), trial).recording.z;
    return z.reduce((count, spike, s) => count + (spike === found[s] ? 0 : 1), 0) / TICKS;
  };
  const mirrored = (of: Layer) => (kernel: readonly number[], name: Layer) => (name === of ? [...kernel].reverse() : kernel);
  return [
    oracle.agree({ ...subject, claim: 'spikes where the unshared network does' }, misplaced(), 0),
    oracle.differ({ ...subject, claim: 'with the kernel of its input mirrored it does not' }, misplaced(mirrored('input')), 0),
    oracle.differ({ ...subject, claim: 'with the kernel of its recurrence mirrored it does not' }, misplaced(mirrored('recurrent')), 0),
  ];
}

function tracedRows(backend: Backend): oracle.VerifyRow[] {
  const { model, trial } = unshared();
  return (['symmetric', 'random'] as const).flatMap((feedback) => {
    const subject = {
      rule: `convolution, e-prop on ${backend.name}`,
      neuron: 'LIF',
      feedback,
      oracle: 'masked RTRL of single synapses, summed',
    };
    const through = feedback === 'symmetric' ? 'transpose' : ({ feedback: 'broadcast' } as const);
    const errorOf = (learning: Network['learning'], filter: 'none' | 'readout' = 'none', without?: 'a position') => {
      const { recording, gradients } = run(backend, describe(model, taughtBy(through), learning), trial);
      const activity = oracle.forward(model, trial, { forced: recording });
      return worst(gradients, summed(oracle.rtrl(model, activity, { keep: oracle.keepEprop, feedback, filter }), without));
    };
    const atTheEnd = { update: 'episode' } as const;
    return [
      oracle.agree({ ...subject, claim: 'all three kernels' }, errorOf(atTheEnd), SINGLE),
      oracle.agree({ ...subject, claim: 'beside blocks of 16 the same' }, errorOf({ block: 16, update: 'episode' }), SINGLE),
      oracle.differ({ ...subject, claim: 'filtered by the readout it would be another' }, errorOf(atTheEnd, 'readout'), SINGLE),
      oracle.differ({ ...subject, claim: 'without one position they are others' }, errorOf(atTheEnd, 'none', 'a position'), SINGLE),
    ];
  });
}

function backwardRows(backend: Backend): oracle.VerifyRow[] {
  const { model, trial } = unshared();
  const subject = {
    rule: `convolution, BPTT on ${backend.name}`,
    neuron: 'LIF',
    feedback: 'symmetric',
    oracle: 'BPTT of single synapses, summed',
  };
  const rule = bptt({ from: 'out', optimizer: plain });
  const network = describe(model, { input: rule, recurrent: rule, output: rule }, { window: TICKS, update: 'episode' });
  const { recording, gradients } = run(backend, network, trial);
  const activity = oracle.forward(model, trial, { forced: recording });
  const errorOf = (reset: 'differentiated' | 'detached', without?: 'a position') =>
    worst(gradients, summed(oracle.bptt(model, activity, { reset }).gradient, without));
  return [
    oracle.agree(
      { ...subject, claim: 'all three kernels, through the output and a tick back through the recurrence' },
      errorOf('differentiated'),
      SINGLE,
    ),
    oracle.differ({ ...subject, claim: 'with the reset detached it would be another' }, errorOf('detached'), SINGLE),
    oracle.differ({ ...subject, claim: 'without one position they are others' }, errorOf('differentiated', 'a position'), SINGLE),
  ];
}

/** Two maps of 3 × 4 → three of 2 × 2, a bias for each of the three, a readout of two values: one layer of DECOLLE. */
function decolleRows(backend: Backend): oracle.VerifyRow[] {
  const convolution: Convolution = { kind: 'convolution', input: [2, 3, 4], channels: 3, kernel: [2, 2], stride: [1, 2] };
  const biases: Convolution = { kind: 'convolution', input: [1, 2, 2], channels: 3, kernel: [1, 1] };
  const [inputs, neurons, outputs, ticks] = [24, 12, 2, 50] as const;
  const kernel = list(24, (k) => 0.5 * Math.sin(1.9 * k + 0.4) + 0.2);
  const bias = [-0.05, -0.1, 0.02];
  const decays = { membrane: 0.9, synapse: 0.8, refractory: 0.65 };
  const layer: oracle.DecolleLayer = {
    inputs,
    neurons,
    outputs,
    weights: oracle.unshared(convolution, kernel, inputs, neurons),
    bias: Float64Array.from(list(neurons, (j) => bias[Math.floor(j / 4)]!)),
    readout: Float64Array.from(list(neurons * outputs, (s) => Math.cos(1.3 * s))),
    decays,
    refractoryWeight: 1,
  };
  const trial: oracle.Trial = {
    ticks,
    inputs: Float64Array.from(list(ticks * inputs, (s) => ((s * 5 + Math.floor(s / inputs) * 3) % 11 < 2 ? 1 : 0))),
    targets: Float64Array.from(list(ticks * outputs, (s) => Math.sin(0.2 * s))),
  };
  const wanted = oracle.decolle(layer, trial, { synapse: 'new', readout: 'spikes' });
  const constantOf = (decay: number) => -1 / Math.log(decay);
  const measure = (width: number, weights: readonly number[] = kernel) => {
    const plasticity = decolle({ readout: 'out', optimizer: plain });
    const executable = backend.load(
      compile(
        {
          dt: 1,
          seed: 1,
          populations: {
            in: { size: inputs, neuron: source() },
            one: { size: 4, neuron: constant() },
            layer: {
              size: neurons,
              neuron: alif({
                tauMem: constantOf(decays.membrane),
                inputScale: 'oneMinusDecay',
                synapse: { tau: constantOf(decays.synapse), inputScale: 'oneMinusDecay' },
                threshold: 0,
                reset: 'none',
                tauAdapt: constantOf(decays.refractory),
                beta: layer.refractoryWeight,
                adaptScale: 'oneMinusDecay',
                surrogate: { shape: 'fastSigmoid', height: 1, width },
              }),
            },
            out: { size: outputs, neuron: integrator({ tau: 0, loss: 'squared' }) },
          },
          projections: {
            w: projection('in', 'layer', weights, { connectivity: convolution, plasticity }),
            bias: projection('one', 'layer', bias, { connectivity: biases, gate: 'output', plasticity }),
            readout: projection('layer', 'out', layer.readout),
          },
          learning: { update: 'episode' },
        },
        { maxTicks: 1 },
      ),
    );
    const { arena, program } = executable;
    const counts = program.regions.get('layer.spikeCount')!.offset;
    let spikes = 0;
    playEpisode(executable, 'out', trial, false, 1, () => {
      spikes += arena.words[counts]!;
    });
    const found = { spikes, gradients: [read(executable, 'w.gradient'), read(executable, 'bias.gradient')] };
    executable.dispose();
    return found;
  };
  const subject = {
    rule: `convolution, DECOLLE on ${backend.name}`,
    neuron: 'CUBA',
    feedback: 'random',
    oracle: 'DECOLLE of single synapses, summed',
  };
  const sums = (forget = false) => [
    oracle.shared(
      convolution,
      wanted.weights.map((g, s) => (forget && s % neurons === 0 ? 0 : g)),
      neurons,
    ),
    Float64Array.from(bias, (_, c) =>
      wanted.bias.reduce((sum, g, j) => sum + (Math.floor(j / 4) === c && !(forget && j === 0) ? g : 0), 0),
    ),
  ];
  const [own, soft, mirrored] = [measure(0.1), measure(0.11), measure(0.1, [...kernel].reverse())];
  const spikes = (found: typeof own) => oracle.listError([found.spikes], [wanted.spikes]);
  return [
    oracle.agree({ ...subject, claim: 'its spikes' }, spikes(own), 0),
    oracle.differ({ ...subject, claim: 'with the kernel mirrored it spikes otherwise' }, spikes(mirrored), 0),
    oracle.agree({ ...subject, claim: 'the kernel, and a bias for each channel' }, worst(own.gradients, sums()), SINGLE),
    oracle.differ({ ...subject, claim: 'with a wider surrogate they are others' }, worst(soft.gradients, sums()), SINGLE),
    oracle.differ({ ...subject, claim: 'without one position they are others' }, worst(own.gradients, sums(true)), SINGLE),
  ];
}
