/** Networks in and out of ONNX: frozen ones through onnxruntime-node, ours as a model: the only file that others import. */
export { type ExtractorReport, type FeatureExtractor, type FeatureExtractorOptions, featureExtractor } from './feature-extractor.ts';
export { type GaborOptions, gaborModel } from './gabor-model.ts';
export { checkOnnxStep, type SpikeDifference, type StepAgreement, type StepCheckOptions } from './step-check.ts';
export { type OnnxStep, onnxStep, type StepState } from './step-graph.ts';
