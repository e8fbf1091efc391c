/** Frozen networks through onnxruntime-node: the only file that others import. */
export { type ExtractorReport, type FeatureExtractor, type FeatureExtractorOptions, featureExtractor } from './feature-extractor.ts';
