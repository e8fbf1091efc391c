import { bptt } from '../bptt.ts';
import { cellForward, cellRtrl, keepStates, named } from '../cells/index.ts';
import { eprop } from '../eprop.ts';
import { f2 } from '../fixtures/f2.ts';
import { f6 } from '../fixtures/f6.ts';
import { norm } from '../gradient.ts';
import { agree, differ, type VerifyRow } from '../rows.ts';
import { keepAll, keepSnap, rtrl } from '../rtrl.ts';
import { actorCritic } from '../rules/actor-critic.ts';
import { eprop2, spikingModule } from '../rules/error-module.ts';
import { etlp } from '../rules/etlp.ts';
import { rflo } from '../rules/rflo.ts';
import { eprop3, exactBorders, forwardInWindows } from '../rules/windows.ts';
import { moduleOf } from './learned-signals.ts';
import { f3Gradients } from './printed.ts';
import { exactF1, labeled } from './relatives.ts';

const ALGEBRA = 1e-12;
/** Two rules count as different when their gradients do by more than any rounding of float32 could. */
const DIFFERENT = 1e-4;

/** Rules by name: within a group they must be equal, between groups they must differ. */
type Groups = readonly (readonly (readonly [rule: string, gradient: Float64Array])[])[];

/** Every rule that shares a fixture, pair by pair: a harness that silently falls back to one of them for another is found here. */
export function distinctRows(): VerifyRow[] {
  return [...groupRows('F1', 'LIF+ALIF', f1Groups()), ...groupRows('F2', 'rate', f2Groups()), ...groupRows('F3', 'sSNU', f3Groups())];
}

/** Recurrent gradients of F1; SnAp-4 is closed there, and without autapses SnAp-1 is e-prop with its reset kept. */
function f1Groups(): Groups {
  const { model, trial, activity, exact } = exactF1();
  const windows = forwardInWindows(model, trial, 10);
  const nothing = windows.map(() => undefined);
  const fresh = { traces: 'fresh' } as const;
  return [
    [
      ['BPTT', exact.gradient.wRec],
      ['RTRL', rtrl(model, activity).wRec],
      ['SnAp-4', rtrl(model, activity, { keep: keepSnap(4) }).wRec],
      ['e-prop 2, exact', eprop2(model, activity, () => exact.signal, 'none').wRec],
      ['e-prop 3, exact', eprop3(model, windows, exactBorders(model, windows)).wRec],
    ],
    [['BPTT, reset detached', bptt(model, activity, { reset: 'detached' }).gradient.wRec]],
    [['RTRL without adaptation', rtrl(model, activity, { keep: { ...keepAll, adaptation: false } }).wRec]],
    [
      ['SnAp-1', rtrl(model, activity, { keep: keepSnap(1) }).wRec],
      ['OSTL without H', eprop(model, activity, { reset: 'kept' }).wRec],
    ],
    [['SnAp-2', rtrl(model, activity, { keep: keepSnap(2) }).wRec]],
    [['SnAp-3', rtrl(model, activity, { keep: keepSnap(3) }).wRec]],
    [['e-prop, symmetric', eprop(model, activity).wRec]],
    [['e-prop, random', eprop(model, activity, { feedback: 'random' }).wRec]],
    [['e-prop, symmetric, unfiltered', eprop(model, activity, { filter: 'none' }).wRec]],
    [['ReckOn', eprop(model, activity, { feedback: 'random', filter: 'none' }).wRec]],
    [['e-prop 2, untrained', eprop2(model, activity, spikingModule(moduleOf(model))).wRec]],
    [['e-prop 3, truncated, traces carried', eprop3(model, windows, nothing).wRec]],
    [['truncated BPTT', eprop3(model, windows, nothing, fresh).wRec]],
    [['reward e-prop, symmetric', actorCritic(model, activity, f6('symmetric')).wRec]],
    [['reward e-prop, random', actorCritic(model, activity, f6('random')).wRec]],
    [['ETLP', etlp(model, activity, labeled).wRec]],
  ];
}

function f2Groups(): Groups {
  const { network, trial, feedback } = f2();
  const activity = cellForward(network, trial);
  const broadcast = { of: 'error', matrices: [feedback] } as const;
  const targets = { of: 'target', matrices: [feedback] } as const;
  const local = { keep: keepStates, depth: 'sameTick' } as const;
  const wRec = (gradient: ReturnType<typeof rflo>) => gradient.layers[0].recurrent[0];
  return [
    [['RTRL', wRec(cellRtrl(network, activity))]],
    [['RFLO, symmetric', wRec(cellRtrl(network, activity, local))]],
    [
      ['RFLO, random', wRec(rflo(network, trial, 8, feedback))],
      ['masked RTRL, random', wRec(cellRtrl(network, activity, { ...local, broadcast }))],
    ],
    [['OSTTP', wRec(cellRtrl(network, activity, { depth: 'sameTick', broadcast: targets }))]],
    [['OSTTP without H', wRec(cellRtrl(network, activity, { ...local, broadcast: targets }))]],
  ];
}

/** The recurrent matrix of the lower layer, where the rules of F3 part. */
function f3Groups(): Groups {
  const { network, activity, gradients } = f3Gradients();
  const H1 = (gradient: typeof gradients.bptt) => named(network, gradient).find(([name]) => name === 'H1')![1];
  return [
    [
      ['BPTT', H1(gradients.bptt)],
      ['RTRL', H1(cellRtrl(network, activity))],
    ],
    [['OSTL', H1(gradients.ostl)]],
    [['OSTL without H', H1(gradients.withoutH)]],
    [['SnAp-1', H1(gradients.snap1)]],
    [['OSTTP', H1(gradients.osttp)]],
  ];
}

function groupRows(fixture: string, neuron: string, groups: Groups): VerifyRow[] {
  const subject = { rule: 'all rules', neuron, feedback: '-', oracle: `each other on ${fixture}` };
  const equal = groups.flatMap((group) => group.slice(1).map(([, gradient]) => symmetricDifference(gradient, group[0][1])));
  const pairs = groups.flatMap((group, a) =>
    groups.slice(a + 1).map(([[other, gradient]]) => ({
      between: `${group[0][0]} and ${other}`,
      difference: symmetricDifference(group[0][1], gradient),
    })),
  );
  const nearest = pairs.reduce((a, b) => (b.difference < a.difference || Number.isNaN(b.difference) ? b : a));
  const count = groups.reduce((sum, group) => sum + group.length, 0);
  return [
    agree({ ...subject, claim: `of ${count} rules, those that must be equal are` }, Math.max(...equal), ALGEBRA),
    differ(
      { ...subject, claim: `all ${pairs.length} pairs of different rules differ, least ${nearest.between}` },
      nearest.difference,
      DIFFERENT,
    ),
  ];
}

/** ‖x − y‖ / max(‖x‖, ‖y‖); NaN when both vanish. */
function symmetricDifference(x: Float64Array, y: Float64Array): number {
  return norm(x.map((value, s) => value - y[s])) / Math.max(norm(x), norm(y));
}
