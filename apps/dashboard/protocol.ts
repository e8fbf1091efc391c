/** What passes between the dashboard's thread and its pages. Binary messages are little-endian; pages and server are of one version, so there is none. */

/** Neurons whose course is shown at a time. */
export const PROBES = 4;
/** Numbers of each of them, in this order; the trace is the mean |e| of the neuron's synapses. NaN: it has none, or no neuron is chosen. */
export const probed = ['membrane', 'threshold', 'trace', 'signal'] as const;
/** Numbers of a row of the course: its tick, and those of each probe. */
export const COURSE = 1 + PROBES * probed.length;

/** First byte of a binary message. */
export const binary = { frame: 1, weights: 2 } as const;

/** Spikes and courses since the last message, at most so many; the rest is counted. */
export interface FrameMessage {
  /** tick that the run has reached */
  readonly tick: number;
  readonly updates: number;
  readonly learning: boolean;
  readonly paused: boolean;
  /** factor on the learning rate */
  readonly factor: number;
  /** requests of people that the run has carried out */
  readonly done: number;
  /** frames since the last message: how many, and the lateness of the latest ones, µs */
  readonly frames: number;
  readonly latenessUs: number;
  /** frames since the start that were not shown because this side was too slow */
  readonly dropped: number;
  /** spikes since the last message, those that are not listed included */
  readonly spikes: number;
  /** tick and neuron of each listed spike, one after the other */
  readonly raster: Float64Array;
  /** rows of [tick, PROBES × probed numbers] */
  readonly course: Float32Array;
  /** first tick of the course: rows hold ticks after it, so that float32 holds them exactly */
  readonly origin: number;
}

const HEAD = 80;

export function encodeFrame(message: FrameMessage): Uint8Array<ArrayBuffer> {
  const { raster, course } = message;
  const bytes = new Uint8Array(HEAD + 8 * raster.length + 4 * course.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, binary.frame);
  view.setUint8(1, message.learning ? 1 : 0);
  view.setUint8(2, message.paused ? 1 : 0);
  view.setUint32(4, raster.length, true);
  view.setFloat64(8, message.tick, true);
  view.setFloat64(16, message.updates, true);
  view.setFloat64(24, message.factor, true);
  view.setFloat64(32, message.latenessUs, true);
  view.setFloat64(40, message.origin, true);
  view.setUint32(48, message.frames, true);
  view.setUint32(52, message.dropped, true);
  view.setUint32(56, message.spikes, true);
  view.setUint32(60, message.done, true);
  view.setUint32(64, course.length, true);
  new Float64Array(bytes.buffer, HEAD, raster.length).set(raster);
  new Float32Array(bytes.buffer, HEAD + 8 * raster.length, course.length).set(course);
  return bytes;
}

export function decodeFrame(buffer: ArrayBuffer): FrameMessage {
  const view = new DataView(buffer);
  const spikes = view.getUint32(4, true);
  return {
    tick: view.getFloat64(8, true),
    updates: view.getFloat64(16, true),
    learning: view.getUint8(1) !== 0,
    paused: view.getUint8(2) !== 0,
    factor: view.getFloat64(24, true),
    latenessUs: view.getFloat64(32, true),
    origin: view.getFloat64(40, true),
    frames: view.getUint32(48, true),
    dropped: view.getUint32(52, true),
    spikes: view.getUint32(56, true),
    done: view.getUint32(60, true),
    raster: new Float64Array(buffer, HEAD, spikes),
    course: new Float32Array(buffer, HEAD + 8 * spikes, view.getUint32(64, true)),
  };
}

/** A weight matrix as a picture: [pre][post], each cell the mean of its block, as shares of `scale` in steps of 1/127. */
export interface WeightsMessage {
  /** index among the projections of `hello` */
  readonly projection: number;
  readonly rows: number;
  readonly columns: number;
  /** weight and change that ±127 stand for */
  readonly scale: number;
  readonly changeScale: number;
  readonly weights: Int8Array;
  /** since the dashboard began to look */
  readonly changes: Int8Array;
}

const WEIGHTS_HEAD = 24;

export function encodeWeights({
  projection,
  rows,
  columns,
  scale,
  changeScale,
  weights,
  changes,
}: WeightsMessage): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(WEIGHTS_HEAD + 2 * weights.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, binary.weights);
  view.setUint8(1, projection);
  view.setUint16(2, rows, true);
  view.setUint16(4, columns, true);
  view.setFloat64(8, scale, true);
  view.setFloat64(16, changeScale, true);
  new Int8Array(bytes.buffer, WEIGHTS_HEAD, weights.length).set(weights);
  new Int8Array(bytes.buffer, WEIGHTS_HEAD + weights.length, weights.length).set(changes);
  return bytes;
}

export function decodeWeights(buffer: ArrayBuffer): WeightsMessage {
  const view = new DataView(buffer);
  const [rows, columns] = [view.getUint16(2, true), view.getUint16(4, true)];
  return {
    projection: view.getUint8(1),
    rows,
    columns,
    scale: view.getFloat64(8, true),
    changeScale: view.getFloat64(16, true),
    weights: new Int8Array(buffer, WEIGHTS_HEAD, rows * columns),
    changes: new Int8Array(buffer, WEIGHTS_HEAD + rows * columns, rows * columns),
  };
}

/** First text message: what there is to see and to do. */
export interface Hello {
  readonly kind: 'hello';
  readonly app: string;
  readonly backend: string;
  /** ms of a tick */
  readonly dt: number;
  readonly populations: readonly { readonly name: string; readonly size: number; readonly neuron: string; readonly spiking: boolean }[];
  /** whose spikes and neurons are shown */
  readonly population: string;
  readonly size: number;
  readonly projections: readonly { readonly name: string; readonly pre: string; readonly post: string; readonly plastic: boolean }[];
  readonly labels: number;
  readonly rewards: boolean;
  readonly saves: boolean;
  /** the run is recorded: what would not be in the recording is off */
  readonly recorded: boolean;
}

/** What a world looks like: a Scene of the runtime, as it arrives. Units are as long across as they are high. */
export interface Picture {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  readonly shapes: readonly (
    | { readonly kind: 'line'; readonly points: readonly number[] }
    | { readonly kind: 'circle'; readonly x: number; readonly y: number; readonly radius: number; readonly filled?: boolean }
    | { readonly kind: 'text'; readonly x: number; readonly y: number; readonly text: string }
  )[];
}

/** Text messages to a page. */
export type ToPage =
  | { readonly kind: 'waiting'; readonly app: string }
  | Hello
  | { readonly kind: 'points'; readonly points: readonly { readonly series: string; readonly at: number; readonly value: number }[] }
  | { readonly kind: 'scene'; readonly scene: Picture }
  | { readonly kind: 'facts'; readonly facts: Readonly<Record<string, string>> }
  | { readonly kind: 'ended'; readonly ok: boolean; readonly text: string };

/** Text messages from a page: what a person does. */
export type FromPage =
  | { readonly kind: 'pause'; readonly on: boolean }
  | { readonly kind: 'learn'; readonly on: boolean }
  | { readonly kind: 'rate'; readonly factor: number }
  | { readonly kind: 'label'; readonly index: number }
  | { readonly kind: 'reward'; readonly value: number }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'choose'; readonly neurons: readonly number[] }
  | { readonly kind: 'weights'; readonly projection: number };
