import { type ControllerError, controllerError } from '../runtime/index.ts';
import { type WeightAck, weightStatus } from './codecs/control.ts';
import { PatchWriter, WEIGHT_HEADER_BYTES, writeChunk } from './codecs/weights.ts';
import { crc32c } from './crc.ts';
import type { Link } from './link.ts';
import { code, feature } from './messages.ts';

/** An image for a region. Its bytes, and those of `base`, are not to change before the transfer has ended. */
export interface WeightTransfer {
  readonly region: number;
  /** 0..255, another one than that of the running image */
  readonly generation: number;
  readonly image: Uint8Array;
  /** what runs there now: only differences are sent, unless the board runs something else */
  readonly base?: { readonly generation: number; readonly image: Uint8Array };
}

export type TransferResult =
  | {
      readonly ok: true;
      readonly region: number;
      readonly generation: number;
      readonly crc32c: number;
      /** payload bytes of all chunks and patches that were sent for it */
      readonly bytes: number;
      readonly patched: boolean;
    }
  | { readonly ok: false; readonly region: number; readonly generation: number; readonly error: ControllerError };

/** Reliable frames that a transfer keeps in flight: half the link's slots stay free for control messages. */
const IN_FLIGHT = 8;
const MAX_CHUNK = 128;
const MIN_CHUNK = 16;
const FIRST_CHUNK = 64;
const CHUNK_STEP = 8;
/** Time between two questions to a board that is busy. */
const BUSY_MS = 10;
/** Time without progress on a link that is up. */
const STALL_MS = 5000;
/** Times that a whole image is sent when its CRC is wrong over there. */
const ATTEMPTS = 3;

const statusNames = new Map<number, string>(Object.entries(weightStatus).map(([name, value]) => [value, name]));

/**
 * The host's side of weight transfer: Begin, chunks or patches, Commit, one image at a time. After a new session it asks where to go
 * on. Chunks are short while the line loses frames and long while it does not: they shrink by half at a loss and grow by
 * eight bytes a chunk.
 */
export class WeightSender {
  readonly #link: Link;
  readonly #now: () => number;
  readonly #ended: (result: TransferResult) => void;
  readonly #payload = new Uint8Array(WEIGHT_HEADER_BYTES + MAX_CHUNK);
  readonly #patches = new PatchWriter();
  #transfer: WeightTransfer | undefined;
  #phase: 'ask' | 'asked' | 'send' | 'committed' = 'ask';
  #crc = 0;
  #patched = false;
  #offset = 0;
  #bytes = 0;
  #chunk = FIRST_CHUNK;
  #attempts = 0;
  #session = 0;
  #askAt = 0;
  #progressAt = 0;
  #retransmits = 0;

  /** `ended` hears how each transfer ended; it may begin the next one. */
  constructor(link: Link, now: () => number, ended: (result: TransferResult) => void) {
    this.#link = link;
    this.#now = now;
    this.#ended = ended;
  }

  get busy(): boolean {
    return this.#transfer !== undefined;
  }

  /** Begins a transfer; false while another one is under way. */
  begin(transfer: WeightTransfer): boolean {
    if (this.#transfer !== undefined) return false;
    this.#transfer = transfer;
    this.#crc = crc32c(transfer.image);
    this.#patched = transfer.base?.image.length === transfer.image.length && (this.#link.features & feature.patches) !== 0;
    this.#bytes = 0;
    this.#attempts = 0;
    this.#ask(this.#now());
    this.#progressAt = this.#now();
    this.poll();
    return true;
  }

  /** Forgets the transfer; `ended` is not called. */
  cancel(): void {
    this.#transfer = undefined;
  }

  /** Sends what there is room for. To be called together with the link's `poll`. */
  poll(): void {
    const transfer = this.#transfer;
    if (transfer === undefined || this.#link.state !== 'up') return;
    const now = this.#now();
    if (this.#link.session !== this.#session) {
      this.#session = this.#link.session;
      this.#progressAt = now;
      this.#ask(now);
    }
    // Frames that are not even acknowledged are the link's concern: it gives up in time.
    if (this.#link.queued > 0) this.#progressAt = now;
    if (now - this.#progressAt >= STALL_MS) {
      this.#end(controllerError('ERR_WEIGHTS_STALLED', { region: transfer.region, ms: STALL_MS, offset: this.#offset }));
      return;
    }
    if (this.#phase === 'ask' && now >= this.#askAt) this.#sendBegin(transfer);
    else if (this.#phase === 'send') this.#fill(transfer);
  }

  /** Takes an answer of the board. Answers to something else are ignored. */
  receive(ack: WeightAck): void {
    const transfer = this.#transfer;
    if (transfer === undefined || ack.region !== transfer.region || ack.generation !== transfer.generation) return;
    const now = this.#now();
    switch (ack.status) {
      case weightStatus.receiving:
        if (this.#phase === 'ask' || ack.nextOffset > transfer.image.length) return;
        this.#offset = ack.nextOffset;
        this.#patches.begin();
        this.#phase = 'send';
        this.#progressAt = now;
        break;
      case weightStatus.committed:
        if (ack.crc32c === this.#crc) this.#end();
        return;
      case weightStatus.busy:
        this.#phase = 'ask';
        this.#askAt = now + BUSY_MS;
        return;
      case weightStatus.notBegun:
        this.#ask(now);
        break;
      case weightStatus.wrongBase:
        this.#patched = false;
        this.#ask(now);
        break;
      case weightStatus.wrongCrc:
        this.#attempts++;
        this.#patched = false;
        if (this.#attempts >= ATTEMPTS) this.#refused(ack.status);
        else this.#ask(now);
        break;
      default:
        this.#refused(ack.status);
    }
    this.poll();
  }

  #ask(now: number): void {
    this.#phase = 'ask';
    this.#askAt = now;
  }

  #sendBegin({ region, generation, image, base }: WeightTransfer): void {
    const begin = { region, generation, total: image.length, crc32c: this.#crc };
    const patch = this.#patched && base !== undefined ? { base: base.generation } : {};
    if (this.#link.sendControl('WeightBegin', { ...begin, ...patch })) this.#phase = 'asked';
  }

  #fill(transfer: WeightTransfer): void {
    const { region, generation, image, base } = transfer;
    while (this.#link.queued < IN_FLIGHT) {
      this.#adapt();
      let length = 0;
      if (this.#patched && base !== undefined) {
        length = this.#patches.next(this.#payload, WEIGHT_HEADER_BYTES + this.#chunk, region, generation, base.image, image);
        this.#offset = this.#patches.position;
      } else if (this.#offset < image.length) {
        const chunk = Math.min(this.#chunk, image.length - this.#offset);
        length = writeChunk(this.#payload, region, generation, image, this.#offset, chunk);
        this.#offset += chunk;
      }
      if (length === 0) {
        const sent = this.#link.sendControl('WeightCommit', { region, generation, total: image.length, crc32c: this.#crc });
        if (sent) this.#phase = 'committed';
        return;
      }
      if (!this.#link.send(this.#patched ? code.WeightPatch : code.WeightChunk, this.#payload, 0, length)) return;
      this.#bytes += length - WEIGHT_HEADER_BYTES;
    }
  }

  #adapt(): void {
    const { retransmits } = this.#link.counters;
    const most = Math.min(MAX_CHUNK, this.#link.maxPayload - WEIGHT_HEADER_BYTES);
    const grown = retransmits === this.#retransmits ? this.#chunk + CHUNK_STEP : this.#chunk >> 1;
    this.#retransmits = retransmits;
    this.#chunk = Math.max(MIN_CHUNK, Math.min(most, grown));
  }

  #refused(status: number): void {
    const transfer = this.#transfer;
    const values = { region: transfer?.region, generation: transfer?.generation, status: statusNames.get(status) ?? status };
    const remedy = status === weightStatus.wrongCrc ? 'check the line' : "fit the network to the board's capabilities";
    this.#end(controllerError('ERR_WEIGHTS_REFUSED', { ...values, remedy }));
  }

  #end(error?: ControllerError): void {
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    this.#transfer = undefined;
    const { region, generation } = transfer;
    if (error !== undefined) this.#ended({ ok: false, region, generation, error });
    else this.#ended({ ok: true, region, generation, crc32c: this.#crc, bytes: this.#bytes, patched: this.#patched });
  }
}
