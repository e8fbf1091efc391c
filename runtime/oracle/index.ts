/**
 * The float64 yardstick: gradients of spiking networks that are right by proof, not by agreement with ourselves. It knows the model
 * as plain data and nothing of compiled programs; what is compiled is judged against it, on forced activity where spikes must match.
 * "Sheet" in these files is the project's reference sheet of learning algorithms, by section.
 */
export { type Adjoint, type Border, type BpttOptions, bptt } from './bptt.ts';
export * from './cells/index.ts';
export { verifyChain } from './chain.ts';
export { type Connection, connections, shared, unshared } from './convolution.ts';
export { centralDifferences } from './differences.ts';
export { type EpropOptions, type EpropTraces, eprop, type RateRegularization, zeroTraces } from './eprop.ts';
export {
  type IzhikevichCourse,
  type IzhikevichNeuron,
  izhikevichCourse,
  izhikevichPeriod,
  meanInterval,
  type ThetaCourse,
  type ThetaNeuron,
  thetaCourse,
  thetaFlow,
} from './euler.ts';
export { calciumPair, calciumPairWeight, pairOf } from './fixtures/calcium.ts';
export { type CellBench, cubaSettings, OTTT_DECAY, oneLayerBenches, otttBench, spikingBenches, twoLayerBenches } from './fixtures/cells.ts';
export { evidenceAccumulation } from './fixtures/evidence-accumulation.ts';
export { type F1Row, f1, f1Entries, f1Published, f1With } from './fixtures/f1.ts';
export { type F2Row, f2, f2Published } from './fixtures/f2.ts';
export { type F3, type F3Row, f3, f3Published } from './fixtures/f3.ts';
export { type F4Row, f4, f4Published } from './fixtures/f4.ts';
export { f5, f5Published } from './fixtures/f5.ts';
export { f6, f6Published } from './fixtures/f6.ts';
export { f7, f7Published } from './fixtures/f7.ts';
export { f8, f8Published } from './fixtures/f8.ts';
export { f9, f9Published } from './fixtures/f9.ts';
export { type Printed, type PublishedTraining, readPrinted, type TrainingFixture } from './fixtures/fixture.ts';
export { patternGeneration, patternGenerationDraws } from './fixtures/pattern-generation.ts';
export { type Activity, type ForwardOptions, forward, pseudoDerivative, type Recording, restState, type State } from './forward.ts';
export { goldenLosses, type Iteration, type TrainingVariation, train } from './golden.ts';
export { combine, cosine, type Gradient, gradientError, meanGradient, norm, relativeDifference, zeroGradient } from './gradient.ts';
export { familyRows } from './links/index.ts';
export type { ReadoutLoss } from './loss.ts';
export { type LegacyRandom, legacyRandom } from './mersenne.ts';
export { checkModel, checkTrial, type Loss, type Model, type Surrogate, type Trial, type Weights } from './model.ts';
export { type AdamSettings, type Optimizer, type OptimizerSettings, optimizer, type SgdSettings } from './optimizers.ts';
export { type Feedback, feedbackMatrix } from './readout.ts';
export { againstPrinted, agree, agreePrinted, differ, differPrinted, listError, type Subject, type VerifyRow, worst } from './rows.ts';
export { type Influence, type Keep, keepAll, keepEprop, keepSnap, type RtrlOptions, rtrl, zeroInfluence } from './rtrl.ts';
export { type ActorCritic, type ActorCriticGradient, type ActorCriticOptions, actorCritic, type Spread } from './rules/actor-critic.ts';
export { type CalciumRule, calciumSteps } from './rules/calcium.ts';
export { type ContinuousNetwork, continuousCourse, continuousGradient } from './rules/continuous-time.ts';
export { type DecolleLayer, type DecolleOptions, type DecolleResult, decolle, decolleOracleSheet } from './rules/decolle.ts';
export { type Eligibility, eligibilities } from './rules/eligibilities.ts';
export { type ErrorModule, eprop2, spikingModule } from './rules/error-module.ts';
export { type EscapeNetwork, escapeSpikes } from './rules/escape.ts';
export { etlp } from './rules/etlp.ts';
export { alignFeedback, type KolenPollackOptions, misalignment } from './rules/kolen-pollack.ts';
export {
  type LeastSquares,
  type LeastSquaresVariation,
  notPositive,
  recursiveLeastSquares,
  ridgeRegression,
  type Samples,
} from './rules/least-squares.ts';
export { ottt } from './rules/ottt.ts';
export {
  type LinearTrial,
  linearGradient,
  linearScore,
  measuredDecay,
  nodePerturbationStep,
  type PerturbationVariation,
  predictedDecay,
  weightPerturbationStep,
} from './rules/perturbation.ts';
export { rflo } from './rules/rflo.ts';
export { eligibilityAt, rewardedStdp, type Spike, type SpikePairing, stdpSteps, type TimingVariation } from './rules/stdp.ts';
export {
  type SuperSpikeBench,
  type SuperSpikeOptions,
  type SuperSpikeResult,
  superSpike,
  superSpikeOracleSheet,
} from './rules/superspike.ts';
export { type Eprop3Options, eprop3, exactBorders, forwardInWindows } from './rules/windows.ts';
export { publishedMultiGaussian, type SurrogateShape, surrogateShapes } from './surrogates.ts';
