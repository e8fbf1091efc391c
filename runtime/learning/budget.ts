import { raise } from '../errors.ts';
import { hasSurrogate } from '../network/gates.ts';
import type { Network, Projection } from '../network/network.ts';
import { constant, integrator, rate } from '../network/neurons.ts';

export interface Budget {
  /** the population that is held to it; lif or alif, with plastic projections into it */
  readonly population: string;
  /** N: neurons that may fire in a tick, in the mean */
  readonly active: number;
  /** ms over which activity is averaged; default 1000 */
  readonly tau?: number;
  /** η: what a tick at twice the budget adds to the price; default 0.0001 */
  readonly step?: number;
}

/**
 * The same network, learning under a constraint: minimize E subject to A ≤ N, A the neurons of a population that fire in a tick, averaged. The constraint's
 * price λ is its dual variable, which ascends while A is above the budget and falls back to 0 below it (projected gradient ascent on the Lagrangian
 * E + λ(A − N); Arrow, Hurwicz & Uzawa 1958): λ ← max(0, λ + η(A/N − 1)), and each neuron learns by L_j + λ, the gradient of λ Σ_j z_j.
 * Over T ticks the mean of A/N is at most 1 + λ/(ηT).
 *
 * Nothing but parts that every description has: a meter (an integrator that all neurons of the population excite) and a price (one rectified unit a
 * neuron that holds its value), so it is compiled, executed, saved and recorded as they are, with equal bits everywhere.
 */
export function withBudget(network: Network, { population, active, tau = 1000, step = 0.0001 }: Budget): Network {
  const held = network.populations[population];
  if (held === undefined)
    raise('ERR_UNKNOWN_NAME', { path: 'budget.population', value: `'${population}'`, known: Object.keys(network.populations).join(', ') });
  if (!hasSurrogate(held.neuron))
    raise('ERR_INCOMPATIBLE_RULE', {
      path: 'budget.population',
      reason: `a budget of active neurons is asked of '${population}', which is no lif or alif population`,
      remedy: 'name a lif or alif population',
    });
  positive('budget.active', active, 'give the neurons that may fire in a tick, in the mean');
  positive('budget.tau', tau, 'give a time in ms');
  positive('budget.step', step, 'give the step of the price');
  const entries = Object.entries(network.projections);
  const taught = entries.filter(([, { post, plasticity }]) => post === population && plasticity !== undefined);
  if (taught.length === 0)
    raise('ERR_INCOMPATIBLE_RULE', {
      path: 'budget.population',
      reason: `no projection into '${population}' learns`,
      remedy: 'give one a plasticity, or leave the budget out',
    });
  const without = taught.find(([, { plasticity }]) => plasticity!.terms.length === 0);
  if (without !== undefined)
    raise('ERR_INCOMPATIBLE_RULE', {
      path: `projections.${without[0]}.plasticity.terms`,
      reason: 'a price is one more learning signal, and this rule hears none',
      remedy: 'teach it by a rule with terms, or leave the budget out',
    });
  const [meter, price, one] = ['meter', 'price', 'unit'].map((part) => `${population}-${part}`) as [string, string, string];
  const units = Array.from({ length: held.size }, (_, j) => j);
  const dense = (pre: string, post: string, value: number): Projection => ({
    pre,
    post,
    connectivity: { kind: 'dense' },
    weight: { kind: 'constant', value },
    delay: 0,
  });
  return {
    ...network,
    populations: {
      ...network.populations,
      [one]: { size: 1, neuron: constant() },
      [meter]: { size: 1, neuron: integrator({ tau, inputScale: 'oneMinusDecay' }) },
      [price]: { size: held.size, neuron: rate({ tau: network.dt, activation: 'relu' }) },
    },
    projections: {
      ...Object.fromEntries(entries.map(([name, projection]) => [name, priced(projection, population, price)])),
      [`${meter}-heard`]: dense(population, meter, 1),
      [`${price}-asked`]: dense(meter, price, step / active),
      [`${price}-kept`]: {
        pre: price,
        post: price,
        connectivity: { kind: 'list', pre: units, post: units },
        weight: { kind: 'constant', value: 1 },
        delay: 1,
      },
      [`${price}-falls`]: dense(one, price, -step),
    },
  };
}

/** Each rule into the population gets the price as one more learning signal, on the trace that it keeps anyway. */
function priced(projection: Projection, population: string, price: string): Projection {
  const { post, plasticity } = projection;
  if (post !== population || plasticity === undefined) return projection;
  const { trace } = plasticity.terms[0]!;
  return { ...projection, plasticity: { ...plasticity, terms: [...plasticity.terms, { trace, signal: { of: 'value', from: price } }] } };
}

function positive(path: string, value: number, remedy: string): void {
  if (!(value > 0 && Number.isFinite(value))) raise('ERR_OUT_OF_RANGE', { path, bound: '> 0', value, remedy });
}
