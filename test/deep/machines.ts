import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';

/** Machines of their own network within this one (namespaces of Linux, which need root): the first has a cable to each of the others. */
export interface Machines {
  /** of the first, as machine `index` reaches it */
  hub(index: number): string;
  /** a program on a machine */
  start(index: number, program: string, args: readonly string[], options: SpawnOptions): ChildProcess;
  /** pulls the cable of a machine out; whatever is sent is lost without a word */
  cut(index: number): void;
  plug(index: number): void;
  close(): void;
}

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

export function machines(count: number): Machines {
  const name = (index: number): string => `ganglion-${process.pid}-${index}`;
  const made: string[] = [];
  const close = (): void => {
    for (const one of made.splice(0)) ip('netns', 'del', one);
  };
  try {
    for (let index = 0; index < count; index++) {
      ip('netns', 'add', name(index));
      made.push(name(index));
      ip('-n', name(index), 'link', 'set', 'lo', 'up');
      if (index === 0) continue;
      ip('-n', name(0), 'link', 'add', `to${index}`, 'type', 'veth', 'peer', 'name', 'up0', 'netns', name(index));
      ip('-n', name(0), 'address', 'add', `10.77.${index}.1/24`, 'dev', `to${index}`);
      ip('-n', name(index), 'address', 'add', `10.77.${index}.2/24`, 'dev', 'up0');
      ip('-n', name(0), 'link', 'set', `to${index}`, 'up');
      ip('-n', name(index), 'link', 'set', 'up0', 'up');
    }
  } catch (error) {
    close();
    throw error;
  }
  return {
    hub: (index) => (index === 0 ? '127.0.0.1' : `10.77.${index}.1`),
    start: (index, program, args, options) => spawn('ip', ['netns', 'exec', name(index), program, ...args], options),
    cut: (index) => ip('-n', name(0), 'link', 'set', `to${index}`, 'down'),
    plug: (index) => ip('-n', name(0), 'link', 'set', `to${index}`, 'up'),
    close,
  };
}
