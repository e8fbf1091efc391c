/** Recurrent cells in layers, in float64: any cell that gives its linearization gets every oracle. */
export { type CellAdjoint, type CellBackward, cellBptt } from './bptt.ts';
export { type Cell, type CellTick, type Memory, rest, type Slopes } from './cell.ts';
export { cellDifferences, cellError } from './compare.ts';
export { type CubaSettings, cubaCell } from './cuba.ts';
export { type CellActivity, cellForward, type LayerActivity } from './forward.ts';
export { gruCell } from './gru.ts';
export { type CellInfluence, type CellKeep, keepHops, keepLayer, keepStates, keepWithoutH, zeroCellInfluence } from './influence.ts';
export { type LifSettings, lifCell } from './lif.ts';
export { lstmCell } from './lstm.ts';
export {
  type CellNetwork,
  type CellWeights,
  checkNetwork,
  type Layer,
  type LayerWeights,
  mapWeights,
  named,
  zeroWeights,
} from './network.ts';
export { rateCell, timedRateCell } from './rate.ts';
export { type Broadcast, type CellRtrlOptions, cellRtrl } from './rtrl.ts';
export { type SnuSettings, snuCell } from './snu.ts';
export { multiGaussian, type SrnnSettings, srnnCell } from './srnn.ts';
export { type UoroOptions, uoro } from './uoro.ts';
