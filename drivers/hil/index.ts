/** The test kit for firmware: `ganglion/hil`. */
export type {
  Fault,
  FaultCounts,
  FaultRates,
  Faults,
  ProcessOptions,
  SerialOptions,
  Transport,
  When,
} from '../../firmware-bridge/index.ts';
export { Checks } from './checks.ts';
export { type Device, type DeviceFactory, processDevice, serialDevice } from './device.ts';
export { type EmulatedDevice, type EmulatedDeviceOptions, emulatedDevice } from './emulated-device.ts';
export type { Evidence, PlayedTick } from './evidence.ts';
export { junit } from './junit.ts';
export { Log } from './log.ts';
export { Rig, type RigOptions, type Timeline } from './rig.ts';
export {
  type Body,
  type Case,
  type CaseResult,
  type RunSuiteOptions,
  register,
  runSuite,
  type Suite,
  type SuiteResult,
  suite,
  type TestFunction,
} from './suite.ts';
export { tapHeader, tapLine } from './tap.ts';
