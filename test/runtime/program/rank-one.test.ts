/** An influence of rank one: what it cannot say is refused by name, and what it keeps is one value a synapse. */
import test from 'ava';
import { ruleNetwork } from '../../../apps/bench/rule-networks.ts';
import { uoro } from '../../../runtime/learning/rules/uoro.ts';
import type { RuleExample } from '../../../runtime/learning/sheet.ts';
import type { Network, Projection } from '../../../runtime/network/network.ts';
import { lif } from '../../../runtime/network/neurons.ts';
import { compile } from '../../../runtime/program/compile.ts';
import { synapseCosts } from '../../../runtime/program/costs.ts';

const example: RuleExample = { cell: 'GRU', plasticity: ({ readout: from, optimizer }) => uoro({ from, optimizer }) };
const { network, projections } = ruleNetwork(example, { n: 16, inputs: 8 }, { ticks: 64 });

/** The network with one of its projections, or its learning, changed. */
const changed = (name: string, change: (projection: Projection) => Projection, learning = network.learning!): Network => ({
  ...network,
  projections: { ...network.projections, [name]: change(network.projections[name]!) },
  learning,
});
const [first, second] = projections as [string, string];
const same = (projection: Projection): Projection => projection;
const terms = (change: object) => (projection: Projection) =>
  ({
    ...projection,
    plasticity: { ...projection.plasticity, terms: projection.plasticity!.terms.map((term) => ({ ...term, ...change })) },
  }) as Projection;

test('it keeps one value a synapse, whatever is connected to what', (t) => {
  const costs = synapseCosts(compile(network), projections);
  t.is(costs.synapses, 4 * 16 * 16);
  t.is(costs.kept, 1);
});

test('what has another rank is refused, with the field', (t) => {
  t.notThrows(() => compile(changed(first, same)));
  const path = `projections.${first}.plasticity.terms[0]`;
  const keep = { adaptation: true, reset: true, recurrence: 'none' };
  t.throws(() => compile(changed(first, terms({ trace: { kind: 'rankOne', keep } }))), {
    code: 'ERR_UNSUPPORTED_RULE',
    message: new RegExp(`^${path.replaceAll(/[.[\]]/g, '\\$&')}\\.trace\\.keep\\.recurrence: .*drops recurrence`),
  });
  t.throws(() => compile(changed(first, terms({ filter: 'readout' }))), { code: 'ERR_UNSUPPORTED_RULE', message: /another rank/ });
  t.throws(() => compile(changed(second, terms({ signal: { of: 'value', from: 'hidden' } }))), {
    code: 'ERR_UNSUPPORTED_RULE',
    message: new RegExp(`^projections\\.${second}.*shares one influence`),
  });
  t.throws(() => compile(changed(first, terms({ signal: { of: 'error', from: 'readout', through: { feedback: 'nobody' } } }))), {
    code: 'ERR_UNKNOWN_NAME',
    message: /'nobody'/,
  });
  t.throws(() => compile(changed(first, same, { update: 'label', target: 'label' })), {
    code: 'ERR_UNSUPPORTED_RULE',
    message: /labels for .* rank one/,
  });
  const synaptic = lif({ tauMem: 20, synapse: { tau: 5 } });
  const spiking = ruleNetwork({ ...example, cell: 'LIF' }, { n: 16, inputs: 8 }, { ticks: 64 }).network;
  const { hidden } = spiking.populations;
  t.throws(() => compile({ ...spiking, populations: { ...spiking.populations, hidden: { ...hidden!, neuron: synaptic } } }), {
    code: 'ERR_UNSUPPORTED_RULE',
    message: /uoro on 'hidden', a neuron with a synaptic current/,
  });
  t.throws(() => compile(changed(first, (projection) => ({ ...projection, delay: 2 }))), {
    code: 'ERR_UNSUPPORTED_RULE',
    message: /whose delay is 2 ticks/,
  });
});
