/** The live view for Foxglove and Lichtblick: the channels of a recording while they come to be, and what of the learner can be turned as parameters. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { channelsOf, descriptorSet, encodeMessage, fieldsOf, type MessageName, schemaName } from '../../drivers/recording/index.ts';
import type { RecordedFrame, RecordLayout } from '../../runtime/index.ts';
import {
  type Advertised,
  type FromViewer,
  fromViewer,
  messageData,
  type Parameter,
  subprotocols,
  type ToViewer,
  timeData,
} from './foxglove.ts';
import { createGate, hostsOf } from './gate.ts';
import type { Point } from './job.ts';
import { isParameter, parameterNames, parametersOf, refusalOf, type Settings, settingOf } from './parameters.ts';
import { leave, limits, listen, refuseUpgrade } from './web.ts';

/** Bytes of a message of a viewer, at most. */
const MOST_BYTES = 2 ** 16;
/** Bytes that may wait for a viewer that does not read; more is left out for it. */
const MOST_WAITING = 2 ** 21;
const MOST_VIEWERS = 16;
const NS_PER_MS = 1e6;
const MOST_SUBSCRIPTIONS = 1024;
/** Close code of WebSockets for a message against the rules. */
const POLICY = 1008;
/** Where the viewers' own pages are from. A page of another origin needs the token in the address. */
const VIEWERS = ['https://app.foxglove.dev', 'file://'];

export interface LiveOptions {
  readonly app: string;
  readonly host: string;
  /** 0: any that is free */
  readonly port: number;
  readonly token: string;
  /** whether who connects from this machine needs the token too */
  readonly always: boolean;
  readonly settings: () => Settings | undefined;
  /** asks for a change; false: it cannot be changed in this run */
  readonly set: <K extends keyof Settings>(name: K, value: Settings[K]) => boolean;
}

export interface LiveCounts {
  readonly viewers: number;
  /** requests without the right host, origin, token or sub-protocol */
  readonly refused: number;
  /** messages that said nothing known */
  readonly malformed: number;
  /** messages that a viewer which did not read went without */
  readonly skipped: number;
}

export interface LiveServer {
  readonly port: number;
  /** the run has begun: its channels */
  begin(layout: RecordLayout, dt: number): void;
  /** a frame that has run; what it holds is borrowed until this returns */
  frame(frame: RecordedFrame): void;
  points(points: readonly Point[]): void;
  /** says what time it is, and what of the settings has changed */
  beat(): void;
  counts(): LiveCounts;
  /** resolves when all viewers are told and gone */
  end(ok: boolean, text: string): Promise<void>;
}

/** A channel, and who listens to it under which number. */
interface Channel {
  readonly advertised: Advertised;
  readonly message: MessageName;
  readonly listeners: Map<Viewer, number>;
}

interface Viewer {
  readonly socket: WebSocket;
  readonly subscriptions: Map<number, Channel>;
  /** parameters of which every change is told; names that do not exist are none */
  watches: Set<string>;
}

/** Serves viewers. Resolves when it listens; rejects as `listen` fails. */
export async function serveLive({ app, host, port, token, always, settings, set }: LiveOptions): Promise<LiveServer> {
  const schema = Buffer.from(await descriptorSet()).toString('base64');
  const viewers = new Set<Viewer>();
  const channels = new Map<number, Channel>();
  const series = new Map<string, Channel>();
  const sessionId = randomBytes(8).toString('hex');
  let recorded: readonly { readonly channel: Channel; readonly of: (frame: RecordedFrame) => ReturnType<typeof fieldsOf> }[] = [];
  let [startNs, nowNs] = [0n, 0n];
  let [malformed, skipped] = [0, 0];
  let told: Settings | undefined;
  let tickMs = 1;

  const server = createServer(limits, (request, response) => {
    const refusal = gate.refuse(request) ?? { status: 426, why: 'this is a WebSocket for Foxglove or Lichtblick: open it there' };
    response.writeHead(refusal.status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${refusal.why}\n`);
  });
  const bound = await listen(server, host, port);
  const gate = createGate(() => hostsOf(host, bound), always ? token : undefined, { origins: VIEWERS, token });

  const send = ({ socket }: Viewer, data: string | Uint8Array): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MOST_WAITING) skipped++;
    else socket.send(data);
  };
  const say = (viewer: Viewer, message: ToViewer): void => send(viewer, JSON.stringify(message));
  const warn = (viewer: Viewer, message: string): void => say(viewer, { op: 'status', level: 1, message });

  const advertise = (topic: string, message: MessageName): Channel => {
    const channel: Channel = {
      advertised: {
        id: channels.size + 1,
        topic,
        encoding: 'protobuf',
        schemaName: schemaName(message),
        schema,
        schemaEncoding: 'protobuf',
      },
      message,
      listeners: new Map(),
    };
    channels.set(channel.advertised.id, channel);
    return channel;
  };
  const announce = (some: readonly Channel[]): void => {
    for (const viewer of viewers) say(viewer, { op: 'advertise', channels: some.map(({ advertised }) => advertised) });
  };
  const publish = ({ listeners, message }: Channel, timeNs: bigint, fields: () => ReturnType<typeof fieldsOf>): void => {
    if (listeners.size === 0) return;
    const found = fields();
    if (found === undefined) return;
    const payload = encodeMessage(message, found);
    for (const [viewer, subscription] of listeners) send(viewer, messageData(subscription, timeNs, payload));
  };
  const timeOf = (tick: number): bigint => startNs + BigInt(Math.round(tick * tickMs * NS_PER_MS));

  const values = (wanted: Iterable<string>): Parameter[] => {
    const now = settings();
    return now === undefined ? [] : parametersOf(now, wanted);
  };
  /** No name at all stands for all of them. */
  const asked = (names: readonly string[]): readonly string[] => (names.length === 0 ? parameterNames : names);

  const actions: { readonly [K in FromViewer['op']]: (message: Extract<FromViewer, { op: K }>, viewer: Viewer) => void } = {
    subscribe({ subscriptions }, viewer) {
      for (const { id, channelId } of subscriptions) {
        const channel = channels.get(channelId);
        if (channel === undefined) warn(viewer, `there is no channel ${channelId}`);
        else if (viewer.subscriptions.has(id) || channel.listeners.has(viewer))
          warn(viewer, `subscription ${id} to channel ${channelId} is there already`);
        else if (viewer.subscriptions.size >= MOST_SUBSCRIPTIONS) warn(viewer, `${MOST_SUBSCRIPTIONS} subscriptions are the most`);
        else {
          viewer.subscriptions.set(id, channel);
          channel.listeners.set(viewer, id);
        }
      }
    },
    unsubscribe({ subscriptionIds }, viewer) {
      for (const id of subscriptionIds) {
        viewer.subscriptions.get(id)?.listeners.delete(viewer);
        viewer.subscriptions.delete(id);
      }
    },
    getParameters({ parameterNames: names, id }, viewer) {
      say(viewer, { op: 'parameterValues', parameters: values(asked(names)), ...(id === undefined ? {} : { id }) });
    },
    setParameters({ parameters, id }, viewer) {
      for (const { name, value } of parameters) {
        const refusal = refusalOf(name, value);
        if (refusal !== undefined) warn(viewer, refusal);
        else if (!set(settingOf(name), value as never)) warn(viewer, `${name} cannot be changed in this run`);
      }
      if (id !== undefined) say(viewer, { op: 'parameterValues', parameters: values(parameters.map(({ name }) => name)), id });
    },
    subscribeParameterUpdates({ parameterNames: names }, viewer) {
      viewer.watches = new Set([...viewer.watches, ...asked(names)].filter(isParameter));
    },
    unsubscribeParameterUpdates({ parameterNames: names }, viewer) {
      const left = new Set(asked(names));
      viewer.watches = new Set([...viewer.watches].filter((name) => !left.has(name)));
    },
  };

  const upgrades = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => subprotocols.find((name) => offered.has(name)) ?? false,
  });
  let unspoken = 0;
  server.on('upgrade', (request, stream, head) => {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const speaks = subprotocols.some((name) => offered.includes(name));
    const refusal =
      gate.refuse(request) ??
      (viewers.size >= MOST_VIEWERS ? { status: 403, why: `${MOST_VIEWERS} viewers are connected already` } : undefined) ??
      (speaks ? undefined : { status: 400, why: `the sub-protocol must be ${subprotocols.join(' or ')}` });
    if (refusal !== undefined) {
      if (!speaks) unspoken++;
      refuseUpgrade(stream, refusal);
      return;
    }
    upgrades.handleUpgrade(request, stream, head, (socket) => {
      const viewer: Viewer = { socket, subscriptions: new Map(), watches: new Set() };
      viewers.add(viewer);
      socket.on('error', () => malformed++);
      socket.on('close', () => {
        viewers.delete(viewer);
        for (const channel of viewer.subscriptions.values()) channel.listeners.delete(viewer);
      });
      socket.on('message', (data, isBinary) => hear(viewer, isBinary ? undefined : String(data)));
      say(viewer, {
        op: 'serverInfo',
        name: `ganglion ${app}`,
        capabilities: ['time', 'parameters', 'parametersSubscribe'],
        metadata: { app },
        sessionId,
      });
      if (channels.size > 0) say(viewer, { op: 'advertise', channels: [...channels.values()].map(({ advertised }) => advertised) });
    });
  });

  function hear(viewer: Viewer, text: string | undefined): void {
    let value: unknown;
    try {
      value = text === undefined ? undefined : JSON.parse(text);
    } catch {
      value = undefined;
    }
    if (value === undefined) {
      malformed++;
      viewer.socket.close(POLICY, 'JSON is expected');
      return;
    }
    const parsed = fromViewer.safeParse(value);
    if (parsed.success) {
      actions[parsed.data.op](parsed.data as never, viewer);
      return;
    }
    // Viewers ask for what later versions have; that is no reason to leave them.
    malformed++;
    const { path, message } = parsed.error.issues[0]!;
    warn(viewer, `this server does not know that message: ${path.join('.') || 'message'}: ${message}`);
  }

  return {
    port: bound,
    begin(layout, dt) {
      tickMs = dt;
      startNs = BigInt(Date.now()) * 1_000_000n;
      nowNs = startNs;
      recorded = channelsOf(layout).map((one) => ({ channel: advertise(one.topic, one.message), of: (frame) => fieldsOf(one, frame) }));
      announce(recorded.map(({ channel }) => channel));
    },
    frame(frame) {
      nowNs = timeOf(frame.tick + frame.ticks);
      for (const { channel, of } of recorded) publish(channel, timeOf(frame.tick), () => of(frame));
    },
    points(points) {
      for (const { series: name, at, value } of points) {
        let channel = series.get(name);
        if (channel === undefined) {
          channel = advertise(`/series/${name.replaceAll(/\W+/g, '_')}`, 'Signal');
          series.set(name, channel);
          announce([channel]);
        }
        publish(channel, timeOf(at / tickMs), () => ({ tick: at / tickMs, ticks: 1, values: [value] }));
      }
    },
    beat() {
      if (nowNs > 0n) for (const viewer of viewers) send(viewer, timeData(nowNs));
      const now = settings();
      const changed = (name: string): boolean => now?.[settingOf(name)] !== told?.[settingOf(name)];
      for (const viewer of viewers) {
        const parameters = values([...viewer.watches].filter(changed));
        if (parameters.length > 0) say(viewer, { op: 'parameterValues', parameters });
      }
      told = now;
    },
    counts: () => ({ viewers: viewers.size, refused: gate.refused + unspoken, malformed, skipped }),
    async end(ok, text) {
      for (const viewer of viewers) {
        say(viewer, { op: 'status', level: ok ? 0 : 2, message: text });
        viewer.socket.close(1001, 'the run has ended');
      }
      upgrades.close();
      await leave(server, () => [...viewers].map(({ socket }) => socket));
    },
  };
}
