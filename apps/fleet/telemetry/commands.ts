import type { Controls, Marked } from '../../../runtime/index.ts';
import { type Command, type CommandCounts, commandSchema, MOST_COMMAND_BYTES } from './messages.ts';

/** An answer without its head. */
export type Answer =
  | { readonly id: string | null; readonly ok: true; readonly tick: number | null }
  | { readonly id: string | null; readonly ok: false; readonly reason: string };

export interface CommandsOptions {
  readonly controls: Controls;
  /** the run is recorded: learning at another rate would not be in the recording */
  readonly recorded: boolean;
  readonly interval: (ms: number) => void;
  /** asks for the end of the run */
  readonly stop: () => void;
  readonly answer: (answer: Answer) => void;
}

export interface Commands {
  /** `old`: the broker kept it for whoever comes, so it is of another time */
  hear(payload: Uint8Array, old: boolean): void;
  /** answers what the run has carried out since; whether more is waited for */
  poll(): boolean;
  /** the run has ended before this tick: what waits is answered */
  end(tick: number | null): void;
  counts(): CommandCounts;
}

/** Answers that are remembered by the id of their command. */
const REMEMBERED = 256;
/** Commands that wait for the one before them, at most. */
const MOST_WAITING = 16;

const tickOf = (tick: number): number | null => (Number.isNaN(tick) ? null : tick);

/** The id of what is no command, where it has one that can be read. */
function idOf(value: unknown): string | null {
  const id = (value as { id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' && /^[\w.:-]{1,64}$/.test(id) ? id : null;
}

/** A message as a command, or why it is none. Whoever may publish may have written it. */
export function readCommand(payload: Uint8Array): Command | { readonly id: string | null; readonly reason: string } {
  if (payload.length > MOST_COMMAND_BYTES)
    return { id: null, reason: `a command has ${MOST_COMMAND_BYTES} bytes at most, not ${payload.length}` };
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return { id: null, reason: 'a command is JSON' };
  }
  const parsed = commandSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  return { id: idOf(value), reason: `${path.join('.') || 'command'}: ${message}`.slice(0, 200) };
}

/** One that was asked for, and the mark by which the run says that it holds. */
interface Waiting {
  readonly id: string;
  readonly ask: () => void;
  mark: number | undefined;
}

/** Carries out commands by the controls that a dashboard has too, each once, those of a kind one after the other, and answers with the tick from which on they hold. */
export function createCommands({ controls, recorded, interval, stop, answer }: CommandsOptions): Commands {
  const queues: Readonly<Record<Marked, Waiting[]>> = { pause: [], settings: [] };
  const remembered = new Map<string, Answer | undefined>();
  const stopping: string[] = [];
  let [applied, refused, duplicates] = [0, 0, 0];

  const give = (one: Answer): void => {
    if (one.ok) applied++;
    else refused++;
    if (one.id !== null && remembered.has(one.id)) remembered.set(one.id, one);
    answer(one);
  };
  const remember = (id: string): void => {
    remembered.set(id, undefined);
    for (const [old, known] of remembered) {
      if (remembered.size <= REMEMBERED) break;
      if (known !== undefined) remembered.delete(old);
    }
  };
  const queue = (kind: Marked, id: string, ask: () => void): void => {
    if (queues[kind].length >= MOST_WAITING) give({ id, ok: false, reason: `${MOST_WAITING} commands wait already` });
    else queues[kind].push({ id, ask, mark: undefined });
  };
  const act = (command: Command): void => {
    const { id } = command;
    if (command.command === 'pause') queue('pause', id, () => controls.pause(command.on));
    else if (command.command === 'learn') queue('settings', id, () => controls.learn(command.on));
    else if (command.command === 'rate') {
      if (recorded) give({ id, ok: false, reason: 'the run is recorded, and learning at another rate would not be in the recording' });
      else queue('settings', id, () => controls.rate(command.factor));
    } else if (command.command === 'interval') {
      interval(command.ms);
      give({ id, ok: true, tick: tickOf(controls.tick) });
    } else if (stopping.length >= MOST_WAITING) give({ id, ok: false, reason: 'the run is being stopped already' });
    else {
      stopping.push(id);
      stop();
    }
  };
  const poll = (): boolean => {
    for (const kind of ['pause', 'settings'] as const) {
      const waiting = queues[kind];
      for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
        if (first.mark === undefined) {
          first.ask();
          first.mark = controls.mark(kind);
        }
        const tick = controls.taken(kind, first.mark);
        if (tick === undefined) break;
        waiting.shift();
        give({ id: first.id, ok: true, tick: tickOf(tick) });
      }
    }
    return queues.pause.length + queues.settings.length > 0;
  };
  return {
    hear(payload, old) {
      const command = readCommand(payload);
      if ('reason' in command) give({ id: command.id, ok: false, reason: command.reason });
      else if (remembered.has(command.id)) {
        duplicates++;
        const known = remembered.get(command.id);
        if (known !== undefined) answer(known);
      } else {
        remember(command.id);
        if (old) give({ id: command.id, ok: false, reason: 'a retained command is of another time: publish it without retain' });
        else act(command);
      }
    },
    poll,
    end(tick) {
      poll();
      for (const id of stopping.splice(0)) give({ id, ok: true, tick });
      for (const { id } of [...queues.pause.splice(0), ...queues.settings.splice(0)])
        give({ id, ok: false, reason: 'the run ended before it took effect' });
    },
    counts: () => ({ applied, refused, duplicates }),
  };
}
