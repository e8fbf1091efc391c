import { EVENTS, type RecordedFrame, type RecordLayout, type Rows } from '../../runtime/index.ts';
import type { Fields, MessageName } from './schema.ts';

/** One channel of a recording. */
export interface RecordingChannel {
  readonly topic: string;
  readonly message: MessageName;
  /** what it holds, by the name that the program knows it by; the reader goes by this, not by the topic */
  readonly holds: string;
}

/** What the channel holds whose message completes a frame. */
export const LOOP = 'loop';
const FINGERPRINT = 'fingerprint';
const RESTORED = 'restored';
const named = (kind: 'tape' | 'spikes' | 'signal', name: string): string => `${kind} ${name}`;

/** `readout.target` → `/target/readout` */
const topicOf = (tape: string): string => `/${tape.split('.').reverse().join('/')}`;

/** The channels of a layout, in the order in which a frame is written: the one that completes it is the last. */
export function channelsOf({ inputs, outputs, spikes, signals }: RecordLayout): readonly RecordingChannel[] {
  const tapes = [...inputs, ...outputs].map(
    ({ name }): RecordingChannel => ({ topic: topicOf(name), message: name === EVENTS ? 'Events' : 'Rows', holds: named('tape', name) }),
  );
  return [
    ...tapes,
    ...spikes.map(
      ({ population }): RecordingChannel => ({
        topic: `/spikes/${population}`,
        message: 'SpikePacket',
        holds: named('spikes', population),
      }),
    ),
    ...signals.map(({ name }): RecordingChannel => ({ topic: `/signal/${name}`, message: 'Signal', holds: named('signal', name) })),
    { topic: '/restored', message: 'Restored', holds: RESTORED },
    { topic: '/fingerprint', message: 'Fingerprint', holds: FINGERPRINT },
    { topic: '/loop', message: 'TickStats', holds: LOOP },
  ];
}

/** What a channel says about a frame; undefined: nothing. */
export function fieldsOf({ message, holds }: RecordingChannel, frame: RecordedFrame): Fields | undefined {
  const { tick, ticks } = frame;
  const name = holds.slice(holds.indexOf(' ') + 1);
  switch (message) {
    case 'Rows': {
      const values = frame.tapes.get(name)!;
      return { tick, ticks, columns: values.length / ticks, values };
    }
    case 'Events':
      return { tick, ticks, bits: frame.tapes.get(name)! };
    case 'SpikePacket': {
      const { counts, addresses } = frame.spikes.get(name)!;
      return { tick, ticks, counts, ids: addresses };
    }
    case 'Signal':
      return { tick, ticks, values: frame.signals.get(name)! };
    case 'Fingerprint':
      return frame.fingerprint === undefined ? undefined : { tick, ticks, value: frame.fingerprint };
    case 'Restored':
      return frame.restored === undefined ? undefined : { tick, ticks, words: frame.restored };
    case 'TickStats': {
      const { sequence, latenessUs, status, networkTick, updates, learning } = frame;
      return { tick, ticks, sequence, latenessUs, status, networkTick, updates, learning };
    }
  }
}

/** Why a message cannot be of this recording. */
export class Unfit extends Error {}

/** Puts frames together again from their messages. */
export interface FrameBuilder {
  /** a message of a channel of that content; returns the frame when it is the one that completes it. Throws {@link Unfit} */
  add(holds: string, fields: Fields): RecordedFrame | undefined;
}

export function createFrameBuilder({ inputs, outputs, spikes, signals, restoredWords }: RecordLayout, maxTicks: number): FrameBuilder {
  const columns = new Map([...inputs, ...outputs].map(({ name, region }) => [named('tape', name), region.columns]));
  const names = [...columns.keys(), ...spikes.map(({ population }) => named('spikes', population))];
  let held = new Map<string, Fields>();

  const array = (fields: Fields, key: string): ArrayLike<number> => fields[key] as ArrayLike<number>;
  const number = (fields: Fields, key: string): number => fields[key] as number;
  const demand = (holds: string, count: number, expected: number): void => {
    if (count !== expected) throw new Unfit(`${holds} has ${count} values where ${expected} belong`);
  };

  const whole = (stats: Fields): RecordedFrame => {
    const [tick, ticks] = [number(stats, 'tick'), number(stats, 'ticks')];
    if (!(ticks >= 1 && ticks <= maxTicks)) throw new Unfit(`a frame has ${ticks} ticks, where 1 to ${maxTicks} can be`);
    const missing = names.find((name) => !held.has(name));
    if (missing !== undefined) throw new Unfit(`a frame lacks its ${missing}`);
    const stray = [...held.values()].find((fields) => number(fields, 'tick') !== tick || number(fields, 'ticks') !== ticks);
    if (stray !== undefined) throw new Unfit(`a message of tick ${number(stray, 'tick')} stands in the frame of tick ${tick}`);
    const tapes = [...inputs, ...outputs].map(({ name }): [string, Rows] => {
      const holds = named('tape', name);
      const values = array(held.get(holds)!, name === EVENTS ? 'bits' : 'values');
      demand(holds, values.length, ticks * columns.get(holds)!);
      return [name, name === EVENTS ? Uint32Array.from(values) : Float32Array.from(values)];
    });
    const trains = spikes.map(({ population, addresses: { columns: most } }) => {
      const holds = named('spikes', population);
      const fields = held.get(holds)!;
      const [counts, addresses] = [Uint32Array.from(array(fields, 'counts')), Uint32Array.from(array(fields, 'ids'))];
      demand(holds, counts.length, ticks);
      demand(
        holds,
        addresses.length,
        counts.reduce((sum, count) => sum + count, 0),
      );
      if (counts.some((count) => count > most)) throw new Unfit(`${holds}: more than ${most} in a tick`);
      return [population, { counts, addresses }] as const;
    });
    const vectors = signals.map(({ name }): [string, Float64Array] => {
      const fields = held.get(named('signal', name));
      return [name, fields === undefined ? new Float64Array(0) : Float64Array.from(array(fields, 'values'))];
    });
    const fingerprint = held.get(FINGERPRINT);
    const restored = held.get(RESTORED);
    if (restored !== undefined) demand(RESTORED, array(restored, 'words').length, restoredWords);
    return {
      tick,
      ticks,
      sequence: number(stats, 'sequence'),
      latenessUs: number(stats, 'latenessUs'),
      status: number(stats, 'status'),
      networkTick: number(stats, 'networkTick'),
      updates: number(stats, 'updates'),
      learning: stats['learning'] === true,
      fingerprint: fingerprint === undefined ? undefined : number(fingerprint, 'value'),
      restored: restored === undefined ? undefined : Uint32Array.from(array(restored, 'words')),
      signals: new Map(vectors),
      tapes: new Map(tapes),
      spikes: new Map(trains),
    };
  };

  return {
    add(holds, fields) {
      if (holds !== LOOP) {
        held.set(holds, fields);
        return undefined;
      }
      const frame = whole(fields);
      held = new Map();
      return frame;
    },
  };
}
