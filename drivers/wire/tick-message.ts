import { code, type Link, SpikeWriter } from '../../firmware-bridge/index.ts';

/**
 * How the ticks of a mirrored network travel in Spikes messages, both ways. A message whose base tick is t, with spikes of t or none, ends
 * tick t: all its spikes have been told. A host's makes the board run t (and, silent, every tick before it that was lost); a
 * board's is its answer. Spikes that do not fit go ahead of it, as spikes of base tick + 1, which end nothing.
 */
export class TickWriter {
  readonly #writer = new SpikeWriter();
  readonly #out = new Uint8Array(256);

  /** Sends the spikes of a tick, ascending; false if the line has no room for all of them. */
  send(link: Link, tick: number, ids: Uint32Array, count: number, values?: Uint32Array): boolean {
    const writer = this.#writer;
    const out = this.#out;
    const limit = Math.min(out.length, link.maxPayload);
    for (let from = 0; ; ) {
      writer.begin(out, 0, limit, tick);
      if (writer.add(tick, ids, from, count, values) === count) return link.send(code.Spikes, out, 0, writer.end);
      writer.begin(out, 0, limit, tick - 1);
      from = writer.add(tick, ids, from, count, values);
      if (!link.send(code.Spikes, out, 0, writer.end)) return false;
    }
  }
}
