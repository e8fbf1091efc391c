import { raise } from '../../runtime/index.ts';
import { GraphBuilder } from './graph-builder.ts';

export interface GaborOptions {
  /** of the picture, in pixels, multiples of 4 */
  readonly width: number;
  readonly height: number;
  /** directions of edges, 1 to 16, over half a turn; default 8 */
  readonly orientations?: number;
}

const SIZE = 7;
const HALF = (SIZE - 1) / 2;
/** Cells in each direction over which an orientation is averaged. */
const CELLS = 4;
const [SIGMA, WAVELENGTH, ASPECT] = [2, 5, 0.5] as const;
/** Weights lie on this grid, so that the model has the same bytes wherever it is made. */
const GRID = 2 ** -12;
const MOST = 1024;

/** g(x, y) = exp(−(u² + γ²v²)/2σ²) cos(2πu/λ), (u, v) the pixel turned by θ, without its mean and of norm 1: an even field, which answers to lines across u. */
function kernel(theta: number): number[] {
  const raw = Array.from({ length: SIZE * SIZE }, (_, k) => {
    const [x, y] = [(k % SIZE) - HALF, Math.floor(k / SIZE) - HALF];
    const [u, v] = [x * Math.cos(theta) + y * Math.sin(theta), y * Math.cos(theta) - x * Math.sin(theta)];
    return Math.exp(-(u * u + ASPECT * ASPECT * v * v) / (2 * SIGMA * SIGMA)) * Math.cos((2 * Math.PI * u) / WAVELENGTH);
  });
  const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length;
  const norm = Math.hypot(...raw.map((value) => value - mean));
  return raw.map((value) => Math.round((value - mean) / norm / GRID) * GRID);
}

/**
 * A small frozen model for {@link featureExtractor}: how much of lines of each direction a picture has in each of 4 × 4 parts, as simple cells of the visual cortex say it
 * (Daugman 1985). Input `picture` [1, 1, height, width], output `features` [1, 16·orientations]: the 16 parts, row by row, for θ = 0, then for each next
 * θ = kπ/orientations; at θ = 0 lines are upright. Nothing in it was trained.
 */
export function gaborModel({ width, height, orientations = 8 }: GaborOptions): Uint8Array {
  for (const [path, value] of Object.entries({ width, height }))
    if (!(Number.isInteger(value) && value > 0 && value <= MOST && value % CELLS === 0))
      raise('ERR_OUT_OF_RANGE', {
        path: `gaborModel.${path}`,
        bound: `a multiple of ${CELLS} up to ${MOST}`,
        value,
        remedy: 'cut or scale the picture',
      });
  if (!(Number.isInteger(orientations) && orientations >= 1 && orientations <= 16))
    raise('ERR_OUT_OF_RANGE', {
      path: 'gaborModel.orientations',
      bound: 'a whole number from 1 to 16',
      value: orientations,
      remedy: 'give 8',
    });
  const graph = new GraphBuilder();
  const picture = graph.input('picture', [1, 1, height, width]);
  const kernels = Array.from({ length: orientations }, (_, k) => kernel((Math.PI * k) / orientations)).flat();
  const weights = graph.constant('kernels', [orientations, 1, SIZE, SIZE], Float32Array.from(kernels));
  const answers = graph.node('Relu', [
    graph.node('Conv', [picture, weights], { kernel_shape: [SIZE, SIZE], pads: [HALF, HALF, HALF, HALF] }),
  ]);
  const part = [height / CELLS, width / CELLS];
  const means = graph.node('AveragePool', [answers], { kernel_shape: part, strides: part });
  const count = orientations * CELLS * CELLS;
  graph.output('features', [1, count], graph.node('Reshape', [means, graph.whole(1, count)]));
  return graph.bytes('gabor', { source: 'ganglion', reference: 'Daugman 1985, J. Opt. Soc. Am. A 2:1160' });
}
