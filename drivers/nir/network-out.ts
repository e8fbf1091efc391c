import { describeWeights, type Executable, type Ms, type Network, type Projection } from '../../runtime/index.ts';
import { type NirEdge, type NirGraph, type NirNode, nirArray, nirNode } from './graph.ts';
import { Ledger, type Translation } from './losses.ts';
import { type Constants, nodeOf, rests } from './neurons-out.ts';
import type { Discretization, Timing } from './time.ts';
import { addedBy, isIdentity, type Synapses, synapsesOf, weighingNode } from './weights-out.ts';

export interface ToNirOptions {
  /** default 'exact' */
  readonly discretization?: Discretization;
  /** take what stands for what has no exact form; default false: refuse it */
  readonly allowLossy?: boolean;
}

export interface ToNir extends Translation {
  readonly graph: NirGraph;
}

/** Seconds. */
const UNIT: Ms = 1000;

type Shape = readonly number[];

/** What neurons of a population are numbered by: the image of a convolution that it feeds or is fed by, or one row. */
function shapeOf({ populations, projections }: Network, name: string, grids: ReadonlyMap<string, Shape>): Shape {
  for (const [key, { post }] of Object.entries(projections)) if (post === name && grids.has(key)) return grids.get(key)!;
  for (const { pre, connectivity } of Object.values(projections))
    if (pre === name && connectivity.kind === 'convolution') return connectivity.input;
  return [populations[name]!.size];
}

/** The images that convolutions make. */
function gridsOf({ projections }: Network, executable: Executable): ReadonlyMap<string, Shape> {
  return new Map(
    Object.keys(projections).flatMap((name) => {
      const grid = executable.program.weights.get(name)?.shared;
      return grid === undefined ? [] : [[name, [grid.channels, grid.outHeight, grid.outWidth]] as const];
    }),
  );
}

/** Names that no other node has. */
function namer(): (wanted: string) => string {
  const taken = new Set<string>();
  return (wanted) => {
    let name = wanted;
    for (let count = 2; taken.has(name); count++) name = `${wanted}-${count}`;
    taken.add(name);
    return name;
  };
}

/**
 * A network as a NIR graph, on the weights that `executable` has now: a node for each population and for each projection, under their names; a source is
 * an Input, a constant the bias, the resting potential or the threshold of whom it feeds, an integrator of tau 0 the edges through it; times in seconds. R and w_in are
 * such that an inputScale of 'one' comes back, v ≥ θ is v > the float32 below θ, and a delay of 0 is the only one that has no node. Rules, losses and feedbacks stay
 * behind: NIR has none.
 *
 * Throws ERR_NO_SUCH_FORM with the path of what has no form, or none without a loss: adaptation, refractory times, resets other than 'zero'.
 */
export function toNir(executable: Executable, { discretization = 'exact', allowLossy = false }: ToNirOptions = {}): ToNir {
  const network = describeWeights(executable);
  const { dt, populations } = network;
  const timing: Timing = { dt, unit: UNIT, discretization };
  const ledger = new Ledger('NIR', allowLossy);
  const named = namer();
  const grids = gridsOf(network, executable);
  const synapses = new Map(
    Object.entries(network.projections).map(([name, projection]) => [name, synapsesOf(executable, name, projection)]),
  );
  const into = (post: string): [string, Synapses][] =>
    [...synapses].filter(([, { projection }]) => projection.post === post && populations[projection.pre]!.neuron.kind !== 'constant');
  const neurons = Object.entries(populations).filter(([, { neuron }]) => neuron.kind !== 'constant');
  const nodes = new Map<string, NirNode>();
  const edges: NirEdge[] = [];
  const nameOf = new Map([...neurons, ...synapses].map(([name]) => [name, named(name)]));
  const biases = new Map<string, Float64Array>();

  for (const [name, { projection }] of synapses) checkGate(name, projection);
  if (Object.values(network.projections).some(({ plasticity }) => plasticity !== undefined))
    ledger.warn('learning', 'rules stay behind: NIR has none');

  function checkGate(name: string, { pre, gate = 'input' }: Projection): void {
    const constant = populations[pre]!.neuron.kind === 'constant';
    if (gate !== 'input' && !(constant && (gate === 'output' || gate === 'tauMem')))
      ledger.refuse(`projections.${name}.gate`, `gate '${gate}'${constant ? '' : ' fed by neurons'}`, 'leave it out: NIR has one input');
  }

  /** What constants add to a population; what stands behind a node that weighs becomes its bias. */
  function constantsOf(name: string): Constants {
    const { size } = populations[name]!;
    const constants = { input: new Float64Array(size), output: new Float64Array(size), tauMem: new Float64Array(size) };
    const weighing = into(name);
    for (const [key, from] of synapses) {
      const { pre, post, gate = 'input' } = from.projection;
      const { neuron } = populations[pre]!;
      if (post !== name || neuron.kind !== 'constant') continue;
      const added =
        addedBy(from, neuron.value ?? 1) ??
        ledger.refuse(`projections.${key}`, 'a convolution of a constant', 'give it a kernel of [1, 1]');
      const shared = from.projection.connectivity.kind === 'convolution';
      const fits = ([, other]: readonly [string, Synapses]) => shared === (other.projection.connectivity.kind === 'convolution');
      const own = weighing.find((entry) => `${entry[0]}-bias` === key && fits(entry));
      if (gate === 'input' && (own !== undefined || !rests(populations[name]!, dt))) {
        const [bearer] =
          own ?? weighing.find(fits) ?? ledger.refuse(`projections.${key}`, 'a bias where nothing else comes in', 'leave it out');
        const sum = biases.get(bearer) ?? new Float64Array(size);
        biases.set(
          bearer,
          sum.map((value, j) => Math.fround(value + added[j]!)),
        );
      } else {
        const sums = constants[gate as keyof Constants];
        for (const [j, value] of added.entries()) sums[j] = Math.fround(sums[j]! + value);
      }
    }
    return constants;
  }

  const isRelay = (name: string): boolean => {
    const { neuron } = populations[name]!;
    return neuron.kind === 'integrator' && neuron.tau === 0;
  };

  /** Ticks of each neuron of a relay that is only fed one to one, not all alike: a Delay. */
  function delaysOf(name: string): Float64Array | undefined {
    const entries = into(name);
    if (!isRelay(name) || entries.length < 2) return undefined;
    const delays = new Float64Array(populations[name]!.size).fill(-1);
    for (const [, { projection, pairs, values }] of entries) {
      if (pairs === undefined || projection.pre !== entries[0]![1].projection.pre || values.some((value) => value !== 1)) return undefined;
      for (let k = 0; k < values.length; k++) {
        const j = pairs.post[k]!;
        if (pairs.pre[k] !== j || delays[j] !== -1) return undefined;
        delays[j] = projection.delay;
      }
    }
    return delays.every((ticks) => ticks >= 0) ? delays : undefined;
  }

  const sendsFrom = new Map<string, readonly string[]>();
  /** Nodes whose sum a population sends. */
  function senders(name: string): readonly string[] {
    const known = sendsFrom.get(name);
    if (known !== undefined) return known;
    if (!isRelay(name) || delaysOf(name) !== undefined) return [nameOf.get(name)!];
    // A relay that is asked again before it is known feeds itself.
    sendsFrom.set(name, []);
    const ends = into(name).flatMap(([key]) => endsOf.get(key) ?? place(key));
    if (ends.length === 0)
      ledger.refuse(`populations.${name}`, 'an integrator of tau 0 that receives nothing, or itself', 'give it a time constant');
    sendsFrom.set(name, ends);
    return ends;
  }

  const endsOf = new Map<string, readonly string[]>();
  /** Writes the nodes of a projection, and returns those that send what it brings. */
  function place(key: string): readonly string[] {
    const from = synapses.get(key)!;
    const { pre, connectivity, delay } = from.projection;
    let ends = senders(pre);
    const follow = (wanted: string, node: NirNode): void => {
      const name = nameOf.get(wanted) ?? named(wanted);
      nodes.set(name, node);
      for (const end of ends) edges.push([end, name]);
      ends = [name];
    };
    if (delay > 0) follow(`${key}-delay`, nirNode('Delay', { delay: nirArray([from.pre], new Array(from.pre).fill((delay * dt) / UNIT)) }));
    const bias = biases.get(key);
    if (!isIdentity(from) || bias !== undefined) {
      const shape = shapeOf(network, pre, grids);
      if (shape.length > 1 && connectivity.kind !== 'convolution')
        follow(
          `${key}-flatten`,
          nirNode('Flatten', { start_dim: nirArray([], [0]), end_dim: nirArray([], [-1]), input_type: nirArray([shape.length], shape) }),
        );
      follow(key, weighingNode(from, bias));
    }
    endsOf.set(key, ends);
    return ends;
  }

  const constants = new Map(neurons.map(([name]) => [name, constantsOf(name)]));
  for (const [name, population] of neurons) {
    const delays = delaysOf(name);
    if (delays !== undefined) {
      nodes.set(
        nameOf.get(name)!,
        nirNode('Delay', {
          delay: nirArray(
            [delays.length],
            delays.map((ticks) => (ticks * dt) / UNIT),
          ),
        }),
      );
      for (const end of senders(into(name)[0]![1].projection.pre)) edges.push([end, nameOf.get(name)!]);
      continue;
    }
    if (isRelay(name)) continue;
    nodes.set(nameOf.get(name)!, nodeOf(name, population, shapeOf(network, name, grids), constants.get(name)!, timing, ledger));
    for (const [key] of into(name)) for (const end of endsOf.get(key) ?? place(key)) edges.push([end, nameOf.get(name)!]);
  }

  const led = ([name, { neuron }]: (typeof neurons)[number]): boolean =>
    neuron.kind !== 'source' && ![...synapses.values()].some(({ projection: { pre, post } }) => pre === name && post !== name);
  const last = neurons.filter(led);
  const leaving = last.length > 0 ? last : neurons.filter(([, { neuron }]) => neuron.kind !== 'source');
  for (const [name] of leaving) {
    const shape = shapeOf(network, name, grids);
    const passed = isRelay(name) && delaysOf(name) === undefined;
    const output = passed ? nameOf.get(name)! : named(leaving.length === 1 ? 'output' : `${name}-output`);
    nodes.set(output, nirNode('Output', { shape: nirArray([shape.length], shape) }));
    for (const end of senders(name)) edges.push([end, output]);
  }
  return { graph: { type: 'NIRGraph', nodes, edges }, losses: ledger.losses, warnings: ledger.warnings };
}
