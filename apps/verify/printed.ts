import type { Backend } from '../../runtime/index.ts';
import type { Wiring } from './describe.ts';
import { oracle } from './oracle.ts';
import { load, lossOf, play, readMatrices } from './play.ts';
import { SINGLE } from './rules.ts';

const all = { adaptation: true, reset: true } as const;

/** A row of the printed table, and how it is compiled. */
const cases = [
  { row: 'epropSymmetric', input: 'symmetric', rule: 'e-prop', wiring: { feedback: 'symmetric' } },
  { row: 'epropUnfiltered', input: undefined, rule: 'e-prop, unfiltered', wiring: { feedback: 'symmetric', filter: 'none' } },
  { row: 'epropRandom', input: 'random', rule: 'e-prop', wiring: { feedback: 'random' } },
  { row: 'snap1', input: undefined, rule: 'SnAp-1', wiring: { feedback: 'symmetric', keep: { ...all, recurrence: 'self' } } },
  { row: 'snap2', input: undefined, rule: 'SnAp-2', wiring: { feedback: 'symmetric', keep: { ...all, recurrence: { hops: 1 } } } },
  { row: 'snap3', input: undefined, rule: 'SnAp-3', wiring: { feedback: 'symmetric', keep: { ...all, recurrence: { hops: 2 } } } },
  { row: 'bptt', input: 'bptt', rule: 'RTRL', wiring: { feedback: 'symmetric', keep: { ...all, recurrence: 'all' } } },
  {
    row: 'bpttResetDetached',
    input: undefined,
    rule: 'RTRL, reset dropped',
    wiring: { feedback: 'symmetric', keep: { ...all, reset: false, recurrence: 'all' } },
  },
] as const satisfies readonly {
  row: keyof typeof oracle.f1Published.rules;
  input: keyof typeof oracle.f1Published.inputNorms | undefined;
  rule: string;
  wiring: Wiring;
}[];

/** F1 compiled, at its own spikes, against the numbers that an independent program printed; nothing is forced. */
export function printedRows(backend: Backend): oracle.VerifyRow[] {
  const { model, trial } = oracle.f1();
  const { spikes, loss, outputNorm, rules, inputNorms, adamStep } = oracle.f1Published;
  const run = (wiring: Wiring, changes: Partial<oracle.Model> = {}) => {
    const changed = { ...model, ...changes };
    const executable = load(backend, changed, wiring);
    const played = play(executable, trial);
    const gradient = readMatrices(executable, 'gradient');
    const weights = readMatrices(executable, 'weights');
    executable.dispose();
    return { ...played, loss: lossOf(changed, trial, played), gradient, weights };
  };
  const about = (rule: string, feedback: string, claim: string): oracle.Subject => ({
    rule: `${rule} on ${backend.name}`,
    neuron: 'LIF+ALIF',
    feedback,
    claim,
    oracle: 'F1 as printed',
  });
  const printed = (found: readonly number[], texts: readonly oracle.Printed[]) => oracle.listError(found, texts.map(Number));
  const heavier = { weights: { ...model.weights, wIn: model.weights.wIn.map((w, s) => (s === 0 ? 1.1 * w : w)) } };
  const own = run({ feedback: 'symmetric' });
  const longer = run({ feedback: 'symmetric' }, { refractory: model.refractory + 1 });

  const rows = [
    oracle.agree(about('forward', '-', 'spikes of every neuron'), oracle.listError(own.spikes, spikes), 0),
    oracle.differ(about('forward', '-', 'refractory for a tick longer, it spikes otherwise'), oracle.listError(longer.spikes, spikes), 0),
    oracle.agree(about('forward', '-', 'loss'), printed([own.loss], [loss]), SINGLE),
    oracle.differ(about('forward', '-', 'refractory for a tick longer, its loss is another'), printed([longer.loss], [loss]), SINGLE),
  ];
  for (const { row, input, rule, wiring } of cases) {
    const { norm, entries } = rules[row];
    const texts = [norm, ...entries, outputNorm, ...(input === undefined ? [] : [inputNorms[input]])];
    const readings = ({ wIn, wRec, wOut }: oracle.Gradient) => [
      oracle.norm(wRec),
      ...oracle.f1Entries.map(([pre, post]) => wRec[pre * model.neurons + post]),
      oracle.norm(wOut),
      ...(input === undefined ? [] : [oracle.norm(wIn)]),
    ];
    const [right, wrong] = [run(wiring), run(wiring, heavier)];
    const what = `|G_rec|, three of its entries, |G_out|${input === undefined ? '' : ' and |G_in|'}`;
    rows.push(
      oracle.agree(about(rule, wiring.feedback, what), printed(readings(right.gradient), texts), SINGLE),
      oracle.differ(
        about(rule, wiring.feedback, 'with one input weight 10 % larger, they are others'),
        printed(readings(wrong.gradient), texts),
        SINGLE,
      ),
    );
  }
  const step = (epsilon: number) => {
    const optimizer = { kind: 'adam', rate: 5e-3, epsilon } as const;
    const { weights } = run({ feedback: 'symmetric', optimizer, learning: { update: { ticks: trial.ticks } } });
    return printed([weights.wRec[1] - model.weights.wRec[1]], [adamStep]);
  };
  return [
    ...rows,
    oracle.agree(about('Adam', 'symmetric', 'one step of one weight'), step(1e-8), SINGLE),
    oracle.differ(about('Adam', 'symmetric', 'with an ε of 1e-2 it is another'), step(1e-2), SINGLE),
  ];
}
