/** Faults 24 to 27 and 35: of chips that do not speak our wire, tried with the drivers of these chips. */
import { agedCrossbar } from '../../chips/aging.ts';
import { fastClock, flippedBit, lostEdge, timingError } from '../../chips/reckon/faults.ts';

export interface ChipFault {
  readonly number: number;
  readonly fault: string;
  readonly expected: string;
  /** throws where it is not so; returns what was seen */
  readonly run: () => Promise<string>;
}

export const chipFaults: readonly ChipFault[] = [
  {
    number: 24,
    fault: 'ticks late or missed (ReckOn timing error)',
    expected: 'TIMING_ERROR surfaces as typed error; board reset + reload + verify',
    run: timingError,
  },
  {
    number: 25,
    fault: 'one lost SPI clock edge (ReckOn)',
    expected: 'readback mismatch detected; reset and reload; never silently trained',
    run: lostEdge,
  },
  {
    number: 26,
    fault: 'SPI read at too fast SCK',
    expected: 'self-test at connect (write/read pattern) lowers the clock or refuses',
    run: fastClock,
  },
  {
    number: 27,
    fault: 'weight readback bit flip in SRAM',
    expected: 'periodic scrub finds it ≤ 10 s; reload or fault by policy',
    run: flippedBit,
  },
  {
    number: 35,
    fault: 'PCM: read noise ×4, drift 30 days, 1 % stuck cells',
    expected: 'inference still in bound or "degraded"; compensation run, logged',
    run: agedCrossbar,
  },
];
