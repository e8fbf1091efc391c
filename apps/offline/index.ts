/** Training on recorded data: to compare with, and to begin from before a network goes on online. */
export type { Example } from './examples.ts';
export { type Trained, type TrainOptions, type TrainProgress, trainOffline } from './train.ts';
