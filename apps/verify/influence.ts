import type { Backend, Keep } from '../../runtime/index.ts';
import { benches } from './benches.ts';
import { oracle } from './oracle.ts';
import { error, filters, hidden, SINGLE, still } from './rules.ts';

const all = { adaptation: true, reset: true } as const;

/** A rung of the ladder of influence, as a description names it and as the oracle does. */
interface Rung {
  readonly rule: string;
  readonly compiled: Keep;
  readonly oracle: oracle.Keep;
}

/** What each rule keeps of the influence, from the neuron alone to everything. */
const rungs: readonly Rung[] = [
  { rule: 'OSTL without H', compiled: { ...all, recurrence: 'none' }, oracle: { ...all, recurrence: 'none' } },
  { rule: 'SnAp-1', compiled: { ...all, recurrence: 'self' }, oracle: oracle.keepSnap(1) },
  { rule: 'SnAp-2', compiled: { ...all, recurrence: { hops: 1 } }, oracle: oracle.keepSnap(2) },
  { rule: 'SnAp-3', compiled: { ...all, recurrence: { hops: 2 } }, oracle: oracle.keepSnap(3) },
  { rule: 'RTRL', compiled: { ...all, recurrence: 'all' }, oracle: oracle.keepAll },
  { rule: 'RTRL, reset dropped', compiled: { ...all, reset: false, recurrence: 'all' }, oracle: { ...oracle.keepAll, reset: false } },
];

/** Every rung on the compiled program's own spikes, against float64 RTRL with the same mask; another rung must not pass for it. */
export function influenceRows(backend: Backend): oracle.VerifyRow[] {
  return benches().flatMap((bench) =>
    rungs.flatMap((rung, index) => {
      // Neither network has synapses of a neuron onto itself, and the dense one is closed after one hop: rungs between which that makes no
      // difference are no controls.
      const other = bench.network === 'F1' && index > 2 ? rungs[index - 1]! : rungs[index < 2 ? 4 : 0]!;
      return (['symmetric', 'random'] as const).flatMap((feedback) => {
        const errors = (keep: Keep) =>
          filters.map((filter) => error(still(backend, bench, feedback, filter, { wiring: { keep } }, rung.oracle), hidden));
        const subject = { rule: `${rung.rule} on ${backend.name}`, neuron: bench.neuron, feedback, oracle: 'masked RTRL on its spikes' };
        return [
          oracle.agree({ ...subject, claim: `${bench.network}: filtered or not, equals it` }, Math.max(...errors(rung.compiled)), SINGLE),
          oracle.differ({ ...subject, claim: `${bench.network}: ${other.rule} does not` }, Math.min(...errors(other.compiled)), SINGLE),
        ];
      });
    }),
  );
}
