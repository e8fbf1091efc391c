/** What can be in a log: a table that both ends know, so that an event crosses as numbers. */

export const levels = ['error', 'warn', 'info', 'debug'] as const;
export type Level = (typeof levels)[number];

interface LogEvent {
  readonly level: Level;
  readonly message: string;
  /** names of its numbers, in the order in which they cross */
  readonly numbers: readonly string[];
}

/** Events of the controller's thread; the names of fields end with their unit. A tick is the first one that had not run yet. */
export const logEvents = {
  'run.started': { level: 'info', message: 'the network runs', numbers: ['tick', 'dt_ms', 'frame_ticks'] },
  frame: { level: 'debug', message: 'a frame has run', numbers: ['tick', 'ticks', 'lateness_us', 'updates'] },
  'frame.late': { level: 'warn', message: 'a frame began when the next was due', numbers: ['tick', 'ticks', 'lateness_us', 'updates'] },
  'ticks.skipped': { level: 'warn', message: 'ticks were given up', numbers: ['tick', 'count', 'total'] },
  'rate.low': { level: 'warn', message: 'the rate is too low: actuators are safe', numbers: ['tick', 'times', 'lowest_hz'] },
  'sensor.refused': { level: 'warn', message: 'samples were not believed', numbers: ['tick', 'count', 'total'] },
  'board.trouble': {
    level: 'warn',
    message: 'the link of the board lost or damaged something',
    numbers: ['tick', 'dropped', 'late', 'crc_errors', 'retransmits', 'faults'],
  },
  'device.state': { level: 'info', message: 'a device has another state', numbers: ['attempt'] },
  'gc.paused': { level: 'debug', message: 'garbage was collected on the controller’s thread', numbers: ['tick', 'pauses', 'total_ms'] },
  score: { level: 'info', message: 'a score', numbers: ['tick', 'score'] },
} as const satisfies Readonly<Record<string, LogEvent>>;

export type EventCode = keyof typeof logEvents;
export const eventCodes = Object.keys(logEvents) as readonly EventCode[];

/** One line of a log, before it is text. */
export interface LogLine {
  readonly level: Level;
  /** ms since 1970 */
  readonly time: number;
  readonly event: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** An event as it lies in the ring: its time, its numbers, and what text it has, as JSON. */
export function lineOf(kind: number, bytes: Uint8Array): LogLine {
  const event = eventCodes[kind]!;
  const { level, message, numbers } = logEvents[event];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const counted = numbers.map((name, k): [string, number] => [name, view.getFloat64(8 * (k + 1), true)]);
  // A decoder takes no shared memory.
  const text = Buffer.from(bytes.slice(8 * (numbers.length + 1))).toString();
  return {
    level,
    message,
    event,
    time: Math.round(view.getFloat64(0, true) * 1000) / 1000,
    fields: { ...Object.fromEntries(counted), ...JSON.parse(text || '{}') },
  };
}
