import type { ClockReport, RateReport, SectionReport } from '../runtime/index.ts';
import { out as pc } from './colors.ts';

/** How a loop kept its time. */
export interface Timing {
  readonly clock: ClockReport;
  /** undefined where nobody watched it */
  readonly rate: RateReport | undefined;
  readonly sections: Readonly<Record<string, SectionReport>> | undefined;
}

/** The same for a person; `safe` says what came of a rate that was too low, before 'for N frames'. */
export function timingLines({ clock, rate, sections }: Timing, safe: string): string[] {
  const lines = [
    `clock: ${clock.askedHz.toFixed(1)} Hz asked, ${clock.achievedHz.toFixed(1)} achieved; ${clock.skippedTicks} ticks skipped, ${clock.framesLate} frames late, lateness p99 ${(clock.latenessUs.p99 / 1000).toFixed(1)} ms`,
  ];
  if (rate !== undefined && rate.outs > 0)
    lines.push(
      pc.yellow(
        `rate: below ${rate.leastHz.toFixed(1)} Hz ${rate.outs} times (lowest ${rate.lowestHz?.toFixed(1) ?? '–'}); ${safe} for ${rate.outFrames} frames`,
      ),
    );
  const worst = Object.entries(sections ?? {})
    .filter(([, { worstUs }]) => worstUs > 0)
    .map(([name, { worstUs, worstTick }]) => `${name} ${(worstUs / 1000).toFixed(2)} ms (tick ${worstTick})`);
  if (worst.length > 0) lines.push(`worst of each section: ${worst.join(', ')}`);
  return lines;
}
