import { type Printed, readPrinted } from './fixtures/fixture.ts';

/** One line of the chain of evidence. */
export interface VerifyRow {
  /** the rule that is judged */
  readonly rule: string;
  /** the neurons it is judged on */
  readonly neuron: string;
  readonly feedback: string;
  /** what is claimed */
  readonly claim: string;
  /** who says so */
  readonly oracle: string;
  readonly relativeError: number;
  readonly tolerance: number;
  readonly pass: boolean;
  /** a negative control: something was broken on purpose, and `pass` says that the same comparison noticed */
  readonly control?: true;
}

/** What a row is about. */
export type Subject = Pick<VerifyRow, 'rule' | 'neuron' | 'feedback' | 'claim' | 'oracle'>;

/** The claim holds when the error is within the tolerance. NaN is not. */
export function agree(subject: Subject, relativeError: number, tolerance: number): VerifyRow {
  return { ...subject, relativeError, tolerance, pass: relativeError <= tolerance };
}

/** The break is found when the error exceeds the tolerance of the link that it controls. NaN does not count as found. */
export function differ(subject: Subject, relativeError: number, tolerance: number): VerifyRow {
  return { ...subject, relativeError, tolerance, pass: relativeError > tolerance, control: true };
}

/** Relative error of a value against a printed number, and the tolerance that its printed digits allow. */
export function againstPrinted(value: number, printed: Printed): { relativeError: number; tolerance: number } {
  const { value: expected, halfUnit } = readPrinted(printed);
  return { relativeError: Math.abs(value / expected - 1), tolerance: halfUnit / Math.abs(expected) + ROUNDING };
}

/** The pairs agree at every printed digit; the row shows the worst of them. */
export function agreePrinted(subject: Subject, pairs: readonly (readonly [value: number, printed: Printed])[]): VerifyRow {
  const { relativeError, tolerance } = worst(pairs.map(([value, text]) => againstPrinted(value, text)));
  return agree(subject, relativeError, tolerance);
}

/** At least one of the pairs does not. */
export function differPrinted(subject: Subject, pairs: readonly (readonly [value: number, printed: Printed])[]): VerifyRow {
  const { relativeError, tolerance } = worst(pairs.map(([value, text]) => againstPrinted(value, text)));
  return differ(subject, relativeError, tolerance);
}

/** Relative rounding of a value that is a sum of some hundred terms: two correct programs may differ by it. */
const ROUNDING = 1e-14;

interface Comparison {
  readonly relativeError: number;
  readonly tolerance: number;
}

/** Error in units of its tolerance; NaN is the worst there is. */
function severity({ relativeError, tolerance }: Comparison): number {
  return Number.isNaN(relativeError) ? Number.POSITIVE_INFINITY : relativeError / tolerance;
}

/** The comparison that is worst for its tolerance. */
export function worst<T extends Comparison>(comparisons: readonly T[]): T {
  return comparisons.reduce((a, b) => (severity(b) > severity(a) ? b : a));
}

/** The comparison that is best for its tolerance. */
export function best<T extends Comparison>(comparisons: readonly T[]): T {
  return comparisons.reduce((a, b) => (severity(b) < severity(a) ? b : a));
}

/** The largest relative difference of two lists. */
export function listError(values: readonly number[], expected: readonly number[]): number {
  if (values.length < expected.length) return Number.POSITIVE_INFINITY;
  return Math.max(...expected.map((want, i) => Math.abs(values[i] / want - 1)));
}

/** How far a count lies outside a band, relative to the bound it crosses; 0 inside. */
export function outside(count: number, least: number, most: number): number {
  if (count < least) return (least - count) / least;
  return Math.max(0, count - most) / most;
}
