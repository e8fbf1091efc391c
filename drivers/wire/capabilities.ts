import { type Caps, feature, neuronKindBit, neuronKinds } from '../../firmware-bridge/index.ts';
import type { Capabilities } from '../../runtime/index.ts';

/** What a board said of itself, in the terms of the port; `features` are those in force. */
export const capabilitiesOf = (caps: Caps, features: number): Capabilities => ({
  model: caps.boardId,
  protocol: caps.protoMajor,
  inputs: caps.inputs,
  neurons: caps.neurons,
  outputs: caps.outputs,
  synapses: caps.synapses,
  neuronKinds: neuronKinds.filter((kind) => (caps.neuronKinds & neuronKindBit[kind]) !== 0),
  maxDelay: caps.maxDelay ?? 1,
  // The wire carries bytes, whatever else a board may do with them.
  weightBits: Math.min(8, caps.weightBits),
  maxGrade: (features & feature.graded) === 0 ? 1 : (caps.maxGrade ?? 1),
  tickUs: caps.tickUs,
  ...(caps.networkBytes === undefined ? {} : { networkBytes: caps.networkBytes }),
  learns: (caps.features & feature.learns) !== 0,
});
