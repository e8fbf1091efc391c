import { type Backend, type Network, type Op, uoro } from '../../runtime/index.ts';
import { cellBenches, compiledGradient, describeCells } from './cells.ts';
import { oracle } from './oracle.ts';
import { SINGLE } from './rules.ts';

/** Independent sign sequences, standard errors that their mean may lie off, and ticks of each run. */
const [SEEDS, ERRORS, TICKS] = [400, 4, 8] as const;

type Bench = ReturnType<typeof cellBenches>[number];

/** The description of a bench whose layer learns by UORO, with the signs of a seed. */
function seeded(bench: Bench, seed: number): Network {
  const network = describeCells(bench, { recurrence: 'all' });
  const projections = Object.entries(network.projections).map(([name, projection]) => {
    const { plasticity } = projection;
    if (name === 'readout' || plasticity === undefined) return [name, projection] as const;
    const { signal } = plasticity.terms[0]!;
    const from = signal.of === 'error' ? signal.from : 'out';
    const through = signal.of === 'error' ? signal.through : 'transpose';
    return [name, { ...projection, plasticity: uoro({ from, through, optimizer: plasticity.optimizer }) }] as const;
  });
  return { ...network, seed, projections: Object.fromEntries(projections) };
}

/** Signs of a sequence of their own for the second factor: nothing is left of the influence in expectation. */
const otherSigns = (backend: Backend): Backend => ({
  ...backend,
  load: (program) => {
    const learn = program.ops.learn.flatMap((op): Op[] => {
      if (op.name !== 'blend') return [op];
      const { n, nu } = op.operands;
      const again = { n, nu, seed: ~program.network.seed >>> 0, group: 9, first: nu.offset, step: 1 };
      return [{ name: 'signs', operands: again }, op];
    });
    return backend.load({ ...program, ops: { ...program.ops, learn } });
  },
});

const short = ({ network, trial, ...bench }: Bench): Bench => ({
  ...bench,
  network,
  trial: {
    ...trial,
    ticks: TICKS,
    inputs: trial.inputs.slice(0, TICKS * network.inputs),
    targets: trial.targets.slice(0, TICKS * network.outputs),
    importance: new Float64Array(TICKS).fill(1),
  },
});

/** All entries but those of the readout, which no influence carries. */
const learned = (network: oracle.CellNetwork, gradient: oracle.CellWeights): number[] =>
  oracle.named(network, gradient).flatMap(([name, values]) => (name === 'readout' ? [] : Array.from(values)));

/** |mean over seeds − RTRL| in standard errors, along RTRL's own gradient. */
function deviation(backend: Backend, bench: Bench): number {
  const { network, trial } = bench;
  const wanted = learned(network, oracle.cellRtrl(network, oracle.cellForward(network, trial)));
  let [sum, squared] = [0, 0];
  for (let seed = 0; seed < SEEDS; seed++) {
    const sample = learned(network, compiledGradient(backend, bench, seeded(bench, seed)));
    const along = sample.reduce((total, g, s) => total + g * wanted[s]!, 0);
    sum += along;
    squared += along * along;
  }
  const mean = sum / SEEDS;
  const length = wanted.reduce((total, g) => total + g * g, 0);
  return Math.abs(mean - length) / Math.sqrt((squared / SEEDS - mean * mean) / (SEEDS - 1));
}

const subjectOf = (backend: Backend, { neuron }: Bench) => ({ rule: `UORO on ${backend.name}`, neuron, feedback: 'symmetric' });
const layers = (): Bench[] => cellBenches().filter(({ depth }) => depth === 'one layer');

/** UORO, compiled: a run equals the float64 oracle's with the same signs. */
export const uoroRows = (backend: Backend): oracle.VerifyRow[] =>
  layers().flatMap((bench) => {
    const { network, trial, depth } = bench;
    const subject = { ...subjectOf(backend, bench), oracle: 'the same signs in float64' };
    const wanted = oracle.uoro(network, oracle.cellForward(network, trial), { seed: 5 });
    const error = (seed: number) => oracle.cellError(network, compiledGradient(backend, bench, seeded(bench, seed)), wanted);
    return [
      oracle.agree({ ...subject, claim: `${depth}: equals it` }, error(5), SINGLE),
      oracle.differ({ ...subject, claim: `${depth}: with other signs it does not` }, error(6), SINGLE),
    ];
  });

/** The mean of many runs is RTRL. */
export const uoroMeanRows = (backend: Backend): oracle.VerifyRow[] =>
  layers()
    .filter(({ neuron }) => neuron === 'rate' || neuron === 'LSTM')
    .flatMap((bench) => {
      const subject = { ...subjectOf(backend, bench), oracle: 'RTRL, in standard errors of the mean' };
      const { depth } = bench;
      return [
        oracle.agree({ ...subject, claim: `${depth}: the mean over ${SEEDS} seeds is RTRL` }, deviation(backend, short(bench)), ERRORS),
        oracle.differ(
          { ...subject, claim: `${depth}: with other signs in each factor it is not` },
          deviation(otherSigns(backend), short(bench)),
          ERRORS,
        ),
      ];
    });
