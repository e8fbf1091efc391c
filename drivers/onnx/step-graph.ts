import {
  type Alif,
  type Executable,
  exact,
  type Integrator,
  type Lif,
  leakOf,
  membraneOf,
  type Network,
  type Population,
  type Projection,
  type Rate,
  raise,
  synapseOf,
} from '../../runtime/index.ts';
import { denseWeights } from '../quantize.ts';
import { GraphBuilder, type Name } from './graph-builder.ts';

/** A tensor that one step hands to the next: it goes in as `name`, 0 before the first step, and comes out as `name`.next. */
export interface StepState {
  readonly name: string;
  readonly dims: readonly number[];
}

/** One tick of a network as an ONNX model. Inputs are the sources and the states, outputs all other populations and the next states. */
export interface OnnxStep {
  readonly model: Uint8Array;
  readonly sources: readonly { readonly name: string; readonly size: number }[];
  /** what each tick gives: spikes of lif and alif, values of others */
  readonly outputs: readonly { readonly name: string; readonly size: number; readonly spiking: boolean }[];
  readonly states: readonly StepState[];
}

const refuse = (path: string, what: string): never =>
  raise('ERR_NO_SUCH_FORM', {
    path,
    what,
    format: 'an ONNX step',
    remedy: 'leave it out: what has a form are source, constant, lif, alif, rate and integrator, and the gates input and output',
  });

/** What all populations are built with. */
interface Building {
  readonly graph: GraphBuilder;
  readonly network: Network;
  /** a state that goes round: its value before this tick */
  before(name: string, dims: readonly number[]): Name;
  /** what it is after this tick */
  after(name: string, value: Name): void;
}

/** α·x + c·y, each product rounded as the network rounds it. */
function leak({ graph }: Building, decay: number, x: Name, gain: number, y: Name): Name {
  const scaled = gain === 1 ? y : graph.node('Mul', [graph.number(gain), y]);
  return decay === 0 ? scaled : graph.fused(graph.number(decay), x, scaled);
}

/** v of the tick, by what a spike of the tick before takes off it. */
function potential(building: Building, name: string, neuron: Lif | Alif, current: Name, spiked: Name, level: Name): Name {
  const { graph, network } = building;
  const { alpha, scale } = membraneOf(neuron, network.dt);
  const { reset = 'subtract', threshold = 1 } = neuron;
  const before = building.before(`${name}.membrane`, [network.populations[name]!.size]);
  const kept = reset === 'zero' ? graph.node('Mul', [before, graph.node('Sub', [graph.number(1), spiked])]) : before;
  const charged = leak(building, alpha, kept, scale, current);
  const v =
    reset === 'subtract' || reset === 'level'
      ? graph.node('Sub', [charged, graph.node('Mul', [reset === 'level' ? level : graph.number(threshold), spiked])])
      : charged;
  building.after(`${name}.membrane`, v);
  return v;
}

/** A of the tick; of a lif its threshold. */
function adaptation(building: Building, name: string, size: number, neuron: Lif | Alif, spiked: Name): Name {
  const { graph, network } = building;
  const { threshold } = membraneOf(neuron, network.dt);
  if (neuron.kind === 'lif') return graph.number(threshold);
  const rho = exact.decay(network.dt, neuron.tauAdapt);
  const scale = neuron.adaptScale === 'oneMinusDecay' ? Math.fround(1 - rho) : 1;
  const a = leak(building, rho, building.before(`${name}.adaptation`, [size]), scale, spiked);
  building.after(`${name}.adaptation`, a);
  const beta = Float32Array.from({ length: size }, (_, j) => (typeof neuron.beta === 'number' ? neuron.beta : neuron.beta[j]!));
  return graph.fused(graph.constant(`${name}.beta`, [size], beta), a, graph.number(threshold));
}

/** Synaptic current and membrane, in the order that the description says. */
function charge(building: Building, name: string, size: number, neuron: Lif | Alif, current: Name, spiked: Name, level: Name): Name {
  if (neuron.synapse === undefined) return potential(building, name, neuron, current, spiked, level);
  const { beta, gain, order } = synapseOf(neuron, building.network.dt);
  const before = building.before(`${name}.synaptic`, [size]);
  const synaptic = leak(building, beta, before, gain, current);
  building.after(`${name}.synaptic`, synaptic);
  return potential(building, name, neuron, order === 'sameTick' ? synaptic : before, spiked, level);
}

function spikesOf(
  building: Building,
  name: string,
  { size, neuron }: Population & { neuron: Lif | Alif },
  current: Name,
  bias: Name | undefined,
  spiked: Name,
): Name {
  const { graph } = building;
  const level = adaptation(building, name, size, neuron, spiked);
  if (typeof neuron.comparison === 'object') refuse(`populations.${name}.neuron.comparison`, 'spikes by chance');
  const v = charge(building, name, size, neuron, current, spiked, level);
  const reached = graph.node(neuron.comparison === '>' ? 'Greater' : 'GreaterOrEqual', [
    v,
    bias === undefined ? level : graph.node('Sub', [level, bias]),
  ]);
  const count = neuron.refractory ?? 0;
  if (count === 0) return graph.cast(reached, 'float');
  // r ← r > 1 ? r − 1 : 0 of whole numbers.
  const left = graph.node('Relu', [graph.node('Sub', [building.before(`${name}.refractory`, [size]), graph.number(1)])]);
  const fired = graph.node('And', [reached, graph.node('Equal', [left, graph.number(0)])]);
  building.after(`${name}.refractory`, graph.node('Where', [fired, graph.number(count), left]));
  return graph.cast(fired, 'float');
}

function rateOf({ graph, network }: Building, { tau, activation, discretization }: Rate, current: Name, before: Name): Name {
  const gain = discretization === 'exact' ? 1 - exact.decay(network.dt, tau) : network.dt / tau;
  const driven = activation === 'linear' ? current : graph.node(activation === 'tanh' ? 'Tanh' : 'Relu', [current]);
  return graph.fused(graph.number(gain), graph.node('Sub', [driven, before]), before);
}

function readoutOf(building: Building, neuron: Integrator, current: Name, before: Name): Name {
  const { kappa, gain } = leakOf(neuron, building.network.dt);
  return leak(building, kappa, before, gain, current);
}

/** Synapses of a projection on values of its population: a product with a dense matrix, or a convolution. */
function propagate({ graph, network }: Building, executable: Executable, name: string, projection: Projection, values: Name): Name {
  const { pre, post, connectivity } = projection;
  const { acting, stored } = executable.program.weights.get(name)!;
  const { offset, stride } = executable.program.regions.get(acting)!;
  const [rows, columns] = [network.populations[pre]!.size, network.populations[post]!.size];
  if (connectivity.kind === 'convolution') {
    const { input, channels, kernel, stride: strides = [1, 1], padding = [0, 0] } = connectivity;
    // Rows are taps, [input channel][row][column], and columns output channels.
    const taps = executable.arena.copy(acting);
    const weights = Float32Array.from(
      taps,
      (_, at) => taps[(at % (taps.length / channels)) * channels + Math.floor(at / (taps.length / channels))]!,
    );
    const kernelName = graph.constant(`${name}.weights`, [channels, input[0], ...kernel], weights);
    const image = graph.node('Reshape', [values, graph.whole(1, ...input)]);
    const pads = [...padding, ...padding];
    return graph.node('Reshape', [graph.node('Conv', [image, kernelName], { strides, pads, kernel_shape: kernel }), graph.whole(columns)]);
  }
  const weights = new Float32Array(rows * columns);
  denseWeights(executable.arena.floats, { offset, stride, rows, columns, stored }, weights);
  return graph.node('MatMul', [values, graph.constant(`${name}.weights`, [rows, columns], weights)]);
}

/**
 * One tick of a network on the weights that `executable` has now, learning left out, as an ONNX model (operator set 17): an independent form of the
 * forward pass. A source goes in by its name as float32 of its size, every other population comes out by its name; of a readout with crossEntropy or
 * bernoulli the probabilities come out as NAME.probability as well. A state is a tensor that goes in and comes out as NAME.next; all are 0 at first. The values of
 * the last D ticks that a delay of D needs are a state of [D, size], the newest first. Sums over synapses are rounded in an order that ONNX leaves open, so
 * spikes are those of the network where sums are exact (weights and inputs on a grid), and elsewhere until a membrane lies within rounding of its threshold.
 *
 * Throws ERR_NO_SUCH_FORM for neurons and gates that it has no form for: snu, gru, lstm, learned time constants.
 */
export function onnxStep(executable: Executable): OnnxStep {
  executable.settle();
  const { network } = executable.program;
  const populations = Object.entries(network.populations);
  const projections = Object.entries(network.projections);
  const graph = new GraphBuilder();
  const states: StepState[] = [];
  const next: (readonly [StepState, Name])[] = [];
  const building: Building = {
    graph,
    network,
    before(name, dims) {
      states.push({ name, dims });
      return graph.input(name, dims);
    },
    after(name, value) {
      next.push([states.find((state) => state.name === name)!, value]);
    },
  };
  const reach = (name: string, neuron: Population['neuron']): number =>
    Math.max(
      neuron.kind === 'source' || neuron.kind === 'constant' ? 0 : 1,
      ...projections.filter(([, { pre }]) => pre === name).map(([, { delay }]) => delay),
    );

  const history = new Map<string, { readonly depth: number; readonly values: Name }>();
  const now = new Map<string, Name>();
  for (const [name, { size, neuron }] of populations) {
    const depth = reach(name, neuron);
    if (neuron.kind !== 'constant' && depth > 0) history.set(name, { depth, values: building.before(`${name}.before`, [depth, size]) });
  }
  /** Values of a population some ticks ago; a constant has always been what it is. */
  const valuesOf = (name: string, delay: number): Name => {
    const past = history.get(name);
    if (delay === 0 || past === undefined) return now.get(name)!;
    return graph.node('Gather', [past.values, graph.constant(`row ${delay - 1}`, [], BigInt64Array.of(BigInt(delay - 1)))], { axis: 0 });
  };
  const gate = (post: string, wanted: string): Name | undefined => {
    const shares = projections
      .filter(([, projection]) => projection.post === post && (projection.gate ?? 'input') === wanted)
      .map(([name, projection]) => propagate(building, executable, name, projection, valuesOf(projection.pre, projection.delay)));
    return shares.length === 0 ? undefined : shares.reduce((sum, share) => graph.node('Add', [sum, share]));
  };

  for (const [name, { post, gate: fed = 'input' }] of projections)
    if (fed !== 'input' && fed !== 'output') refuse(`projections.${name}.gate`, `gate '${fed}' of '${post}'`);
  // A constant is a value from the start, whoever asks for it.
  for (const [name, { size, neuron }] of populations)
    if (neuron.kind === 'constant') now.set(name, graph.constant(name, [size], new Float32Array(size).fill(neuron.value ?? 1)));
  for (const [name, population] of populations) {
    const { size, neuron } = population;
    const nothing = (): Name => graph.constant(`nothing ${size}`, [size], new Float32Array(size));
    const current = (): Name => gate(name, 'input') ?? nothing();
    if (neuron.kind === 'source') now.set(name, graph.input(name, [size]));
    else if (neuron.kind === 'lif' || neuron.kind === 'alif')
      now.set(name, spikesOf(building, name, { size, neuron }, current(), gate(name, 'output'), valuesOf(name, 1)));
    else if (neuron.kind === 'rate') now.set(name, rateOf(building, neuron, current(), valuesOf(name, 1)));
    else if (neuron.kind === 'integrator') now.set(name, readoutOf(building, neuron, current(), valuesOf(name, 1)));
    else if (neuron.kind !== 'constant') refuse(`populations.${name}.neuron`, `neuron '${neuron.kind}'`);
  }

  for (const [name, { depth, values }] of history) {
    const newest = graph.node('Unsqueeze', [now.get(name)!, graph.whole(0)]);
    const older = depth === 1 ? [] : [graph.node('Slice', [values, graph.whole(0), graph.whole(depth - 1), graph.whole(0)])];
    building.after(`${name}.before`, graph.node('Concat', [newest, ...older], { axis: 0 }));
  }
  const outputs = populations.filter(([, { neuron }]) => neuron.kind !== 'source' && neuron.kind !== 'constant');
  for (const [name, { size, neuron }] of outputs) {
    graph.output(name, [size], now.get(name)!);
    const { loss } = neuron as Integrator;
    if (loss === 'crossEntropy') graph.output(`${name}.probability`, [size], graph.node('Softmax', [now.get(name)!]));
    else if (loss === 'bernoulli') graph.output(`${name}.probability`, [size], graph.node('Sigmoid', [now.get(name)!]));
  }
  for (const [{ name, dims }, value] of next) graph.output(`${name}.next`, dims, value);
  return {
    model: graph.bytes('tick', { dt: `${network.dt} ms`, states: 'NAME goes in, 0 at first; NAME.next comes out' }),
    sources: populations.filter(([, { neuron }]) => neuron.kind === 'source').map(([name, { size }]) => ({ name, size })),
    outputs: outputs.map(([name, { size, neuron }]) => ({ name, size, spiking: neuron.kind === 'lif' || neuron.kind === 'alif' })),
    states,
  };
}
