import { checkOnnxStep, onnxStep, type StepAgreement } from '../../drivers/index.ts';
import { referenceBackend } from '../../runtime/index.ts';
import { demandWritable, writeAtomically } from './files.ts';
import { number } from './numbers.ts';
import { described } from './program.ts';
import { parseSeed } from './run.ts';
import { exitCode } from './usage.ts';

export interface ExportFlags {
  readonly onnx: string;
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

/** `ganglion export APP|FILE.json --onnx OUT`: one tick of the network as an ONNX model; with --check run beside the network. */
export async function exportCommand(name: string, flags: ExportFlags): Promise<void> {
  const seed = parseSeed(flags.seed);
  const ticks = number('ticks', flags.ticks, 1, 1e7, true);
  const active = number('active', flags.active, 0, 1, false);
  demandWritable('onnx', flags.onnx);
  const { compile } = await described(name, seed);
  const executable = referenceBackend.load(compile());
  const step = onnxStep(executable);
  writeAtomically('onnx', flags.onnx, step.model);
  const agreement = flags.check === true ? await checkOnnxStep(step, executable, { ticks, seed, active }) : undefined;
  if (flags.json === true) {
    const { model, ...rest } = step;
    process.stdout.write(`${JSON.stringify({ file: flags.onnx, bytes: model.length, ...rest, agreement })}\n`);
  } else {
    const lines = [
      `${flags.onnx}: ${step.model.length} bytes, one tick of '${name}': ${step.sources.length} sources, ${step.outputs.length} outputs, ${step.states.length} states`,
      ...(agreement === undefined ? [] : [sentence(agreement)]),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  if (agreement?.difference !== undefined) process.exitCode = exitCode.failed;
}
