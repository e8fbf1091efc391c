import { raise } from '../../runtime/index.ts';
import { MAX_REGION_BYTES } from './weights.ts';

/**
 * Region 0: the network as a board runs it, in integers. A header, then one record a population in order of execution,
 * one a projection, then the tables of adaptation strengths. Weights are not in it: each projection names the region that
 * holds its int8 weights, dense, [pre][post]. Membranes count in units of the board's own choice ("LSB"); decays are
 * fractions of 65536. What a board computes from these numbers is its own specification; PROTOCOL.md has the byte offsets.
 */
export interface NetworkImage {
  readonly tickUs: number;
  readonly populations: readonly ImagePopulation[];
  readonly projections: readonly ImageProjection[];
}

export const neuronKinds = ['source', 'lif', 'alif', 'integrator'] as const;
export type ImageKind = (typeof neuronKinds)[number];

/** Spike addresses count through all populations: the first neuron of one follows the last of the one before. */
export interface ImagePopulation {
  readonly kind: ImageKind;
  readonly size: number;
  readonly reset: 'subtract' | 'zero';
  /** the board reports its spikes (or, of an integrator, its states) */
  readonly report: boolean;
  /** silent ticks after a spike */
  readonly refractory: number;
  /** LSB */
  readonly threshold: number;
  /** what a tick leaves of the membrane, of 65536 */
  readonly leak: number;
  /** what a tick leaves of the synaptic current, of 65536; 0: there is none, input goes straight to the membrane */
  readonly leakSynapse: number;
  /** what a tick leaves of the adaptation, of 65536 */
  readonly leakAdapt: number;
  /** LSB that a spike adds to the adaptive threshold: one for all, or one a neuron */
  readonly beta: number | readonly number[];
}

export interface ImageProjection {
  readonly pre: number;
  readonly post: number;
  /** 1..255, its own */
  readonly region: number;
  /** ticks */
  readonly delay: number;
  /** a weight w adds w · 2^shift LSB */
  readonly shift: number;
}

const MAGIC = 0x474e5731;
const VERSION = 1;
const HEADER = 16;
const POPULATION = 32;
const PROJECTION = 16;
const ONE = 65536;
const MAX_SHIFT = 24;
const RESET_ZERO = 1;
const REPORT = 2;
const BETA_TABLE = 4;

/** Bytes of the weight region of `projection`: one a pair of neurons. */
export const weightRegionBytes = (image: NetworkImage, projection: ImageProjection): number =>
  image.populations[projection.pre].size * image.populations[projection.post].size;

/** Why an image cannot be one, or undefined. The rules hold for what is encoded and for what is decoded. */
function fault(image: NetworkImage): string | undefined {
  const { populations, projections } = image;
  const whole = (value: number, min: number, max: number) => Number.isInteger(value) && value >= min && value <= max;
  const int32 = (value: number) => whole(value, -0x80000000, 0x7fffffff);
  if (!whole(image.tickUs, 1, 0xffffffff)) return 'tickUs';
  if (!whole(populations.length, 1, 255)) return 'populations';
  if (!whole(projections.length, 0, 255)) return 'projections';
  for (const [i, p] of populations.entries()) {
    const betas = typeof p.beta === 'number' ? [p.beta] : p.beta;
    const good =
      neuronKinds.includes(p.kind) &&
      whole(p.size, 1, 0xffff) &&
      whole(p.refractory, 0, 0xffff) &&
      int32(p.threshold) &&
      [p.leak, p.leakSynapse, p.leakAdapt].every((leak) => whole(leak, 0, ONE)) &&
      (typeof p.beta === 'number' || betas.length === p.size) &&
      betas.every(int32);
    if (!good) return `populations[${i}]`;
  }
  const regions = new Set<number>();
  for (const [i, p] of projections.entries()) {
    const good =
      whole(p.pre, 0, populations.length - 1) &&
      whole(p.post, 0, populations.length - 1) &&
      whole(p.region, 1, 255) &&
      !regions.has(p.region) &&
      whole(p.delay, p.pre < p.post ? 0 : 1, 0xffff) &&
      whole(p.shift, 0, MAX_SHIFT) &&
      weightRegionBytes(image, p) <= MAX_REGION_BYTES;
    if (!good) return `projections[${i}]`;
    regions.add(p.region);
  }
  return undefined;
}

/** Encodes an image; raises ERR_NETWORK_IMAGE at the first field out of its range. */
export function encodeNetworkImage(image: NetworkImage): Uint8Array {
  const wrong = fault(image);
  if (wrong !== undefined) raise('ERR_NETWORK_IMAGE', { path: wrong });
  const { populations, projections } = image;
  const tables = populations.flatMap((p) => (typeof p.beta === 'number' ? [] : p.beta));
  const bytes = new Uint8Array(HEADER + POPULATION * populations.length + PROJECTION * projections.length + 4 * tables.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC);
  view.setUint16(4, VERSION, true);
  view.setUint8(6, populations.length);
  view.setUint8(7, projections.length);
  view.setUint32(8, image.tickUs, true);
  let at = HEADER;
  for (const p of populations) {
    const table = typeof p.beta !== 'number';
    view.setUint8(at, neuronKinds.indexOf(p.kind));
    view.setUint8(at + 1, (p.reset === 'zero' ? RESET_ZERO : 0) | (p.report ? REPORT : 0) | (table ? BETA_TABLE : 0));
    view.setUint16(at + 2, p.refractory, true);
    view.setUint32(at + 4, p.size, true);
    view.setInt32(at + 8, p.threshold, true);
    view.setUint32(at + 12, p.leak, true);
    view.setUint32(at + 16, p.leakSynapse, true);
    view.setUint32(at + 20, p.leakAdapt, true);
    view.setInt32(at + 24, table ? 0 : (p.beta as number), true);
    at += POPULATION;
  }
  for (const p of projections) {
    view.setUint8(at, p.pre);
    view.setUint8(at + 1, p.post);
    view.setUint8(at + 2, p.region);
    view.setUint8(at + 3, p.shift);
    view.setUint16(at + 4, p.delay, true);
    at += PROJECTION;
  }
  for (const beta of tables) {
    view.setInt32(at, beta, true);
    at += 4;
  }
  return bytes;
}

/** Decodes an image. A string says where the bytes are wrong; it never throws. */
export function decodeNetworkImage(bytes: Uint8Array): NetworkImage | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER || view.getUint32(0) !== MAGIC) return 'header';
  if (view.getUint16(4, true) !== VERSION) return 'version';
  const populationCount = view.getUint8(6);
  const projectionCount = view.getUint8(7);
  let tableAt = HEADER + POPULATION * populationCount + PROJECTION * projectionCount;
  if (bytes.length < tableAt) return 'length';

  const populations: ImagePopulation[] = [];
  for (let i = 0; i < populationCount; i++) {
    const at = HEADER + POPULATION * i;
    const kind = neuronKinds[view.getUint8(at)];
    const flags = view.getUint8(at + 1);
    const size = view.getUint32(at + 4, true);
    if (kind === undefined || flags > (RESET_ZERO | REPORT | BETA_TABLE)) return `populations[${i}]`;
    let beta: number | number[] = view.getInt32(at + 24, true);
    if (flags & BETA_TABLE) {
      if (size > (bytes.length - tableAt) / 4) return 'length';
      beta = Array.from({ length: size }, (_, k) => view.getInt32(tableAt + 4 * k, true));
      tableAt += 4 * size;
    }
    populations.push({
      kind,
      size,
      reset: flags & RESET_ZERO ? 'zero' : 'subtract',
      report: (flags & REPORT) !== 0,
      refractory: view.getUint16(at + 2, true),
      threshold: view.getInt32(at + 8, true),
      leak: view.getUint32(at + 12, true),
      leakSynapse: view.getUint32(at + 16, true),
      leakAdapt: view.getUint32(at + 20, true),
      beta,
    });
  }
  if (tableAt !== bytes.length) return 'length';

  const projections = Array.from({ length: projectionCount }, (_, i): ImageProjection => {
    const at = HEADER + POPULATION * populationCount + PROJECTION * i;
    return {
      pre: view.getUint8(at),
      post: view.getUint8(at + 1),
      region: view.getUint8(at + 2),
      shift: view.getUint8(at + 3),
      delay: view.getUint16(at + 4, true),
    };
  });
  const image = { tickUs: view.getUint32(8, true), populations, projections };
  return fault(image) ?? image;
}

/** Bytes of an image. */
const imageBytes = ({ populations, projections }: NetworkImage): number =>
  HEADER +
  POPULATION * populations.length +
  PROJECTION * projections.length +
  populations.reduce((sum, { beta, size }) => sum + (typeof beta === 'number' ? 0 : 4 * size), 0);

/** Memory of a network as `network_bytes` of Caps counts it (PROTOCOL.md section 14), on a board with this largest grade. */
export function networkBytes(image: NetworkImage, maxGrade: number): number {
  const longest = (index: number): number =>
    image.projections.reduce((most, { pre, delay }) => (pre === index ? Math.max(most, delay) : most), 0);
  const sent = image.populations.reduce((sum, { kind, size }, index) => {
    if (kind === 'integrator') return sum;
    const rows = longest(index) + 1;
    return sum + (kind === 'source' ? rows * size * (maxGrade > 255 ? 2 : 1) : Math.max(2, rows) * Math.ceil(size / 8));
  }, 0);
  return imageBytes(image) + sent + image.projections.reduce((sum, projection) => sum + weightRegionBytes(image, projection), 0);
}
