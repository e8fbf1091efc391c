import type { Picture, WeightsMessage } from '../protocol.ts';
import { color, diverging, isDark } from './palette.ts';

/** Ticks across the raster. */
const SPAN_TICKS = 600;
/** Runs that go fast show more, so that spikes stay on the screen for a second. */
const SPAN_SECONDS = 2;

export interface Raster {
  /** spikes as pairs of tick and neuron */
  add(spikes: Float64Array, tick: number): void;
  draw(size: number, ticksPerSecond: number): void;
}

function sized(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const ratio = window.devicePixelRatio;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return canvas.getContext('2d')!;
}

export function createRaster(canvas: HTMLCanvasElement): Raster {
  let kept: { tick: number; neuron: number }[] = [];
  let now = 0;
  return {
    add(spikes, tick) {
      if (tick < now) kept = [];
      now = Math.max(tick, now);
      for (let k = 0; k < spikes.length; k += 2) kept.push({ tick: spikes[k]!, neuron: spikes[k + 1]! });
    },
    draw(size, ticksPerSecond) {
      const span = Math.max(SPAN_TICKS, SPAN_SECONDS * ticksPerSecond);
      kept = kept.filter(({ tick }) => tick > now - span);
      const context = sized(canvas);
      const { width, height } = canvas;
      context.clearRect(0, 0, width, height);
      context.fillStyle = color('ink');
      const tall = Math.max(1.5, (height / size) * 0.8);
      const wide = Math.max(1.5, width / span);
      for (const { tick, neuron } of kept)
        context.fillRect(((tick - now + span) / span) * width, height - ((neuron + 1) / size) * height, wide, tall);
      canvas.setAttribute('aria-label', `spike raster: ${kept.length} spikes of ${size} neurons in the last ${Math.round(span)} ticks`);
    },
  };
}

/** Draws a matrix, a cell a pixel, stretched to the canvas: presynaptic neurons downwards, postsynaptic to the right. */
export function drawMatrix(canvas: HTMLCanvasElement, { rows, columns }: WeightsMessage, cells: Int8Array): void {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(columns, rows);
  const dark = isDark();
  for (let k = 0; k < cells.length; k++) {
    const [r, g, b] = diverging(cells[k]! / 127, dark);
    image.data.set([r, g, b, 255], 4 * k);
  }
  context.putImageData(image, 0, 0);
}

/** Draws a world as large as the canvas allows, in the middle of it. */
export function drawWorld(canvas: HTMLCanvasElement, { left, right, bottom, top, shapes }: Picture): void {
  const context = sized(canvas);
  const { width, height } = canvas;
  const scale = Math.min(width / (right - left), height / (top - bottom));
  const x = (at: number): number => (width - scale * (right - left)) / 2 + scale * (at - left);
  const y = (at: number): number => (height - scale * (top - bottom)) / 2 + scale * (top - at);
  context.clearRect(0, 0, width, height);
  context.strokeStyle = color('ink');
  context.fillStyle = color('accent');
  context.lineWidth = 2 * window.devicePixelRatio;
  context.textBaseline = 'top';
  context.font = `${12 * window.devicePixelRatio}px system-ui`;
  for (const shape of shapes) {
    if (shape.kind === 'text') {
      context.fillText(shape.text, x(shape.x), y(shape.y));
      continue;
    }
    context.beginPath();
    if (shape.kind === 'line')
      for (let k = 0; k + 1 < shape.points.length; k += 2) context.lineTo(x(shape.points[k]!), y(shape.points[k + 1]!));
    else context.arc(x(shape.x), y(shape.y), scale * shape.radius, 0, 2 * Math.PI);
    if (shape.kind === 'circle' && shape.filled) context.fill();
    else context.stroke();
  }
}
