import { createHash } from 'node:crypto';
import { z } from 'zod';
import { reasonOf } from '../../drivers/index.ts';
import { ControllerError, controllerError, raise } from '../../runtime/index.ts';
import { raiseFault } from './faults.ts';

/** One run, as plain data: nothing in it is of one machine. Its name is the hash of it. */
export interface Job {
  /** of the package: another one may give other bits */
  readonly version: string;
  readonly app: string;
  readonly seed: number;
  /** as on the command line, without what an app has by default; a switch is true */
  readonly flags: Readonly<Record<string, string | true>>;
}

export type Result =
  | { readonly id: string; readonly job: Job; readonly ok: true; readonly report: Readonly<Record<string, unknown>> }
  | {
      readonly id: string;
      readonly job: Job;
      readonly ok: false;
      readonly error: Pick<ControllerError, 'message' | 'remedy'> & { readonly code: string };
    };

/** Bytes of a result: what a NATS server takes in one message unless told otherwise, with room for its headers. */
export const MOST_BYTES = 1_000_000;

export const jobSchema = z.strictObject({
  version: z.string().max(64),
  app: z.string().max(64),
  seed: z.int().min(0).max(0xffffffff),
  flags: z.record(z.string().max(64), z.union([z.string().max(4096), z.literal(true)])),
});

/** JSON whose fields stand in the order of their names, so that what is equal has equal bytes. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    one !== null && typeof one === 'object' && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

/** The name of a job: 128 bits of the SHA-256 of its canonical JSON. */
export const idOf = (job: Job): string => createHash('sha256').update(canonicalJson(job)).digest('hex').slice(0, 32);

/** A job that came over a wire. Throws a DescriptionError where it is none. */
export function jobFrom(text: string): Job {
  const parsed = jobSchema.safeParse(parsedJson(text, 'job'));
  return parsed.success ? parsed.data : raiseFault(parsed.error, parsed.data, 'job');
}

/** Time, machine and backend of a run: no part of its result, wherever they stand in a report. */
const PASSING = new Set(['wallSeconds', 'realTimeFactor', 'ticksPerSecond', 'backend', 'target', 'clock', 'rate', 'sections', 'thread']);

/** A result as the bytes that are kept: the same for the same job, whoever runs it. */
export function resultText(job: Job, report: Readonly<Record<string, unknown>>): string {
  const lasting = JSON.parse(JSON.stringify(report, (key, value) => (PASSING.has(key) ? undefined : value))) as typeof report;
  const text = canonicalJson({ id: idOf(job), job, ok: true, report: lasting } satisfies Result);
  const bytes = Buffer.byteLength(text);
  if (bytes <= MOST_BYTES) return text;
  return failureText(job, controllerError('ERR_JOB_FAILED', { reason: `its report has ${bytes} bytes, at most ${MOST_BYTES} are kept` }));
}

/** A job that could not be done is a result too; it is tried again by the next sweep that asks for it. */
export function failureText(job: Job, cause: unknown): string {
  const { code, message, remedy } =
    cause instanceof ControllerError ? cause : controllerError('ERR_JOB_FAILED', { reason: reasonOf(cause) });
  return canonicalJson({ id: idOf(job), job, ok: false, error: { code, message, remedy } } satisfies Result);
}

const resultSchema = z.union([
  z.strictObject({ id: z.string(), job: jobSchema, ok: z.literal(true), report: z.record(z.string(), z.unknown()) }),
  z.strictObject({
    id: z.string(),
    job: jobSchema,
    ok: z.literal(false),
    error: z.strictObject({ code: z.string(), message: z.string(), remedy: z.string() }),
  }),
]);

/** A result out of a file or off a wire, which must be that of its job, in canonical bytes. Throws ERR_JOB_RESULT. */
export function resultFrom(text: string, place: string): Result {
  const refuse = (reason: string): never => raise('ERR_JOB_RESULT', { path: place, reason });
  if (Buffer.byteLength(text) > MOST_BYTES) return refuse(`it has more than ${MOST_BYTES} bytes`);
  const parsed = resultSchema.safeParse(parsedResult(text, refuse));
  if (!parsed.success) return refuse(parsed.error.issues[0]!.message);
  if (parsed.data.id !== idOf(parsed.data.job)) return refuse('its name is not that of its job');
  return canonicalJson(parsed.data) === text ? parsed.data : refuse('its bytes are not canonical');
}

function parsedResult(text: string, refuse: (reason: string) => never): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return refuse(`it is not JSON: ${(cause as Error).message}`);
  }
}

function parsedJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return raise('ERR_BAD_JSON', { path, value: (cause as Error).message }, cause);
  }
}
