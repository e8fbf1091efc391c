/** A host that drives firmware over its real wire in virtual time, and sees every membrane. */
import { type IntegerLearningOptions, LearningLink } from '../../drivers/index.ts';
import {
  code,
  decodeControl,
  encodeNetworkImage,
  feature,
  Link,
  type NetworkImage,
  SpikeBatch,
  SpikeWriter,
  type Target,
  type TransferResult,
  type Transport,
  WeightSender,
  writeStatesQuestion,
} from '../../firmware-bridge/index.ts';

/** What runs the firmware: its clock, and its line. */
export interface Machine {
  readonly transport: Transport;
  /** runs until `ms` */
  run(ms: number): void;
}

const STEP_MS = 0.125;
const PATIENCE_MS = 5000;

export class FirmwareBench {
  readonly link: Link;
  readonly learning: LearningLink;
  readonly #machine: Machine;
  readonly #sender: WeightSender;
  readonly #batch = new SpikeBatch(64, 2048);
  readonly #writer = new SpikeWriter();
  readonly #payload = new Uint8Array(256);
  #result: TransferResult | undefined;
  #spikes: number[] = [];
  #answered = -1;
  #states: { population: number; first: number; values: number[] } | undefined;
  #ids = 0;
  errors: string[] = [];
  ms: number;

  constructor(machine: Machine, bootMs = 10) {
    this.#machine = machine;
    this.ms = bootMs;
    machine.run(bootMs);
    this.link = new Link({
      transport: machine.transport,
      now: () => this.ms,
      session: () => 0x0badcafe,
      features: feature.wideCrc | feature.patches | feature.graded | feature.rescale | feature.states,
      handlers: {
        message: (value, bytes, start, end) => this.#message(value, bytes, start, end),
        state: (_, error) => {
          if (error !== undefined) this.errors.push(error.message);
        },
      },
    });
    this.learning = new LearningLink(this.link, () => this.ms);
    this.#sender = new WeightSender(
      this.link,
      () => this.ms,
      (result) => {
        this.#result = result;
      },
    );
  }

  /** Connects. */
  async start(): Promise<void> {
    await this.#machine.transport.open();
    this.link.start();
    this.until(() => this.link.state === 'up');
  }

  /** One step of time. */
  step(ms = STEP_MS): void {
    this.ms += ms;
    this.#machine.run(this.ms);
    this.link.poll();
    this.#sender.poll();
    this.learning.poll();
  }

  until(done: () => boolean, ms = STEP_MS): void {
    for (const end = this.ms + PATIENCE_MS; !done(); this.step(ms)) {
      if (this.ms > end) throw new Error(`no answer within ${PATIENCE_MS} ms; link ${this.link.state}; ${this.errors.join(', ')}`);
    }
  }

  /** Sends one image and waits until it runs. Returns the time that took. */
  send(region: number, image: Uint8Array, generation: number, base?: { generation: number; image: Uint8Array }): number {
    const start = this.ms;
    this.#result = undefined;
    this.#sender.begin({ region, generation, image, ...(base === undefined ? {} : { base }) });
    this.until(() => this.#result !== undefined);
    const result = this.#result as TransferResult | undefined;
    if (result?.ok !== true) throw result?.error ?? new Error('no result');
    return this.ms - start;
  }

  /** Makes a network the running one, armed. */
  load(image: NetworkImage, weights: readonly Int8Array[], generation = 1): void {
    this.send(0, encodeNetworkImage(image), generation);
    image.projections.forEach(({ region }, k) => {
      const { buffer, byteOffset, length } = weights[k]!;
      this.send(region, new Uint8Array(buffer, byteOffset, length), generation);
    });
    this.#ids = image.populations.reduce((sum, { size }) => sum + size, 0);
    this.#answered = -1;
    this.link.sendControl('Arm', { session: this.link.session, ttlMs: 1000 });
    this.until(() => this.link.queued === 0);
  }

  /** Runs a tick on the values of all sources; returns the ids that spiked. */
  tick(tick: number, values: readonly number[]): readonly number[] {
    const ids = Uint32Array.from(values.keys()).filter((i) => values[i] !== 0);
    this.#writer.begin(this.#payload, 0, this.link.maxPayload, tick);
    const taken = this.#writer.add(
      tick,
      ids,
      0,
      ids.length,
      ids.map((i) => values[i]!),
    );
    if (taken !== ids.length) throw new Error('the inputs of a tick must fit into one message here');
    this.#spikes = [];
    if (!this.link.send(code.Spikes, this.#payload, 0, this.#writer.end)) throw new Error('no room for a tick');
    this.until(() => this.#answered === tick);
    return this.#spikes;
  }

  /** The board learns so from now on. */
  learn(options: IntegerLearningOptions): void {
    const before = this.errors.length;
    if (!this.learning.begin(options)) throw new Error('no room for the settings');
    this.until(() => this.link.queued === 0);
    this.step(1);
    if (this.errors.length > before) throw new Error(`the board refused to learn so: ${this.errors.slice(before).join(', ')}`);
  }

  /** What the next ticks should have said; it is there before they run. */
  target(target: Target): void {
    if (!this.learning.target(target)) throw new Error('no room for a target');
  }

  reward(tick: number, value: number): void {
    if (!this.learning.reward(tick, value)) throw new Error('no room for a reward');
    this.until(() => this.link.queued === 0);
  }

  /** All neurons to rest, after a tick that has run. */
  rest(tick: number): void {
    this.link.sendControl('Configure', { key: 1, value: tick | 0, generation: 0 });
    this.until(() => this.link.queued === 0);
  }

  /** The weights that the board has now. */
  weights(region: number, bytes: number): Int8Array {
    this.learning.read(region, bytes);
    this.until(() => this.learning.weights !== undefined);
    return this.learning.weights!;
  }

  /** Membranes of a population, or states of a readout. */
  states(population: number, size: number): number[] {
    const values: number[] = [];
    while (values.length < size) {
      const first = values.length;
      this.#states = undefined;
      this.link.send(code.States, this.#payload, 0, writeStatesQuestion(this.#payload, population, first));
      this.until(() => this.#states?.population === population && this.#states.first === first);
      values.push(...this.#states!.values);
    }
    return values;
  }

  #message(value: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (value === code.Spikes) {
      if (!this.#batch.decode(bytes, start, end, this.#ids)) return false;
      this.#spikes.push(...this.#batch.addresses.subarray(0, this.#batch.spikes));
      if (this.#batch.groups === 0 || this.#batch.ticks[0] === this.#batch.baseTick) this.#answered = this.#batch.baseTick;
      return true;
    }
    if (value === code.States) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
      const values = Array.from({ length: (end - start - 7) / 4 }, (_, k) => view.getInt32(7 + 4 * k, true));
      this.#states = { population: view.getUint8(4), first: view.getUint16(5, true), values };
      return true;
    }
    if (value === code.WeightData) return this.learning.receive(bytes, start, end);
    const decoded = decodeControl(value, bytes, start, end);
    if (decoded?.name === 'WeightAck') this.#sender.receive(decoded.message);
    if (decoded?.name === 'Error') this.errors.push(`Error {${decoded.message.reason}, ${decoded.message.context}}`);
    return decoded !== undefined;
  }
}
