import { type Backend, rate, snu } from '../../runtime/index.ts';
import { type Bench, benches, window } from './benches.ts';
import { type Bench as CellBench, cellBenches, compiledGradient, describeCells } from './cells.ts';
import type { Wiring } from './describe.ts';
import { oracle } from './oracle.ts';
import { load, play } from './play.ts';
import { type Broken, hidden, pendingGradient, SINGLE } from './rules.ts';

/** BPTT, compiled, against BPTT in float64: spiking networks on the compiled program's own spikes, cells as they are, the printed numbers of F1, F2 and F3. */
export function backwardRows(backend: Backend): oracle.VerifyRow[] {
  return [...benches().flatMap((bench) => spikingRows(backend, bench)), ...cellRows(backend), ...printedRows(backend)];
}

type Backward = Wiring['backward'] & object;

/** The gradient of a whole trial, folded once a window, and the activity that it was made on. */
function played(backend: Backend, { model, trial }: Bench, backward: Backward, broken: Broken = {}) {
  const executable = load(backend, { ...model, ...broken.model }, { feedback: 'symmetric', backward, ...broken.wiring });
  const { recording } = play(executable, trial);
  const compiled = pendingGradient(model, executable);
  executable.dispose();
  return { compiled, recording };
}

/** BPTT of a trial that is cut into windows: each begins where the one before has left the state, and owes nothing to it. */
function inWindows(
  { model, trial }: Bench,
  { z, psi }: oracle.Recording,
  ticks: number,
  reset: Backward['reset'] = 'differentiated',
): oracle.Gradient {
  let state = oracle.restState(model);
  const parts: oracle.Gradient[] = [];
  for (let from = 0; from < trial.ticks; from += ticks) {
    const to = Math.min(from + ticks, trial.ticks);
    const rows = (values: ArrayLike<number>) => Float64Array.from(values).subarray(from * model.neurons, to * model.neurons);
    const activity = oracle.forward(model, window(model, trial, from, to), { forced: { z: rows(z), psi: rows(psi) }, state });
    state = activity.after;
    parts.push(oracle.bptt(model, activity, { reset }).gradient);
  }
  return parts.reduce((sum, part) => oracle.combine((a, b) => a + b, sum, part));
}

function spikingRows(backend: Backend, bench: Bench): oracle.VerifyRow[] {
  const { network, neuron, trial } = bench;
  const subject = { rule: `BPTT on ${backend.name}`, neuron, feedback: 'symmetric', oracle: 'BPTT on its spikes' };
  const [whole, part] = [trial.ticks, trial.ticks / 3];
  const error = (backward: Backward, ticks: number, reset: Backward['reset'], broken?: Broken, of?: typeof hidden) => {
    const { compiled, recording } = played(backend, bench, backward, broken);
    return oracle.gradientError(compiled, inWindows(bench, recording, ticks, reset), of);
  };
  const [kept, dropped] = ['differentiated', 'detached'] as const;
  const row = (claim: string, relativeError: number) => oracle.agree({ ...subject, claim: `${network}: ${claim}` }, relativeError, SINGLE);
  const control = (claim: string, relativeError: number) =>
    oracle.differ({ ...subject, claim: `${network}: ${claim}` }, relativeError, SINGLE);
  const wOut = bench.model.weights.wOut.map((w, s) => (s === 0 ? 1.1 * w : w));
  return [
    row('equals it, the readout too', error({ window: whole }, whole, kept)),
    row('beside the delta rule of the readout, equals it', error({ window: whole, readout: 'delta rule' }, whole, kept)),
    row('with the reset taken for a constant, equals it', error({ window: whole, reset: dropped }, whole, dropped)),
    row('in windows of a third, equals it cut there', error({ window: part }, part, kept)),
    control('with the reset taken for a constant it does not', error({ window: whole, reset: dropped }, whole, kept, {}, hidden)),
    control('cut a tick before the end it does not', error({ window: whole - 1 }, whole, kept, {}, hidden)),
    control('in windows of a third it is not the whole', error({ window: part }, whole, kept, {}, hidden)),
    control('with a recurrent delay of 2 ticks it does not', error({ window: whole }, whole, kept, { wiring: { delay: 2 } }, hidden)),
    control(
      'with one readout weight 10 % larger it does not',
      error({ window: whole }, whole, kept, { model: { weights: { ...bench.model.weights, wOut } } }, hidden),
    ),
  ];
}

function cellRows(backend: Backend): oracle.VerifyRow[] {
  return cellBenches().flatMap((bench) => {
    const wanted = oracle.cellBptt(bench.network, oracle.cellForward(bench.network, bench.trial)).gradient;
    const error = (ticks: number) =>
      oracle.cellError(bench.network, compiledGradient(backend, bench, describeCells(bench, { recurrence: 'all', window: ticks })), wanted);
    const subject = { rule: `BPTT on ${backend.name}`, neuron: bench.neuron, feedback: 'symmetric', oracle: 'BPTT in float64' };
    const { ticks } = bench.trial;
    return [
      oracle.agree({ ...subject, claim: `${bench.depth}: equals it` }, error(ticks), SINGLE),
      oracle.differ({ ...subject, claim: `${bench.depth}: cut a tick before the end it does not` }, error(ticks - 1), SINGLE),
    ];
  });
}

/** F1, F2 and F3, whose exact gradients are printed in the reference sheet. */
function printedRows(backend: Backend): oracle.VerifyRow[] {
  const subject = { rule: `BPTT on ${backend.name}`, feedback: 'symmetric' };
  const f1 = { network: 'F1', neuron: 'LIF+ALIF', ...oracle.f1() } as const;
  const { rules, outputNorm } = oracle.f1Published;
  const spiking = (reset: 'differentiated' | 'detached', { norm }: oracle.F1Row) => {
    const { compiled } = played(backend, f1, { window: f1.trial.ticks, reset });
    return oracle.listError([oracle.norm(compiled.wRec), oracle.norm(compiled.wOut)], [norm, outputNorm].map(Number));
  };
  const cells = (bench: CellBench, ticks: number) =>
    compiledGradient(backend, bench, describeCells(bench, { recurrence: 'all', window: ticks }));
  const f2: CellBench = { neuron: 'rate', depth: 'one layer', ...oracle.f2(), neurons: [rate({ tau: 8, activation: 'tanh' })] };
  const recurrent = (ticks: number) => {
    const [H] = cells(f2, ticks).layers[0]!.recurrent as [Float64Array];
    const { norm, entries } = oracle.f2Published.rules.rtrl;
    // The fixture prints the direction of descent.
    return oracle.listError([oracle.norm(H), -H[1]!, -H[4 * 5 + 3]!], [norm, ...entries].map(Number));
  };
  const unit = snu({ decay: 0.4, output: 'sigmoid' });
  const f3: CellBench = { neuron: 'sSNU', depth: 'two layers', ...oracle.f3(), neurons: [unit, unit] };
  const norms = (ticks: number) => {
    const arrays = cells(f3, ticks).layers.flatMap(({ input, recurrent: H, own }) => [...input, ...H, ...own]);
    return oracle.listError(arrays.map(oracle.norm), oracle.f3Published.rules.bptt.norms.map(Number));
  };
  const row = (neuron: string, judge: string, claim: string, relativeError: number) =>
    oracle.agree({ ...subject, neuron, oracle: judge, claim }, relativeError, SINGLE);
  const control = (neuron: string, judge: string, claim: string, relativeError: number) =>
    oracle.differ({ ...subject, neuron, oracle: judge, claim }, relativeError, SINGLE);
  return [
    row('LIF+ALIF', 'F1 as printed', '|G_rec| and |G_out|', spiking('differentiated', rules.bptt)),
    row('LIF+ALIF', 'F1 as printed', '|G_rec| and |G_out| with the reset detached', spiking('detached', rules.bpttResetDetached)),
    control('LIF+ALIF', 'F1 as printed', 'the one is not the other', spiking('detached', rules.bptt)),
    row('rate', 'F2 as printed', '|G_rec| and two of its entries', recurrent(f2.trial.ticks)),
    control('rate', 'F2 as printed', 'cut a tick before the end they are others', recurrent(f2.trial.ticks - 1)),
    row('sSNU', 'F3 as printed', 'norms of all six gradients', norms(f3.trial.ticks)),
    control('sSNU', 'F3 as printed', 'cut a tick before the end they are others', norms(f3.trial.ticks - 1)),
  ];
}
