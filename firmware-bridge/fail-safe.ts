/**
 * The watch that a device keeps over its outputs, whatever becomes of the host: RUN while frames arrive, HOLD (the last
 * command, slew-limited) after a short silence, SAFE (each channel's safe value) after `ttlMs`, and out of SAFE only by a new Arm.
 */
export type SafetyState = 'safe' | 'run' | 'hold';

export interface FailSafeOptions {
  readonly tickMs: number;
  /** silence that ends RUN; never less than three ticks */
  readonly holdMs?: number;
  /** longest silence that an Arm may ask for */
  readonly maxTtlMs?: number;
}

const HOLD_MS = 50;
const MAX_TTL_MS = 1000;
const HOLD_TICKS = 3;

export class FailSafe {
  readonly #holdMs: number;
  readonly #maxTtlMs: number;
  #ttlMs = 0;
  #armedAt = 0;
  #state: SafetyState = 'safe';

  constructor(options: FailSafeOptions) {
    this.#holdMs = Math.max(options.holdMs ?? HOLD_MS, HOLD_TICKS * options.tickMs);
    this.#maxTtlMs = options.maxTtlMs ?? MAX_TTL_MS;
  }

  get state(): SafetyState {
    return this.#state;
  }

  /** Takes an Arm of `session`; false, and no change, if that is not the session `current` or the ttl is out of range. */
  arm(session: number, current: number, ttlMs: number, now: number): boolean {
    if (session === 0 || session !== current || !(ttlMs > 0 && ttlMs <= this.#maxTtlMs)) return false;
    this.#ttlMs = ttlMs;
    this.#armedAt = now;
    this.#state = 'run';
    return true;
  }

  disarm(): void {
    this.#state = 'safe';
  }

  /** The state at `now`, the last valid frame of the session having come at `heardAt`. To be called once a tick. */
  poll(now: number, heardAt: number): SafetyState {
    if (this.#state === 'safe') return 'safe';
    const silence = now - Math.max(heardAt, this.#armedAt);
    this.#state = silence >= this.#ttlMs ? 'safe' : silence >= this.#holdMs ? 'hold' : 'run';
    return this.#state;
  }
}
