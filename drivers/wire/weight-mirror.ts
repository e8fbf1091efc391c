import {
  configureKey,
  crc32c,
  encodeNetworkImage,
  feature,
  type Link,
  type TransferResult,
  type WeightAck,
  WeightSender,
  weightStatus,
} from '../../firmware-bridge/index.ts';
import type { ControllerError, DeployReport, Executable } from '../../runtime/index.ts';
import { largestWeight, quantizeWeights, shiftFor, WeightError } from '../quantize.ts';
import { after, Mirrored } from './mirrored.ts';
import type { Plan } from './plan.ts';

/** A network that a board holds and that has not yet all its weights: what a deployment that was cut off left there. */
export interface Unfinished {
  readonly generation: number;
  readonly crc32c: number;
}

/**
 * Keeps a board's weights like the host's, in rounds: everything that is wanted when a round begins is sent, projection by
 * projection, only what differs after quantization. What is wanted meanwhile waits for the next round, and the newest wins. The
 * weights of one projection change whole and between two ticks; those of several follow one another.
 *
 * A projection whose weights have outgrown its scale gets a coarser one, in force together with its next weights, if the board can; else
 * they saturate, and the error says so.
 */
export class WeightMirror {
  readonly #link: Link;
  readonly #sender: WeightSender;
  readonly #failed: (error: ControllerError) => void;
  readonly #error = new WeightError();
  #bits = 8;
  /** a network that the board does not run yet */
  #image: Uint8Array | undefined;
  #mirrored: readonly Mirrored[] = [];
  /** what this round has still to send, and what it is sending */
  #left: Mirrored[] = [];
  #current: Mirrored | undefined;
  /** the weights are those of a new network: there is nothing to patch */
  #whole = false;
  /** what a deployment before this one left on the board */
  #before: Unfinished | undefined;
  /** the network that is on its way */
  #coming: Unfinished | undefined;
  /** what this one has left there so far; undefined when it is whole */
  unfinished: Unfinished | undefined;
  #running = false;
  /** the board was asked which network it runs */
  #queried = false;
  #bytes = 0;
  /** whom this round and the next one will tell when they are over */
  #told: (() => void)[] = [];
  #toTell: (() => void)[] = [];
  #nextRound: Promise<void> | undefined;
  #asking = false;
  #asked = -1;
  /** what {@link verify} found; undefined while it is not known */
  verified: boolean | undefined;
  patches = 0;
  patchesAcked = 0;
  /** |w − ŵ| of what was sent last, at most */
  errorMax = 0;

  constructor(link: Link, now: () => number, failed: (error: ControllerError) => void) {
    this.#link = link;
    this.#failed = failed;
    this.#sender = new WeightSender(link, now, (result) => this.#ended(result));
  }

  /** Whether a patch is on its way. */
  get busy(): boolean {
    return this.#running;
  }

  /** What the board runs with: counts, and the host's weight of one. For whoever looks inside. */
  running(
    projection: string,
  ): { readonly counts: Int8Array; readonly step: number; readonly region: number; readonly bytes: Uint8Array } | undefined {
    const found = this.#mirrored.find(({ planned }) => planned.name === projection);
    if (found === undefined) return undefined;
    const { counts, bytes, shift } = found.running;
    return { counts, bytes, region: found.planned.region, step: found.planned.unit * 2 ** shift };
  }

  /** Region by region, the images that a board may run now: what it is known to run, and what is on its way. */
  known(): readonly { readonly region: number; readonly images: readonly Uint8Array[] }[] {
    return this.#mirrored.map(({ planned, running, sending }) => ({ region: planned.region, images: [running.bytes, sending.bytes] }));
  }

  /** Begins to send a network whole. The report is right at once, but for its bytes; see {@link bytes}. */
  deploy(plan: Plan, { arena }: Executable, bits: number, unfinished?: Unfinished): DeployReport['weightError'] {
    this.cancel();
    this.#before = unfinished;
    this.unfinished = unfinished;
    this.#bits = bits;
    this.#mirrored = plan.projections.map((planned) => new Mirrored(planned));
    this.#error.clear();
    for (const mirrored of this.#mirrored) {
      const { planned, wanted } = mirrored;
      wanted.shift = shiftFor(largestWeight(arena.floats, planned.layout), planned.unit, bits);
      this.#quantize(mirrored, arena.floats);
    }
    this.#image = encodeNetworkImage(plan.image(this.#mirrored.map(({ wanted }) => wanted.shift)));
    this.#whole = true;
    this.#bytes = 0;
    const { max, rms } = this.#error;
    this.#begin();
    return { max, rms };
  }

  /** Bytes of weights and network sent since `deploy` began. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes the weights of one projection, or of all, as they are now. Resolves when the board runs with them, or never will. */
  sync({ arena }: Executable, projection: string | undefined): Promise<void> {
    for (const mirrored of this.#mirrored) {
      if (projection !== undefined && projection !== mirrored.planned.name) continue;
      const { planned, sending, running, wanted } = mirrored;
      const known = this.#current === mirrored || this.#left.includes(mirrored) ? sending : running;
      const needed =
        this.#link.features & feature.rescale ? shiftFor(largestWeight(arena.floats, planned.layout), planned.unit, this.#bits) : 0;
      // A scale never becomes finer again: to follow weights up and down would resend all of them each time.
      wanted.shift = Math.max(known.shift, needed);
      this.#error.clear();
      this.#quantize(mirrored, arena.floats);
    }
    this.#nextRound ??= new Promise((resolve) => this.#toTell.push(resolve));
    const told = this.#nextRound;
    if (!this.#running) this.#begin();
    return told;
  }

  /** Asks the board for the check of every projection's weights, one after the other; {@link verified} says in the end. */
  verify(): void {
    this.verified = undefined;
    this.#asking = true;
    this.#asked = -1;
    if (!this.#running) this.#verifyNext();
  }

  receive(ack: WeightAck): void {
    if (ack.region === 0 && this.#image !== undefined && !this.#sender.busy) {
      if (this.#isThere(ack, this.#image)) {
        // Weights that it has whole are answered as such, and those that it has in part go on where they stopped.
        this.#image = undefined;
        this.#queried = false;
        this.#transfer();
        return;
      }
      // Another generation than the board's own, or it would take an equal image for the one that it has, with all that changed since.
      const generation = after(ack.generation);
      this.#coming = { generation, crc32c: crc32c(this.#image) };
      this.#sender.begin({ region: 0, generation, image: this.#image });
      return;
    }
    const asked = this.#mirrored[this.#asked];
    // While a patch is on its way it is not known which weights run: the round asks anew at its end.
    if (!this.#running && this.#asking && asked?.planned.region === ack.region) {
      if (ack.generation !== asked.generation || ack.crc32c !== crc32c(asked.running.bytes)) this.#verdict(false);
      else this.#verifyNext();
    }
    this.#sender.receive(ack);
  }

  poll(): void {
    if (!this.#running) return;
    if (this.#current === undefined && !this.#sender.busy && !this.#queried) this.#transfer();
    this.#sender.poll();
  }

  /** Whether the board still holds the very network that a deployment left there, which has not run since. */
  #isThere({ generation, crc32c: crc, status }: WeightAck, image: Uint8Array): boolean {
    const left = this.#before;
    return status === weightStatus.committed && left?.generation === generation && left.crc32c === crc && crc === crc32c(image);
  }

  #verifyNext(): void {
    const next = this.#mirrored[++this.#asked];
    if (next === undefined) this.#verdict(true);
    else if (!this.#link.sendControl('WeightQuery', { region: next.planned.region })) this.#verdict(false);
  }

  #verdict(equal: boolean): void {
    this.verified = equal;
    this.#asking = false;
  }

  /** Ends it all; whoever waits is told. */
  cancel(): void {
    this.#sender.cancel();
    this.#running = false;
    this.#queried = false;
    this.#current = undefined;
    this.#left = [];
    for (const tell of [...this.#told, ...this.#toTell]) tell();
    this.#told = [];
    this.#toTell = [];
    this.#nextRound = undefined;
  }

  #quantize(mirrored: Mirrored, floats: Float32Array): void {
    const { planned, wanted } = mirrored;
    quantizeWeights(floats, planned.layout, planned.unit * 2 ** wanted.shift, this.#bits, wanted.counts, this.#error);
    mirrored.errorMax = this.#error.max;
    mirrored.due = true;
  }

  #begin(): void {
    this.#running = true;
    [this.#told, this.#toTell] = [this.#toTell, []];
    this.#nextRound = undefined;
    this.#left = this.#mirrored.filter(({ due }) => due);
    this.errorMax = Math.max(0, ...this.#left.map(({ errorMax }) => errorMax));
    for (const mirrored of this.#left) mirrored.next();
    if (!this.#whole) {
      this.#left = this.#left.filter(({ sending, running }) => !sending.equals(running));
      if (this.#left.length > 0) this.patches++;
    }
    this.#transfer();
  }

  /** Sends the next image of the round, or ends it. */
  #transfer(): void {
    if (this.#image !== undefined) {
      this.#queried = this.#link.sendControl('WeightQuery', { region: 0 });
      return;
    }
    const mirrored = this.#left[0];
    if (mirrored === undefined) {
      this.#end();
      return;
    }
    const { planned, sending, running } = mirrored;
    const generation = after(mirrored.generation);
    if (!this.#whole && sending.shift !== running.shift) {
      const key = configureKey.shift + planned.region;
      // No room among the reliable messages: poll comes back to it.
      if (!this.#link.sendControl('Configure', { key, value: sending.shift, generation })) return;
    }
    this.#left.shift();
    this.#current = mirrored;
    const base = this.#whole ? {} : { base: { generation: mirrored.generation, image: running.bytes } };
    this.#sender.begin({ region: planned.region, generation, image: sending.bytes, ...base });
  }

  #ended(result: TransferResult): void {
    if (!result.ok) {
      this.cancel();
      this.#failed(result.error);
      return;
    }
    this.#bytes += result.bytes;
    if (result.region === 0) {
      this.#image = undefined;
      this.unfinished = this.#coming;
    } else this.#current?.committed();
    this.#current = undefined;
    this.#queried = false;
    this.#transfer();
  }

  #end(): void {
    this.#running = false;
    if (!this.#whole) this.patchesAcked = this.patches;
    if (this.#whole) this.unfinished = undefined;
    this.#whole = false;
    for (const tell of this.#told) tell();
    this.#told = [];
    if (this.#toTell.length > 0) this.#begin();
    else if (this.#asking) this.verify();
  }
}
