import type { Scene } from '../../runtime/index.ts';

/** Braille: 2 × 4 dots in a character; the bit of the dot at column x and row y. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const BLANK = 0x2800;

/**
 * A scene in braille dots, as lines of text of at most `columns` × `rows` characters; units are as long across as they are high.
 * What lies outside of the scene's frame is not drawn.
 */
export function drawn(scene: Scene, columns: number, rows: number): string[] {
  const { left, right, bottom, top } = scene;
  const scale = Math.min((2 * columns) / (right - left), (4 * rows) / (top - bottom));
  const width = Math.min(columns, Math.ceil((scale * (right - left)) / 2));
  const height = Math.min(rows, Math.ceil((scale * (top - bottom)) / 4));
  const cells = new Uint8Array(width * height);
  const letters = new Map<number, string>();
  const column = (x: number): number => Math.floor(scale * (x - left));
  const row = (y: number): number => Math.floor(scale * (top - y));
  const dot = (x: number, y: number): void => {
    if (!(x >= 0 && x < 2 * width && y >= 0 && y < 4 * height)) return;
    cells[(y >> 2) * width + (x >> 1)]! |= DOTS[x & 1]![y & 3]!;
  };
  const line = (x0: number, y0: number, x1: number, y1: number): void => {
    const [dx, dy] = [scale * (x1 - x0), scale * (y1 - y0)];
    // Longer than the canvas many times over is still drawn in finite time.
    const steps = Math.min(10_000, Math.max(1, Math.ceil(2 * Math.max(Math.abs(dx), Math.abs(dy)))));
    for (let k = 0; k <= steps; k++) dot(column(x0 + ((x1 - x0) * k) / steps), row(y0 + ((y1 - y0) * k) / steps));
  };
  for (const shape of scene.shapes) {
    if (shape.kind === 'line') {
      const { points } = shape;
      for (let i = 0; i + 3 < points.length; i += 2) line(points[i]!, points[i + 1]!, points[i + 2]!, points[i + 3]!);
    } else if (shape.kind === 'circle') {
      const { x, y, radius, filled } = shape;
      const steps = Math.max(8, Math.ceil(8 * scale * radius));
      for (let k = 0; k < steps; k++) {
        const angle = (2 * Math.PI * k) / steps;
        const [edgeX, edgeY] = [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
        if (filled) line(x, y, edgeX, edgeY);
        else dot(column(edgeX), row(edgeY));
      }
    } else {
      const at = [column(shape.x) >> 1, Math.min(height - 1, Math.max(0, row(shape.y) >> 2))] as const;
      [...shape.text].forEach((letter, i) => {
        if (at[0] + i >= 0 && at[0] + i < width) letters.set(at[1] * width + at[0] + i, letter);
      });
    }
  }
  return Array.from({ length: height }, (_, y) =>
    Array.from(cells.subarray(y * width, (y + 1) * width), (cell, x) => letters.get(y * width + x) ?? String.fromCodePoint(BLANK + cell))
      .join('')
      .trimEnd(),
  );
}
