import { referenceBackend } from '../../runtime/index.ts';
import { fitting, type TargetFlags, targetOf } from './board-target.ts';
import { described } from './program.ts';
import { parseSeed } from './run.ts';

/**
 * `ganglion board deploy BOARD APP|FILE.json`: what a network's weights lose in the board's integers, and that it runs there; or, before a byte is
 * sent, which limit of the board each population breaks.
 */
export async function boardDeployCommand(
  name: string,
  network: string,
  flags: TargetFlags & { readonly seed: string; readonly json?: boolean },
): Promise<void> {
  const description = await described(network, parseSeed(flags.seed));
  const { board } = await targetOf(name, flags);
  try {
    const program = await fitting(board, description);
    const { model } = await board.connect();
    const { bytes, weightError } = await board.deploy(referenceBackend.load(program));
    if (flags.json === true) process.stdout.write(`${JSON.stringify({ board: name, model, bytes, weightError })}\n`);
    else {
      const { max, rms } = weightError;
      process.stdout.write(
        `${model} runs ${network}: ${bytes} bytes sent; |w − ŵ| ${max.toExponential(1)} at most, ${rms.toExponential(1)} rms\n`,
      );
    }
  } finally {
    await board.shutdown();
  }
}
