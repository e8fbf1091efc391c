/** A device that comes and goes, as a state machine: connecting → ready ⇄ degraded → lost → connecting … */
import { setTimeout as timer } from 'node:timers/promises';
import { Observable, type Subscriber, type Subscription } from 'rxjs';
import { ControllerError, controllerError, type DeviceReport, type DeviceStateKind, exact, type Ms } from '../runtime/index.ts';

/** What an open device says of itself. `lost` is final for this opening. */
export type DeviceSign =
  | { readonly kind: 'degraded'; readonly reason: string }
  | { readonly kind: 'well' }
  | { readonly kind: 'lost'; readonly error: Error };

/** What is supervised: how it is opened and told apart. `T` is the device while it is open. */
export interface Device<T> {
  readonly name: string;
  /** opens it by a whole handshake; it may do nothing yet. Rejects with the reason */
  open(): Promise<T>;
  /** who it says it is; undefined: it does not say */
  identityOf(opened: T): string | undefined;
  /** what happens to it from now on */
  watch(opened: T): Observable<DeviceSign>;
  /** a number that changes with every sign of life; absent: it notices silence by itself */
  signs?(opened: T): number;
  /** outputs to their safe state where it can still be reached, then closed; never rejects */
  close(opened: T): Promise<void>;
}

/** The time in which a device is opened, watched and opened again. */
export interface DeviceTime {
  now(): Ms;
  /** resolves when the time has passed; an abort ends it early */
  sleep(ms: Ms, signal?: AbortSignal): Promise<void>;
}

export const wallTime: DeviceTime = {
  now: () => performance.now(),
  sleep: (ms, signal) => timer(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

/** What happened, and when. */
export interface DeviceState {
  readonly kind: DeviceStateKind;
  readonly at: Ms;
  /** handshakes begun so far */
  readonly attempt: number;
  /** why it is degraded or lost */
  readonly reason: string | undefined;
  /** of `lost`: ms until it is opened again; Infinity: it is left alone, see {@link FINAL} */
  readonly retryMs: Ms | undefined;
}

export interface SuperviseOptions<T> {
  /** of the jitter */
  readonly seed: number;
  /** default the machine's */
  readonly time?: DeviceTime;
  /** the n-th wait is min(mostMs, firstMs·2ⁿ)·(1 − jitter·u), u uniform in [0, 1); default 250 ms, 5 s, 0.5 */
  readonly backoff?: Partial<Backoff>;
  /** ms without a sign of life (see {@link Device.signs}) after which it is degraded, and lost; default 500 and 2000 */
  readonly silence?: { readonly degradedMs: Ms; readonly lostMs: Ms };
  /** longest time for a handshake and what `prepare` does; default 30 s */
  readonly openMs?: Ms;
  /** what makes the right device ready after each handshake: a network deployed, outputs armed, components made */
  readonly prepare?: (opened: T) => Promise<void>;
  /** whatever outlives the device, to its safe state: called when it is lost, before anything else, and when supervision ends; synchronous */
  readonly safe?: () => void;
}

export interface Backoff {
  readonly firstMs: Ms;
  readonly mostMs: Ms;
  /** 0…1 */
  readonly jitter: number;
}

export interface Supervised<T> {
  /** the device while it is ready or degraded; undefined otherwise, so that nothing can be written to it that would arrive late */
  readonly device: T | undefined;
  readonly state: DeviceState;
  /** the state as it is, then every change; completes when supervision ends */
  readonly states: Observable<DeviceState>;
  /** the latest changes, oldest first */
  readonly history: readonly DeviceState[];
  /** the first handshake: rejects as it fails, for what was never there need not be waited for. From then on a lost device is opened again by itself */
  start(): Promise<T>;
  report(): DeviceReport;
  /** safe, closed; idempotent, never rejects */
  close(): Promise<void>;
}

const BACKOFF: Backoff = { firstMs: 250, mostMs: 5000, jitter: 0.5 };
const SILENCE = { degradedMs: 500, lostMs: 2000 };
const OPEN_MS: Ms = 30_000;
/** Changes that are kept. */
const KEPT = 256;
/** Errors that trying again does not mend. */
const FINAL: readonly string[] = ['ERR_BOARD_RESETS', 'ERR_BOARD_TOO_SMALL', 'ERR_MISSING_PACKAGE', 'ERR_OPTIONAL_PACKAGE'];

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const isFinal = (error: unknown): boolean => error instanceof ControllerError && FINAL.includes(error.code);

/**
 * Keeps a device open. Lost, it is safe at once and is opened again after a growing wait, as the one that it was: whoever else answers in its place is
 * refused before anything is done with it. It is ready again only after a fresh handshake and `prepare`; what was written meanwhile is gone.
 */
export function supervise<T>(device: Device<T>, options: SuperviseOptions<T>): Supervised<T> {
  const { seed, time = wallTime, silence = SILENCE, openMs = OPEN_MS, prepare, safe } = options;
  const { firstMs, mostMs, jitter } = { ...BACKOFF, ...options.backoff };
  const draws = exact.randomStream(seed, `supervise ${device.name}`);
  const counts = { attempts: 0, opened: 0, losses: 0, refused: 0, draws: 0 };
  const ms: Record<DeviceStateKind, Ms> = { connecting: 0, ready: 0, degraded: 0, lost: 0 };
  const history: DeviceState[] = [];
  const ending = new AbortController();
  let listeners: readonly Subscriber<DeviceState>[] = [];
  let state: DeviceState = { kind: 'connecting', at: time.now(), attempt: 0, reason: undefined, retryMs: undefined };
  let identity: string | undefined;
  let current: T | undefined;
  let watching: Subscription | undefined;
  let failures = 0;
  let readySince: Ms = 0;
  let closing: Promise<void> | undefined;
  let endedAt: Ms | undefined;
  let working: Promise<unknown> = Promise.resolve();

  const enter = (kind: DeviceStateKind, reason?: string, retryMs?: Ms): void => {
    const at = time.now();
    ms[state.kind] += at - state.at;
    state = { kind, at, attempt: counts.attempts, reason, retryMs };
    history.push(state);
    if (history.length > KEPT) history.shift();
    for (const listener of listeners) listener.next(state);
  };

  const wait = (): Ms => Math.min(mostMs, firstMs * 2 ** failures++) * (1 - jitter * draws.uniform(counts.draws++));

  const lose = (error: unknown): void => {
    const lost = current;
    if (lost === undefined) return;
    current = undefined;
    watching?.unsubscribe();
    safe?.();
    counts.losses++;
    // One that comes and goes is not asked again and again as if nothing had been.
    if (time.now() - readySince >= mostMs) failures = 0;
    const retryMs = isFinal(error) ? Number.POSITIVE_INFINITY : wait();
    enter('lost', messageOf(error), retryMs);
    working = device.close(lost).then(() => recover(retryMs));
  };

  const hear = (sign: DeviceSign): void => {
    if (sign.kind === 'lost') lose(sign.error);
    else if (current === undefined) return;
    else if (sign.kind === 'degraded') enter('degraded', sign.reason);
    else if (state.kind === 'degraded') enter('ready');
  };

  /** Silence is counted by the looks at it: when this thread stood still, nobody could have been heard. */
  const listen = async (opened: T): Promise<void> => {
    if (device.signs === undefined) return;
    const step = silence.degradedMs / 4;
    let [signs, last, silent] = [device.signs(opened), time.now(), 0];
    while (current === opened) {
      await time.sleep(step, ending.signal);
      if (current !== opened) return;
      const [heard, now] = [device.signs(opened), time.now()];
      silent = heard === signs ? silent + Math.min(now - last, 2 * step) : 0;
      [signs, last] = [heard, now];
      if (silent >= silence.lostMs) lose(controllerError('ERR_LINK_SILENT', { ms: silence.lostMs }));
      else if (silent >= silence.degradedMs && state.kind === 'ready')
        hear({ kind: 'degraded', reason: `silent for ${silence.degradedMs} ms` });
      else if (silent === 0 && state.kind === 'degraded' && state.reason?.startsWith('silent')) hear({ kind: 'well' });
    }
  };

  /** A handshake, and all that follows until it is ready. */
  const attempt = async (): Promise<T> => {
    counts.attempts++;
    enter('connecting');
    const opening = device.open();
    const inTime = async <R>(work: Promise<R>): Promise<R> => {
      const done = new AbortController();
      const signal = AbortSignal.any([done.signal, ending.signal]);
      const over = time.sleep(openMs, signal).then((): never => {
        throw controllerError('ERR_LINK_NO_ANSWER', { ms: openMs });
      });
      over.catch(() => undefined);
      return Promise.race([work, over]).finally(() => done.abort());
    };
    const opened = await inTime(opening).catch((error: unknown) => {
      // One that answers after all is not wanted any more.
      opening.then(device.close, () => undefined);
      throw error;
    });
    let lost: Error | undefined;
    const noticed = device.watch(opened).subscribe((sign) => {
      if (current === opened) hear(sign);
      else if (sign.kind === 'lost') lost ??= sign.error;
    });
    try {
      const found = device.identityOf(opened);
      if (counts.opened > 0 && found !== identity) {
        counts.refused++;
        const named = (who: string | undefined): string => (who === undefined ? 'a device without a name' : `'${who}'`);
        throw controllerError('ERR_BOARD_IDENTITY', { device: device.name, found: named(found), expected: named(identity) });
      }
      await inTime(prepare?.(opened) ?? Promise.resolve());
      if (lost !== undefined) throw lost;
      if (ending.signal.aborted)
        throw controllerError('ERR_BOARD_NOT_READY', { call: 'start()', state: 'still supervised', first: 'supervise()' });
      identity = found;
    } catch (error) {
      noticed.unsubscribe();
      await device.close(opened);
      throw error;
    }
    watching = noticed;
    current = opened;
    counts.opened++;
    readySince = time.now();
    enter('ready');
    void listen(opened);
    return opened;
  };

  const recover = async (first: Ms): Promise<void> => {
    for (let retryMs = first; Number.isFinite(retryMs); ) {
      await time.sleep(retryMs, ending.signal);
      if (ending.signal.aborted) return;
      try {
        await attempt();
        return;
      } catch (error) {
        if (ending.signal.aborted) return;
        safe?.();
        retryMs = isFinal(error) ? Number.POSITIVE_INFINITY : wait();
        enter('lost', messageOf(error), retryMs);
      }
    }
  };

  const end = async (): Promise<void> => {
    ending.abort();
    const open = current;
    current = undefined;
    watching?.unsubscribe();
    safe?.();
    if (open !== undefined) await device.close(open);
    await working.catch(() => undefined);
    endedAt = time.now();
    for (const listener of listeners) listener.complete();
    listeners = [];
  };

  return {
    get device() {
      return current;
    },
    get state() {
      return state;
    },
    states: new Observable((subscriber) => {
      subscriber.next(state);
      if (closing !== undefined) return subscriber.complete();
      listeners = [...listeners, subscriber];
      return () => {
        listeners = listeners.filter((one) => one !== subscriber);
      };
    }),
    history,
    start() {
      const first = attempt().catch((error: unknown) => {
        enter('lost', messageOf(error), Number.POSITIVE_INFINITY);
        throw error;
      });
      working = first;
      return first;
    },
    report() {
      const { attempts, opened, losses, refused } = counts;
      const spent = { ...ms, [state.kind]: ms[state.kind] + (endedAt ?? time.now()) - state.at };
      return { state: state.kind, reason: state.reason ?? null, identity: identity ?? null, attempts, opened, losses, refused, ms: spent };
    },
    close() {
      closing ??= end();
      return closing;
    },
  };
}
