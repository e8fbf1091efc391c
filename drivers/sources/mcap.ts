import { ControllerError } from '../../runtime/index.ts';
import { reasonOf } from '../optional.ts';
import { checkTimes, refuseSamples, type Series } from './series.ts';

export interface McapOptions {
  readonly topic: string;
  /** where the numbers are in a message: `values`, `pose.position.x`; a number or a list of them */
  readonly field: string;
}

/**
 * One topic of an MCAP file as samples, by the log times of its messages: recordings of ours and of others, with messages in protobuf or JSON. Where messages hold lists,
 * all must be of one length.
 */
export async function readMcapSeries(path: string, { topic, field }: McapOptions): Promise<Series> {
  // Whoever takes something else of the drivers need not load what reads recordings.
  const { readMcapMessages } = await import('../recording/index.ts');
  const times: number[] = [];
  let origin: bigint | undefined;
  const values: number[] = [];
  const topics = new Set<string>();
  let width: number | undefined;
  const steps = field.split('.');
  try {
    for await (const message of readMcapMessages(path)) {
      topics.add(message.topic);
      if (message.topic !== topic) continue;
      let value = message.decode();
      for (const step of steps) value = Object.hasOwn(Object(value) as object, step) ? (value as Record<string, unknown>)[step] : undefined;
      const numbers = typeof value === 'number' ? [value] : Array.from((value ?? []) as ArrayLike<unknown>);
      if (numbers.length === 0 || !numbers.every((one) => typeof one === 'number'))
        return refuseSamples(path, `message ${times.length} of ${topic} has no numbers in '${field}'`);
      width ??= numbers.length;
      if (numbers.length !== width)
        return refuseSamples(
          path,
          `message ${times.length} of ${topic} has ${numbers.length} numbers in '${field}', where the first has ${width}`,
        );
      // Counted from the first: ns since 1970 are more than a double holds.
      origin ??= message.logTime;
      times.push(Number(message.logTime - origin) / 1e6);
      values.push(...(numbers as number[]));
    }
  } catch (cause) {
    if (cause instanceof ControllerError) throw cause;
    return refuseSamples(path, reasonOf(cause), cause);
  }
  if (width === undefined)
    return refuseSamples(path, `it has no messages of ${topic}; there are ${[...topics].sort().join(', ') || 'none at all'}`);
  const series = {
    names: width === 1 ? [field] : Array.from({ length: width }, (_, k) => `${field}[${k}]`),
    times: Float64Array.from(times),
    values: Float64Array.from(values),
  };
  checkTimes(path, series.times);
  return series;
}
