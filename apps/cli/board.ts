import { type Command, Option } from 'commander';

interface Subcommand {
  readonly name: string;
  readonly description: string;
  /** adds its arguments, its flags and what it does */
  readonly declare: (command: Command) => void;
}

const json = () => new Option('--json', 'print JSON on one line');

/** `ganglion board SUBCOMMAND`: one row each, which loads its own code only when it is asked for. */
const subcommands: readonly Subcommand[] = [
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
