import { loadOptional, reasonOf } from '../../../drivers/index.ts';
import { type ControllerError, controllerError } from '../../../runtime/index.ts';
import type { Connect, Link } from './link.ts';
import { topicOf } from './messages.ts';

export interface MqttPlace {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** undefined: no TLS. The certificate of the broker is always checked */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
}

/** Longest wait for the broker's answer, and for a goodbye. */
const CONNECT_MS = 5000;
const CLOSE_MS = 500;
/** The broker takes us for lost after 1.5 times as many seconds of silence. */
const KEEPALIVE_S = 10;
/** Bytes that may arrive without making a whole packet: nobody sends us much. */
const MOST_ARRIVING = 2 ** 20;
/** Return codes of a broker that does not know us: bad user name or password, not authorized. */
const REFUSED = [4, 5, 134, 135];
/** Return code of a subscription that is refused. */
const FAILURE = 0x80;

function mqttError(cause: unknown, server: string): ControllerError {
  const reason = reasonOf(cause);
  const { code } = (cause ?? {}) as { code?: unknown };
  if (REFUSED.includes(code as number)) return controllerError('ERR_MQTT_CREDENTIALS', { server, reason }, cause);
  if (/TLS|CERT|SSL|EPROTO|SELF_SIGNED|LEAF_SIGNATURE/.test(String(code)) || /\btls\b|certificate/i.test(reason))
    return controllerError('ERR_MQTT_TLS', { server, reason }, cause);
  return controllerError('ERR_MQTT_UNREACHABLE', { server, reason }, cause);
}

/** MQTT 3.1.1, which every broker speaks, at QoS 1, with a session that begins anew each time: a command that waited for a device which was away would come too late. Needs the package `mqtt`. */
export const connectMqttLink =
  (place: MqttPlace): Connect =>
  async ({ device, will, onCommand }) => {
    const { default: mqtt } = await loadOptional('mqtt', () => import('mqtt'));
    const { host, port, username, password, tls } = place;
    const server = `${host}:${port}`;
    const client = mqtt.connect({
      ...{ protocol: tls === undefined ? 'mqtt' : 'mqtts', host, port, clientId: `ganglion-${device}`, clean: true },
      ...{ protocolVersion: 4, connectTimeout: CONNECT_MS, reconnectPeriod: 0, keepalive: KEEPALIVE_S, queueQoSZero: false },
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...tls,
      will: { topic: topicOf(device, 'status'), payload: Buffer.from(will), qos: 1, retain: true },
    });
    let why: unknown;
    client.on('error', (error) => {
      why ??= error;
    });
    const lost = new Promise<string>((resolve) => client.once('close', () => resolve(reasonOf(why ?? 'the connection was closed'))));
    const drop = (reason: string): void => {
      why ??= new Error(reason);
      client.stream.destroy();
    };
    let arriving = 0;
    client.on('packetreceive', () => {
      arriving = 0;
    });
    client.stream.on('data', (bytes: Buffer) => {
      arriving += bytes.length;
      if (arriving > MOST_ARRIVING) drop(`a packet of more than ${MOST_ARRIVING} bytes`);
    });
    const command = topicOf(device, 'command');
    client.on('message', (topic, payload, { retain }) => {
      if (topic === command) onCommand(payload, retain);
    });
    /** Whatever comes first: what it does, or the end of the connection. */
    const whileOpen = <T>(work: Promise<T>): Promise<T> =>
      Promise.race([
        work,
        lost.then((reason): never => {
          throw why ?? new Error(reason);
        }),
      ]);
    const end = (): Promise<void> =>
      new Promise((resolve) => {
        const patience = setTimeout(() => client.end(true, () => resolve()), CLOSE_MS);
        client.end(false, () => {
          clearTimeout(patience);
          resolve();
        });
      });
    try {
      await whileOpen(new Promise<void>((resolve) => client.once('connect', () => resolve())));
      const granted = await whileOpen(client.subscribeAsync(command, { qos: 1 }));
      if (granted.some(({ qos }) => qos === FAILURE))
        throw controllerError('ERR_MQTT_PERMISSION', { server, reason: `no right to read ${command}` });
    } catch (cause) {
      client.end(true);
      throw (cause as ControllerError).name === 'TransportError' ? cause : mqttError(cause, server);
    }
    const link: Link = {
      lost,
      publish: async (kind, payload) => {
        await whileOpen(client.publishAsync(topicOf(device, kind), Buffer.from(payload), { qos: 1, retain: kind === 'status' }));
      },
      close: end,
    };
    return link;
  };
