/** The rules as compiled, held to the float64 oracle on every backend that is here. */
import test from 'ava';
import { type Bench, benches, held, labelTicks } from '../../apps/verify/benches.ts';
import type { Wiring } from '../../apps/verify/describe.ts';
import { shrinkError } from '../../apps/verify/forms.ts';
import { load, play } from '../../apps/verify/play.ts';
import { filters, moved, pairOf, pendingGradient, SINGLE, still } from '../../apps/verify/rules.ts';
import { sections } from '../../apps/verify/sections.ts';
import { train } from '../../apps/verify/training.ts';
import { fastestBackend, nativeBackend } from '../../native/index.ts';
import { type Backend, epropTrace, referenceBackend } from '../../runtime/index.ts';
import * as oracle from '../../runtime/oracle/index.ts';

const built = nativeBackend();
const backends: Backend[] = [referenceBackend, ...('backend' in built ? [built.backend] : [])];
/** Hundreds of runs: for the native backend only. A contributor without a compiler may test the rest; CI may not. */
const fast = fastestBackend();
const many = 'backend' in built || process.env['CI'] !== undefined ? test : test.skip;

/** The chain without its float64 part, which has a test of its own. */
const compiled = (backend: Backend) => sections(backend).slice(1);
const rowsOf = new Map<string, oracle.VerifyRow[]>();

for (const backend of backends) {
  const rows: oracle.VerifyRow[] = [];
  rowsOf.set(backend.name, rows);

  for (const { title, rows: section } of compiled(backend)) {
    test(`${backend.name}: every link holds and every control is found: ${title}`, (t) => {
      const found = section();
      t.true(found.length > 0);
      t.deepEqual(
        found.filter((row) => !row.pass),
        [],
      );
      rows.push(...found);
    });
  }

  test(`${backend.name}: no control is found by rounding alone, and no link is near its tolerance`, (t) => {
    t.true(rows.length > 150);
    for (const row of rows) {
      if (row.control) t.true(row.relativeError > 1e-3, `${row.claim}: ${row.relativeError}`);
      // A mean of samples lies some standard errors off by chance, not by rounding.
      else if (!row.oracle.includes('standard errors'))
        t.true(row.relativeError <= row.tolerance / 10, `${row.claim}: ${row.relativeError}`);
    }
  });

  test(`${backend.name}: whoever judges a rule has a control that it finds, for each kind of neuron`, (t) => {
    const judged = (row: oracle.VerifyRow) => `${row.rule} on ${row.neuron} by ${row.oracle}`;
    const controlled = new Set(rows.filter((row) => row.control).map(judged));
    t.deepEqual(
      rows.map(judged).filter((name) => !controlled.has(name)),
      [],
    );
  });

  test(`${backend.name}: the links cover every kind of neuron, feedback and filter, stored and dense synapses`, (t) => {
    const links = rows.filter((row) => !row.control && row.rule.startsWith('e-prop') && row.oracle === 'masked RTRL on its spikes');
    const covered = new Set(links.map(({ neuron, feedback, claim }) => `${neuron} ${feedback} ${claim}`));
    for (const { network, neuron } of benches()) {
      for (const feedback of ['symmetric', 'random', 'adaptive']) {
        for (const filter of ['', 'unfiltered, ']) t.true(covered.has(`${neuron} ${feedback} ${network}: ${filter}equals its masked RTRL`));
      }
    }
    t.is(covered.size, 36);
  });

  for (const bench of benches()) {
    const name = `${backend.name}, ${bench.network} with ${bench.neuron}`;

    test(`${name}: it spikes within bounds and no gradient is 0`, (t) => {
      const executable = load(backend, bench.model, { feedback: 'random' });
      const { spikes } = play(executable, bench.trial);
      const most = bench.trial.ticks / bench.model.refractory;
      for (const count of spikes) t.true(count >= 3 && count < most, `${count} spikes`);
      const gradient = pendingGradient(bench.model, executable);
      for (const matrix of ['wIn', 'wRec', 'wOut'] as const) t.true(oracle.norm(gradient[matrix]) > 0.1);
    });

    test(`${name}: taught by labels with a constant target, it has the gradient of a target at every tick`, (t) => {
      for (const feedback of ['symmetric', 'random'] as const) {
        for (const filter of filters) {
          const gradientOf = (learning: Wiring['learning'] & object, trial: oracle.Trial, labels: readonly number[]) => {
            const executable = load(backend, bench.model, { feedback, filter, learning });
            play(executable, trial, { labels });
            return pendingGradient(bench.model, executable);
          };
          const everyTick = gradientOf({ update: 'episode' }, held(bench.model, bench.trial), []);
          const byLabel = gradientOf({ update: 'episode', target: 'label' }, bench.trial, labelTicks);
          const oneForAll = gradientOf({ update: 'episode', target: 'label' }, bench.trial, [59]);
          t.true(oracle.gradientError(byLabel, everyTick) < 1e-5);
          t.true(oracle.gradientError(oneForAll, everyTick) > 1e-2);
        }
      }
    });
  }

  for (const bench of benches().filter(({ neuron }) => neuron !== 'LIF')) {
    test(`${backend.name}, ${bench.network} with ${bench.neuron}: each axis of the rule, flipped, demands another gradient`, (t) => {
      const variants = variantsOf(backend, bench);
      for (const [a, { compiled: gradient }] of variants) {
        for (const [b, { oracle: demanded }] of variants) {
          const error = oracle.gradientError(gradient, demanded, ['wIn', 'wRec']);
          if (a === b) t.true(error <= SINGLE, `${a}: ${error}`);
          else t.true(error > 1e-2, `${a} passes for ${b}: ${error}`);
        }
      }
      t.is(variants.size, 8);
    });
  }

  test(`${backend.name}: adaptive feedback is neither random nor symmetric once weights have moved`, (t) => {
    for (const bench of benches()) {
      const { oracle: demanded } = moved(backend, bench, 'readout');
      for (const feedback of ['random', 'symmetric'] as const) {
        const { compiled: other } = moved(backend, bench, 'readout', { wiring: { feedback } });
        t.true(oracle.gradientError(other, demanded, ['wIn', 'wRec']) > 1e-2);
      }
      t.true(oracle.gradientError(pairOf(backend, bench, 'adaptive', 'readout').compiled, demanded) <= SINGLE);
      t.true(shrinkError(backend, bench, 'adaptive') < 1e-6);
    }
  });
}

/** The gradients of adaptation × feedback × filter, each with the oracle's own. */
function variantsOf(backend: Backend, bench: Bench) {
  const { model, trial } = bench;
  const list = (['kept', 'dropped'] as const).flatMap((adaptation) =>
    (['symmetric', 'random'] as const).flatMap((feedback) =>
      filters.map((filter) => {
        const { compiled: gradient } = still(backend, bench, feedback, filter, {
          wiring: { keep: { ...epropTrace.keep, adaptation: adaptation === 'kept' } },
        });
        const keep = { ...oracle.keepEprop, adaptation: adaptation === 'kept' };
        const executable = load(backend, model, { feedback });
        const activity = oracle.forward(model, trial, { forced: play(executable, trial).recording });
        return [
          `${adaptation} ${feedback} ${filter}`,
          { compiled: gradient, oracle: oracle.rtrl(model, activity, { keep, feedback, filter }) },
        ] as const;
      }),
    ),
  );
  return new Map(list);
}

many('both backends give the same errors to the last bit', (t) => {
  const figures = (name: string) => rowsOf.get(name)!.map(({ claim, relativeError }) => [claim, relativeError]);
  t.is(backends.length, 2);
  t.true(figures('native').length > 150);
  t.deepEqual(figures('native'), figures('reference'));
});

test('the published experiments are still themselves after the first update: losses differ from iteration to iteration', (t) => {
  const { losses, spikes } = train(fast, oracle.patternGeneration(), 3);
  t.is(new Set(losses).size, 3);
  t.is(new Set(spikes).size, 3);
});
