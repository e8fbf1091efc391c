import {
  decodeNetworkImage,
  type NetworkImage,
  type RegionImage,
  type WeightAck,
  WeightStore,
  weightRegionBytes,
  weightStatus,
} from '../../firmware-bridge/index.ts';
import type { Capabilities } from '../../runtime/index.ts';
import { largestCount, MAX_SHIFT } from '../quantize.ts';
import { IntegerNetwork } from './integer-network.ts';
import { runnable } from './runnable.ts';
import { TickQueue } from './tick-queue.ts';

/** Image of the network, at most: a record for everything that can be counted, and a strength for every neuron. */
const imageBytes = ({ neurons }: Capabilities): number => 16 + 255 * (32 + 16) + 4 * neurons;

/** The int8 counts of a region: the same memory. */
const asCounts = (bytes: Uint8Array): Int8Array => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * The memory of the emulated board: images that run or arrive, and the network that they make. What arrived whole and checked
 * takes effect at once, for messages are read between ticks.
 */
export class BoardMemory {
  readonly #capabilities: Capabilities;
  readonly #store: WeightStore;
  /** shifts that wait for the weights of a generation */
  readonly #shifts = new Map<number, { readonly generation: number; readonly shift: number }>();
  #candidate: NetworkImage | undefined;
  image: NetworkImage | undefined;
  network: IntegerNetwork | undefined;
  queue: TickQueue | undefined;
  /** whether the network has all its weights */
  complete = false;
  /** what was swapped in last */
  region = 0;
  generation = 0;

  constructor(capabilities: Capabilities, answer: (ack: WeightAck) => void) {
    this.#capabilities = capabilities;
    this.#store = new WeightStore({
      capacity: 2 * (capabilities.synapses + imageBytes(capabilities)),
      answer,
      admit: (region, total) => this.#admit(region, total),
      accept: (region, bytes) => this.#accept(region, bytes),
    });
  }

  /** What runs in a region: not to be changed. */
  running(region: number): RegionImage | undefined {
    return this.#store.image(region);
  }

  /** Takes a weight message; false if it is none or malformed. */
  receive(value: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#store.receive(value, bytes, start, end)) return false;
    if (this.#store.waiting) this.#store.swap((region, image) => this.#swap(region, image));
    return true;
  }

  /** The weights of this generation will have this shift. False if there is no such region or shift. */
  rescale(region: number, generation: number, shift: number): boolean {
    if (shift < 0 || shift > MAX_SHIFT || this.image?.projections.some((one) => one.region === region) !== true) return false;
    this.#shifts.set(region, { generation, shift });
    return true;
  }

  #admit(region: number, total: number): number {
    if (region === 0) return total <= imageBytes(this.#capabilities) ? weightStatus.receiving : weightStatus.wrongSize;
    const projection = this.image?.projections.find((one) => one.region === region);
    if (this.image === undefined || projection === undefined) return weightStatus.unknownRegion;
    return weightRegionBytes(this.image, projection) === total ? weightStatus.receiving : weightStatus.wrongSize;
  }

  #accept(region: number, bytes: Uint8Array): boolean {
    if (region > 0) {
      const limit = largestCount(this.#capabilities.weightBits);
      const counts = asCounts(bytes);
      for (let i = 0; i < counts.length; i++) if (counts[i]! > limit || counts[i]! < -limit) return false;
      return true;
    }
    const image = decodeNetworkImage(bytes);
    if (typeof image === 'string' || !runnable(image, this.#capabilities)) return false;
    this.#candidate = image;
    return true;
  }

  #swap(region: number, { generation, bytes }: RegionImage): void {
    this.region = region;
    this.generation = generation;
    if (region === 0) {
      if (this.#candidate !== undefined) this.#build(this.#candidate);
      return;
    }
    const waiting = this.#shifts.get(region);
    if (waiting?.generation === generation) this.network?.setShift(region, waiting.shift);
    this.#shifts.delete(region);
    this.network?.setWeights(region, asCounts(bytes));
    this.complete = this.network?.complete === true;
  }

  #build(image: NetworkImage): void {
    const network = new IntegerNetwork(image);
    const place = new Int32Array(network.ids).fill(-1);
    let id = 0;
    let input = 0;
    for (const { kind, size } of image.populations) {
      for (let j = 0; j < size; j++, id++) if (kind === 'source') place[id] = input++;
    }
    this.image = image;
    this.network = network;
    this.queue = new TickQueue(network.inputs, place, this.#capabilities.maxGrade);
    this.#shifts.clear();
    this.complete = network.complete;
  }
}
