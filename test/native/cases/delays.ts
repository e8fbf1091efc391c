import { BLOCK, type Cases, history, vectors } from './parts.ts';

/** Rows of a past of seven ticks: delays lie before, within and behind them. */
const PAST = 8;

/** Delays of each neuron's own. */
export const delaysCases = {
  delay_line: (l, n) => ({
    ...{ n, ...l.ring(n), past: l.matrix(PAST, n), pastRows: PAST },
    ...{ ...vectors(l, n, 'lag', 'slope'), longest: l.scalar(1, PAST - 2) },
  }),
  delay_line_back: (l, n) => ({ n, ...history(l, n), ...vectors(l, n, 'lag', 'y'), longest: l.scalar(1, 2 * BLOCK) }),
} satisfies Partial<Cases>;
