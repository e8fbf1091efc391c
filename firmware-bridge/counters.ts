/** What a link has seen and done since it was made; plain numbers that only grow, but for the last. */
export interface LinkCounters {
  /** good frames of the session */
  framesIn: number;
  framesOut: number;
  bytesIn: number;
  bytesOut: number;
  /** frames whose CRC was wrong: damage, other firmware or an old session */
  crcErrors: number;
  /** frames that were too long for the buffer */
  oversize: number;
  /** frames that were too short or ended inside a COBS block */
  malformed: number;
  /** frames with this end's own direction bit */
  echoes: number;
  /** frames that came while there was no session */
  ignored: number;
  /** messages that were not understood, and answered with Error */
  unknown: number;
  /** reliable frames sent again, and the timeouts that were one reason for it */
  retransmits: number;
  timeouts: number;
  naksIn: number;
  naksOut: number;
  /** reliable frames that came twice, and were delivered once */
  duplicates: number;
  /** unreliable frames of the other end that never came */
  lost: number;
  /** unreliable frames that came twice or too late, and were dropped */
  late: number;
  /** unreliable frames of this end that were not sent, for want of credit or of room in the transport */
  shed: number;
  /** sessions that were opened */
  sessions: number;
  /** smoothed round-trip time, ms; -1 while unknown */
  rttMs: number;
}

export const createCounters = (): LinkCounters => ({
  framesIn: 0,
  framesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  crcErrors: 0,
  oversize: 0,
  malformed: 0,
  echoes: 0,
  ignored: 0,
  unknown: 0,
  retransmits: 0,
  timeouts: 0,
  naksIn: 0,
  naksOut: 0,
  duplicates: 0,
  lost: 0,
  late: 0,
  shed: 0,
  sessions: 0,
  rttMs: -1,
});
