/** How well two sets of spikes agree, over the ticks of which both are known. */
export interface AgreementReport {
  /** 2|A∩B| / (|A| + |B|) over (neuron, tick); 1 where both were silent, undefined while nothing was compared */
  readonly agreement: number | undefined;
  readonly hostSpikes: number;
  readonly boardSpikes: number;
  readonly sharedSpikes: number;
  readonly ticksCompared: number;
  /** ticks of the host that left the ring without an answer */
  readonly ticksUnanswered: number;
  /** answers for a tick that the ring does not hold: too late, twice, or never asked */
  readonly ticksUnmatched: number;
}

/** Compares the host's spikes with a board's, which answers some ticks later. */
export interface Agreement {
  /** begins the host's tick; forgets the one `window` ticks before */
  open(tick: number): void;
  /** adds one spike of the host to the tick that is open */
  spike(neuron: number): void;
  /** the board's spikes of a tick: those in addresses[start … start + count) of first … first + size */
  answer(tick: number, addresses: Uint32Array, start: number, count: number): void;
  report(): AgreementReport;
}

/** 2|A∩B| / (|A| + |B|) of such counts. */
export function agreementOf({
  hostSpikes,
  boardSpikes,
  sharedSpikes,
  ticksCompared,
}: Pick<AgreementReport, 'hostSpikes' | 'boardSpikes' | 'sharedSpikes' | 'ticksCompared'>): number | undefined {
  if (ticksCompared === 0) return undefined;
  return hostSpikes + boardSpikes === 0 ? 1 : (2 * sharedSpikes) / (hostSpikes + boardSpikes);
}

function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** A ring of `window` ticks, one bit a neuron; addresses of the board count from `first`. */
export function createAgreement(size: number, first: number, window: number): Agreement {
  const NONE = -1;
  const words = Math.ceil(size / 32);
  const bits = new Uint32Array(window * words);
  const ticks = new Float64Array(window).fill(NONE);
  const counts = { host: 0, board: 0, shared: 0, compared: 0, unanswered: 0, unmatched: 0 };
  let row = 0;

  return {
    open(tick) {
      row = tick % window;
      if (ticks[row] !== NONE) counts.unanswered++;
      ticks[row] = tick;
      bits.fill(0, row * words, (row + 1) * words);
    },
    spike(neuron) {
      const at = row * words + (neuron >>> 5);
      bits[at] = bits[at]! | (1 << (neuron & 31));
    },
    answer(tick, addresses, start, count) {
      const slot = tick % window;
      if (ticks[slot] !== tick) {
        counts.unmatched++;
        return;
      }
      ticks[slot] = NONE;
      counts.compared++;
      for (let at = slot * words; at < (slot + 1) * words; at++) counts.host += ones(bits[at]!);
      for (let s = start; s < start + count; s++) {
        const neuron = addresses[s]! - first;
        if (neuron < 0 || neuron >= size) continue;
        counts.board++;
        const at = slot * words + (neuron >>> 5);
        counts.shared += (bits[at]! >>> (neuron & 31)) & 1;
        bits[at] = bits[at]! & ~(1 << (neuron & 31)); // an address given twice is shared once
      }
    },
    report() {
      const { host, board, shared, compared, unanswered, unmatched } = counts;
      const sums = { hostSpikes: host, boardSpikes: board, sharedSpikes: shared, ticksCompared: compared };
      return { agreement: agreementOf(sums), ...sums, ticksUnanswered: unanswered, ticksUnmatched: unmatched };
    },
  };
}
