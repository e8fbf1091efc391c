import { checkOnnxStep, type Discretization, encodeNir, onnxStep, type StepAgreement, toNir } from '../../drivers/index.ts';
import { type Executable, referenceBackend } from '../../runtime/index.ts';
import { demandWritable, writeAtomically } from './files.ts';
import { remarks } from './import.ts';
import { number } from './numbers.ts';
import { described } from './program.ts';
import { parseSeed } from './run.ts';
import { exitCode, UsageError } from './usage.ts';

export interface ExportFlags {
  readonly onnx?: string;
  readonly nir?: string;
  readonly discretization: Discretization;
  readonly allowLossy?: boolean;
  readonly check?: boolean;
  readonly ticks: string;
  readonly active: string;
  readonly seed: string;
  readonly json?: boolean;
}

function sentence({ ticks, spikes, difference, error }: StepAgreement): string {
  const values = error === 0 ? 'other values equal' : `other values within ${error.toExponential(1)}`;
  if (difference === undefined) return `onnxruntime runs it to the same ${spikes} spikes for ${ticks} ticks; ${values}`;
  const { tick, population, neuron, margin } = difference;
  return `the first spike that differs in onnxruntime: tick ${tick}, neuron ${neuron} of '${population}', whose membrane was ${margin.toExponential(1)} from its threshold; ${values} before`;
}

/** One tick as an ONNX model: lines to print, and the same as data. */
async function exportOnnx(name: string, file: string, executable: Executable, flags: ExportFlags) {
  const [seed, ticks, active] = [parseSeed(flags.seed), Number(flags.ticks), Number(flags.active)];
  const { model, ...step } = onnxStep(executable);
  writeAtomically('onnx', file, model);
  const agreement = flags.check === true ? await checkOnnxStep({ model, ...step }, executable, { ticks, seed, active }) : undefined;
  const lines = [
    `${file}: ${model.length} bytes, one tick of '${name}': ${step.sources.length} sources, ${step.outputs.length} outputs, ${step.states.length} states`,
    ...(agreement === undefined ? [] : [sentence(agreement)]),
  ];
  return { lines, report: { file, bytes: model.length, ...step, agreement } };
}

/** The network as a NIR graph. */
async function exportNir(file: string, executable: Executable, { discretization, allowLossy = false }: ExportFlags) {
  const { graph, ...translation } = toNir(executable, { discretization, allowLossy });
  const bytes = await encodeNir(graph);
  writeAtomically('nir', file, bytes);
  const [nodes, edges] = [graph.nodes.size, graph.edges.length];
  const lines = [`${file}: ${bytes.length} bytes, ${nodes} nodes, ${edges} edges, times in seconds`, ...remarks(translation)];
  return { lines, report: { file, bytes: bytes.length, nodes, edges, ...translation } };
}

/** `ganglion export APP|FILE.json --onnx OUT` or `--nir OUT`: one tick as an ONNX model, with --check run beside the network; or the graph in NIR. */
export async function exportCommand(name: string, flags: ExportFlags): Promise<void> {
  const seed = parseSeed(flags.seed);
  number('ticks', flags.ticks, 1, 1e7, true);
  number('active', flags.active, 0, 1, false);
  const { onnx, nir } = flags;
  if ((onnx === undefined) === (nir === undefined)) throw new UsageError('one of --onnx and --nir is required', 'say where the file goes');
  if (onnx === undefined && flags.check === true) throw new UsageError('--check runs an ONNX model', 'give it with --onnx');
  demandWritable(onnx === undefined ? 'nir' : 'onnx', (onnx ?? nir)!);
  const { compile } = await described(name, seed);
  const executable = referenceBackend.load(compile());
  const { lines, report } = onnx === undefined ? await exportNir(nir!, executable, flags) : await exportOnnx(name, onnx, executable, flags);
  process.stdout.write(flags.json === true ? `${JSON.stringify(report)}\n` : `${lines.join('\n')}\n`);
  if ('agreement' in report && report.agreement?.difference !== undefined) process.exitCode = exitCode.failed;
}
