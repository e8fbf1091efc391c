import { type Backend, compile, lif, type Network, type Surrogate, source } from '../../runtime/index.ts';
import { oracle } from './oracle.ts';
import { SINGLE } from './rules.ts';

/** Distances from the threshold, one a neuron; none at an edge of a shape. */
const distances = Array.from({ length: 801 }, (_, k) => (k - 400) * 0.0075 + 0.0011);
const [HEIGHT, WIDTH] = [0.4, 0.7] as const;

/** Neurons without memory, whose first current puts each at its distance from the threshold: ψ of all of them. */
function compiledSlopes(backend: Backend, surrogate: Surrogate): number[] {
  const network: Network = {
    dt: 1,
    seed: 1,
    populations: { in: { size: 1, neuron: source() }, unit: { size: distances.length, neuron: lif({ tauMem: 1e-3, surrogate }) } },
    projections: {
      input: {
        pre: 'in',
        post: 'unit',
        connectivity: { kind: 'dense' },
        weight: { kind: 'inline', values: distances.map((u) => 1 + u) },
        delay: 0,
      },
    },
  };
  const executable = backend.load(compile(network, { maxTicks: 1 }));
  executable.arena.view('in.input')[0] = 1;
  executable.run(1);
  const psi = Array.from(executable.arena.copy('unit.surrogate'));
  executable.dispose();
  return psi;
}

/** Every pseudo-derivative, compiled, over distances of four widths on both sides. */
export function surrogateRows(backend: Backend): oracle.VerifyRow[] {
  const { height, width, slope: published } = oracle.publishedMultiGaussian;
  const shapes: readonly { readonly name: string; readonly surrogate: Surrogate; readonly wanted: (u: number) => number }[] = [
    ...oracle.surrogateShapes.map(({ name, slope }) => ({
      name,
      surrogate: { shape: name, height: HEIGHT, width: WIDTH } as const,
      wanted: (u: number) => HEIGHT * slope(u / WIDTH),
    })),
    { name: 'multiGaussian', surrogate: { shape: 'multiGaussian', height, width }, wanted: published },
  ];
  return shapes.flatMap(({ name, surrogate, wanted }) => {
    const expected = Float64Array.from(distances, wanted);
    const error = (compiled: Surrogate) => oracle.relativeDifference(Float64Array.from(compiledSlopes(backend, compiled)), expected);
    const subject = { rule: `surrogate on ${backend.name}`, neuron: 'LIF', feedback: '-', oracle: 'its float64 form' };
    return [
      oracle.agree({ ...subject, claim: `${name}: over ±4 widths, is it` }, error(surrogate), SINGLE),
      oracle.differ({ ...subject, claim: `${name}: 2 % wider, it is not` }, error({ ...surrogate, width: 1.02 * surrogate.width }), SINGLE),
    ];
  });
}
