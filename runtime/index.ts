export * from './board.ts';
export * from './errors.ts';
export * as exact from './exact.ts';
export { type Budget, withBudget } from './learning/budget.ts';
export type * from './learning/rule.ts';
export * from './learning/rules/index.ts';
export * from './learning/sheet.ts';
export { ruleSheets } from './learning/sheets.ts';
export type { AgreementReport } from './loop/agreement.ts';
export {
  type Clock,
  type ClockOptions,
  type ClockReport,
  type FrameDue,
  type Lateness,
  type VirtualClock,
  type VirtualClockOptions,
  virtualClock,
} from './loop/clock.ts';
export { type Controls, createControls, type Marked, type Steering, type SteerOptions, steer } from './loop/controls.ts';
export * from './loop/decoders.ts';
export * from './loop/encoders.ts';
export * from './loop/energy.ts';
export * from './loop/environment.ts';
export * from './loop/episode.ts';
export * from './loop/events.ts';
export { advance, type Frame, frames, inhibit, inhibitions, type Running, run, type Stage, stage } from './loop/frames.ts';
export { checkDeclaration, faultOf, type GuardOptions, guarded } from './loop/guard.ts';
export { guardLearning, type LearningBounds, type LearningGuard, type LearningReport } from './loop/learning-guard.ts';
export { type MirrorOptions, type MirrorReport, type MirrorStage, mirror } from './loop/mirror.ts';
export { guardRate, type RateLimits, type RateReport, type RateStage } from './loop/rate-guard.ts';
export { type LatePolicy, type RealTimeClockOptions, realTimeClock } from './loop/real-time-clock.ts';
export { createRing, openRing, type Ring, type RingCounts } from './loop/ring.ts';
export type { Sample } from './loop/sample.ts';
export { createSections, type SectionReport, type Sections, type Stamp } from './loop/sections.ts';
export { type Encoder, type LatestOptions, latest, type SenseStage, type Sensor, type SensorReport, sense } from './loop/sense.ts';
export type { GuardReport, SensorLimits } from './loop/sensor-guard.ts';
export {
  type EpisodeEnd,
  inhibitedEpisode,
  missedDeadline,
  type ObservationEncoder,
  type SimulateOptions,
  type Simulation,
  simulate,
} from './loop/simulate.ts';
export * from './loop/stages.ts';
export { type Teacher, type Teaching, type TeachReport, type TeachStage, teach } from './loop/teach.ts';
export { eventLoopTime, type PreciseWait, preciseTime, spedUp, type TimeSource } from './loop/time-source.ts';
export { frozen } from './network/frozen.ts';
export { gatesOf } from './network/gates.ts';
export type { Instance, ModularNetwork, Module } from './network/modules.ts';
export type * from './network/network.ts';
export { alif, constant, delayLine, gru, integrator, izhikevich, lif, lstm, rate, snu, source, theta } from './network/neurons.ts';
export { parseNpy } from './network/npy.ts';
export { type RecurrentOptions, recurrent } from './network/recurrent.ts';
export { validate } from './network/validate.ts';
export { withWeights } from './network/weights.ts';
export { type Allocate, type Arena, createArena, header, LINE, printHash, RATE_FACTOR } from './program/arena.ts';
export { type CompileOptions, compile } from './program/compile.ts';
export { type SynapseCosts, type SynapseOp, synapseCosts } from './program/costs.ts';
export { type EventCosts, eventCosts, type LearningEvents } from './program/event-costs.ts';
export {
  copyWeights,
  describeWeights,
  fingerprint,
  fold,
  setLearning,
  setLearningRate,
  stateHash,
  tickOf,
  updatesOf,
} from './program/executable.ts';
export { bytesPerSynapse, explain } from './program/explain.ts';
export { learnedOf } from './program/learned.ts';
export { leakOf, membraneOf, synapseOf } from './program/lowerings/leaks.ts';
export { encodeOp, type Op, type OpName, opNames, opSignatures, opTable, type Region } from './program/ops.ts';
export * from './program/program.ts';
export { capture, capturedWords, type RecordedSignal, type RecordLayout, recordLayout } from './record/capture.ts';
export { CHECKPOINT_VERSION, type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './record/checkpoint.ts';
export { type Layout, layoutOf, memoryOf } from './record/memory.ts';
export { EVENTS, type RecordedFrame, type Rows, readCaptured } from './record/recorded.ts';
export type { Recorder } from './record/recorder.ts';
export { createReplay, type Difference, type Replay, type ReplayReport } from './record/replay.ts';
export { restoreStart, startState } from './record/start.ts';
export * from './record/state.ts';
export { type Replace, referenceBackend, referenceWith } from './reference/backend.ts';
export { type Memory, type Moment, ringRow, type Step } from './reference/kernels/kernel.ts';
export type { Ms } from './units.ts';
