import { readFileSync } from 'node:fs';
import { UsageError } from '../../cli/usage.ts';
import type { Place } from './job.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const ports = { 'mqtt:': 1883, 'mqtts:': 8883 } as const;

/** Where telemetry goes: the URL, and what of it stands in variables, as the brokers' own tools have it, where a list of processes does not show it. Throws a UsageError. */
export function parseTelemetry(text: string, environment: Environment): Place {
  const shown = text.replace(/\/\/[^/]*@/, '//…@');
  const wrong = (why: string): never => {
    throw new UsageError(
      `--telemetry ${shown}: ${why}`,
      'for example --telemetry mqtt://127.0.0.1:1883; mqtts://, nats:// and tls:// (NATS) are known too',
    );
  };
  const parsed = URL.canParse(text) ? new URL(text) : wrong('this is no URL');
  const { protocol, hostname, port, pathname, search, hash } = parsed;
  if (hostname === '') wrong('it names no host');
  if (!/^\/?$/.test(pathname) || search !== '' || hash !== '') wrong('behind host and port there is nothing');
  if (protocol === 'nats:' || protocol === 'tls:') return { kind: 'nats', url: text };
  if (protocol !== 'mqtt:' && protocol !== 'mqtts:') return wrong(`${protocol}// is no way to a broker`);
  const { MQTT_USERNAME, MQTT_PASSWORD, MQTT_CA, MQTT_CERT, MQTT_KEY } = environment;
  const files = Object.entries({ ca: MQTT_CA, cert: MQTT_CERT, key: MQTT_KEY }).flatMap(([name, file]) =>
    file ? [[name, readPem(file)]] : [],
  );
  return {
    kind: 'mqtt',
    mqtt: {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? ports[protocol] : Number(port),
      username: decoded(parsed.username) || MQTT_USERNAME || undefined,
      password: decoded(parsed.password) || MQTT_PASSWORD || undefined,
      tls: protocol === 'mqtts:' ? Object.fromEntries(files) : undefined,
    },
  };
}

/** A per cent sign that begins no code stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readPem(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`, 'MQTT_CA, MQTT_CERT and MQTT_KEY name files in PEM');
  }
  if (!text.includes('-----BEGIN ')) throw new UsageError(`${file} is no PEM`, 'MQTT_CA, MQTT_CERT and MQTT_KEY name files in PEM');
  return text;
}
