import fc from 'fast-check';
import type { Network } from '../../runtime/network/network.ts';
import { validate } from '../../runtime/network/validate.ts';
import { compile } from '../../runtime/program/compile.ts';
import { referenceBackend } from '../../runtime/reference/backend.ts';
import { type Mutation, mutate, mutation } from '../runtime/network/mutations.ts';
import { wholeNetwork } from '../runtime/network/networks.ts';
import { refusal } from '../runtime/network/refusal.ts';
import type { Target } from './target.ts';

interface Case {
  readonly changes: readonly Mutation[];
  /** what is taken is compiled and run too, which costs far more */
  readonly run: boolean;
}

const described = ({ changes }: Case): unknown => {
  const network = wholeNetwork();
  for (const change of changes) mutate(network, change);
  return network;
};

export const descriptions: Target<Case> = {
  name: 'description',
  share: 0.05,
  cases: fc.record({ changes: fc.array(mutation, { minLength: 1, maxLength: 4 }), run: fc.nat(63).map((chance) => chance === 63) }),
  whole: { changes: [], run: true },
  size: (input) => JSON.stringify(described(input))?.length ?? 1,
  read: (input) =>
    refusal(() => {
      const network = described(input);
      validate(network);
      if (input.run) referenceBackend.load(compile(network as Network, { maxTicks: 2 })).run(2);
    }) === undefined,
};
