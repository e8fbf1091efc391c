import { raise } from '../../runtime/index.ts';

/** What a translation says about itself. */
export interface Translation {
  /** what is not the same on the other side, each with what stands for it; empty unless losses are allowed */
  readonly losses: readonly string[];
  /** what was understood in one of several ways, or is of no weight */
  readonly warnings: readonly string[];
}

/** Collects them: a loss is an error unless it is allowed. */
export class Ledger implements Translation {
  readonly losses: string[] = [];
  readonly warnings: string[] = [];
  readonly #format: string;
  readonly #allowed: boolean;

  constructor(format: string, allowed: boolean) {
    this.#format = format;
    this.#allowed = allowed;
  }

  /** What has no form, however much may be lost. */
  refuse(path: string, what: string, remedy: string): never {
    return raise('ERR_NO_SUCH_FORM', { path, what, format: this.#format, remedy });
  }

  /** What has none but by something near it. */
  lose(path: string, what: string, instead: string): void {
    if (!this.#allowed) this.refuse(path, what, `change it, or allow the loss (--allow-lossy): ${instead}`);
    this.losses.push(`${path}: ${what}; ${instead}`);
  }

  warn(path: string, what: string): void {
    const warning = `${path}: ${what}`;
    if (!this.warnings.includes(warning)) this.warnings.push(warning);
  }
}
