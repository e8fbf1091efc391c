import { IntegerBoard } from '../../drivers/index.ts';
import {
  code,
  decodeControl,
  feature,
  type ImagePopulation,
  Link,
  loopbackPair,
  type NetworkImage,
  SpikeBatch,
  SpikeWriter,
  type TransferResult,
  WeightSender,
} from '../../firmware-bridge/index.ts';
import { capabilities } from './support.ts';

const silent: Omit<ImagePopulation, 'kind' | 'size'> = {
  reset: 'subtract',
  report: false,
  refractory: 0,
  threshold: 0,
  leak: 0,
  leakSynapse: 0,
  leakAdapt: 0,
  beta: 0,
};

/** Two inputs, and two neurons that spike when their input does: weight 64 · 2^14 is the threshold. */
export const image: NetworkImage = {
  tickUs: 2000,
  populations: [
    { ...silent, kind: 'source', size: 2 },
    { ...silent, kind: 'lif', size: 2, report: true, reset: 'zero', threshold: 1 << 20 },
  ],
  projections: [{ pre: 0, post: 1, region: 1, delay: 0, shift: 14 }],
};
export const identity = Uint8Array.of(64, 0, 0, 64);

/** The device alone, and a host's end of the line that says what a test wants. */
export async function bench(offered = capabilities, computeMs = 0) {
  let ms = 0;
  const now = (): number => ms;
  const [hostEnd, deviceEnd] = loopbackPair({ now });
  const device = new IntegerBoard({ transport: deviceEnd, now, capabilities: offered, bootId: 9, computeMs });
  await Promise.all([hostEnd.open(), deviceEnd.open()]);
  device.start();
  const answers: { tick: number; ids: number[] }[] = [];
  const errors: { reason: number; context: number }[] = [];
  const acks: number[] = [];
  const results: TransferResult[] = [];
  let telemetry: { state: number; dropped: number; overruns: number; activeGeneration: number } | undefined;
  let time: Uint8Array | undefined;
  const batch = new SpikeBatch(64, 256);
  const link: Link = new Link({
    transport: hostEnd,
    now,
    session: () => 0x1234,
    features: feature.wideCrc | feature.patches | feature.graded | feature.rescale,
    handlers: {
      message(value, bytes, start, end) {
        if (value === code.Spikes) {
          batch.decode(bytes, start, end, 1000);
          answers.push({ tick: batch.baseTick, ids: [...batch.addresses.subarray(0, batch.spikes)] });
          return true;
        }
        if (value === code.TimeSync) time = bytes.slice(start, end);
        const decoded = decodeControl(value, bytes, start, end);
        if (decoded?.name === 'Error') errors.push(decoded.message);
        if (decoded?.name === 'Telemetry') telemetry = decoded.message;
        if (decoded?.name === 'WeightAck') {
          acks.push(decoded.message.status);
          sender.receive(decoded.message);
        }
        return true;
      },
    },
  });
  const sender = new WeightSender(link, now, (result) => results.push(result));
  link.start();
  const step = (by = 0): void => {
    ms += by;
    for (let k = 0; k < 8; k++) {
      device.poll();
      link.poll();
      sender.poll();
    }
  };
  step();
  const put = (region: number, generation: number, bytes: Uint8Array): boolean => {
    sender.begin({ region, generation, image: bytes });
    for (let k = 0; k < 200 && sender.busy; k++) step(1);
    return results.at(-1)?.ok === true;
  };
  const writer = new SpikeWriter();
  const out = new Uint8Array(200);
  /** a message of base tick `base` with spikes of `tick` */
  const spikes = (base: number, tick: number, ids: readonly number[], values?: readonly number[]): void => {
    writer.begin(out, 0, out.length, base);
    writer.add(tick, Uint32Array.from(ids), 0, ids.length, values === undefined ? undefined : Uint32Array.from(values));
    link.send(code.Spikes, out, 0, writer.end);
    step();
  };
  const arm = (): void => {
    link.sendControl('Arm', { session: link.session, ttlMs: 250 });
    step();
  };
  return {
    device,
    link,
    sender,
    hostEnd,
    step,
    put,
    spikes,
    arm,
    answers,
    errors,
    acks,
    results,
    telemetry: () => telemetry,
    time: () => time,
  };
}
