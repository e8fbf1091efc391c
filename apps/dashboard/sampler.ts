import { createControls, header, openRing, RATE_FACTOR, type RecordedFrame, readCaptured } from '../../runtime/index.ts';
import { FRAME, PROBE, type Shown } from './job.ts';
import { COURSE, encodeFrame, encodeWeights, type Hello, PROBES } from './protocol.ts';

/** Spikes and rows that a message lists at most: what a screen can show in a thirtieth of a second. */
const MOST_SPIKES = 4000;
const MOST_ROWS = 400;
/** Cells of a picture of weights, at most, in each direction. */
const MOST_CELLS = 128;

/** Reads what a run shows: its ring, and its memory as it is. A value that is written at the same moment may be seen half a tick old; it is a picture. */
export function createSampler(shown: Shown) {
  const { network, layout, regions, probe } = shown;
  const ring = openRing(shown.ring);
  const controls = createControls(shown.controls);
  const chosen = new Int32Array(probe.chosen);
  const { buffer, byteOffset, length } = shown.arena;
  const floats = new Float32Array(buffer, byteOffset, length);
  const words = new Uint32Array(buffer, byteOffset, length);
  const doubles = new Float64Array(buffer, byteOffset, length >> 1);
  const projections = Object.entries(network.projections).flatMap(([name, { pre, post, plasticity }]) => {
    const region = regions.get(`${name}.weights`);
    return region === undefined || region.rows < 1 ? [] : [{ name, pre, post, plastic: plasticity !== undefined, region }];
  });
  const firsts = projections.map(({ region }) => floats.slice(region.offset, region.offset + region.length));
  const optimizer = [...regions.entries()].find(([name]) => name.endsWith('.optimizer'))?.[1];

  const picture = (of: (at: number) => number, index: number) => {
    const { rows, columns, stride } = projections[index]!.region;
    const [tall, wide] = [Math.ceil(rows / MOST_CELLS), Math.ceil(columns / MOST_CELLS)];
    const [height, width] = [Math.ceil(rows / tall), Math.ceil(columns / wide)];
    const cells = new Float32Array(height * width);
    const counts = new Uint16Array(height * width);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const cell = Math.floor(row / tall) * width + Math.floor(column / wide);
        cells[cell]! += of(row * stride + column);
        counts[cell]!++;
      }
    }
    let largest = 0;
    for (let k = 0; k < cells.length; k++) {
      cells[k]! /= counts[k]!;
      largest = Math.max(largest, Math.abs(cells[k]!));
    }
    const scale = Number.isFinite(largest) && largest > 0 ? largest : 1;
    return { rows: height, columns: width, scale, cells: Int8Array.from(cells, (value) => Math.round((127 * value) / scale)) };
  };

  /** what people can turn, as it is */
  const settings = () => ({
    learning: words[header.learning] !== 0,
    paused: controls.paused,
    factor: optimizer === undefined ? 1 : doubles[optimizer.offset / 2 + RATE_FACTOR]!,
  });

  return {
    controls,
    settings,
    hello: (): Hello => ({
      kind: 'hello',
      app: shown.app,
      backend: shown.backend,
      dt: network.dt,
      populations: Object.entries(network.populations).map(([name, { size, neuron }]) => ({
        name,
        size,
        neuron: neuron.kind,
        spiking: layout.spikes.some(({ population }) => population === name),
      })),
      population: probe.population,
      size: probe.size,
      projections: projections.map(({ name, pre, post, plastic }) => ({ name, pre, post, plastic })),
      labels: shown.labels,
      rewards: shown.rewards,
      saves: shown.saves,
      recorded: shown.recorded,
    }),
    /** what to follow; indices outside of the population follow nothing */
    choose(neurons: readonly number[]) {
      for (let k = 0; k < PROBES; k++) Atomics.store(chosen, k, neurons[k] ?? -1);
    },
    /** everything since the last call, as one message; `each` sees every frame, whose arrays are borrowed */
    frame(each: (frame: RecordedFrame) => void = () => undefined) {
      const raster: number[] = [];
      const course: number[] = [];
      let [tick, origin, frames, spikes, latenessUs] = [0, -1, 0, 0, 0];
      ring.drain((kind, bytes) => {
        if (kind !== FRAME) return;
        const frame = readCaptured(layout, new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4));
        each(frame);
        if (origin === -1) origin = frame.tick;
        tick = frame.tick + frame.ticks;
        frames++;
        latenessUs = Math.max(latenessUs, frame.latenessUs);
        const train = frame.spikes.get(probe.population);
        let at = 0;
        for (let row = 0; train !== undefined && row < frame.ticks; row++) {
          for (let k = 0; k < train.counts[row]!; k++, at++) {
            spikes++;
            if (raster.length < 2 * MOST_SPIKES) raster.push(frame.tick + row, train.addresses[at]!);
          }
        }
        if (course.length < MOST_ROWS * COURSE) course.push(frame.tick - origin, ...frame.signals.get(PROBE)!);
      });
      return encodeFrame({
        tick,
        updates: words[header.updates]!,
        ...settings(),
        done: controls.done,
        frames,
        latenessUs,
        dropped: ring.counts().dropped,
        spikes,
        raster: Float64Array.from(raster),
        course: Float32Array.from(course),
        origin,
      });
    },
    /** a projection as it is, beside what it was when this began; undefined where there is none of that index */
    weights(index: number) {
      const projection = projections[index];
      if (projection === undefined) return undefined;
      const { offset } = projection.region;
      const first = firsts[index]!;
      const now = picture((at) => floats[offset + at]!, index);
      const change = picture((at) => floats[offset + at]! - first[at]!, index);
      return encodeWeights({
        projection: index,
        rows: now.rows,
        columns: now.columns,
        scale: now.scale,
        changeScale: change.scale,
        weights: now.cells,
        changes: change.cells,
      });
    },
  };
}

export type Sampler = ReturnType<typeof createSampler>;
