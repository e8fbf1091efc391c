import type { IClientOptions, MqttClient } from 'mqtt';
import { Observable, share } from 'rxjs';
import { type Actuator, type Ms, raise, type Sample } from '../../runtime/index.ts';
import { loadOptional } from '../optional.ts';

export type MqttOptions = Pick<
  IClientOptions,
  'username' | 'password' | 'clientId' | 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'will'
>;

/** A connection to a broker, which comes back by itself when it is lost. */
export interface Mqtt {
  readonly client: MqttClient;
  /** says goodbye; never rejects */
  close(): Promise<void>;
}

/** Longest wait for the first connection. */
const CONNECT_MS = 10_000;
/** Longest goodbye. */
const CLOSE_MS = 500;

/** Connects to a broker (`mqtt://`, `mqtts://`, `ws://`, `wss://`). Rejects when it refuses or does not answer within ten seconds. Needs the package `mqtt`. */
export async function connectMqtt(url: string, options: MqttOptions = {}): Promise<Mqtt> {
  const { default: mqtt } = await loadOptional('mqtt', () => import('mqtt'));
  // MQTT 3.1.1, which every broker speaks. What could not be sent while it was away is old when it is back.
  const given = { ...options, protocolVersion: 4, queueQoSZero: false, connectTimeout: CONNECT_MS, reconnectPeriod: 0 } as const;
  const client = await mqtt.connectAsync(url, given);
  client.options.reconnectPeriod = 1000;
  // Without a listener an error would end the process; the client tries again by itself.
  client.on('error', () => undefined);
  return {
    client,
    close: () =>
      new Promise((resolve) => {
        const patience = setTimeout(() => client.end(true, () => resolve()), CLOSE_MS);
        client.end(false, () => {
          clearTimeout(patience);
          resolve();
        });
      }),
  };
}

/** A payload that is a number, or an array of numbers, in JSON. */
export function jsonNumbers(payload: Uint8Array): Float64Array | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString());
    const numbers = Array.isArray(value) ? value : [value];
    return numbers.every((one): one is number => typeof one === 'number' && Number.isFinite(one)) ? Float64Array.from(numbers) : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes of a message, at most: a sample is small, and whoever publishes may be anyone. */
const MOST_BYTES = 65_536;

export interface MqttSamplesOptions<S extends Sample> {
  readonly topic: string;
  /** default {@link jsonNumbers}; undefined, or a throw: the message is no sample */
  readonly parse?: (payload: Uint8Array) => S | undefined;
  /** hears of every message that was no sample */
  readonly refused?: (payload: Uint8Array) => void;
}

/** Samples that somebody publishes. A lost connection is silence (`latest(…, { staleTicks })` sees it), not an end; fails where the broker refuses the topic. */
export function mqttSamples<S extends Sample = Float64Array>({ client }: Mqtt, options: MqttSamplesOptions<S>): Observable<S> {
  const { topic, refused } = options;
  const parse = options.parse ?? (jsonNumbers as (payload: Uint8Array) => S | undefined);
  return new Observable<S>((subscriber) => {
    // Where the topic is a pattern, the broker says which messages are meant.
    const pattern = new RegExp(`^${topic.split('/').map(levelOf).join('/').replace('/.*', '(/.*)?')}$`);
    const take = (name: string, payload: Uint8Array): void => {
      if (!pattern.test(name)) return;
      let sample: S | undefined;
      try {
        sample = payload.length > MOST_BYTES ? undefined : parse(payload);
      } catch {
        sample = undefined;
      }
      if (sample === undefined) refused?.(payload);
      else subscriber.next(sample);
    };
    client.on('message', take);
    client.subscribeAsync(topic, { qos: 0 }).catch((error: unknown) => subscriber.error(error));
    return () => {
      client.off('message', take);
      client.unsubscribe(topic, () => undefined);
    };
  }).pipe(share());
}

const levelOf = (level: string): string =>
  level === '+' ? '[^/]*' : level === '#' ? '.*' : level.replaceAll(/[\\^$.*?()[\]{}|]/g, '\\$&');

export interface MqttActuatorOptions {
  readonly topic: string;
  /** published when no action may be applied, and at the end */
  readonly safe: Sample;
  /** shortest time between two actions; default 100 ms */
  readonly intervalMs?: Ms;
  /** default JSON */
  readonly format?: (action: Sample) => string | Uint8Array;
}

const json = (action: Sample): string => JSON.stringify(typeof action === 'number' ? action : Array.from(action));

/**
 * Publishes actions of finite numbers: the newest one, at most once in `intervalMs`, and never one that is older than the connection: what cannot be sent is dropped and counted. The safe
 * action is published at once, retained and with an acknowledgement, so that whoever joins later is safe too.
 */
export function mqttActuator({ client }: Mqtt, options: MqttActuatorOptions): Actuator<Sample> & { readonly dropped: number } {
  const { topic, safe, intervalMs = 100, format = json } = options;
  if (!(intervalMs >= 0))
    raise('ERR_OUT_OF_RANGE', { path: 'mqttActuator.intervalMs', bound: '≥ 0', value: intervalMs, remedy: 'give a time in ms' });
  const calm = format(safe);
  let at = Number.NEGATIVE_INFINITY;
  let isSafe = false;
  let dropped = 0;
  return {
    get dropped() {
      return dropped;
    },
    apply(action) {
      const now = performance.now();
      // JSON would make null of what is no number, and null 0 for whoever reads it.
      if (now - at < intervalMs || !(typeof action === 'number' ? [action] : Array.from(action)).every(Number.isFinite)) return;
      if (!client.connected) {
        dropped++;
        return;
      }
      at = now;
      isSafe = false;
      client.publish(topic, format(action) as Buffer, { qos: 0 });
    },
    safe() {
      if (isSafe) return;
      isSafe = true;
      // Kept by the client until the broker is back: the one message that must not be lost.
      client.publish(topic, calm as Buffer, { qos: 1, retain: true });
    },
  };
}
