/** The page of commands, printed from what the command itself declares. */
import type { Argument, Command, Option } from 'commander';
import { command } from '../../apps/cli/command.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const notes = (text: string, { argChoices, defaultValue }: Pick<Option | Argument, 'argChoices' | 'defaultValue'>): string => {
  const choices = argChoices === undefined ? '' : `; one of ${argChoices.join(', ')}`;
  const standard = defaultValue === undefined ? '' : `; default ${String(defaultValue)}`;
  return cell(`${text}${choices}${standard}`);
};

/** The commands that do something, with their whole names. */
function leaves(one: Command, name: string): [string, Command][] {
  const whole = `${name} ${one.name()}`.trim();
  return one.commands.length === 0 ? [[whole, one]] : one.commands.flatMap((inner) => leaves(inner, whole));
}

function section([name, one]: [string, Command]): string {
  const rows = [
    ...one.registeredArguments.map(
      (argument) =>
        `| \`${argument.required ? `<${argument.name()}>` : `[${argument.name()}]`}\` | ${notes(argument.description, argument)} |`,
    ),
    ...one.options
      .filter(({ hidden }) => !hidden)
      .map((option) => `| \`${cell(option.flags)}\` | ${notes(option.description, option)}${option.mandatory ? '; required' : ''} |`),
  ];
  const table = rows.length === 0 ? '' : `\n| | |\n| --- | --- |\n${rows.join('\n')}\n`;
  const said = one.description();
  return `## ${name}\n\n${said.charAt(0).toUpperCase()}${said.slice(1)}.\n${table}`;
}

export const commandPage = (): string => `# Commands

Printed from \`apps/cli\`; \`npm run docs\` writes this page and \`npm run check\` fails when it is stale.
Exit codes: 0 all went well, 1 it failed or did not hold, 2 the command line is wrong, 130 interrupted. \`NO_COLOR\` is respected.

${leaves(command(), '').map(section).join('\n')}`;
