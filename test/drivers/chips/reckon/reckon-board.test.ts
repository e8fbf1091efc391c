import test from 'ava';
import { reckonBoard } from '../../../../drivers/index.ts';
import { alif, CapabilityError, integrator, lif, type Network, source } from '../../../../runtime/index.ts';
import { boardContract, network as whole } from '../../../contracts/board.ts';
import { load } from '../../small.ts';
import { random } from '../../support.ts';
import { chipSubject } from '../chip-subject.ts';
import { compareWithHost, reverseWeights } from '../fidelity.ts';
import { fitting } from './fitting.ts';

boardContract(
  'reckon',
  (condition) => {
    const board = reckonBoard(condition === 'small' ? { capabilities: { neurons: 4 } } : {});
    return chipSubject(board);
  },
  fitting,
);

test('what the chip does not have is refused by name, all at once, and nothing is loaded', async (t) => {
  const board = reckonBoard();
  await board.connect();
  const dense = { kind: 'dense' } as const;
  const weight = { kind: 'normal', gain: 1 } as const;
  const asking: Network = {
    ...whole,
    populations: {
      input: { size: 3, neuron: source() },
      adaptive: { size: 4, neuron: alif({ tauMem: 20, tauAdapt: 100, beta: 0.3 }) },
      tired: { size: 4, neuron: lif({ tauMem: 20, refractory: 4 }) },
      forgetful: { size: 4, neuron: lif({ tauMem: 5, reset: 'zero' }) },
      current: { size: 4, neuron: lif({ tauMem: 20, reset: 'zero', synapse: { tau: 5 } }) },
      readout: { size: 2, neuron: integrator({ tau: 20 }) },
      slower: { size: 2, neuron: integrator({ tau: 80 }) },
    },
    projections: {
      sensory: { pre: 'input', post: 'tired', connectivity: dense, weight, delay: 1 },
      again: { pre: 'input', post: 'tired', connectivity: dense, weight, delay: 0 },
      onward: { pre: 'tired', post: 'forgetful', connectivity: dense, weight, delay: 0 },
      direct: { pre: 'input', post: 'readout', connectivity: dense, weight, delay: 0 },
    },
  };
  const error = await t.throwsAsync(board.deploy(load(asking)), { instanceOf: CapabilityError, code: 'ERR_BOARD_TOO_SMALL' });
  for (const named of [
    /alif asked by 'adaptive'/,
    /refractory of 'tired': 4 asked/,
    /leak of 'forgetful': 0\.6703 asked/,
    /synaptic current of 'current'/,
    /one reset for all neurons offered, subtract asked by 'tired', zero asked by 'current'/,
    /one leak for all readouts offered, several asked by 'readout', 'slower'/,
    /delay of 'sensory': 1 asked, 0 offered/,
    /'again' beside 'sensory' from input to tired/,
    /delay of 'onward': 0 asked, 1 offered/,
    /'direct' from inputs to a readout/,
  ])
    t.regex(error!.message, named);
  t.is(board.chip.mapping, undefined);
  t.is(board.chip.report().generation, 0);
  t.false(board.running);
});

for (const reset of ['subtract', 'zero'] as const) {
  test(`the chip spikes with the host, reset ${reset}; with weights of its own it does not`, async (t) => {
    const network: Network = {
      ...fitting,
      populations: {
        ...fitting.populations,
        slow: { size: 21, neuron: lif({ tauMem: 20, reset }) },
        fast: { size: 11, neuron: lif({ tauMem: 16, threshold: 0.7, reset }) },
      },
    };
    const near = await compareWithHost(reckonBoard(), network, 2000, { grade: 1 });
    t.log(
      `spike agreement ${near.agreement.toFixed(3)}, ${near.hostSpikes} spikes of the host, ${near.boardSpikes} of the chip; membranes within ${near.membraneRms.toFixed(3)} rms`,
    );
    t.true(near.hostSpikes > 2000);
    t.true(near.agreement > 0.9, `${near.agreement}`);
    const apart = await compareWithHost(reckonBoard(), network, 2000, { spoil: reverseWeights, grade: 1 });
    t.true(apart.agreement < near.agreement - 0.3, `${apart.agreement}`);
  });
}

test('spikes are what reading every membrane through SPI says, before the next tick', async (t) => {
  const board = reckonBoard();
  await board.connect();
  await board.deploy(load(fitting));
  const { machine } = board.chip.device;
  const draw = random(3);
  let told: number[] = [];
  board.events.subscribe((event) => {
    if (event.kind === 'spikes') told = [...event.addresses.subarray(0, event.count)];
  });
  let total = 0;
  const slow = new Float64Array(20);
  for (let tick = 0; tick < 400; tick++) {
    const addresses = Uint32Array.from([0, 1, 2, 3, 4, 5, 6, 7].filter(() => draw() < 0.3));
    const before = [...told];
    board.inputs(tick, addresses, addresses.length);
    // The chip's own step has spiked where the driver said so a tick ago.
    const stepped = [...machine.spikes.subarray(0, machine.spikeCount)];
    t.deepEqual(stepped, before);
    board.chip.membranes('slow', slow);
    t.deepEqual(
      told.filter((address) => address < 20),
      [...slow.keys()].filter((j) => slow[j]! >= 1),
    );
    total += told.length;
  }
  t.true(total > 300, `${total} spikes`);
});
