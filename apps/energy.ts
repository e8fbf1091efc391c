import { type EventCounts, estimateEnergy } from '../runtime/index.ts';

/** What a run did, in the JSON of every app. */
export const energyReport = (events: EventCounts) => ({ events, estimatedEnergy: estimateEnergy(events) });

const short = (count: number): string => (count < 1e6 ? String(count) : count.toExponential(2));

function joules(value: number): string {
  const units = ['J', 'mJ', 'µJ', 'nJ', 'pJ'];
  const at = value === 0 ? 0 : Math.min(units.length - 1, Math.max(0, Math.ceil(-Math.log10(value) / 3)));
  return `${(value * 1000 ** at).toPrecision(3)} ${units[at]}`;
}

/** The same for a person. */
export function energyLines(counts: EventCounts): string[] {
  const { inference, learning, active } = counts;
  const { table, joules: estimated } = estimateEnergy(counts);
  const mean = active.mean === null ? '–' : active.mean.toFixed(2);
  const share = active.fraction === null ? '' : ` (${(100 * active.fraction).toFixed(1)} %)`;
  return [
    `acting: ${short(inference.spikes)} spikes, ${short(inference.deliveries)} deliveries, ${short(inference.products)} products, ${short(inference.neuronUpdates)} neuron updates`,
    `learning: ${short(learning.traceUpdates)} trace updates, ${short(learning.gradientUpdates)} of gradients, ${short(learning.signalProducts)} products of errors, ${short(learning.weightUpdates)} weight updates`,
    `active neurons: ${mean} a tick${share}, at most ${active.peak}`,
    `estimated energy: ${joules(estimated.inference)} to act, ${joules(estimated.learning)} to learn (${table})`,
  ];
}
