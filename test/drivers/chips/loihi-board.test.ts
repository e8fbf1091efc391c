import test from 'ava';
import { loihiBoard } from '../../../drivers/index.ts';
import { alif, CapabilityError, integrator, lif, type Network, source } from '../../../runtime/index.ts';
import { boardContract, network as whole } from '../../contracts/board.ts';
import { load } from '../small.ts';
import { chipSubject } from './chip-subject.ts';
import { compareWithHost, reverseWeights } from './fidelity.ts';

/** The contract's network as far as the chip goes: no adaptation, reset to zero, the same sizes, delays and grades. */
const fitting: Network = {
  ...whole,
  populations: {
    ...whole.populations,
    slow: { size: 20, neuron: lif({ tauMem: 10, reset: 'zero' }) },
    fast: { size: 11, neuron: lif({ tauMem: 6, threshold: 0.7, reset: 'zero' }) },
  },
};

boardContract(
  'loihi',
  (condition) => {
    const board = loihiBoard(condition === 'small' ? { capabilities: { neurons: 4 } } : {});
    return chipSubject(board);
  },
  fitting,
);

test('what the chip does not have is refused by name, all at once, and nothing is loaded', async (t) => {
  const board = loihiBoard();
  await board.connect();
  const asking: Network = {
    ...fitting,
    populations: {
      input: { size: 3, neuron: source() },
      adaptive: { size: 4, neuron: alif({ tauMem: 10, tauAdapt: 100, beta: 0.3 }) },
      subtracting: { size: 4, neuron: lif({ tauMem: 10 }) },
      tired: { size: 4, neuron: lif({ tauMem: 10, reset: 'zero', refractory: 4 }) },
      late: { size: 4, neuron: lif({ tauMem: 10, reset: 'zero', synapse: { tau: 5, order: 'tickBefore' } }) },
      readout: { size: 2, neuron: integrator({ tau: 20 }) },
    },
    projections: {
      sensory: { pre: 'input', post: 'tired', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 0 },
      onward: { pre: 'tired', post: 'late', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 0 },
    },
  };
  const error = await t.throwsAsync(board.deploy(load(asking)), { instanceOf: CapabilityError, code: 'ERR_BOARD_TOO_SMALL' });
  for (const named of [
    /alif asked by 'adaptive'/,
    /reset of 'subtracting': subtract asked, zero offered/,
    /refractory of 'tired': 4 asked/,
    /synapse\.order of 'late'/,
    /delay of 'onward': 0 asked/,
  ])
    t.regex(error!.message, named);
  t.is(board.chip.mapping, undefined);
  t.false(board.running);
});

test('the chip spikes with the host: 8-bit weights, 13-bit thresholds; with weights of its own it does not', async (t) => {
  const near = await compareWithHost(loihiBoard(), fitting, 2000);
  t.log(
    `spike agreement ${near.agreement.toFixed(3)}, ${near.hostSpikes} spikes of the host, ${near.boardSpikes} of the chip; membranes within ${near.membraneRms.toFixed(3)} rms`,
  );
  t.true(near.hostSpikes > 2000);
  t.true(near.agreement > 0.9);
  const apart = await compareWithHost(loihiBoard(), fitting, 2000, { spoil: reverseWeights });
  t.true(apart.agreement < 0.6, `${apart.agreement}`);
});

test('a synaptic current is mapped too: its decay, its factor, and the membrane behind it', async (t) => {
  const currents: Network = {
    ...fitting,
    populations: {
      ...fitting.populations,
      slow: {
        size: 20,
        neuron: lif({ tauMem: 20, reset: 'zero', synapse: { tau: 8, inputScale: 'oneMinusDecay' }, inputScale: 'oneMinusDecay' }),
      },
    },
    projections: { ...fitting.projections, sensory: { ...fitting.projections['sensory']!, weight: { kind: 'normal', gain: 8 } } },
  };
  const { agreement, hostSpikes } = await compareWithHost(loihiBoard(), currents, 2000, { takeOver: true });
  t.log(`spike agreement ${agreement.toFixed(3)} of ${hostSpikes} spikes`);
  t.true(agreement > 0.85 && hostSpikes > 500);
});
