/** Recordings of runs (MCAP, protobuf), their replay and recovery: the only file that others import. */
export { channelsOf, fieldsOf } from './format.ts';
export { type McapMessage, readMcapMessages } from './messages.ts';
export type { FileRecorder, FileRecorderOptions, RecordingReport } from './recorder.ts';
export { fileRecorder } from './recorder.ts';
export { openRecording, type Recording } from './recording.ts';
export { type Recovered, recoverRecording } from './recover.ts';
export { type FileReplayReport, replayFile } from './replay-file.ts';
export { decodeMessage, descriptorSet, encodeMessage, type MessageName, schemaName } from './schema.ts';
export type { RecordingEnd, RunInfo } from './writer.ts';
