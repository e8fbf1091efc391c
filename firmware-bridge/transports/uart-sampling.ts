/**
 * What a UART hears of another one whose bits have a different length. A byte is a start bit (0), eight data bits, the lowest first, and a stop
 * bit (1); behind each piece the line is idle. The receiver waits for a falling edge and then looks into the middle of each of its own
 * bits, so that it is right as long as it is off by less than half a bit after nine and a half: 5 %.
 */
const BITS = 10;

/** `ratio`: length of the sender's bit in bits of the receiver. Returns how many bytes were heard, written to `out`. */
export function uartReceiver(ratio: number): (bytes: Uint8Array, start: number, end: number, out: Uint8Array) => number {
  return (bytes, start, end, out) => {
    const total = (end - start) * BITS;
    /** level at a time in the sender's bits */
    const level = (time: number): number => {
      const bit = Math.floor(time);
      if (bit >= total) return 1;
      const within = bit % BITS;
      if (within === 0) return 0;
      return within === BITS - 1 ? 1 : (bytes[start + Math.floor(bit / BITS)] >> (within - 1)) & 1;
    };
    let heard = 0;
    for (let time = 0; time < total && heard < out.length; ) {
      if (level(time) === 1) {
        time = Math.floor(time) + 1;
        continue;
      }
      let byte = 0;
      for (let bit = 0; bit < 8; bit++) byte |= level(time + (1.5 + bit) / ratio) << bit;
      out[heard++] = byte;
      // From the middle of its stop bit on it waits for the next edge; a line that is still low there is one too.
      time += (BITS - 0.5) / ratio;
    }
    return heard;
  };
}
