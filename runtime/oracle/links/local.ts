import { f4, f4Published } from '../fixtures/f4.ts';
import { f5, f5Published } from '../fixtures/f5.ts';
import { norm, relativeDifference } from '../gradient.ts';
import { agree, agreePrinted, differ, differPrinted, listError, type Subject, type VerifyRow } from '../rows.ts';
import { type DecolleOptions, decolle } from '../rules/decolle.ts';
import { superSpike } from '../rules/superspike.ts';

const DIFFERENCES = 1e-6;

/** DECOLLE: the four variants of F4, and finite differences of its local loss. */
export function decolleRows(): VerifyRow[] {
  const { layer, trial } = f4();
  const print = (claim: string): Subject => ({ rule: 'DECOLLE', neuron: 'LIF', feedback: 'random', claim, oracle: 'F4 as printed' });
  const rows: VerifyRow[] = [];
  for (const row of f4Published.rows) {
    const about = `P of the ${row.synapse} Q, readout of ${row.readout === 'sigmoid' ? 'sigmoid(U)' : 'S'}`;
    const readings = (options: DecolleOptions) => {
      const { loss, weights, bias } = decolle(layer, trial, options);
      const values = [loss, norm(weights), weights[2], weights[2 * layer.neurons + 4], norm(bias)];
      return [row.loss, row.norm, ...row.entries, row.biasNorm].map((text, s) => [values[s], text] as const);
    };
    const other = { synapse: row.synapse === 'new' ? 'old' : 'new', readout: row.readout } as const;
    rows.push(
      agree(print(`${about}: its spikes`), listError([decolle(layer, trial, row).spikes], [row.spikes]), 0),
      agreePrinted(print(`${about}: loss, |dW|, two of its entries, |db|`), readings(row)),
      differPrinted(print(`${about}: the other Q does not give its numbers`), readings(other)),
    );
  }
  return [...rows, ...localLossRows()];
}

function localLossRows(): VerifyRow[] {
  const { layer, trial } = f4();
  const subject = { rule: 'DECOLLE', neuron: 'LIF', feedback: 'random', oracle: 'central differences' };
  const options = { synapse: 'new', readout: 'sigmoid' } as const;
  const step = 1e-6;
  const lossWith = (s: number, change: number) =>
    decolle({ ...layer, weights: layer.weights.map((w, at) => (at === s ? w + change : w)) }, trial, options).loss;
  const oracle = layer.weights.map((_, s) => (lossWith(s, step) - lossWith(s, -step)) / (2 * step));
  const error = (trace: 'kept' | 'forgotten') => relativeDifference(decolle(layer, trial, { ...options, trace }).weights, oracle);
  const bounds = { high: -0.05, above: 0.3, low: -0.18, below: 0.7 };
  const bounded = layer.weights.map((_, s) => {
    const at = (change: number) =>
      decolle({ ...layer, weights: layer.weights.map((w, k) => (k === s ? w + change : w)) }, trial, {
        ...options,
        bounds,
        localLoss: 'smoothL1',
      }).loss;
    return (at(step) - at(-step)) / (2 * step);
  });
  const boundsError = (of: Pick<DecolleOptions, 'bounds' | 'localLoss'>) =>
    relativeDifference(decolle(layer, trial, { ...options, ...of }).weights, bounded);
  return [
    agree(
      { ...subject, claim: 'with bounds of U and smooth L1, is the derivative of its local loss' },
      boundsError({ bounds, localLoss: 'smoothL1' }),
      DIFFERENCES,
    ),
    differ({ ...subject, claim: 'without the bounds it is not' }, boundsError({ localLoss: 'smoothL1' }), DIFFERENCES),
    differ({ ...subject, claim: 'by squares in place of smooth L1 it is not' }, boundsError({ bounds }), DIFFERENCES),
    agree({ ...subject, claim: 'is the derivative of its local loss' }, error('kept'), DIFFERENCES),
    differ({ ...subject, claim: 'without its presynaptic trace it is not' }, error('forgotten'), DIFFERENCES),
  ];
}

/** SuperSpike on F5: every spike, the loss and the direction of the weights. */
export function superSpikeRows(): VerifyRow[] {
  const print = (claim: string): Subject => ({ rule: 'SuperSpike', neuron: 'LIF', feedback: '-', claim, oracle: 'F5 as printed' });
  const bench = f5();
  const { spikes, loss, ascent, slopes } = superSpike(bench);
  const unfiltered = superSpike(bench, { filter: 'none' });
  const heavier = superSpike({ ...bench, weights: bench.weights.map((w) => 1.1 * w) });
  const times = (found: readonly number[]) => (found.length === f5Published.spikes.length ? listError(found, f5Published.spikes) : 1);
  return [
    agree(print('ticks of its spikes'), times(spikes), 0),
    differ(print('with weights 10 % larger, it spikes at others'), times(heavier.spikes), 0),
    agreePrinted(print('loss of the filtered error, Σ e λ of its synapses and Σ σ′'), [
      [loss, f5Published.loss],
      ...f5Published.ascent.map((text, i) => [ascent[i], text] as const),
      [slopes, f5Published.slopes],
    ]),
    differPrinted(
      print('without the double exponential on σ′ε and on the error, Σ e λ is another'),
      f5Published.ascent.map((text, i) => [unfiltered.ascent[i], text] as const),
    ),
  ];
}
