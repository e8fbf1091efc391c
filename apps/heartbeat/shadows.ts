import { copyWeights, type Decoder, type Executable, fieldsOf, memoryOf, type Stage, type Stateful, stage } from '../../runtime/index.ts';
import type { Verdict } from './beats.ts';
import type { Score } from './scoring.ts';

/** A copy of the network that does not learn: it takes the learner's weights at the given ticks. */
export interface Shadow {
  readonly executable: Executable;
  readonly score: Score;
  /** ticks at which it takes over the weights, ascending */
  readonly copyAt: readonly number[];
}

/** Runs shadows on the learner's inputs; they copy its weights before the frame in which a copy is due. */
export function follow(
  shadows: readonly Shadow[],
  decoders: readonly Decoder<Verdict>[],
): Stateful & { readonly copy: Stage; readonly run: Stage } {
  const next = shadows.map(() => 0);
  const shadowFrames = shadows.map(({ executable }) => ({ tick: 0, ticks: 0, latenessUs: 0, status: 0, inhibited: 0, executable }));
  const verdict: Verdict = { decided: false, isPvc: false };
  const inputs = shadows.map(({ executable }) =>
    ['input.input', 'one.input']
      .filter((name) => executable.program.regions.has(name))
      .map((name) => ({ name, view: executable.arena.view(name) })),
  );
  const memories = shadows.map(({ executable }) => memoryOf(executable));
  return {
    state: () => ({
      shadows: shadows.map(({ score }, k) => ({
        next: next[k]!,
        memory: memories[k]!.state(),
        decoder: decoders[k]!.state!(verdict),
        score: score.state(),
      })),
    }),
    restore(state) {
      const all = fieldsOf(state, 'session').list('shadows');
      for (const [k, { score }] of shadows.entries()) {
        const saved = fieldsOf(all[k] ?? null, `session.shadows[${k}]`);
        next[k] = saved.number('next');
        memories[k]!.restore(saved.any('memory'));
        decoders[k]!.restore!(saved.any('decoder'), verdict);
        score.restore(saved.any('score'));
      }
    },
    copy: stage(() => ({
      step({ tick, ticks, executable }) {
        shadows.forEach(({ executable: shadow, copyAt }, index) => {
          while (next[index]! < copyAt.length && copyAt[next[index]!]! < tick + ticks) {
            copyWeights(executable, shadow, 'learning');
            next[index]!++;
          }
        });
      },
    })),
    run: stage(() => ({
      step({ tick, ticks, executable }) {
        shadows.forEach(({ executable: shadow }, index) => {
          for (const { name, view } of inputs[index]!) view.set(executable.arena.view(name));
          const frame = shadowFrames[index]!;
          frame.tick = tick;
          frame.ticks = ticks;
          frame.status = shadow.run(ticks);
          decoders[index]!.decode(frame, verdict);
        });
      },
    })),
  };
}
