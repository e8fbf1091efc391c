import { Observable } from 'rxjs';
import type { Transport } from '../../firmware-bridge/index.ts';
import { raise, type Sample } from '../../runtime/index.ts';

export interface SerialLinesOptions<S extends Sample> {
  /** a sample of a line without its end; undefined: it holds none, as a banner does. What it throws counts as that */
  readonly parse: (line: string) => S | undefined;
  /** bytes of a line, at most; a longer one is left out whole; default 4096 */
  readonly longest?: number;
  /** hears of every line that gave no sample */
  readonly refused?: (line: string) => void;
}

/** Numbers between separators, as many as `count`; a line with others, or with what is no number, is no sample. */
export const numbersOf =
  (count: number, separator: string | RegExp = /[,;\s]+/) =>
  (line: string): Float64Array | undefined => {
    const cells = line.trim().split(separator);
    if (cells.length !== count || cells.some((cell) => cell.trim() === '')) return undefined;
    const values = Float64Array.from(cells, Number);
    return values.every(Number.isFinite) ? values : undefined;
  };

const [LINE_FEED, RETURN] = [10, 13] as const;

/**
 * A microcontroller that prints lines, over any transport: a sample for each. It opens the transport when somebody listens and closes it when nobody does any more;
 * the first line may have begun before that, and is left out. Fails with the error of the transport.
 */
export function serialLines<S extends Sample>(
  transport: Transport,
  { parse, longest = 4096, refused }: SerialLinesOptions<S>,
): Observable<S> {
  if (!(Number.isInteger(longest) && longest > 0))
    raise('ERR_OUT_OF_RANGE', {
      path: 'serialLines.longest',
      bound: 'a whole number > 0',
      value: longest,
      remedy: 'give a number of bytes',
    });
  return new Observable((subscriber) => {
    const line = Buffer.alloc(longest);
    let length = 0;
    /** the rest of this line is not read: it is too long, or its beginning was not heard */
    let skipping = true;
    const said = (): void => {
      const text = line.toString('latin1', 0, length);
      let sample: S | undefined;
      try {
        sample = parse(text);
      } catch {
        sample = undefined;
      }
      if (sample === undefined) refused?.(text);
      else subscriber.next(sample);
    };
    const take = (bytes: Uint8Array, start: number, end: number): void => {
      for (let k = start; k < end; k++) {
        const byte = bytes[k]!;
        if (byte === LINE_FEED) {
          if (!skipping && length > 0) said();
          skipping = false;
          length = 0;
        } else if (byte !== RETURN && !skipping) {
          if (length < longest) line[length++] = byte;
          else {
            refused?.(line.toString('latin1', 0, length));
            skipping = true;
          }
        }
      }
    };
    const leave = [transport.onBytes(take), transport.onLost((error) => subscriber.error(error))];
    transport.open().catch((error: unknown) => subscriber.error(error));
    return () => {
      for (const one of leave) one();
      void transport.close();
    };
  });
}
