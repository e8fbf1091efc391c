/** A wrong command line: the command prints message and remedy, and exits with 2. */
export class UsageError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'UsageError';
    this.remedy = remedy;
  }
}

/** Exit codes: fine, failed, wrong usage, interrupted. */
export const exitCode = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;
