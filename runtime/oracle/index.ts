/**
 * The float64 yardstick: gradients of spiking networks that are right by proof, not by agreement with ourselves. It knows the model
 * as plain data and nothing of compiled programs; what is compiled is judged against it, on forced activity where spikes must match.
 * "Sheet" in these files is the project's reference sheet of learning algorithms, by section.
 */
export { type Adjoint, type BpttOptions, bptt } from './bptt.ts';
export { verifyChain } from './chain.ts';
export { centralDifferences } from './differences.ts';
export { type EpropOptions, type EpropTraces, eprop, type RateRegularization, zeroTraces } from './eprop.ts';
export { evidenceAccumulation } from './fixtures/evidence-accumulation.ts';
export { type F1Row, f1, f1Entries, f1Published, f1With } from './fixtures/f1.ts';
export { type Printed, type PublishedTraining, readPrinted, type TrainingFixture } from './fixtures/fixture.ts';
export { patternGeneration } from './fixtures/pattern-generation.ts';
export { type Activity, type ForwardOptions, forward, pseudoDerivative, type Recording, restState, type State } from './forward.ts';
export { goldenLosses, type Iteration, type TrainingVariation, train } from './golden.ts';
export { combine, cosine, type Gradient, gradientError, meanGradient, norm, relativeDifference, zeroGradient } from './gradient.ts';
export { type LegacyRandom, legacyRandom } from './mersenne.ts';
export { checkModel, checkTrial, type Loss, type Model, type Surrogate, type Trial, type Weights } from './model.ts';
export { type AdamSettings, type Optimizer, type OptimizerSettings, optimizer, type SgdSettings } from './optimizers.ts';
export { type Feedback, feedbackMatrix } from './readout.ts';
export { againstPrinted, agree, differ, listError, type Subject, type VerifyRow, worst } from './rows.ts';
export { type Influence, type Keep, keepAll, keepEprop, keepSnap, type RtrlOptions, rtrl, zeroInfluence } from './rtrl.ts';
