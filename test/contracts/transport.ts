import type { ExecutionContext, TestFn } from 'ava';
import type { Transport } from '../../firmware-bridge/index.ts';
import type { ControllerError } from '../../runtime/index.ts';

/** Two ends of one line, closed. */
export interface TransportPair {
  readonly a: Transport;
  readonly b: Transport;
  /** Lets what was written arrive; a line in real time waits for `done`, with a limit. */
  settle(done: () => boolean): Promise<void>;
  /** Breaks the line while both ends are open, and waits until `a` has noticed, with a limit. */
  unplug(): Promise<void>;
  /** Takes away what was set up. */
  dispose?(): Promise<void>;
}

const bytesOf = (...values: number[]): Uint8Array => Uint8Array.from(values);

function listen(transport: Transport): { heard: number[]; stop: () => void } {
  const heard: number[] = [];
  const stop = transport.onBytes((bytes, start, end) => heard.push(...bytes.subarray(start, end)));
  return { heard, stop };
}

/** What every transport does, whatever it is made of. */
export function transportContract(test: TestFn, name: string, make: () => Promise<TransportPair>): void {
  const claim = (title: string, run: (t: ExecutionContext, pair: TransportPair) => Promise<void>): void => {
    test.serial(`${name}: ${title}`, async (t) => {
      const pair = await make();
      try {
        await run(t, pair);
      } finally {
        await Promise.all([pair.a.close(), pair.b.close()]);
        await pair.dispose?.();
      }
    });
  };
  const open = async ({ a, b }: TransportPair): Promise<void> => {
    await Promise.all([a.open(), b.open()]);
  };

  claim('all byte values go both ways, in order', async (t, pair) => {
    await open(pair);
    const [there, back] = [listen(pair.b), listen(pair.a)];
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    t.true(pair.a.write(all, 0, 256));
    t.true(pair.a.write(all, 10, 20));
    t.true(pair.b.write(all, 0, 256));
    await pair.settle(() => there.heard.length >= 266 && back.heard.length >= 256);
    t.deepEqual(there.heard, [...all, ...all.subarray(10, 20)]);
    t.deepEqual(back.heard, [...all]);
  });

  claim('what is written is a copy', async (t, pair) => {
    await open(pair);
    const { heard } = listen(pair.b);
    const bytes = bytesOf(1, 2, 3);
    pair.a.write(bytes, 0, 3);
    bytes.fill(9);
    await pair.settle(() => heard.length >= 3);
    t.deepEqual(heard, [1, 2, 3]);
  });

  claim('nothing written while closed is ever sent', async (t, pair) => {
    t.is(pair.a.state, 'closed');
    t.false(pair.a.write(bytesOf(1), 0, 1));
    await open(pair);
    t.is(pair.a.state, 'open');
    const { heard } = listen(pair.b);
    await pair.a.close();
    t.is(pair.a.state, 'closed');
    t.false(pair.a.write(bytesOf(2), 0, 1));
    await pair.a.open();
    t.true(pair.a.write(bytesOf(3), 0, 1));
    await pair.settle(() => heard.length >= 1);
    t.deepEqual(heard, [3]);
  });

  claim('a write is taken whole or not at all, and refused while there is no room', async (t, pair) => {
    await open(pair);
    const { heard } = listen(pair.b);
    const block = Uint8Array.from({ length: 100 }, (_, i) => i);
    let taken = 0;
    while (taken < 100_000 && pair.a.write(block, 0, block.length)) taken++;
    t.true(taken > 0 && taken < 100_000);
    await pair.settle(() => heard.length >= 100 * taken);
    t.is(heard.length, 100 * taken);
    t.true(heard.every((byte, i) => byte === i % 100));
    t.true(pair.a.write(block, 0, block.length));
  });

  claim('listeners come and go', async (t, pair) => {
    await open(pair);
    const [first, second] = [listen(pair.b), listen(pair.b)];
    pair.a.write(bytesOf(1), 0, 1);
    await pair.settle(() => first.heard.length >= 1 && second.heard.length >= 1);
    first.stop();
    first.stop();
    pair.a.write(bytesOf(2), 0, 1);
    await pair.settle(() => second.heard.length >= 2);
    t.deepEqual([first.heard, second.heard], [[1], [1, 2]]);
  });

  claim('opening and closing twice is as good as once', async (t, pair) => {
    await Promise.all([pair.a.open(), pair.a.open(), pair.b.open()]);
    await pair.a.open();
    t.is(pair.a.state, 'open');
    const lost: ControllerError[] = [];
    pair.a.onLost((error) => lost.push(error));
    await Promise.all([pair.a.close(), pair.a.close()]);
    await pair.a.close();
    t.is(pair.a.state, 'closed');
    t.deepEqual(lost, [], 'a port that one closes oneself is not lost');
  });

  claim('an unplugged line is reported once, with its cause', async (t, pair) => {
    await open(pair);
    const lost: ControllerError[] = [];
    pair.a.onLost((error) => lost.push(error));
    await pair.unplug();
    t.deepEqual(
      lost.map((error) => error.code),
      ['ERR_PORT_LOST'],
    );
    t.is(pair.a.state, 'closed');
    t.false(pair.a.write(bytesOf(1), 0, 1));
  });
}
