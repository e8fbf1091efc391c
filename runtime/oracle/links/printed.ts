import { cellBptt, cellError, cellForward, cellRtrl, keepHops, keepStates, keepWithoutH, named } from '../cells/index.ts';
import { type F2Row, f2, f2Published } from '../fixtures/f2.ts';
import { type F3Row, f3, f3Published } from '../fixtures/f3.ts';
import type { Printed } from '../fixtures/fixture.ts';
import { cosine, norm } from '../gradient.ts';
import { againstPrinted, agree, agreePrinted, best, differ, differPrinted, type Subject, type VerifyRow, worst } from '../rows.ts';
import { rflo } from '../rules/rflo.ts';

const ALGEBRA = 1e-12;

/** F2 against its print, and RFLO as a local rule against masked RTRL. */
export function rfloRows(): VerifyRow[] {
  const { network, trial, feedback } = f2();
  const activity = cellForward(network, trial);
  const broadcast = { of: 'error', matrices: [feedback] } as const;
  const gradients = {
    rtrl: cellRtrl(network, activity),
    symmetric: cellRtrl(network, activity, { keep: keepStates }),
    random: cellRtrl(network, activity, { keep: keepStates, depth: 'sameTick', broadcast }),
  };
  const masked = { rule: 'RFLO', neuron: 'rate', feedback: 'random', oracle: 'RTRL keeping the own state only' };
  const print = (rule: string, source: string, claim: string): Subject => ({
    rule,
    neuron: 'rate',
    feedback: source,
    claim,
    oracle: 'F2 as printed',
  });
  const readings = (name: keyof typeof gradients, of: F2Row): [number, Printed][] => {
    const H = gradients[name].layers[0].recurrent[0];
    // Entries are printed as (post, pre) and as descent directions.
    const values: [number, Printed][] = [
      [norm(H), of.norm],
      [-H[1], of.entries[0]],
      [-H[4 * 5 + 3], of.entries[1]],
    ];
    return of.cosine === undefined ? values : [...values, [cosine(H, gradients.rtrl.layers[0].recurrent[0]), of.cosine]];
  };
  const { rules } = f2Published;
  const what = '|ΔW|, two of its entries and its cosine to RTRL';
  return [
    agreePrinted(print('forward', '-', 'ΣW and the loss'), [
      [network.weights.layers[0].recurrent[0].reduce((a, b) => a + b), f2Published.sum],
      [activity.loss, f2Published.loss],
    ]),
    agreePrinted(print('RTRL', 'symmetric', '|ΔW| and two of its entries'), readings('rtrl', rules.rtrl)),
    agreePrinted(print('RFLO', 'symmetric', what), readings('symmetric', rules.symmetric)),
    agreePrinted(print('RFLO', 'random', what), readings('random', rules.random)),
    agreePrinted(print('RFLO', 'random', '|ΔW_in| and |ΔW_out|'), [
      [norm(gradients.random.layers[0].input[0]), f2Published.inputNorm],
      [norm(gradients.random.readout!), f2Published.outputNorm],
    ]),
    differPrinted(print('RFLO', 'random', 'symmetric feedback does not give its numbers'), readings('symmetric', rules.random)),
    differPrinted(print('RFLO', 'symmetric', 'RTRL does not give its numbers'), readings('rtrl', rules.symmetric)),
    agree({ ...masked, claim: 'equals its masked RTRL' }, cellError(network, rflo(network, trial, 8, feedback), gradients.random), ALGEBRA),
    differ(
      { ...masked, claim: 'with another τ in its trace and unit it does not' },
      cellError(network, rflo(network, trial, 9, feedback), gradients.random),
      ALGEBRA,
    ),
  ];
}

/** How the rows of F3 are spoken of, and where their hidden signal comes from. */
const ladder = {
  bptt: ['BPTT', 'symmetric'],
  ostl: ['OSTL', 'symmetric'],
  withoutH: ['OSTL without H', 'symmetric'],
  snap1: ['SnAp-1', 'symmetric'],
  osttp: ['OSTTP', 'random'],
} as const;

/** The gradients of F3, one for each row of its table. */
export function f3Gradients() {
  const { network, trial, feedback } = f3();
  const activity = cellForward(network, trial);
  const local = { depth: 'sameTick' } as const;
  const gradients = {
    bptt: cellBptt(network, activity).gradient,
    ostl: cellRtrl(network, activity, local),
    withoutH: cellRtrl(network, activity, { ...local, keep: keepWithoutH }),
    snap1: cellRtrl(network, activity, { ...local, keep: keepHops(1) }),
    osttp: cellRtrl(network, activity, { ...local, broadcast: { of: 'target', matrices: [feedback, undefined] } }),
  };
  return { network, activity, gradients };
}

/** F3 against its print: OSTL in depth, its relatives, and the stateless top that makes it BPTT. */
export function ostlRows(): VerifyRow[] {
  const { network, activity, gradients } = f3Gradients();
  const print = (rule: string, source: string, claim: string): Subject => ({
    rule,
    neuron: 'sSNU',
    feedback: source,
    claim,
    oracle: 'F3 as printed',
  });
  const exact = named(network, gradients.bptt);
  const readings = (name: keyof typeof gradients, { norms, cosines = [] }: F3Row): [number, Printed][] => {
    const arrays = named(network, gradients[name]);
    return [
      ...norms.map((text, a): [number, Printed] => [norm(arrays[a][1]), text]),
      ...cosines.map((text, a): [number, Printed] => [cosine(arrays[a][1], exact[a][1]), text]),
    ];
  };
  const names = Object.keys(ladder) as (keyof typeof ladder)[];
  const { rules, loss, stateless } = f3Published;
  const rows = [agreePrinted(print('forward', '-', 'the loss'), [[activity.loss, loss]])];
  for (const name of names) {
    const [rule, source] = ladder[name];
    const compare = (of: keyof typeof ladder) => worst(readings(of, rules[name]).map(([value, text]) => againstPrinted(value, text)));
    const nearest = best(names.filter((other) => other !== name).map(compare));
    rows.push(
      agreePrinted(print(rule, source, 'norms of its six arrays and their cosines to BPTT'), readings(name, rules[name])),
      differ(print(rule, source, 'no other rule has its numbers'), nearest.relativeError, nearest.tolerance),
    );
  }
  return [...rows, ...statelessRows(print, stateless)];
}

function statelessRows(
  print: (rule: string, source: string, claim: string) => Subject,
  printed: typeof f3Published.stateless,
): VerifyRow[] {
  const { network, trial } = f3('stateless');
  const activity = cellForward(network, trial);
  const oracle = cellBptt(network, activity).gradient;
  const ostl = cellRtrl(network, activity, { depth: 'sameTick' });
  const blind = cellRtrl(network, activity, { depth: 'sameTick', keep: keepWithoutH });
  const subject = { neuron: 'sSNU', feedback: 'symmetric', oracle: 'BPTT' };
  return [
    agree({ ...subject, rule: 'OSTL', claim: 'under a stateless layer, equals BPTT' }, cellError(network, ostl, oracle), ALGEBRA),
    differ({ ...subject, rule: 'OSTL without H', claim: 'under a stateless layer, does not' }, cellError(network, blind, oracle), ALGEBRA),
    agreePrinted(print('OSTL', 'symmetric', 'under a stateless layer: the loss, |W1| and |H1|'), [
      [activity.loss, printed.loss],
      [norm(ostl.layers[0].input[0]), printed.norms.W1],
      [norm(ostl.layers[0].recurrent[0]), printed.norms.H1],
    ]),
  ];
}
