import test from 'ava';
import { bitShiftLif, xyloBoard } from '../../../drivers/index.ts';
import { alif, CapabilityError, integrator, type Lif, lif, type Network, source } from '../../../runtime/index.ts';
import { boardContract, network as whole } from '../../contracts/board.ts';
import { load } from '../small.ts';
import { chipSubject } from './chip-subject.ts';
import { compareWithHost, reverseWeights } from './fidelity.ts';

/** The contract's network as far as the chip goes: no adaptation, one delay, the same sizes and grades. */
const fitting: Network = {
  ...whole,
  populations: {
    ...whole.populations,
    slow: { size: 20, neuron: bitShiftLif({ dash: 2, dt: whole.dt }) },
    fast: { size: 11, neuron: bitShiftLif({ dash: 2, dt: whole.dt, threshold: 0.7 }) },
  },
  // Weak enough that a neuron hardly ever owes two spikes at once (the host makes one a tick, the chip both), and that one which comes a tick
  // late does not move all others.
  projections: {
    ...whole.projections,
    sensory: { ...whole.projections['sensory']!, weight: { kind: 'normal', gain: 0.7 } },
    recurrent: { ...whole.projections['recurrent']!, weight: { kind: 'normal', gain: 0.1 } },
    sparse: { ...whole.projections['sparse']!, delay: 1, weight: { kind: 'normal', gain: 0.4 } },
  },
};

boardContract(
  'xylo',
  (condition) => {
    const board = xyloBoard(condition === 'small' ? { capabilities: { neurons: 4 } } : {});
    return chipSubject(board);
  },
  fitting,
);

test('what the chip does not have is refused by name, all at once', async (t) => {
  const board = xyloBoard();
  await board.connect();
  const dense = { connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 } } as const;
  const asking: Network = {
    dt: 2,
    seed: 1,
    populations: {
      input: { size: 17, neuron: source() },
      adaptive: { size: 4, neuron: alif({ tauMem: 10, tauAdapt: 100, beta: 0.3 }) },
      plain: { size: 4, neuron: lif({ tauMem: 10 }) },
      emptied: { size: 4, neuron: lif({ tauMem: 10, reset: 'zero', comparison: { kind: 'escape' } }) },
      readout: { size: 33, neuron: integrator({ tau: 20 }) },
    },
    projections: {
      bias: { pre: 'input', post: 'readout', ...dense, delay: 0 },
      slow: { pre: 'plain', post: 'plain', ...dense, delay: 2 },
      onward: { pre: 'plain', post: 'emptied', ...dense, delay: 0 },
    },
  };
  const error = await t.throwsAsync(board.deploy(load(asking)), { instanceOf: CapabilityError, code: 'ERR_BOARD_TOO_SMALL' });
  for (const named of [
    /inputs: 17 asked, 16 offered/,
    /outputs: 33 asked, 32 offered/,
    /adaptation: asked by 'adaptive'/,
    /reset of 'emptied': zero asked/,
    /comparison of 'emptied': escape asked/,
    /projection 'bias' from an input to a readout/,
    /delay of 'slow': 2 asked, 1 offered/,
    /delay of 'onward': 0 asked, 1 offered/,
    /maxDelay: 2 asked/,
  ])
    t.regex(error!.message, named);
  t.is(board.chip.mapping, undefined);
});

test('the chip spikes with the host where the host has the neuron of the chip; with other weights it does not', async (t) => {
  const near = await compareWithHost(xyloBoard(), fitting, 2000, { grade: 1 });
  t.log(
    `spike agreement ${near.agreement.toFixed(3)} of ${near.hostSpikes} and ${near.boardSpikes} spikes, membranes ${near.membraneRms.toFixed(3)} rms`,
  );
  t.true(near.agreement > 0.9 && near.hostSpikes > 2000);
  const apart = await compareWithHost(xyloBoard(), fitting, 2000, { spoil: reverseWeights, grade: 1 });
  t.true(apart.agreement < 0.5, `${apart.agreement}`);
});

test('a leak and a reset that the chip does not have cost agreement, and the mapping says how far off they are', async (t) => {
  const off = (neuron: Lif): Network => ({ ...fitting, populations: { ...fitting.populations, slow: { size: 20, neuron } } });
  const mapped = async (neuron: Lif) => {
    const board = xyloBoard();
    await board.connect();
    await board.deploy(load(off(neuron)));
    const { decayError, resetError } = board.chip.mapping!.neurons[1]!;
    const { agreement } = await compareWithHost(xyloBoard(), off(neuron), 2000, { takeOver: true, grade: 1 });
    return { decayError, resetError, agreement };
  };
  const reset = await mapped(lif({ tauMem: bitShiftLif({ dash: 2, dt: whole.dt }).tauMem }));
  t.true(Math.abs(reset.decayError) < 1e-6);
  t.is(reset.resetError, 1 / 4);
  const leak = await mapped(lif({ tauMem: 10 }));
  // e^(−2/10) = 0.8187, and the chip has 1 − 2^−2.
  t.true(Math.abs(leak.decayError + 0.0687) < 1e-3);
  t.is(leak.resetError, 1 / 4);
  const { agreement } = await compareWithHost(xyloBoard(), fitting, 2000, { takeOver: true, grade: 1 });
  t.log(
    `spike agreement ${agreement.toFixed(3)}; another reset ${reset.agreement.toFixed(3)}, another leak and reset ${leak.agreement.toFixed(3)}`,
  );
  t.true(reset.agreement < agreement - 0.05 && leak.agreement < agreement - 0.05);
});
