import { exp } from '../../runtime/exact.ts';
import { type Arena, LINE, pad } from '../../runtime/program/arena.ts';
import type { Op, Region, TopologyRegion } from '../../runtime/program/ops.ts';
import { type Phase, type Program, phases } from '../../runtime/program/program.ts';

/** Ticks that every op program runs: more than a ring of four rows has. */
export const TICKS = 5;

/** A small repeatable generator: draws are uniform in [0, 1). */
export function generator(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) * 2 ** -32;
  };
}

/**
 * What arrays are filled with. Edges: signed zeros and the neighbourhood of the flush. Midpoints: factors whose products lie halfway
 * between two floats, and summands too small for a double to add, where a fused sum parts from one rounded twice. Wild: magnitudes
 * that overflow, infinities, NaN.
 */
export const palettes = ['ordinary', 'spikes', 'edges', 'midpoints', 'wild', 'silent'] as const;
export type Palette = (typeof palettes)[number];

const edges = [
  0,
  -0,
  2 ** -100,
  -(2 ** -100),
  2 ** -101,
  2 ** -100 * (1 - 2 ** -24),
  2 ** -149,
  -(2 ** -126),
  2 ** -75,
  -(2 ** -74),
  1,
  -1,
  0.5,
  1 + 2 ** -23,
];
const wild = [3e38, -3e38, 1e30, 700, -710, 2 ** 64, Infinity, -Infinity, NaN, 0, 1, -2.5];

export function draw(palette: Palette, random: () => number): number {
  switch (palette) {
    case 'ordinary':
      // Not 10 ** x, whose last bits belong to the machine: contents must be the same on every one.
      return random() < 0.2 ? 0 : (random() * 4 - 2) * exp((random() * 3 - 2) * Math.LN10);
    case 'spikes':
      return random() < 0.3 ? 1 : 0;
    case 'edges':
      return random() < 0.6 ? edges[Math.floor(random() * edges.length)]! : random() * 2 - 1;
    case 'midpoints': {
      const sign = random() < 0.5 ? -1 : 1;
      if (random() < 0.4) return sign * 2 ** -Math.floor(50 + random() * 40);
      return sign * (Math.floor(2 ** 11 + random() * 2 ** 12) | 1) * 2 ** -12;
    }
    case 'wild':
      return random() < 0.2 ? wild[Math.floor(random() * wild.length)]! : (random() * 2 - 1) * 1e3;
    case 'silent':
      return random() < 0.97 ? 0 : 1;
  }
}

/** Hands out regions of a small arena, with padding that is filled like the rest: kernels must treat it alike. */
export class Layout {
  random: () => number;
  readonly palette: Palette;
  readonly regions = new Map<string, Region>();
  readonly topologyWords: number[] = [];
  readonly initializers: ((arena: Arena) => void)[] = [];
  length = LINE;

  constructor(seed: number, palette: Palette) {
    this.random = generator(seed);
    this.palette = palette;
  }

  reserve(rows: number, columns: number, stride: number, value: () => number = () => draw(this.palette, this.random)): Region {
    const region = { name: `region${this.regions.size}`, offset: this.length, length: rows * stride, rows, columns, stride };
    this.regions.set(region.name, region);
    this.length += pad(region.length);
    this.initializers.push(({ floats }) => {
      for (let k = region.offset; k < region.offset + region.length; k++) floats[k] = value();
    });
    return region;
  }

  vector(n: number, value?: () => number): Region {
    return this.reserve(1, n, pad(n), value);
  }

  matrix(rows: number, columns: number): Region {
    return this.reserve(rows, columns, pad(columns));
  }

  ring(n: number, rows = 4): { x: Region; rows: number; stride: number } {
    const x = this.matrix(rows, n);
    return { x, rows, stride: x.stride };
  }

  tape(columns: number): { tape: Region; tapeStride: number } {
    const tape = this.matrix(TICKS, columns);
    return { tape, tapeStride: tape.stride };
  }

  perTick(): Region {
    return this.reserve(TICKS, 1, 1);
  }

  flat(n: number): Region {
    return this.reserve(1, n, n);
  }

  /** refractory counts */
  counts(n: number): Region {
    return this.vector(n, () => Math.floor(this.random() * 4));
  }

  /** counters */
  words(...values: readonly (() => number)[]): Region {
    const region = {
      name: `words${this.regions.size}`,
      offset: this.length,
      length: values.length,
      rows: 1,
      columns: values.length,
      stride: LINE,
    };
    this.regions.set(region.name, region);
    this.length += LINE;
    this.initializers.push(({ words }) =>
      words.set(
        values.map((value) => value()),
        region.offset,
      ),
    );
    return region;
  }

  /** doubles: [updates done, β₁ⁿ, β₂ⁿ, η, factor on η] */
  state(): Region {
    const region = { name: `state${this.regions.size}`, offset: this.length, length: 10, rows: 1, columns: 10, stride: 10 };
    this.regions.set(region.name, region);
    this.length += LINE;
    this.initializers.push(({ doubles }) => {
      doubles.set(
        [1 + Math.floor(this.random() * 50), this.random(), this.random(), this.random() * 0.01, this.random() * 2],
        region.offset / 2,
      );
    });
    return region;
  }

  /** about a third of all synapses, some rows empty; rows before the first begin behind unused columns */
  stored(pre: number, post: number): { rowStart: TopologyRegion; column: TopologyRegion; count: number } {
    const column: number[] = [0];
    const rowStart = [1];
    for (let i = 0; i < pre; i++) {
      const density = i % 5 === 3 ? 0 : 0.35;
      for (let j = 0; j < post; j++) if (this.random() < density || (i === 0 && j === post - 1)) column.push(j);
      rowStart.push(column.length);
    }
    return { rowStart: this.topology(rowStart), column: this.topology(column), count: column.length };
  }

  topology(values: readonly number[]): TopologyRegion {
    const region = { offset: this.topologyWords.length, length: values.length };
    this.topologyWords.push(...values);
    return region;
  }

  scalar(low: number, high: number): number {
    return low + (high - low) * this.random();
  }
}

/** A program of nothing but ops: no network stands behind it. */
export function program(length: number, maxTicks: number, ops: Partial<Record<Phase, readonly Op[]>>): Program {
  return {
    network: { dt: 1, seed: 0, populations: {}, projections: {} },
    regions: new Map(),
    length,
    stateLength: length,
    maxTicks,
    ops: Object.fromEntries(phases.map((phase) => [phase, ops[phase] ?? []])) as unknown as Program['ops'],
    topology: new Uint32Array(),
    update: { ticks: 1 },
    block: 1,
    eventTape: { name: 'events', offset: LINE, length: maxTicks, rows: maxTicks, columns: 1, stride: 1 },
    traces: [],
    weights: new Map(),
    initialize: (arena) => arena.floats.fill(0),
  };
}
