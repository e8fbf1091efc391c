/**
 * What can be wrong with one direction of a line, as plain data: a list of faults is gone through in order, each taking what the one
 * before left. All of it is drawn from one seed.
 */

/** Where a fault acts; all that is given must hold. Ranges are half open, [from, to). */
export interface When {
  /** bytes of this direction, counted from 0 as they come to this fault; exact to the byte, also inside of a frame */
  readonly bytes?: readonly [number, number];
  /** frames of these message codes only; needs {@link Packets} before it where a piece may be less than a frame */
  readonly types?: readonly number[];
  /** of the pieces that are left by `types`, these, counted from 0 */
  readonly pieces?: readonly [number, number];
  /** ticks, as the `tick` of the options counts them */
  readonly ticks?: readonly [number, number];
  /** ms of the line's clock */
  readonly ms?: readonly [number, number];
}

interface Switched {
  readonly when?: When;
}
/** joins and cuts what comes, so that each piece from here on is one frame with its delimiter */
export type Packets = Switched & { readonly kind: 'packets' };
/** a byte vanishes, with this probability */
export type Drop = Switched & { readonly kind: 'drop'; readonly rate: number };
/** one bit of a byte is wrong */
export type Flip = Switched & { readonly kind: 'flip'; readonly rate: number };
/** some bytes in a row of a piece become random, none of them a delimiter that was not one; default 20 */
export type Burst = Switched & { readonly kind: 'burst'; readonly rate: number; readonly bytes?: number };
/** random bytes without a zero come in front of a piece; default 20 */
export type Noise = Switched & { readonly kind: 'noise'; readonly rate: number; readonly bytes?: number };
/** the tail of a piece is cut off */
export type Truncate = Switched & { readonly kind: 'truncate'; readonly rate: number };
/** a piece arrives twice */
export type Duplicate = Switched & { readonly kind: 'duplicate'; readonly rate: number };
/** a piece is overtaken by the next one, or by as many as `by` says */
export type Reorder = Switched & { readonly kind: 'reorder'; readonly rate: number; readonly by?: number };
/** the delimiter of a piece vanishes, so that it runs into the next one */
export type Merge = Switched & { readonly kind: 'merge'; readonly rate: number };
/** a delimiter comes into the middle of a piece */
export type Split = Switched & { readonly kind: 'split'; readonly rate: number };
/** a piece is lost whole */
export type Lose = Switched & { readonly kind: 'lose'; readonly rate: number };
/** everything comes later by `ms` and by up to `jitterMs` more; order stays */
export type Delay = Switched & { readonly kind: 'delay'; readonly ms: number; readonly jitterMs?: number };
/** the direction stands still for `ms` from a piece on; default 300 */
export type Stall = Switched & { readonly kind: 'stall'; readonly rate: number; readonly ms?: number };
/** the receiver samples with a clock that is faster than the sender's by this factor: its bits are of another length */
export type Baud = Switched & { readonly kind: 'baud'; readonly ratio: number };

/** the plug is pulled at the first byte that comes here; see `unplug` of the line */
export type Unplug = Switched & { readonly kind: 'unplug' };

export type Fault =
  | Packets
  | Drop
  | Flip
  | Burst
  | Noise
  | Truncate
  | Duplicate
  | Reorder
  | Merge
  | Split
  | Lose
  | Delay
  | Stall
  | Baud
  | Unplug;

/** The usual faults of a line by their rates: bytes that vanish or change, writes that are doubled, cut, hit by a burst or held up. */
export interface FaultRates {
  readonly drop?: number;
  readonly flip?: number;
  readonly duplicate?: number;
  readonly burst?: number;
  readonly truncate?: number;
  readonly stall?: number;
  readonly burstBytes?: number;
  readonly stallMs?: number;
}

/** Faults of one direction: a list, or the usual ones by their rates. */
export type Faults = FaultRates | readonly Fault[];

const isList = (faults: Faults): faults is readonly Fault[] => Array.isArray(faults);

/** The list that rates stand for. */
export function faultList(faults: Faults): readonly Fault[] {
  if (isList(faults)) return faults;
  const { drop = 0, flip = 0, duplicate = 0, burst = 0, truncate = 0, stall = 0, burstBytes, stallMs } = faults;
  const list: readonly (Fault & { readonly rate: number })[] = [
    { kind: 'stall', rate: stall, ...(stallMs === undefined ? {} : { ms: stallMs }) },
    { kind: 'truncate', rate: truncate },
    { kind: 'burst', rate: burst, ...(burstBytes === undefined ? {} : { bytes: burstBytes }) },
    { kind: 'drop', rate: drop },
    { kind: 'flip', rate: flip },
    { kind: 'duplicate', rate: duplicate },
  ];
  return list.filter(({ rate }) => rate > 0);
}

/** What was done to one direction. */
export interface FaultCounts {
  /** what came */
  writes: number;
  bytes: number;
  /** bytes that vanished, or had a wrong bit */
  dropped: number;
  flipped: number;
  bursts: number;
  noises: number;
  truncated: number;
  duplicated: number;
  reordered: number;
  merged: number;
  split: number;
  /** whole pieces */
  lost: number;
  stalls: number;
  /** bytes for which there was no room while the direction stood still */
  overflown: number;
}

export const createFaultCounts = (): FaultCounts => ({
  writes: 0,
  bytes: 0,
  dropped: 0,
  flipped: 0,
  bursts: 0,
  noises: 0,
  truncated: 0,
  duplicated: 0,
  reordered: 0,
  merged: 0,
  split: 0,
  lost: 0,
  stalls: 0,
  overflown: 0,
});
