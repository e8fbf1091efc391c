import { bptt } from './bptt.ts';
import { eprop } from './eprop.ts';
import { type F1Row, f1, f1Entries, f1Published } from './fixtures/f1.ts';
import type { Printed } from './fixtures/fixture.ts';
import { forward } from './forward.ts';
import { cosine, type Gradient, norm } from './gradient.ts';
import { againstPrinted, agree, agreePrinted, best, differ, listError, type Subject, type VerifyRow, worst } from './rows.ts';
import { keepEprop, keepSnap, rtrl } from './rtrl.ts';

type RuleName = keyof typeof f1Published.rules;

/** How the names of the table are spoken, and where their feedback comes from. */
const labels: Record<RuleName, readonly [rule: string, feedback: string]> = {
  bptt: ['BPTT', 'symmetric'],
  bpttResetDetached: ['BPTT, reset detached', 'symmetric'],
  snap1: ['SnAp-1', 'symmetric'],
  snap2: ['SnAp-2', 'symmetric'],
  snap3: ['SnAp-3', 'symmetric'],
  snap4: ['SnAp-4', 'symmetric'],
  epropSymmetric: ['e-prop', 'symmetric'],
  epropUnfiltered: ['e-prop, unfiltered', 'symmetric'],
  epropRandom: ['e-prop', 'random'],
};

/** F1 against the numbers that an independent program printed: the activity, then every rule at every printed digit. */
export function tableRows(): VerifyRow[] {
  const { model, trial } = f1();
  const activity = forward(model, trial);
  const smooth = forward(model, trial, { spike: 'smooth' });
  const gradients: Record<RuleName, Gradient> = {
    bptt: bptt(model, activity).gradient,
    bpttResetDetached: bptt(model, activity, { reset: 'detached' }).gradient,
    snap1: rtrl(model, activity, { keep: keepSnap(1) }),
    snap2: rtrl(model, activity, { keep: keepSnap(2) }),
    snap3: rtrl(model, activity, { keep: keepSnap(3) }),
    snap4: rtrl(model, activity, { keep: keepSnap(4) }),
    epropSymmetric: eprop(model, activity),
    epropUnfiltered: eprop(model, activity, { filter: 'none' }),
    epropRandom: eprop(model, activity, { feedback: 'random' }),
  };
  const about = (rule: string, feedback: string, claim: string): Subject => ({
    rule,
    neuron: 'LIF+ALIF',
    feedback,
    claim,
    oracle: 'F1 as printed',
  });
  const { inputNorms, rules } = f1Published;

  const rows: VerifyRow[] = [
    agree(about('forward', '-', 'spikes of every neuron'), listError([...activity.spikeCounts], f1Published.spikes), 0),
    agreePrinted(about('forward', '-', 'loss'), [[activity.loss, f1Published.loss]]),
    agreePrinted(about('BPTT', 'symmetric', 'loss and |G_rec| with smooth spikes'), [
      [smooth.loss, f1Published.smooth.loss],
      [norm(bptt(model, smooth).gradient.wRec), f1Published.smooth.norm],
    ]),
    agreePrinted(
      about('all rules', '-', '|G_out|'),
      Object.values(gradients).map((G) => [norm(G.wOut), f1Published.outputNorm] as const),
    ),
    agreePrinted(about('BPTT', 'symmetric', '|G_in|'), [[norm(gradients.bptt.wIn), inputNorms.bptt]]),
    agreePrinted(about('e-prop', 'symmetric', '|G_in|'), [[norm(gradients.epropSymmetric.wIn), inputNorms.symmetric]]),
    agreePrinted(about('e-prop', 'random', '|G_in|'), [[norm(gradients.epropRandom.wIn), inputNorms.random]]),
    agreePrinted(about('RTRL keeping the adaptation only', 'symmetric', '|G_in|'), [
      [norm(rtrl(model, activity, { keep: keepEprop }).wIn), inputNorms.symmetric],
    ]),
  ];

  const names = Object.keys(rules) as RuleName[];
  const compare = (name: RuleName, row: F1Row) =>
    worst(readings(gradients[name], gradients.bptt).map((x, i) => againstPrinted(x, texts(row)[i])));
  for (const name of names) {
    const { relativeError, tolerance } = compare(name, rules[name]);
    rows.push(agree(about(...labels[name], '|G_rec|, three of its entries and its cosine to BPTT'), relativeError, tolerance));
  }
  // Control: no rule may pass for another one. SnAp-4 is left out because it is BPTT here.
  const distinct = names.filter((name) => name !== 'snap4');
  for (const name of distinct) {
    const others = distinct.filter((other) => other !== name).map((other) => compare(other, rules[name]));
    const nearest = best(others);
    rows.push(differ(about(...labels[name], 'no other rule has its numbers'), nearest.relativeError, nearest.tolerance));
  }
  return rows;
}

/** What a row of the table says of a gradient, in the order of {@link texts}. */
function readings(G: Gradient, bpttGradient: Gradient): number[] {
  const n = Math.sqrt(G.wRec.length);
  return [norm(G.wRec), ...f1Entries.map(([pre, post]) => G.wRec[pre * n + post]), cosine(G.wRec, bpttGradient.wRec)];
}

function texts({ norm: length, entries, cosine: angle }: F1Row): Printed[] {
  return [length, ...entries, angle];
}
