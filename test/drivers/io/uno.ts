/** johnny-five on an emulated Uno. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { type EmulatedUno, emulatedUno, openBoard } from '../../../drivers/index.ts';

/** Waits until so much of the Uno's time has passed, however slow this machine is. */
export async function lapse(uno: EmulatedUno, ms: number): Promise<void> {
  for (const until = uno.ms + ms; uno.ms < until; ) await sleep(2);
}

/** Waits for `done`, for at most so much of the Uno's time; whether it came. */
export async function within(uno: EmulatedUno, ms: number, done: () => boolean): Promise<boolean> {
  for (const until = uno.ms + ms; !done(); await sleep(2)) if (uno.ms >= until) return false;
  return true;
}

/** An open board in paced time, with the package's firmware or another image, until the test ends. */
export async function paced(t: ExecutionContext, options: { readonly image?: string; readonly outputTimeoutMs?: number } = {}) {
  const { image, outputTimeoutMs } = options;
  const uno = emulatedUno({ paced: true, ...(image === undefined ? {} : { image }) });
  const board = await openBoard({ port: uno.transport, outputTimeoutMs, timeoutMs: 60_000 });
  t.teardown(() => board.close());
  return { uno, board };
}
