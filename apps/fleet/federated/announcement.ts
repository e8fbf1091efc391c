import { z } from 'zod';
import { raise } from '../../../runtime/index.ts';

/** What a coordinator tells all devices: the pointer to the newest model, which moves when the model is lasting. */
const announcement = z.strictObject({
  /** that the model opens, from 0; equal to `rounds` when there is no further one */
  round: z.int().min(0).max(1e9),
  rounds: z.int().min(1).max(1e9),
  /** SHA-256 of the model, hexadecimal */
  model: z.string().regex(/^[0-9a-f]{64}$/),
  /** of the network that the model is for */
  layout: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Announcement = z.infer<typeof announcement>;

/** Longer than any announcement. */
const MOST_BYTES = 1024;

export const encodeAnnouncement = (said: Announcement): Uint8Array => new TextEncoder().encode(JSON.stringify(said));

/** Raises ERR_ANNOUNCEMENT for bytes that are none. */
export function decodeAnnouncement(bytes: Uint8Array): Announcement {
  if (bytes.length > MOST_BYTES) raise('ERR_ANNOUNCEMENT', { value: `${bytes.length} bytes` });
  let said: unknown;
  try {
    said = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    raise('ERR_ANNOUNCEMENT', { value: 'what is no JSON' }, cause);
  }
  const parsed = announcement.safeParse(said);
  return parsed.success ? parsed.data : raise('ERR_ANNOUNCEMENT', { value: parsed.error.issues[0]?.message ?? 'another object' });
}
