import { type Backend, epropTrace, type Keep } from '../../runtime/index.ts';
import { type Bench, benches } from './benches.ts';
import { cellBenches, compiledGradient, describeCells } from './cells.ts';
import { oracle } from './oracle.ts';
import { load, play } from './play.ts';
import { hidden, pendingGradient, SINGLE } from './rules.ts';

/** Ticks by which targets are late. */
const LATE = 5;

/** The trial with every target `LATE` ticks after the tick that it is about, and silent ticks for the last of them to arrive in. */
function delayed({ inputs: i, outputs: m }: oracle.Model, { ticks, inputs, targets, importance }: oracle.Trial): oracle.Trial {
  const after = (values: Float64Array, zeros: number) => Float64Array.from([...new Float64Array(zeros), ...values]);
  return {
    ticks: ticks + LATE,
    inputs: Float64Array.from([...inputs, ...new Float64Array(LATE * i)]),
    targets: after(targets, LATE * m),
    importance: after(importance ?? new Float64Array(ticks).fill(1), LATE),
  };
}

/** What traces keep, as a description names it and as the oracle does. */
interface Kept {
  readonly keep: Keep;
  readonly oracleKeep: oracle.Keep;
}

/** How far the gradient of late targets, into a program that keeps its traces for `delay` ticks, is from that of targets in time. */
function lateError(
  backend: Backend,
  { model, trial }: Bench,
  feedback: 'symmetric' | 'random',
  { keep, oracleKeep }: Kept,
  delay: number,
): number {
  const executable = load(backend, model, { feedback, keep, learning: { update: 'episode', delay } });
  const { recording } = play(executable, delayed(model, trial));
  const gradient = pendingGradient(model, executable);
  executable.dispose();
  const past = (values: ArrayLike<number>) => Float64Array.from(values).subarray(0, trial.ticks * model.neurons);
  const activity = oracle.forward(model, trial, { forced: { z: past(recording.z), psi: past(recording.psi) } });
  return oracle.gradientError(gradient, oracle.rtrl(model, activity, { keep: oracleKeep, feedback }), hidden);
}

/** Targets that come late: the gradient is that of targets in time, for traces of e-prop, for those that keep the recurrence, and for every cell. */
export function lateRows(backend: Backend): oracle.VerifyRow[] {
  const rules = [
    { rule: 'e-prop', keep: epropTrace.keep, oracleKeep: oracle.keepEprop },
    { rule: 'RTRL', keep: { adaptation: true, reset: true, recurrence: 'all' }, oracleKeep: oracle.keepAll },
  ] as const;
  const spiking = benches().flatMap((bench) =>
    rules.flatMap(({ rule, ...kept }) =>
      (['symmetric', 'random'] as const).flatMap((feedback) => {
        const subject = { rule: `${rule} on ${backend.name}`, neuron: bench.neuron, feedback, oracle: 'targets in time, in float64' };
        return rowsOf(subject, bench.network, (delay) => lateError(backend, bench, feedback, kept, delay));
      }),
    ),
  );
  // An output before the first tick is nothing that a description can say.
  const fromRest = cellBenches().map(({ network, ...bench }) => ({
    ...bench,
    network: { ...network, layers: network.layers.map(({ initial: _, ...layer }) => layer) },
  }));
  const cells = fromRest.flatMap((bench) => {
    const activity = oracle.cellForward(bench.network, bench.trial);
    return (['all', 'none'] as const).flatMap((recurrence) => {
      const keep = recurrence === 'all' ? oracle.keepLayer : oracle.keepWithoutH;
      const wanted = oracle.cellRtrl(bench.network, activity, { keep, depth: 'sameTick' });
      const rule = recurrence === 'all' ? 'OSTL' : 'OSTL without H';
      const subject = {
        rule: `${rule} on ${backend.name}`,
        neuron: bench.neuron,
        feedback: 'symmetric',
        oracle: 'targets in time, in float64',
      };
      return rowsOf(subject, bench.depth, (delay) => {
        const description = describeCells(bench, { recurrence });
        const late = { ...description, learning: { ...description.learning!, delay } };
        return oracle.cellError(bench.network, compiledGradient(backend, bench, late, LATE), wanted);
      });
    });
  });
  return [...spiking, ...cells];
}

function rowsOf(subject: Omit<oracle.Subject, 'claim'>, where: string, error: (delay: number) => number): oracle.VerifyRow[] {
  return [
    oracle.agree({ ...subject, claim: `${where}: targets ${LATE} ticks late, has the gradient of targets in time` }, error(LATE), SINGLE),
    oracle.differ({ ...subject, claim: `${where}: with its traces not kept as long it does not` }, error(0), SINGLE),
    oracle.differ({ ...subject, claim: `${where}: with its traces kept a tick too short it does not` }, error(LATE - 1), SINGLE),
  ];
}
