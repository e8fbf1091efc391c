import { admit, type Expected, type Refusal, refusals, type Update } from './update.ts';

/** A round as its coordinator sees it: what came, and for whom it still waits. */
export interface Round {
  readonly expected: Expected;
  /** the first good update of a device is its update */
  take(from: string, bytes: Uint8Array): void;
  /** nobody waits for this device any more */
  lost(device: string): void;
  /** all for whom it waits have answered, and they are a quorum */
  complete(): boolean;
  /** in the order of the devices' names */
  updates(): readonly Update[];
  /** devices of the fleet that have no part in it */
  missing(): readonly string[];
  refused(): Readonly<Record<Refusal, number>>;
}

/** `devices` may take part; of them `waitedFor` are waited for, and the others are heard if they answer. */
export function createRound(expected: Expected, devices: readonly string[], waitedFor: ReadonlySet<string>, quorum: number): Round {
  const heard = new Map<string, Update>();
  const waited = new Set(waitedFor);
  const refused = Object.fromEntries(refusals.map((reason) => [reason, 0])) as Record<Refusal, number>;
  const names = [...devices].sort();
  return {
    expected,
    take(from, bytes) {
      const update = names.includes(from) ? admit(bytes, from, expected) : 'device';
      if (typeof update === 'string') refused[update]++;
      else if (heard.has(from)) refused.twice++;
      else heard.set(from, update);
    },
    lost: (device) => void waited.delete(device),
    complete: () => heard.size >= quorum && [...waited].every((device) => heard.has(device)),
    updates: () => names.flatMap((device) => heard.get(device) ?? []),
    missing: () => names.filter((device) => !heard.has(device)),
    refused: () => ({ ...refused }),
  };
}
