import { agree, differ, type VerifyRow } from '../rows.ts';
import { surrogateShapes } from '../surrogates.ts';

const DIFFERENCES = 1e-6;
const STEP = 1e-5;

/** Every pseudo-derivative is the derivative of the smooth step that stands in for the spike. */
export function surrogateRows(): VerifyRow[] {
  // No point within a step of 0 or of the edges at ±1, where some of them have a kink.
  const points = Array.from({ length: 241 }, (_, k) => (k - 120) / 40 + 0.0123);
  return surrogateShapes.flatMap(({ name, slope, step }) => {
    const error = (width: number) =>
      Math.max(...points.map((u) => Math.abs(slope(u / width) - (step(u + STEP) - step(u - STEP)) / (2 * STEP))));
    const subject = { rule: 'surrogate', neuron: 'LIF', feedback: '-', oracle: 'central differences' };
    return [
      agree({ ...subject, claim: `${name}: is the derivative of its smooth step` }, error(1), DIFFERENCES),
      differ({ ...subject, claim: `${name}: 2 % wider, it is not` }, error(1.02), DIFFERENCES),
    ];
  });
}
