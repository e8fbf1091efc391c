import { type Backend, bptt, compile, deltaRule, type Executable, eprop3, integrator, type Network, source } from '../../runtime/index.ts';
import { type Bench, benches, window } from './benches.ts';
import { describe } from './describe.ts';
import { oracle } from './oracle.ts';
import { play, readMatrices } from './play.ts';
import { hidden, SINGLE } from './rules.ts';

/**
 * e-prop 3 and truncated BPTT with synthetic gradients, compiled, against float64 on the compiled program's own spikes: with exact ones at the borders they are BPTT of
 * the whole, with none they are cut, and what is predicted learns what the next window charged.
 */
export function borderRows(backend: Backend): oracle.VerifyRow[] {
  return benches().flatMap((bench) => benchRows(backend, bench));
}

/** Ticks of a window; the trials have whole ones. */
const LENGTHS = [10, 20] as const;
/** The leak of the populations that predict. */
const LEAK = Math.exp(-1 / 6);
const FREE = { kind: 'sgd', rate: 1 } as const;

/** What a window is charged with, by the population that tells it: ∂E/∂(spike, membrane, adaptation, readout) of its last tick, by way of later ticks. */
type Told = Readonly<Record<'output' | 'membrane' | 'adaptation' | 'readout', Float64Array>>;
const parts = ['output', 'membrane', 'adaptation', 'readout'] as const;

/** The adjoints of the tick behind a window, as charges on its last tick. */
function charges(
  { neurons: n, outputs: m, weights, alpha, rho, kappa, inputScale, threshold }: oracle.Model,
  border?: oracle.Border,
): Told {
  const { v, a, y } = border ?? { v: new Float64Array(n), a: new Float64Array(n), y: new Float64Array(m) };
  const output = v.map((dv, j) => v.reduce((sum, dw, l) => sum + inputScale * weights.wRec[j * n + l] * dw, -threshold * dv));
  return { output, membrane: v.map((dv) => alpha * dv), adaptation: a.map((da) => rho * da), readout: y.map((dy) => kappa * dy) };
}

const scaled = (border: oracle.Border | undefined, by: number): oracle.Border | undefined =>
  border && { v: border.v.map((x) => by * x), a: border.a.map((x) => by * x), y: border.y.map((x) => by * x) };

/** The bench with a population for each part of a border, which says what a tape says and learns from spikes. */
function withBorders({ model, neuron }: Bench, ticks: number, rule: 'e-prop 3' | 'BPTT'): Network {
  const network = describe(model, { feedback: 'symmetric', backward: { window: ticks, readout: 'delta rule' } });
  const plasticity = (rule === 'BPTT' ? bptt : eprop3)({ from: 'out', optimizer: FREE });
  const named = parts.filter((part) => part !== 'adaptation' || neuron !== 'LIF');
  const sizeOf = (part: (typeof parts)[number]): number => (part === 'readout' ? model.outputs : model.neurons);
  const identity = (size: number) => Array.from({ length: size * size }, (_, s) => (s % (size + 1) === 0 ? 1 : 0));
  const { input, recurrent, output } = network.projections as Readonly<
    Record<'input' | 'recurrent' | 'output', Network['projections'][string]>
  >;
  const dense = { connectivity: { kind: 'dense' }, delay: 0 } as const;
  return {
    ...network,
    populations: {
      ...network.populations,
      ...Object.fromEntries(named.map((part) => [`${part}Told`, { size: sizeOf(part), neuron: source() }])),
      ...Object.fromEntries(
        named.map((part) => [`${part}Later`, { size: sizeOf(part), neuron: integrator({ tau: -1 / Math.log(LEAK), loss: 'squared' }) }]),
      ),
    },
    projections: {
      input: { ...input, plasticity },
      recurrent: { ...recurrent, plasticity },
      output,
      ...Object.fromEntries(
        named.flatMap((part) => [
          [
            `${part}Told_${part}`,
            { pre: `${part}Told`, post: `${part}Later`, ...dense, weight: { kind: 'inline', values: identity(sizeOf(part)) } },
          ],
          [
            `rec_${part}`,
            {
              pre: 'rec',
              post: `${part}Later`,
              ...dense,
              weight: { kind: 'constant', value: 0 },
              plasticity: deltaRule({ from: `${part}Later`, optimizer: FREE }),
            },
          ],
        ]),
      ),
    },
    learning: {
      ...network.learning!,
      border: {
        rec: { output: 'outputLater', membrane: 'membraneLater', ...(neuron !== 'LIF' && { adaptation: 'adaptationLater' }) },
        out: { state: 'readoutLater' },
      },
    },
  };
}

/** Plays a trial window by window, and tells at the last tick of each what comes behind it. */
function played(executable: Executable, { model, trial }: Bench, ticks: number, told: readonly Told[]): oracle.Recording {
  const { arena, program } = executable;
  const recording = { z: new Float64Array(trial.ticks * model.neurons), psi: new Float64Array(trial.ticks * model.neurons) };
  const tell = (values: (part: (typeof parts)[number], s: number) => number): void => {
    for (const part of parts) {
      if (!program.regions.has(`${part}Told.input`)) continue;
      const tape = arena.view(`${part}Told.input`);
      for (let s = 0; s < (part === 'readout' ? model.outputs : model.neurons); s++) tape[s] = values(part, s);
    }
  };
  const keep = (from: number, to: number): void => {
    const found = play(executable, window(model, trial, from, to)).recording;
    recording.z.set(found.z, from * model.neurons);
    recording.psi.set(found.psi, from * model.neurons);
  };
  for (let from = 0, w = 0; from < trial.ticks; from += ticks, w++) {
    tell(() => 0);
    keep(from, from + ticks - 1);
    // What a population has been told before leaks away as it is told anew.
    tell((part, s) => told[w]![part][s] - LEAK ** ticks * (told[w - 1]?.[part][s] ?? 0));
    keep(from + ticks - 1, from + ticks);
  }
  return recording;
}

/** The trial in windows, on these spikes. */
function inWindows({ model, trial }: Bench, { z, psi }: oracle.Recording, ticks: number): oracle.Activity[] {
  const windows: oracle.Activity[] = [];
  for (let from = 0; from < trial.ticks; from += ticks) {
    const rows = (values: ArrayLike<number>) => Float64Array.from(values).subarray(from * model.neurons, (from + ticks) * model.neurons);
    const state = windows.at(-1)?.after ?? oracle.restState(model);
    windows.push(oracle.forward(model, window(model, trial, from, from + ticks), { forced: { z: rows(z), psi: rows(psi) }, state }));
  }
  return windows;
}

function benchRows(backend: Backend, bench: Bench): oracle.VerifyRow[] {
  const { network, neuron, model, trial } = bench;
  const silent = charges(model);
  const run = (ticks: number, rule: 'e-prop 3' | 'BPTT', told: readonly Told[]) => {
    const executable = backend.load(compile(withBorders(bench, ticks, rule), { maxTicks: 1 }));
    const recording = played(executable, bench, ticks, told);
    const gradient = readMatrices(executable, 'gradient');
    const learned = parts.flatMap((part) =>
      executable.program.regions.has(`rec_${part}.gradient`) ? [...executable.arena.copy(`rec_${part}.gradient`)] : [],
    );
    executable.dispose();
    return { recording, learned, compiled: { ...gradient, wRec: gradient.wRec.map((g, s) => (model.connected[s] === 1 ? g : 0)) } };
  };
  return LENGTHS.flatMap((ticks) => {
    const none = Array.from({ length: trial.ticks / ticks }, () => silent);
    const cut = run(ticks, 'e-prop 3', none);
    const windows = inWindows(bench, cut.recording, ticks);
    const exact = oracle.exactBorders(model, windows);
    const told = exact.map((border) => charges(model, border));
    const [whole] = inWindows(bench, cut.recording, trial.ticks) as [oracle.Activity];
    const wanted = oracle.bptt(model, whole).gradient;
    const truncated = oracle.eprop3(
      model,
      windows,
      windows.map(() => undefined),
    );
    const error = ({ compiled }: { compiled: oracle.Gradient }, of: oracle.Gradient) => oracle.gradientError(compiled, of, hidden);
    const half = learnedFromHalf(model, windows, exact);
    const learned = run(ticks, 'e-prop 3', half.told).learned;
    const subject = { neuron, feedback: 'symmetric' };
    const judged = (rule: string, judge: string) => ({ ...subject, rule: `${rule} on ${backend.name}`, oracle: judge });
    const row = (rule: string, judge: string, claim: string, value: number) =>
      oracle.agree({ ...judged(rule, judge), claim: `${network}, windows of ${ticks}: ${claim}` }, value, SINGLE);
    const control = (rule: string, judge: string, claim: string, value: number) =>
      oracle.differ({ ...judged(rule, judge), claim: `${network}, windows of ${ticks}: ${claim}` }, value, SINGLE);
    const [bpttOf, own] = ['BPTT on its spikes', 'e-prop 3 in float64 on its spikes'] as const;
    const before = run(ticks, 'e-prop 3', [...told.slice(1), silent]);
    return [
      row('e-prop 3', bpttOf, 'with exact synthetic gradients, equals BPTT of the whole', error(run(ticks, 'e-prop 3', told), wanted)),
      control('e-prop 3', bpttOf, 'with none it does not', error(cut, wanted)),
      control('e-prop 3', bpttOf, 'with those of the window behind it does not', error(before, wanted)),
      row('e-prop 3', own, 'with none, is truncated and helped by carried traces', error(cut, truncated)),
      control('e-prop 3', own, 'truncated BPTT is not', error(run(ticks, 'BPTT', none), truncated)),
      row('BPTT', bpttOf, 'with exact synthetic gradients, equals BPTT of the whole', error(run(ticks, 'BPTT', told), wanted)),
      control('BPTT', bpttOf, 'with none it does not', error(run(ticks, 'BPTT', none), wanted)),
      row(
        'synthetic gradient',
        bpttOf,
        'learns what the next window charged',
        oracle.relativeDifference(Float64Array.from(learned), half.learned(neuron !== 'LIF')),
      ),
      control(
        'synthetic gradient',
        bpttOf,
        'told nothing, it learns something else',
        oracle.relativeDifference(Float64Array.from(cut.learned), half.learned(neuron !== 'LIF')),
      ),
    ];
  });
}

/** Told half of the exact gradients, what each prediction has for a gradient: Σ_w z̄_w ⊗ (told_w − charged_{w+1}), z̄ the spikes behind the leak. */
function learnedFromHalf(model: oracle.Model, windows: readonly oracle.Activity[], exact: readonly (oracle.Border | undefined)[]) {
  const borders = exact.map((border) => scaled(border, 0.5));
  const told = borders.map((border) => charges(model, border));
  const trace = new Float64Array(model.neurons);
  const sums = Object.fromEntries(
    parts.map((part) => [part, new Float64Array(model.neurons * (part === 'readout' ? model.outputs : model.neurons))]),
  ) as Record<(typeof parts)[number], Float64Array>;
  for (const [w, activity] of windows.slice(0, -1).entries()) {
    for (let t = 0; t < activity.trial.ticks; t++)
      for (const [i, x] of trace.entries()) trace[i] = LEAK * x + activity.z[t * model.neurons + i];
    const border = borders[w + 1];
    const charged = charges(model, oracle.bptt(model, windows[w + 1]!, border ? { border } : {}).border);
    for (const part of parts) {
      const errors = told[w]![part].map((value, s) => value - charged[part][s]);
      for (const [i, x] of trace.entries()) for (const [j, error] of errors.entries()) sums[part][i * errors.length + j] += x * error;
    }
  }
  return {
    told,
    learned: (adaptive: boolean) => Float64Array.from(parts.flatMap((part) => (part === 'adaptation' && !adaptive ? [] : [...sums[part]]))),
  };
}
