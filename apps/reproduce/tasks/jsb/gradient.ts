import { bptt, fold, type LearningRule, type NeuronModel, type Optimizer, ostl } from '../../../../runtime/index.ts';
import { player } from '../../player.ts';
import type { Outcome, Setting } from '../../task.ts';
import { composer } from './network.ts';
import { LONGEST, loadChorales, type Piece, write } from './pieces.ts';

export const WITH_H = 'with H, ‖difference‖/‖gradient‖';
export const WITHOUT_H = 'control: without H';

/** The gradient of one whole piece, all projections one after the other. */
function gradientOf(
  neuron: NeuronModel,
  rule: (optimizer: Optimizer) => LearningRule,
  piece: Piece,
  { backend, seed }: Setting,
): Float64Array {
  // Weights are never due, so what was gathered stays where it can be read.
  const network = composer({ neuron, rule, optimizer: { kind: 'sgd', rate: 1 }, update: { ticks: LONGEST * 1000 } }, seed);
  const learner = player(backend, network, LONGEST);
  learner.play(write(learner, piece, true), false);
  fold(learner.executable);
  const { arena } = learner.executable;
  const values = Object.keys(network.projections).flatMap((name) => Array.from(arena.copy(`${name}.gradient`)));
  learner.dispose();
  return Float64Array.from(values);
}

function difference(a: Float64Array, b: Float64Array): number {
  let [apart, size] = [0, 0];
  for (let k = 0; k < b.length; k++) {
    apart += (a[k]! - b[k]!) ** 2;
    size += b[k]! ** 2;
  }
  return Math.sqrt(apart / size);
}

/** OSTL with and without H beside BPTT on the training piece of that number: one layer below a readout without a memory, so with H they are one gradient. */
export function compareGradients(neuron: NeuronModel, setting: Setting): Outcome {
  const piece = loadChorales().train[setting.seed - 1]!;
  const exact = gradientOf(neuron, (optimizer) => bptt({ from: 'out', optimizer }), piece, setting);
  setting.progress(0.01);
  const without = gradientOf(neuron, (optimizer) => ostl({ readout: 'out' }, { optimizer, recurrence: 'none' }), piece, setting);
  setting.progress(0.02);
  const full = gradientOf(neuron, (optimizer) => ostl({ readout: 'out' }, { optimizer }), piece, setting);
  return { figures: { [WITH_H]: difference(full, exact), [WITHOUT_H]: difference(without, exact) }, curve: { x: [], y: [] } };
}
