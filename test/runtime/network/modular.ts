/** A network that is put together from modules, as docs/NETWORK.md shows it, and the same written out. Plain data. */

const dense = { kind: 'dense' };
const sgd = { kind: 'sgd', rate: 0.01 };
const trace = { kind: 'influence', keep: { adaptation: false, reset: false, recurrence: 'none' } };
const eprop = (from: unknown, feedback: string) => ({
  terms: [{ trace, filter: 'readout', signal: { of: 'error', from, through: { feedback } } }],
  optimizer: sgd,
});
const delta = (from: unknown) => ({ terms: [{ trace, signal: { of: 'error', from, through: 'direct' } }], optimizer: sgd });

const input = { size: 4, neuron: { kind: 'source' } };
const readout = { size: 1, neuron: { kind: 'integrator', tau: 20, loss: 'squared' } };
const learning = { update: { ticks: 10 } };

/** Two columns between an input and a readout, each taught through a feedback of its own. */
export const modular = {
  dt: 1,
  seed: 7,
  modules: {
    column: {
      parameters: { from: null, readout: null, size: 8, tau: 20 },
      populations: { hidden: { size: { parameter: 'size' }, neuron: { kind: 'lif', tauMem: { parameter: 'tau' } } } },
      projections: {
        in: {
          pre: { parameter: 'from' },
          post: 'hidden',
          connectivity: dense,
          weight: { kind: 'normal', gain: 2 },
          delay: 0,
          plasticity: eprop({ parameter: 'readout' }, 'broadcast'),
        },
        out: {
          pre: 'hidden',
          post: { parameter: 'readout' },
          connectivity: dense,
          weight: { kind: 'normal', gain: 0.5 },
          delay: 0,
          plasticity: delta({ parameter: 'readout' }),
        },
      },
      feedbacks: { broadcast: { from: { parameter: 'readout' }, to: 'hidden', weight: { kind: 'normal', std: 1 } } },
    },
  },
  populations: {
    input,
    left: { module: 'column', with: { from: 'input', readout: 'readout' } },
    right: { module: 'column', with: { from: 'input', readout: 'readout', size: 16, tau: 50 } },
    readout,
  },
  projections: {
    across: {
      pre: 'left-hidden',
      post: 'right-hidden',
      connectivity: { kind: 'random', density: 0.5 },
      weight: { kind: 'normal', gain: 0.7 },
      delay: 1,
    },
  },
  learning,
};

const column = (name: string) => ({
  [`${name}-in`]: {
    pre: 'input',
    post: `${name}-hidden`,
    connectivity: dense,
    weight: { kind: 'normal', gain: 2 },
    delay: 0,
    plasticity: eprop('readout', `${name}-broadcast`),
  },
  [`${name}-out`]: {
    pre: `${name}-hidden`,
    post: 'readout',
    connectivity: dense,
    weight: { kind: 'normal', gain: 0.5 },
    delay: 0,
    plasticity: delta('readout'),
  },
});
const feedback = (name: string) => ({
  [`${name}-broadcast`]: { from: 'readout', to: `${name}-hidden`, weight: { kind: 'normal', std: 1 } },
});

export const writtenOut = {
  dt: 1,
  seed: 7,
  populations: {
    input,
    'left-hidden': { size: 8, neuron: { kind: 'lif', tauMem: 20 } },
    'right-hidden': { size: 16, neuron: { kind: 'lif', tauMem: 50 } },
    readout,
  },
  projections: { ...column('left'), ...column('right'), ...modular.projections },
  feedbacks: { ...feedback('left'), ...feedback('right') },
  learning,
};
