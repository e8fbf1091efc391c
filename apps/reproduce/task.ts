import type { Backend } from '../../runtime/index.ts';

/** A published experiment: what is run (arms), what is measured (figures), what others found and what is asked here. */
export interface Task {
  readonly name: string;
  readonly summary: string;
  /** what the curve of an arm shows, and over what */
  readonly curve: { readonly x: string; readonly y: string; readonly scale: 'linear' | 'log' };
  /** seeds when none are asked for */
  readonly seeds: number;
  readonly arms: readonly Arm[];
}

/** What is said of one row of the paper's table, or of a control of ours. */
export interface ArmSheet {
  /** unique in its task; `--rule` matches its beginning */
  readonly name: string;
  /** a control is run with whatever rule is asked for */
  readonly kind: 'rule' | 'control';
  readonly figures: readonly Figure[];
}

export interface Arm extends ArmSheet {
  /** One run; its bits depend on the arm, the seed and the backend alone. */
  readonly run: (setting: Setting) => Outcome | Promise<Outcome>;
}

/** Arms that differ in what one function is told. */
export const armsFrom = <Design extends ArmSheet>(
  designs: readonly Design[],
  run: (design: Design, setting: Setting) => Outcome | Promise<Outcome>,
): readonly Arm[] => designs.map((design) => ({ ...design, run: (setting) => run(design, setting) }));

export interface Figure {
  readonly name: string;
  readonly digits: number;
  /** what a run with all seeds must reach, over the seeds */
  readonly asked?: Bound;
  /** what others printed or measured, and where */
  readonly published?: { readonly value: string; readonly source: string };
}

export type Bound = { readonly of: 'mean' | 'median' } & ({ readonly atMost: number } | { readonly atLeast: number });

export interface Setting {
  readonly backend: Backend;
  readonly seed: number;
  /** 0 to 1; to be called now and then */
  readonly progress: (fraction: number) => void;
}

/** What one run found. Both lists of a curve are as long, and x is the same for all seeds of an arm. */
export interface Outcome {
  readonly figures: Readonly<Record<string, number>>;
  readonly curve: { readonly x: readonly number[]; readonly y: readonly number[] };
}
