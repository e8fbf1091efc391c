/** How fast the emulated ATmega328P takes weights and answers ticks, in its own time. */
import { type AvrBaud, avrMachine } from '../../drivers/index.ts';
import { code, type FaultRates, type NetworkImage, SpikeWriter, withFaults } from '../../firmware-bridge/index.ts';
import { random } from '../drivers/support.ts';
import { FirmwareBench } from './firmware-bench.ts';

const silent = { reset: 'subtract', report: false, refractory: 0, threshold: 0, leak: 0, leakSynapse: 0, leakAdapt: 0, beta: 0 } as const;

/** `inputs` sources, `neurons` recurrent ALIF neurons, `outputs` readouts; a threshold of 1 makes all of them spike all the time. */
export function dense(inputs: number, neurons: number, outputs: number, threshold = 1 << 20): NetworkImage {
  const alif = { ...silent, kind: 'alif', size: neurons, report: true, threshold, leak: 60000, leakAdapt: 65000, beta: 100_000 } as const;
  return {
    tickUs: 3000,
    populations: [{ ...silent, kind: 'source', size: inputs }, alif, { ...silent, kind: 'integrator', size: outputs, leak: 65000 }],
    projections: [
      { pre: 0, post: 1, region: 1, delay: 0, shift: 13 },
      { pre: 1, post: 1, region: 2, delay: 1, shift: 13 },
      { pre: 1, post: 2, region: 3, delay: 0, shift: 13 },
    ],
  };
}

export const randomWeights = (image: NetworkImage, seed: number): Int8Array[] => {
  const draw = random(seed);
  return image.projections.map(({ pre, post }) =>
    Int8Array.from({ length: image.populations[pre]!.size * image.populations[post]!.size }, () => Math.floor(draw() * 200) - 90),
  );
};

export async function avrBench(baud: AvrBaud, faults?: FaultRates, seed = 3) {
  const { machine, transport } = avrMachine({ baud });
  let bench: FirmwareBench | undefined;
  const rates = faults ?? {};
  const now = (): number => bench?.ms ?? 0;
  const line = faults === undefined ? transport : withFaults(transport, { now, seed, send: rates, receive: rates });
  bench = new FirmwareBench({ transport: line, run: (ms) => machine.run(ms) });
  await bench.start();
  return { bench, machine };
}

/** Header of a chunk, and as many bytes as a frame of this board holds. */
const CHUNK_HEADER = 5;
const IN_FLIGHT = 8;

/**
 * kB/s of weight chunks in full frames that the firmware acknowledges, one behind the other: the rate of a long image, whose Begin and
 * Commit cost nothing.
 */
export async function chunkGoodput(baud: AvrBaud, chunks: number, faults?: FaultRates): Promise<{ kBps: number; overruns: number }> {
  const { bench, machine } = await avrBench(baud, faults);
  const { link } = bench;
  const payload = new Uint8Array(link.maxPayload).fill(1);
  const start = bench.ms;
  for (let sent = 0; sent < chunks; bench.step()) {
    while (sent < chunks && link.queued < IN_FLIGHT) {
      for (let i = CHUNK_HEADER; i < payload.length; i++) payload[i] = (i * sent) & 0xff;
      if (!link.send(code.WeightChunk, payload)) break;
      sent++;
    }
  }
  bench.until(() => link.queued === 0);
  return { kBps: (chunks * (payload.length - CHUNK_HEADER)) / (bench.ms - start), overruns: machine.usart.overruns };
}

/** kB/s of whole images of the largest region this board has, Begin and Commit included. */
export async function imageGoodput(baud: AvrBaud, images: number, faults?: FaultRates): Promise<number> {
  const { bench } = await avrBench(baud, faults);
  const square: NetworkImage = {
    tickUs: 3000,
    populations: [
      { ...silent, kind: 'source', size: 16 },
      { ...silent, kind: 'lif', size: 16, threshold: 1 << 20, leak: 60000 },
    ],
    projections: [{ pre: 0, post: 1, region: 1, delay: 0, shift: 13 }],
  };
  bench.load(square, randomWeights(square, 1));
  const image = new Uint8Array(256);
  let time = 0;
  for (let generation = 2; generation < images + 2; generation++) {
    for (let i = 0; i < image.length; i++) image[i] = (generation * i) & 0x7f;
    time += bench.send(1, image, generation & 0xff);
  }
  return (images * image.length) / time;
}

/** ms from the message of a tick to its answer: the median and the 99th of a hundred. */
export async function roundTrip(baud: AvrBaud, ticks: number): Promise<{ p50: number; p99: number }> {
  const { bench } = await avrBench(baud);
  const image = dense(8, 12, 1);
  bench.load(image, randomWeights(image, 1));
  const draw = random(2);
  const times: number[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    const start = bench.ms;
    bench.tick(
      tick,
      Array.from({ length: 8 }, () => (draw() < 0.2 ? 1 : 0)),
    );
    times.push(bench.ms - start);
    // To the next full tick, whatever the answer took.
    while (bench.ms - start < 3) bench.step();
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
  return { p50: at(0.5), p99: at(0.99) };
}

/** What ticks cost when every input and neuron spikes in each of them, told one each `periodMs`. */
export interface Load {
  /** most cycles of a tick, interrupts included */
  readonly cycles: number;
  /** ticks told, and run by one period after the last */
  readonly told: number;
  readonly ran: number;
}

/** Runs an `inputs`-`neurons`-`outputs` network at its busiest over a line of 500,000 baud. */
export async function busiest(inputs: number, neurons: number, outputs: number, periodMs: number, told = 300): Promise<Load> {
  const { bench, machine } = await avrBench(500000);
  const image = dense(inputs, neurons, outputs, 1);
  const weights = image.projections.map(({ pre, post }) =>
    new Int8Array(image.populations[pre]!.size * image.populations[post]!.size).fill(100),
  );
  bench.load(image, weights);
  const ids = Uint32Array.from({ length: inputs }, (_, i) => i);
  const writer = new SpikeWriter();
  const payload = new Uint8Array(bench.link.maxPayload);
  for (let tick = 0; tick < told; tick++) {
    const end = bench.ms + periodMs;
    writer.begin(payload, 0, payload.length, tick);
    writer.add(tick, ids, 0, inputs);
    bench.link.send(code.Spikes, payload, 0, writer.end);
    while (bench.ms < end) bench.step();
  }
  return { cycles: machine.tickCycles.most, told, ran: machine.tickCycles.ticks };
}
