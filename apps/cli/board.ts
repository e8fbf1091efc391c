import { type Command, Option } from 'commander';

interface Subcommand {
  readonly name: string;
  readonly description: string;
  /** adds its arguments, its flags and what it does */
  readonly declare: (command: Command) => void;
}

const json = () => new Option('--json', 'print JSON on one line');

const seed = () => new Option('--seed <n>', "seed of an app's network and of what is drawn").default('1');
/** What names a board. */
const target = (command: Command): Command =>
  command
    .argument('<board>', 'a board of `board list`, or port')
    .option('--port <path>', 'serial port of an attached board')
    .option('--baud <rate>', 'its speed; default 115200')
    .addOption(json());
const driven = (command: Command): Command =>
  target(command)
    .argument('<network>', 'an app, or a description (.json)')
    .addOption(seed())
    .addOption(new Option('--rate <p>', 'probability of a spike of each source in each tick').default('0.1'));

/** `ganglion board SUBCOMMAND`: one row each, which loads its own code only when it is asked for. */
const subcommands: readonly Subcommand[] = [
  {
    name: 'list',
    description: 'boards that need no hardware, and what they hold',
    declare: (command) => command.addOption(json()).action(async (flags) => (await import('./board-list.ts')).boardListCommand(flags)),
  },
  {
    name: 'info',
    description: 'what a board says of itself',
    declare: (command) =>
      target(command).action(async (name: string, flags) => (await import('./board-list.ts')).boardInfoCommand(name, flags)),
  },
  {
    name: 'deploy',
    description: 'put a network on a board: what its weights lose, or which limits it breaks',
    declare: (command) =>
      target(command)
        .argument('<network>', 'an app, or a description (.json)')
        .addOption(seed())
        .action(async (name: string, network: string, flags) =>
          (await import('./board-deploy.ts')).boardDeployCommand(name, network, flags),
        ),
  },
  {
    name: 'monitor',
    description: 'run a network on a board and on the host, and watch the link',
    declare: (command) =>
      driven(command)
        .addOption(new Option('--seconds <n>', 'how long').default('10'))
        .action(async (name: string, network: string, flags) =>
          (await import('./board-monitor.ts')).boardMonitorCommand(name, network, flags),
        ),
  },
  {
    name: 'fidelity',
    description: 'one input on host, integer model and board: the first spike that differs, and why',
    declare: (command) =>
      driven(command)
        .addOption(new Option('--ticks <n>', 'how long').default('1000'))
        .action(async (name: string, network: string, flags) =>
          (await import('./board-fidelity.ts')).boardFidelityCommand(name, network, flags),
        ),
  },
  {
    name: 'emulate',
    description: 'play recorded runs of a chip on its emulator, and count the bits that differ',
    declare: (command) =>
      command
        .argument('<chip>', 'reckon')
        .requiredOption('--golden <dir>', 'folder of recorded runs (.json), in the format of the README beside the golden vectors')
        .addOption(json())
        .action(async (chip: string, flags) => (await import('./board-emulate.ts')).boardEmulateCommand(chip, flags)),
  },
];

export function declareBoard(root: Command): void {
  const board = root.command('board').description('boards and chips, emulated or attached');
  for (const { name, description, declare } of subcommands) declare(board.command(name).description(description));
}
