import { type CellActivity, cellBptt, cellDifferences, cellError, cellForward, cellRtrl, keepLayer, keepWithoutH } from '../cells/index.ts';
import { type CellBench, oneLayerBenches, spikingBenches, twoLayerBenches } from '../fixtures/cells.ts';
import { agree, differ, outside, type VerifyRow } from '../rows.ts';

const DIFFERENCES = 1e-6;
const ALGEBRA = 1e-12;
/** Spikes of a layer of four in 25 ticks: neither silent nor always on. */
const BAND = [5, 95] as const;

/** Every cell: finite differences → BPTT → RTRL → OSTL, in one layer and in two. */
export function cellRows(): VerifyRow[] {
  return [
    ...oneLayerBenches().flatMap((bench) => [...differencesRows(bench), ...oneLayerRows(bench)]),
    ...twoLayerBenches().flatMap((bench) => [...differencesRows(bench), ...twoLayerRows(bench)]),
    ...spikingBenches().flatMap((bench) => [...bandRows(bench), ...oneLayerRows(bench)]),
  ];
}

function differencesRows({ neuron, depth, network, trial }: CellBench): VerifyRow[] {
  const subject = { rule: 'BPTT', neuron, feedback: 'symmetric', oracle: 'central differences' };
  const activity = cellForward(network, trial);
  const oracle = cellDifferences(network, trial);
  const blind = cellRtrl(network, activity, { keep: keepWithoutH });
  return [
    agree(
      { ...subject, claim: `${depth}: is the derivative of the loss` },
      cellError(network, cellBptt(network, activity).gradient, oracle),
      DIFFERENCES,
    ),
    differ({ ...subject, claim: `${depth}: with its recurrence not followed it is not` }, cellError(network, blind, oracle), DIFFERENCES),
  ];
}

function oneLayerRows({ neuron, depth, network, trial }: CellBench): VerifyRow[] {
  const subject = { neuron, feedback: 'symmetric', oracle: 'BPTT' };
  const activity = cellForward(network, trial);
  const oracle = cellBptt(network, activity).gradient;
  const error = (options: Parameters<typeof cellRtrl>[2]) => cellError(network, cellRtrl(network, activity, options), oracle);
  const rows = [
    agree({ ...subject, rule: 'RTRL', claim: `${depth}: equals BPTT` }, error({}), ALGEBRA),
    agree({ ...subject, rule: 'OSTL', claim: `${depth}: equals BPTT` }, error({ depth: 'sameTick' }), ALGEBRA),
    differ(
      { ...subject, rule: 'OSTL without H', claim: `${depth}: is not BPTT` },
      error({ depth: 'sameTick', keep: keepWithoutH }),
      ALGEBRA,
    ),
  ];
  if (!resets(activity)) return rows;
  const keep = { ...keepLayer, reset: false };
  return [...rows, differ({ ...subject, rule: 'RTRL', claim: `${depth}: with its reset dropped it does not` }, error({ keep }), ALGEBRA)];
}

const resets = ({ layers }: CellActivity) => layers[0].slopes.some((tick) => tick.some(({ R }) => R.some((r) => r !== 0)));

function twoLayerRows({ neuron, network, trial }: CellBench): VerifyRow[] {
  const subject = { neuron, feedback: 'symmetric', oracle: 'BPTT' };
  const activity = cellForward(network, trial);
  const oracle = cellBptt(network, activity).gradient;
  const ostl = cellRtrl(network, activity, { depth: 'sameTick' });
  const upper = (name: string) => name === 'readout' || name.replace(/\..*/, '').endsWith('2');
  return [
    agree({ ...subject, rule: 'RTRL', claim: 'two layers: equals BPTT' }, cellError(network, cellRtrl(network, activity), oracle), ALGEBRA),
    agree({ ...subject, rule: 'OSTL', claim: 'two layers: the upper one equals BPTT' }, cellError(network, ostl, oracle, upper), ALGEBRA),
    differ(
      { ...subject, rule: 'OSTL', claim: 'two layers: the lower one, whose residual is dropped, does not' },
      cellError(network, ostl, oracle, (name) => !upper(name)),
      ALGEBRA,
    ),
  ];
}

/** Spiking cells are judged on activity: a silent layer would make every equality one between zeros. */
function bandRows({ neuron, depth, network, trial }: CellBench): VerifyRow[] {
  const subject = { rule: 'forward', neuron, feedback: '-', oracle: 'the band of spikes' };
  const count = ({ layers }: CellActivity) =>
    layers[0].outputs.slice(1).reduce((sum, tick) => sum + tick.reduce((inner, z) => inner + z, 0), 0);
  // A bias of its own may make a neuron fire without input, so it is raised above everything.
  const [{ input, recurrent, own }] = network.weights.layers;
  const silent = {
    input: input.map((W) => W.map(() => 0)),
    recurrent,
    own: network.layers[0].cell.own.map((name, p) => (name === 'bias' ? own[p].map(() => 9) : own[p])),
  };
  const loud = count(cellForward(network, trial));
  const deaf = count(cellForward({ ...network, weights: { ...network.weights, layers: [silent] } }, trial));
  return [
    agree({ ...subject, claim: `${depth}: its neurons spike ${BAND[0]} to ${BAND[1]} times, got ${loud}` }, outside(loud, ...BAND), 0),
    differ({ ...subject, claim: `${depth}: without input is noticed` }, outside(deaf, ...BAND), 0),
  ];
}
