import { reasonOf } from '../../../drivers/index.ts';
import { connectNats, natsPackages } from '../nats.ts';
import type { Connect } from './link.ts';
import { subjectOf } from './messages.ts';

/** The bucket of statuses by device: its keys are gone when they were not put again for so long. */
export const STATUS_BUCKET = 'ganglion_v1_status';
export const STATUS_TTL_MS = 30_000;

/**
 * The same messages as over MQTT, by subjects. NATS has no last will and nothing retained: the status is a key of a bucket (JetStream) that is put again every third of its time to
 * live, and a device that is gone has none. Without JetStream the status is a message like any other, and `warn` hears of it. What is published has arrived when the server answers a ping
 * that came after it. Needs the package `@nats-io/transport-node`, and `@nats-io/kv` for the bucket.
 */
export const connectNatsLink =
  (url: string, warn: (text: string) => void): Connect =>
  async ({ device, onCommand }) => {
    const connection = await connectNats(url, { name: `ganglion ${device}`, patienceMs: 0 });
    const lost = connection.closed().then((error) => reasonOf(error ?? 'the connection was closed'));
    const whileOpen = <T>(work: Promise<T>): Promise<T> =>
      Promise.race([
        work,
        lost.then((reason): never => {
          throw new Error(reason);
        }),
      ]);
    const bucket = await bucketOf(connection).catch((error: unknown) => {
      warn(`no bucket for the status, which is a message alone: ${reasonOf(error)}`);
      return undefined;
    });
    connection.subscribe(subjectOf(device, 'command'), {
      callback: (error, message) => {
        if (error === null) onCommand(message.data, false);
      },
    });
    await whileOpen(connection.flush());
    let status: Uint8Array | undefined;
    const again = setInterval(() => {
      if (status !== undefined) bucket?.put(device, status).catch(() => undefined);
    }, STATUS_TTL_MS / 3);
    void lost.then(() => clearInterval(again));
    return {
      lost,
      async publish(kind, payload) {
        connection.publish(subjectOf(device, kind), payload);
        if (kind === 'status') {
          status = payload;
          if (bucket !== undefined) await whileOpen(bucket.put(device, payload));
        }
        await whileOpen(connection.flush());
      },
      async close() {
        await connection.close().catch(() => undefined);
        await lost;
      },
    };
  };

async function bucketOf(connection: Awaited<ReturnType<typeof connectNats>>) {
  const { Kvm } = await natsPackages.kv();
  return new Kvm(connection).create(STATUS_BUCKET, { ttl: STATUS_TTL_MS, history: 1 });
}
