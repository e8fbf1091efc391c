import { interruptible } from './interrupt.ts';
import { number } from './numbers.ts';
import { orderOf, type SharedFlags, workersOf } from './sweep.ts';
import { exitCode } from './usage.ts';

export interface WorkerFlags extends SharedFlags {
  readonly nats: string;
  readonly idle?: string;
}

/** `ganglion worker --nats URL`: runs jobs of whoever sweeps; a job that it is at when it is interrupted is given back. */
export async function workerCommand(flags: WorkerFlags): Promise<void> {
  const { nats, natsCreds: creds, idle } = flags;
  const workers = workersOf(flags, 1);
  const idleMs = idle === undefined ? undefined : 1000 * number('idle', idle, 0.1, 1e6, false);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const [{ natsQueue }, { children }, { serve }] = await Promise.all([
    import('../fleet/nats-queue.ts'),
    import('../fleet/children.ts'),
    import('../fleet/serve.ts'),
  ]);
  const order = orderOf(flags, say);
  const queue = await natsQueue(nats, { ...(creds !== undefined && { creds }), say });
  const crew = children(workers, order);
  say(`ready: ${workers} at a time`);
  let [done, failed] = [0, 0];
  try {
    const interrupted = await interruptible((signal) =>
      serve(queue, {
        performers: crew.performers,
        signal,
        idleMs,
        done(result) {
          done++;
          if ((JSON.parse(result) as { readonly ok: boolean }).ok !== true) failed++;
        },
      }),
    );
    if (interrupted) process.exitCode = exitCode.interrupted;
  } finally {
    crew.close();
    await queue.close();
  }
  process.stdout.write(flags.json === true ? `${JSON.stringify({ done, failed })}\n` : `${done} jobs done, ${failed} of them failed\n`);
}
