import type { ChipBoard, FidelityReport, WireBoard } from '../../drivers/index.ts';
import { type Executable, tickOf } from '../../runtime/index.ts';
import { type EcgValues, frontEnd } from './front-end.ts';
import type { EcgSample, EcgStream } from './stream.ts';
import { TICK_RATE_HZ } from './stream.ts';

/** Ten seconds of signal say what differs, and why. */
const TICKS = 10 * TICK_RATE_HZ;

/** The beginning of the stream on host, integer model and board, with the weights that were learned. The board is deployed anew. */
export async function boardFidelity(
  board: ChipBoard | WireBoard,
  learner: Executable,
  stream: EcgStream,
  channels: readonly number[] | undefined,
): Promise<FidelityReport> {
  const { fidelity } = await import('../../drivers/index.ts');
  const encoder = frontEnd();
  const sample: EcgSample = { millivolt: 0, rPeak: false };
  const read: EcgValues = new Float64Array(2);
  const encoded = new Float32Array(encoder.size);
  const { input, one } = learner.program.network.populations;
  const maxGrade = (await board.connect()).maxGrade;
  const drive = (tick: number, values: Uint32Array): void => {
    stream.read(tick, sample);
    read[0] = sample.millivolt;
    read[1] = sample.rPeak ? 1 : 0;
    encoded.fill(0);
    encoder.encode(read, encoded, tick);
    for (let i = 0; i < input!.size; i++) values[i] = Math.min(maxGrade, encoded[channels?.[i] ?? i]!);
    if (one !== undefined) values[input!.size] = 1;
  };
  try {
    await board.deploy(learner);
    return await fidelity(board, learner, drive, Math.min(TICKS, Math.max(1, tickOf(learner))));
  } finally {
    await board.shutdown();
  }
}
