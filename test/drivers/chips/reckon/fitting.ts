import { lif, type Network } from '../../../../runtime/index.ts';
import { network as whole } from '../../../contracts/board-bench.ts';

/** The contract's network as far as the chip goes: no adaptation, one reset, slow leaks, a delay of one tick between neurons, plain spikes. */
export const fitting: Network = {
  ...whole,
  populations: {
    ...whole.populations,
    slow: { size: 20, neuron: lif({ tauMem: 20, reset: 'zero' }) },
    fast: { size: 11, neuron: lif({ tauMem: 16, threshold: 0.7, reset: 'zero' }) },
  },
  projections: { ...whole.projections, sparse: { ...whole.projections['sparse']!, delay: 1 } },
};
