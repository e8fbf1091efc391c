import { UsageError } from './usage.ts';

/** Units of time, ms. */
export const units: Readonly<Record<string, number>> = { s: 1000, ms: 1, us: 1e-3 };

/** Reads `--flag 0.5ms` as ms. */
export function duration(flag: string, text: string): number {
  const [, digits, unit] = /^([0-9]*\.?[0-9]+(?:e[+-]?[0-9]+)?)(s|ms|us)$/.exec(text) ?? [];
  const ms = Number(digits) * (units[unit ?? ''] ?? Number.NaN);
  if (ms > 0 && ms < 1e9) return ms;
  throw new UsageError(`--${flag} takes a time with its unit (${Object.keys(units).join(', ')}), not '${text}'`, `try --${flag} 1ms`);
}
