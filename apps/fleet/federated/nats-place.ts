import type { JetStreamClient } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import type { ObjectStore } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { controllerError } from '../../../runtime/index.ts';
import { connectNats, natsError, natsPackages } from '../nats.ts';
import type { Place, PlaceOptions } from './place.ts';
import { inboxOf, natsNames } from './rights.ts';

const ROUND = 'round';
/** Updates of a device that wait for a coordinator which is away. */
const WAITING = 4;

interface Broker {
  readonly jetstream: JetStreamClient;
  readonly rounds: KV;
  readonly models: ObjectStore;
}

/**
 * A fleet on a NATS server with JetStream: models in an object store, the announcement in a key-value bucket, updates in a stream with a subject for each
 * device, so that the server's own accounts say who may write what ({@link deviceRights}). The coordinator makes what is not there, and empties what is:
 * one coordinator, and one run at a time, for a name of a fleet. Errors are those of {@link connectNats} and {@link natsError}.
 */
export async function natsPlace({ nats, fleet, creds }: Extract<PlaceOptions, { nats: string }>, device?: string): Promise<Place> {
  const names = natsNames(fleet);
  const connection = await connectNats(nats, {
    name: `ganglion ${fleet} ${device ?? 'coordinator'}`,
    ...(creds !== undefined && { creds }),
    ...(device !== undefined && { inbox: inboxOf(device) }),
  });
  const server = connection.getServer();
  const coded = <T>(promise: Promise<T>): Promise<T> =>
    promise.catch((cause: unknown) => {
      throw natsError(cause, server);
    });
  const { jetstream, rounds, models } = await coded(device === undefined ? made(connection, fleet) : opened(connection, fleet)).catch(
    async (error: unknown) => {
      await connection.close();
      throw error;
    },
  );
  /** An iterator that ends before anyone has stopped it is that of a connection which is gone. */
  const demandStopped = (signal: AbortSignal): void => {
    if (!signal.aborted) throw controllerError('ERR_NATS_LOST', { server });
  };
  return {
    objects: {
      name: names.models,
      async put(hash, bytes) {
        await coded(models.putBlob({ name: hash }, bytes));
      },
      async get(hash, limit) {
        const info = await coded(models.info(hash));
        if (info === null || info.deleted) return undefined;
        // A size that is a lie ends in bytes whose hash is another one.
        if (info.size > limit) return new Uint8Array(limit + 1);
        return (await coded(models.getBlob(hash))) ?? undefined;
      },
      async drop(hash) {
        await coded(models.delete(hash));
      },
    },
    channel: {
      async announce(bytes) {
        await coded(rounds.put(ROUND, bytes));
      },
      watch: (take, signal) =>
        coded(
          (async () => {
            const entries = await rounds.watch({ key: ROUND });
            const stop = (): void => entries.stop();
            signal.addEventListener('abort', stop, { once: true });
            if (signal.aborted) stop();
            for await (const { operation, value } of entries) if (operation === 'PUT' && !signal.aborted) take(value);
            demandStopped(signal);
          })(),
        ),
      async send(sender, bytes) {
        await coded(jetstream.publish(names.update(sender), bytes));
      },
      receive: (take, limit, signal) =>
        coded(
          (async () => {
            const consumer = await jetstream.consumers.getPushConsumer(names.updates);
            const messages = await consumer.consume();
            const stop = (): void => messages.stop();
            signal.addEventListener('abort', stop, { once: true });
            if (signal.aborted) stop();
            const from = names.update('').length;
            for await (const { subject, data } of messages) if (!signal.aborted) take(subject.slice(from), data.subarray(0, limit + 1));
            demandStopped(signal);
          })(),
        ),
    },
    close: () => connection.close(),
  };
}

/** What the coordinator makes, and empties. */
async function made(connection: NatsConnection, fleet: string): Promise<Broker> {
  const [{ jetstream, jetstreamManager }, { Kvm }, { Objm }] = await Promise.all([
    natsPackages.jetstream(),
    natsPackages.kv(),
    natsPackages.obj(),
  ]);
  const names = natsNames(fleet);
  const manager = await jetstreamManager(connection);
  const rounds = await new Kvm(connection).create(names.rounds, { history: 1 });
  const models = await new Objm(connection).create(names.models);
  await manager.streams.add({ name: names.updates, subjects: [names.update('*')], max_msgs_per_subject: WAITING });
  for (const stream of [`KV_${names.rounds}`, `OBJ_${names.models}`, names.updates]) await manager.streams.purge(stream);
  return { jetstream: jetstream(connection), rounds, models };
}

/** What a device finds: it makes nothing. */
async function opened(connection: NatsConnection, fleet: string): Promise<Broker> {
  const [{ jetstream }, { Kvm }, { Objm }] = await Promise.all([natsPackages.jetstream(), natsPackages.kv(), natsPackages.obj()]);
  const names = natsNames(fleet);
  return {
    jetstream: jetstream(connection),
    rounds: await new Kvm(connection).open(names.rounds),
    models: await new Objm(connection).open(names.models),
  };
}
