import type { Network } from './network.ts';

/** A description with the weights of another one, projection by projection and feedback by feedback of the same name; all else stays, its rules too. */
export function withWeights(network: Network, from: Network): Network {
  const taken = <Entry extends { readonly weight: unknown }>(
    entries: Readonly<Record<string, Entry>>,
    others: Readonly<Record<string, Entry>> = {},
  ): Record<string, Entry> =>
    Object.fromEntries(
      Object.entries(entries).map(([name, entry]) => [
        name,
        Object.hasOwn(others, name) ? { ...entry, weight: others[name]!.weight } : entry,
      ]),
    );
  return {
    ...network,
    projections: taken(network.projections, from.projections),
    ...(network.feedbacks && { feedbacks: taken(network.feedbacks, from.feedbacks) }),
  };
}
