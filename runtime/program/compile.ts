import { raise } from '../errors.ts';
import { gatesOf, optional } from '../network/gates.ts';
import type { ReadFile } from '../network/initial.ts';
import type { ModularNetwork } from '../network/modules.ts';
import type { Network } from '../network/network.ts';
import { located } from '../network/validate.ts';
import { header } from './arena.ts';
import { createBuilder } from './builder.ts';
import { learningContext, lowerLearning } from './lowerings/learning.ts';
import { perturbNodes, perturbThroughWeights, perturbWeights } from './lowerings/perturbation.ts';
import { baseOf, currentName, lowerPopulation } from './lowerings/populations.ts';
import { declareFeedback, declareProjection, type LoweredProjection } from './lowerings/projections.ts';
import { lowerPropagation } from './lowerings/propagation.ts';
import { declareRing } from './lowerings/rings.ts';
import type { Region } from './ops.ts';
import { pipeline } from './pipeline.ts';
import type { Program, WeightRegions } from './program.ts';

export interface CompileOptions {
  /** ticks that one run may cover, default 16; never changes a bit */
  readonly maxTicks?: number;
  /** reads the .npy files that weights name */
  readonly readFile?: ReadFile;
}

/**
 * Validates a description and lowers it to an arena layout and a flat op list. Throws DescriptionError or CapabilityError
 * with the path of the offending field.
 */
export function compile(description: Network | ModularNetwork, options: CompileOptions = {}): Program {
  const { network, locate } = located(description);
  try {
    return lower(network, options);
  } catch (error) {
    throw locate(error);
  }
}

function lower(network: Network, { maxTicks = 16, readFile }: CompileOptions): Program {
  if (!Number.isInteger(maxTicks) || maxTicks < 1) {
    raise('ERR_OUT_OF_RANGE', {
      path: 'options.maxTicks',
      bound: 'a whole number ≥ 1',
      value: maxTicks,
      remedy: 'give the ticks of one run',
    });
  }
  const { builder, finish } = createBuilder(network, maxTicks, readFile);
  const eventTape = builder.reserveTape('events', 1);

  const populations = Object.entries(network.populations);
  const rings = new Map(populations.map(([name, population]) => [name, declareRing(builder, name, population)]));
  const projections = new Map<string, LoweredProjection>(
    Object.entries(network.projections).map(([name, projection]) => [name, declareProjection(builder, name, projection)]),
  );
  const feedbacks = new Map<string, Region>(
    Object.entries(network.feedbacks ?? {}).map(([name, feedback]) => [name, declareFeedback(builder, name, feedback)]),
  );

  for (const lowered of projections.values()) perturbWeights(builder, lowered);
  for (const [name, population] of populations) {
    for (const gate of gatesOf(population.neuron)) {
      const fed = [...projections.values()].some((lowered) => lowered.projection.post === name && lowered.gate === gate);
      if (optional(population.neuron, gate) && !fed) continue;
      const current = builder.reserve(currentName(name, population, gate), 1, population.size);
      const base = baseOf(builder, name, population, gate);
      if (base === undefined) builder.emit('forward', 'clear', { target: current });
      else builder.emit('forward', 'assign', { x: base, y: current });
      for (const lowered of projections.values()) {
        const { pre, post } = lowered.projection;
        if (post !== name || lowered.gate !== gate) continue;
        lowerPropagation(builder, lowered, rings.get(pre)!, current);
        perturbThroughWeights(builder, lowered, rings.get(pre)!, current);
      }
      perturbNodes(builder, name, gate, current, projections.values());
    }
    lowerPopulation(builder, name, population, rings.get(name)!);
  }

  const context = learningContext(builder, projections, feedbacks, rings);
  const { averages, gradients } = lowerLearning(builder, context);
  const { next, taken } = network.learning?.updateDelay === 1 ? pipeline(builder) : { next: undefined, taken: [] };
  const { regions, length, stateLength, ops, topology, initializers } = finish();
  if (network.learning?.episode === 'carry') ops.reset.length = 0;

  const weights = new Map<string, WeightRegions>();
  for (const [name, lowered] of projections) {
    const { stored, shared } = lowered;
    const acting = lowered.acting.name;
    const learning = lowered.weights.name;
    weights.set(name, {
      acting,
      next: learning === acting ? next?.get(acting) : learning,
      average: averages.get(name)?.name,
      stored: stored?.lists,
      shared: shared?.sizes,
    });
  }
  return {
    network,
    regions,
    length,
    stateLength,
    maxTicks,
    ops,
    topology,
    update: network.learning?.update ?? 'episode',
    block: network.learning?.window ?? network.learning?.block ?? 1,
    eventTape,
    traces: [...context.traces, ...gradients, ...taken],
    weights,
    initialize(arena) {
      arena.floats.fill(0);
      arena.words[header.learning] = 1;
      for (const action of initializers) action(arena);
    },
  };
}
