export { writeAtomically } from './atomic-file.ts';
export { type CheckpointFolder, type Latest, latestCheckpoint, openCheckpointFolder } from './checkpoint-folder.ts';
export { type CheckpointCounts, type CheckpointWriter, createCheckpointWriter } from './checkpoint-writer.ts';
export { makeFolder } from './folder.ts';
