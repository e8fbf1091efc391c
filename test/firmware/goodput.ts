/** How fast an emulated chip takes weights and answers ticks, in its own time. */
import { avrMachine, rp2040Machine } from '../../drivers/index.ts';
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

export type Chip = 'atmega328p' | 'rp2040';

export async function chipBench(chip: Chip, baud: 115200 | 500000, faults?: FaultRates, seed = 3) {
  const { machine, transport } = chip === 'rp2040' ? rp2040Machine({ baud }) : avrMachine({ baud });
  let bench: FirmwareBench | undefined;
  const rates = faults ?? {};
  const now = (): number => bench?.ms ?? 0;
  const line = faults === undefined ? transport : withFaults(transport, { now, seed, send: rates, receive: rates });
  bench = new FirmwareBench({ transport: line, run: (ms) => machine.run(ms) });
  await bench.start();
  return { bench, machine };
}

/** Header of a chunk, and the most bytes behind it. */
const CHUNK_HEADER = 5;
const MAX_CHUNK = 128;
const IN_FLIGHT = 8;

/**
 * kB/s of weight chunks in full frames that the firmware acknowledges, one behind the other: the rate of a long image, whose Begin and
 * Commit cost nothing.
 */
export async function chunkGoodput(
  chip: Chip,
  baud: 115200 | 500000,
  chunks: number,
  faults?: FaultRates,
): Promise<{ kBps: number; overruns: number }> {
  const { bench, machine } = await chipBench(chip, baud, faults);
  const { link } = bench;
  const payload = new Uint8Array(Math.min(link.maxPayload, CHUNK_HEADER + MAX_CHUNK)).fill(1);
  const start = bench.ms;
  for (let sent = 0; sent < chunks; bench.step()) {
    while (sent < chunks && link.queued < IN_FLIGHT) {
      for (let i = CHUNK_HEADER; i < payload.length; i++) payload[i] = (i * sent) & 0xff;
      if (!link.send(code.WeightChunk, payload)) break;
      sent++;
    }
  }
  bench.until(() => link.queued === 0);
  return {
    kBps: (chunks * (payload.length - CHUNK_HEADER)) / (bench.ms - start),
    overruns: 'uart' in machine ? machine.uart.overruns : machine.usart.overruns,
  };
}

/** kB/s of whole images of the largest region this board has, Begin and Commit included. */
export async function imageGoodput(chip: Chip, baud: 115200 | 500000, images: number, faults?: FaultRates): Promise<number> {
  const { bench } = await chipBench(chip, baud, faults);
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
export async function roundTrip(chip: Chip, baud: 115200 | 500000, ticks: number): Promise<{ p50: number; p99: number }> {
  const { bench } = await chipBench(chip, baud);
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

export interface TickCost {
  readonly inputs: number;
  readonly neurons: number;
  readonly outputs: number;
  /** ticks between two spikes of a neuron or an input; default 1 */
  readonly every?: number;
  /** every synapse learns from a target in every tick; then the weights are random, and the neurons spike when they do */
  readonly learning?: boolean;
}

/** Cycles of a tick: at most, and in the mean, over 20 ticks. Neurons and inputs spike all at once, as often as they are to. */
export async function tickCycles(chip: Chip, cost: TickCost): Promise<{ most: number; mean: number }> {
  const { inputs, neurons, outputs, every = 1, learning = false } = cost;
  const { bench, machine } = await chipBench(chip, 500000);
  const plain = learning ? dense(inputs, neurons, outputs) : dense(inputs, neurons, outputs, 1);
  const image = { ...plain, populations: plain.populations.map((one) => (one.kind === 'alif' ? { ...one, refractory: every - 1 } : one)) };
  bench.load(
    image,
    learning
      ? randomWeights(image, 1)
      : image.projections.map(({ pre, post }) => new Int8Array(image.populations[pre]!.size * image.populations[post]!.size).fill(100)),
  );
  if (learning) {
    const rates = new Map([1, 2, 3].map((region) => [region, { rate: 1, shift: 47 }]));
    bench.learn({ seed: 1, rates, dampening: new Map([[1, 1000]]) });
    bench.target({ tick: 0, ticks: 20, label: 0 });
  }
  for (let tick = 0; tick < 20; tick++) bench.tick(tick, new Array<number>(inputs).fill(tick % every === 0 ? 1 : 0));
  const { most, sum, ticks } = machine.tickCycles;
  return { most, mean: Math.round(sum / ticks) };
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
  const { bench, machine } = await chipBench('atmega328p', 500000);
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
