import test from 'ava';
import fc from 'fast-check';
import { createAgreement } from '../../../runtime/loop/agreement.ts';

const NEURONS = 70;
const spikes = fc.uniqueArray(fc.nat(NEURONS - 1), { maxLength: 20 });

test('agreement is 2|A∩B|/(|A| + |B|) over all (neuron, tick) that were answered', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(spikes, spikes, fc.boolean()), { minLength: 1, maxLength: 12 }), (ticks) => {
      const first = 5;
      const agreement = createAgreement(NEURONS, first, 16);
      for (const [tick, [host]] of ticks.entries()) {
        agreement.open(tick);
        for (const neuron of host) agreement.spike(neuron);
      }
      const expected = { host: 0, board: 0, shared: 0, compared: 0 };
      for (const [tick, [host, board, answered]] of ticks.entries()) {
        if (!answered) continue;
        // Spikes of other populations stand around those that are compared.
        const addresses = Uint32Array.from([99, 0, ...board.map((neuron) => neuron + first), first + NEURONS]);
        agreement.answer(tick, addresses, 1, addresses.length - 1);
        expected.host += host.length;
        expected.board += board.length;
        expected.shared += board.filter((neuron) => host.includes(neuron)).length;
        expected.compared++;
      }
      const report = agreement.report();
      const total = expected.host + expected.board;
      return (
        report.hostSpikes === expected.host &&
        report.boardSpikes === expected.board &&
        report.sharedSpikes === expected.shared &&
        report.ticksCompared === expected.compared &&
        report.agreement === (expected.compared === 0 ? undefined : total === 0 ? 1 : (2 * expected.shared) / total)
      );
    }),
  );
  t.pass();
});

test('a row of the ring forgets the tick that was in it before', (t) => {
  const agreement = createAgreement(4, 0, 2);
  agreement.open(0);
  agreement.spike(3);
  agreement.open(1);
  agreement.open(2);
  agreement.spike(0);
  agreement.answer(2, Uint32Array.of(0, 3), 0, 2);
  const { hostSpikes, boardSpikes, sharedSpikes } = agreement.report();
  t.deepEqual({ hostSpikes, boardSpikes, sharedSpikes }, { hostSpikes: 1, boardSpikes: 2, sharedSpikes: 1 });
});

test('a second answer, an answer for a forgotten tick and an answer nobody asked for are unmatched', (t) => {
  const agreement = createAgreement(4, 0, 2);
  const addresses = Uint32Array.of(1, 1);
  for (const tick of [0, 1, 2]) {
    agreement.open(tick);
    agreement.spike(1);
  }
  agreement.answer(2, addresses, 0, 2);
  agreement.answer(2, addresses, 0, 1);
  agreement.answer(0, addresses, 0, 1);
  agreement.answer(9, addresses, 0, 1);
  const report = agreement.report();
  t.deepEqual(
    { compared: report.ticksCompared, unmatched: report.ticksUnmatched, unanswered: report.ticksUnanswered },
    { compared: 1, unmatched: 3, unanswered: 1 },
  );
  t.is(report.agreement, 2 / 3, 'an address given twice is shared once');
});
