import { evidenceAccumulation } from './fixtures/evidence-accumulation.ts';
import type { TrainingFixture } from './fixtures/fixture.ts';
import { patternGeneration } from './fixtures/pattern-generation.ts';
import { goldenLosses, train } from './golden.ts';
import { agree, differ, listError, type Subject, type VerifyRow } from './rows.ts';

/** Golden losses, relative: float64 programs agree to rounding, the published float32 ones as far as NEST's own test asks. (sheet 4, 5) */
const DOUBLE = 1e-7;
const SINGLE = { pattern: 1e-7, evidence: 1e-6 };

/** Five training iterations of the published experiments: forward, e-prop, regularization and optimizer together. */
export function trainingRows(): VerifyRow[] {
  const pattern = patternGeneration();
  const evidence = evidenceAccumulation(1);
  const kingma = evidence.optimizer.kind === 'adam' ? { ...evidence.optimizer, form: 'kingma' as const } : evidence.optimizer;
  return [
    ...goldenRows('LIF', pattern, SINGLE.pattern),
    brokenRow('LIF', pattern, 'with symmetric feedback it does not', { ...pattern, eprop: { ...pattern.eprop, feedback: 'symmetric' } }),
    brokenRow('LIF', pattern, 'without the filter it does not', { ...pattern, eprop: { ...pattern.eprop, filter: 'none' } }),
    ...goldenRows('LIF+ALIF', evidence, SINGLE.evidence),
    ...goldenRows('LIF+ALIF', evidenceAccumulation(2)),
    brokenRow('LIF+ALIF', evidence, 'without ε_a it does not', { ...evidence, eprop: { ...evidence.eprop, adaptation: 'dropped' } }),
    brokenRow('LIF+ALIF', evidence, "with Adam's ε in Kingma's form it does not", { ...evidence, optimizer: kingma }),
  ];
}

function about(neuron: string, fixture: TrainingFixture, claim: string, oracle: string): Subject {
  return { rule: 'e-prop', neuron, feedback: 'random', claim: `${fixture.name}: ${claim}`, oracle };
}

function goldenRows(neuron: string, fixture: TrainingFixture, single?: number): VerifyRow[] {
  const { losses, spikes, float32Losses } = fixture.published;
  const iterations = [...train(fixture)];
  const found = iterations.map(({ loss }) => loss);
  const rows = [
    agree(about(neuron, fixture, 'gives the losses of five iterations', 'NEST, float64'), listError(found, losses.map(Number)), DOUBLE),
  ];
  if (float32Losses && single) {
    rows.push(
      agree(
        about(neuron, fixture, 'gives the losses of five iterations', "the authors' TensorFlow, float32"),
        listError(found, float32Losses.map(Number)),
        single,
      ),
    );
  }
  if (spikes) {
    const counts = iterations.map((iteration) => iteration.spikes);
    rows.push(agree(about(neuron, fixture, 'spikes as often in five iterations', 'NumPy, float64'), listError(counts, spikes), 0));
  }
  return rows;
}

/** Two iterations are enough: a broken rule shows in the loss after its first update. */
function brokenRow(neuron: string, fixture: TrainingFixture, claim: string, broken: TrainingFixture): VerifyRow {
  const losses = goldenLosses(broken, 2);
  return differ(
    about(neuron, fixture, claim, 'NEST, float64'),
    listError(losses, fixture.published.losses.slice(0, 2).map(Number)),
    DOUBLE,
  );
}
