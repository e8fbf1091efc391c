import { type Backend, compile, type Executable, events, type Network, statuses } from '../../runtime/index.ts';

/** A network and tapes that hold a whole trial. */
export interface Player {
  readonly executable: Executable;
  /** overwrites row `t` of a tape from its first column */
  write(tape: string, t: number, values: ArrayLike<number>): void;
  /** one value of a tape */
  read(tape: string, t: number, column: number): number;
  /** plays the first `ticks` rows; `ends` makes the last tick the end of an episode. False: a value was not finite, learning blew up. */
  play(ticks: number, ends: boolean): boolean;
  dispose(): void;
}

export function player(backend: Backend, network: Network, maxTicks: number): Player {
  const executable = backend.load(compile(network, { maxTicks }));
  const { arena, program } = executable;
  const at = (tape: string, t: number): number => {
    const region = program.regions.get(tape);
    if (region === undefined) throw new RangeError(`a tape of the network required, got '${tape}'`);
    return region.offset + t * region.stride;
  };
  return {
    executable,
    write: (tape, t, values) => arena.floats.set(values, at(tape, t)),
    read: (tape, t, column) => arena.floats[at(tape, t) + column]!,
    play(ticks, ends) {
      const { offset } = program.eventTape;
      arena.words.fill(0, offset, offset + ticks);
      if (ends) arena.words[offset + ticks - 1] = events.episodeEnd;
      return (executable.run(ticks) & statuses.nonFinite) === 0;
    },
    dispose: executable.dispose,
  };
}
