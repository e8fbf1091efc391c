import type { Backend } from '../../runtime/index.ts';
import type { Progress } from '../app.ts';
import { type ControllerOptions, controller, plasticSynapses } from './controller.ts';
import { type Largest, largestAt1kHz, type Sized } from './largest.ts';
import { type Latency, measureTicks } from './latency.ts';

export interface TickOptions extends Omit<ControllerOptions, 'n'> {
  readonly sizes: readonly number[];
  readonly threads: number;
  /** ticks that are timed for each size */
  readonly ticks: number;
}

export interface SizeFigures extends Latency {
  readonly n: number;
  /** mean, of the synapses that learn */
  readonly nsPerSynapseTick: number;
}

/** What `ganglion bench tick --json` prints. */
export interface TickFigures {
  readonly neuron: 'lif' | 'alif';
  readonly block: number;
  readonly updateDelay: 0 | 1;
  readonly threads: number;
  readonly target: string;
  readonly ticks: number;
  readonly sizes: readonly SizeFigures[];
  readonly largestAt1kHz: Largest | null;
}

/** Whole blocks of every length; until then the code is not compiled, pages are not touched and adaptation is not settled. */
const WARM_UP = 512;
/** Most ticks of a size that is only tried. */
const PROBE_TICKS = 1000;
/** Share of the sizes in the time of all, about: the rest is the search. */
const SIZES_SHARE = 0.5;

/**
 * Times single ticks of a learning controller for every size, and finds the largest that holds 1 kHz with half a core spare.
 * (`npm run bench` times the bare network in longer runs instead, beside a plain loop.)
 */
export function tickFigures(
  backend: Backend,
  { sizes, ticks, ...options }: TickOptions,
  progress: (progress: Progress) => void,
): TickFigures {
  const open = (n: number, count: number): Sized => {
    const { tick, close } = controller(backend, { ...options, n });
    return { measure: () => measureTicks(tick, count, WARM_UP), close };
  };
  const work = sizes.reduce((sum, n) => sum + n * n, 0);
  let done = 0;
  const measured = sizes.map((n): SizeFigures => {
    progress({ fraction: (SIZES_SHARE * done) / work, text: `${ticks} ticks of ${n} neurons` });
    const { measure, close } = open(n, ticks);
    const latency = measure();
    close();
    done += n * n;
    return { n, ...latency, nsPerSynapseTick: (latency.meanUs * 1000) / plasticSynapses(n) };
  });
  let left = 1 - SIZES_SHARE;
  const largest = largestAt1kHz((n) => {
    progress({ fraction: 1 - left, text: `do ${n} neurons hold 1 kHz?` });
    left *= 0.8;
    return open(n, Math.min(ticks, PROBE_TICKS));
  });
  return { ...options, target: backend.target, ticks, sizes: measured, largestAt1kHz: largest };
}
