import { type Board, type Executable, exact, type Integrator } from '../../runtime/index.ts';
import type { Score } from './scoring.ts';
import { type BeatCursor, type PendingBeat, WINDOW_CLOSES, WINDOW_OPENS } from './stream.ts';

const CLASSES = 2;

/**
 * Decides each beat from the board's own spikes: the learner's readout weights, as they are by then, on what the hidden neurons of the board did,
 * y ← κ y + Σ_j w_jk z_j, and the mean of softmax(y) over the window. Ticks without an answer are left out. Returns what ends it.
 */
export function scoreBoard(board: Board, { arena, program }: Executable, pending: BeatCursor, score: Score): () => void {
  const { populations } = program.network;
  const kappa = exact.decay(program.network.dt, (populations['readout']!.neuron as Integrator).tau);
  const weights = program.regions.get('output.weights')!;
  const bias = program.regions.get('bias.weights');
  const y = new Float64Array(CLASSES);
  let open: PendingBeat | undefined;
  let sum = 0;
  let ticks = 0;

  const decide = (tick: number): void => {
    const beat = pending(tick);
    if (beat === undefined || tick < beat.tick + WINDOW_OPENS) return;
    if (beat !== open) {
      open = beat;
      sum = 0;
      ticks = 0;
    }
    sum += 1 / (1 + exact.exp(y[0]! - y[1]!));
    ticks++;
    if (tick >= beat.tick + WINDOW_CLOSES) score.add(beat.record, beat.atSecond, sum / ticks > 0.5, beat.isPvc);
  };

  const subscription = board.events.subscribe((event) => {
    if (event.kind !== 'spikes') return;
    for (let k = 0; k < CLASSES; k++) {
      let current = bias === undefined ? 0 : arena.floats[bias.offset + k]!;
      for (let s = event.start; s < event.start + event.count; s++)
        current += arena.floats[weights.offset + event.addresses[s]! * weights.stride + k]!;
      y[k] = kappa * y[k]! + current;
    }
    decide(event.tick);
  });
  return () => subscription.unsubscribe();
}
