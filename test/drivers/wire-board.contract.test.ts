import { IntegerBoard, WireBoard } from '../../drivers/index.ts';
import { loopbackPair, withFaults } from '../../firmware-bridge/index.ts';
import { boardContract, type Condition, lineContract, type Subject } from '../contracts/board.ts';
import { capabilities } from './support.ts';

const bytesPerMs: Readonly<Partial<Record<Condition, number>>> = { narrow: 2.5 };
const noise = { drop: 0.001, flip: 0.001 };

/**
 * A wire board as over a real port: nobody lends it time, its own timer and the bytes drive it. The milliseconds are those of
 * this process: one passes at each turn of a timer, so that a busy machine makes the test slow and not wrong.
 */
const make = (condition: Condition): Subject => {
  let ms = 0;
  const now = (): number => ms;
  const speed = bytesPerMs[condition];
  const [hostEnd, deviceEnd] = loopbackPair({ now, latencyMs: 0.2, ...(speed === undefined ? {} : { bytesPerMs: speed, capacity: 1024 }) });
  const rates = condition === 'noisy' ? noise : {};
  const line = withFaults(hostEnd, { now, seed: 5, send: rates, receive: rates });
  const offered = condition === 'small' ? { ...capabilities, neurons: 4 } : capabilities;
  const device = new IntegerBoard({ transport: deviceEnd, now, capabilities: offered, bootId: 7, computeMs: 0 });
  void deviceEnd.open();
  device.start();
  const timer = setInterval(() => {
    ms += 1;
    device.poll();
  }, 1);
  // Not to hold up the end of the test process.
  timer.unref();
  const board = new WireBoard({ transport: line, now });
  const pass = async (time: number): Promise<void> => {
    for (const until = ms + time; ms < until; ) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return {
    board,
    sent: () => board.connection?.link.counters.bytesOut ?? 0,
    tick: () => pass(2),
    pass,
    cut: () => line.stall(Number.POSITIVE_INFINITY),
    safe: () => device.state === 'safe',
    verify: () => board.verify(),
    weights(projection) {
      const { region, step } = board.connection!.weights.running(projection)!;
      return Float64Array.from(new Int8Array(device.memory.running(region)!.bytes), (count) => count * step);
    },
  };
};

boardContract('in its own time', make);
lineContract('in its own time', make);
