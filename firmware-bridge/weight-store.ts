import { decodeControl, type WeightAck, type WeightBegin, type WeightCommit, weightStatus } from './codecs/control.ts';
import { applyPatch, MAX_REGION_BYTES, WeightHeader } from './codecs/weights.ts';
import { crc32c } from './crc.ts';
import { code } from './messages.ts';

/** An image that runs or waits to run. Its bytes are not to be changed by anybody. */
export interface RegionImage {
  readonly generation: number;
  readonly crc32c: number;
  readonly bytes: Uint8Array;
}

export interface WeightStoreOptions {
  /** bytes of all images together, running and new */
  readonly capacity: number;
  /** Sends an answer to the host. */
  readonly answer: (ack: WeightAck) => void;
  /** Whether the board has such a region of such a size: `receiving`, `unknownRegion` or `wrongSize` of {@link weightStatus}. */
  readonly admit: (region: number, total: number) => number;
  /** Whether the board can run the image, whose CRC is right; default yes. */
  readonly accept?: (region: number, bytes: Uint8Array) => boolean;
}

/** What arrives: one image at a time, for that is what a board has memory for. */
interface Staging {
  readonly region: number;
  readonly generation: number;
  readonly crc32c: number;
  readonly bytes: Uint8Array;
  /** patches to a copy of the running image, rather than a whole new one */
  readonly patched: boolean;
  next: number;
}

/**
 * The device's side of weight transfer. What runs changes only in {@link swap}, between two ticks, and only to an image
 * that came complete, has the CRC that was announced and was accepted; anything else leaves the running one as it is.
 */
export class WeightStore {
  readonly #options: WeightStoreOptions;
  readonly #active = new Map<number, RegionImage>();
  readonly #pending = new Map<number, RegionImage>();
  readonly #header = new WeightHeader();
  #staging: Staging | undefined;
  /** the host was told that its chunks are not what is expected, and has not yet reacted */
  #complained = false;

  constructor(options: WeightStoreOptions) {
    this.#options = options;
  }

  /** The running image of a region. */
  image(region: number): RegionImage | undefined {
    return this.#active.get(region);
  }

  /** Whether {@link swap} has something to do. */
  get waiting(): boolean {
    return this.#pending.size > 0;
  }

  /**
   * Makes committed images the running ones: to be called between ticks, and at once when no ticks run. A new network (region 0) ends the
   * weights of the one before. `changed` hears of each image, the network first.
   */
  swap(changed?: (region: number, image: RegionImage) => void): void {
    if (this.#pending.size === 0) return;
    if (this.#pending.has(0)) this.#active.clear();
    for (const [region, image] of [...this.#pending].sort(([a], [b]) => a - b)) {
      this.#active.set(region, image);
      changed?.(region, image);
    }
    this.#pending.clear();
  }

  /** Takes a weight message and answers it. False if it is none or malformed. */
  receive(value: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (value === code.WeightChunk || value === code.WeightPatch) {
      if (!this.#header.decode(bytes, start, end)) return false;
      this.#body(value === code.WeightPatch, bytes);
      return true;
    }
    const decoded = decodeControl(value, bytes, start, end);
    if (decoded?.name === 'WeightBegin') this.#options.answer(this.#begin(decoded.message));
    else if (decoded?.name === 'WeightCommit') this.#options.answer(this.#commit(decoded.message));
    else if (decoded?.name === 'WeightQuery') this.#options.answer(this.#query(decoded.message.region));
    else return false;
    return true;
  }

  /** A restart: nothing is left. */
  clear(): void {
    this.#active.clear();
    this.#pending.clear();
    this.#staging = undefined;
  }

  #begin(begin: WeightBegin): WeightAck {
    const { region, generation, total, base } = begin;
    const ack = (status: number, nextOffset = 0): WeightAck => ({ region, generation, nextOffset, crc32c: begin.crc32c, status });
    this.#complained = false;
    const admitted = this.#options.admit(region, total);
    if (admitted !== weightStatus.receiving) return ack(admitted);
    if (generation > 0xff || total === 0 || total > MAX_REGION_BYTES) return ack(weightStatus.wrongSize);
    // A new network decides which regions there are, so nothing begins before it runs.
    if (this.#pending.has(region) || this.#pending.has(0)) return ack(weightStatus.busy);

    const active = this.#active.get(region);
    if (active?.generation === generation && active.crc32c === begin.crc32c && active.bytes.length === total) {
      return ack(weightStatus.committed, total);
    }
    if (base !== undefined && (active?.generation !== base || active.bytes.length !== total)) return ack(weightStatus.wrongBase);
    const patched = base !== undefined;
    const held = this.#staging;
    const resumes =
      !patched &&
      held?.patched === false &&
      held.region === region &&
      held.generation === generation &&
      held.crc32c === begin.crc32c &&
      held.bytes.length === total;
    if (held !== undefined && resumes) return ack(weightStatus.receiving, held.next);

    this.#staging = undefined;
    if (total > this.#options.capacity - this.#used()) return ack(weightStatus.wrongSize);
    const image = patched && active !== undefined ? active.bytes.slice() : new Uint8Array(total);
    this.#staging = { region, generation, crc32c: begin.crc32c, bytes: image, patched, next: 0 };
    return ack(weightStatus.receiving);
  }

  /** A chunk or a patch, whose header has been read. Only a wrong one is answered, and only the first of a row. */
  #body(patch: boolean, bytes: Uint8Array): void {
    const header = this.#header;
    const staging = this.#staging;
    if (staging?.region !== header.region || staging.generation !== header.generation || staging.patched !== patch) {
      this.#complain(header.region, header.generation, 0, weightStatus.notBegun);
      return;
    }
    if (patch) {
      staging.next = applyPatch(bytes, header, staging.bytes);
      if (staging.next >= 0) return;
      this.#staging = undefined;
      this.#complain(header.region, header.generation, 0, weightStatus.notBegun);
      return;
    }
    const length = header.end - header.start;
    if (header.offset !== staging.next || length > staging.bytes.length - staging.next) {
      this.#complain(header.region, header.generation, staging.next, weightStatus.receiving);
      return;
    }
    for (let i = header.start; i < header.end; i++) staging.bytes[staging.next++] = bytes[i];
    this.#complained = false;
  }

  #complain(region: number, generation: number, nextOffset: number, status: number): void {
    if (this.#complained) return;
    this.#complained = true;
    this.#options.answer({ region, generation, nextOffset, crc32c: 0, status });
  }

  #commit(commit: WeightCommit): WeightAck {
    const { region, generation, total } = commit;
    const ack = (status: number, nextOffset = 0): WeightAck => ({ region, generation, nextOffset, crc32c: commit.crc32c, status });
    const staging = this.#staging;
    if (staging?.region !== region || staging.generation !== generation || staging.bytes.length !== total) {
      // Perhaps the answer to the first commit was lost with the session.
      const known = this.#pending.get(region) ?? this.#active.get(region);
      const done = known?.generation === generation && known.crc32c === commit.crc32c;
      return done ? ack(weightStatus.committed, total) : ack(weightStatus.notBegun);
    }
    if (!staging.patched && staging.next < total) return ack(weightStatus.receiving, staging.next);
    this.#staging = undefined;
    if (crc32c(staging.bytes) !== commit.crc32c || staging.crc32c !== commit.crc32c) return ack(weightStatus.wrongCrc);
    if (this.#options.accept?.(region, staging.bytes) === false) return ack(weightStatus.refused);
    this.#pending.set(region, { generation, crc32c: staging.crc32c, bytes: staging.bytes });
    return ack(weightStatus.committed, total);
  }

  /** The CRC is computed anew, so that a bit that changed in memory shows. */
  #query(region: number): WeightAck {
    const active = this.#active.get(region);
    if (active === undefined) return { region, generation: 0, nextOffset: 0, crc32c: 0, status: weightStatus.empty };
    const { generation, bytes } = active;
    return { region, generation, nextOffset: bytes.length, crc32c: crc32c(bytes), status: weightStatus.committed };
  }

  #used(): number {
    let bytes = 0;
    for (const image of this.#active.values()) bytes += image.bytes.length;
    for (const image of this.#pending.values()) bytes += image.bytes.length;
    return bytes;
  }
}
