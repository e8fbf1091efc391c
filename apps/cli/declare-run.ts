import { type Command, Option } from 'commander';
import { apps } from './apps.ts';
import { declareScheduling } from './scheduling.ts';

/** `ganglion run APP`: a subcommand for each app, with the flags of all and those of the app; a flag of another app is unknown to it. */
export function declareRun(root: Command): void {
  const run = root
    .command('run')
    .description(`run an app: ${Object.keys(apps).join(', ')}`)
    .argument('[app]')
    .usage('<app> [options]')
    .action(async (name: string | undefined) => (await import('./run.ts')).run(name ?? '', { seed: '1' }));
  for (const [name, { summary, flags, saves, watched }] of Object.entries(apps)) {
    const command = run
      .command(name)
      .description(summary)
      .option('--fast', 'virtual time, as fast as the machine allows (default)')
      .option('--realtime', 'one tick every dt')
      .addOption(new Option('--seed <n>', 'the only source of randomness').default('1'))
      .addOption(new Option('--backend <name>', 'who runs the network').choices(['native', 'reference']));
    declareScheduling(command)
      .option('--least-rate <share>', 'share of the asked rate, over a second of real time, below which actuators are safe; 0: none', '0.8')
      .option('--rearm <seconds>', "for which the rate must have been kept before they act again, or 'never'", '1');
    command
      .option('--log <file>', 'append events to this file, a line of JSON each; - for stderr')
      .addOption(new Option('--log-level <level>', 'the least that is logged (default: info)').choices(['error', 'warn', 'info', 'debug']))
      .option('--metrics <port>', 'serve metrics for Prometheus to this machine, at http://127.0.0.1:PORT/metrics')
      .option(
        '--telemetry <url>',
        'publish status and aggregates to a broker, and take commands from it: mqtt://, mqtts://, nats:// or tls:// (NATS)',
      )
      .option('--telemetry-every <seconds>', 'between two messages of aggregates, 0.1 to 600 (default: 1)')
      .option('--device <name>', 'what this device is called there (default: the name of this machine)')
      .option('--spool <dir>', 'where messages wait for the broker (default: a folder for each device among the states of this user)')
      .option('--spool-size <mb>', 'of these messages, at most; the oldest go (default: 16)');
    for (const { flags: declared, description, choices, default: value } of flags) {
      const option = new Option(declared, description);
      if (choices !== undefined) option.choices([...choices]);
      command.addOption(value === undefined ? option : option.default(value));
    }
    if (watched !== undefined) {
      const pace = watched === 1 ? 'real time' : `${watched} times real time`;
      if (watched !== 1) command.option('--speed <n>', 'real time that passes n times as fast');
      command.option(
        '--dashboard [place]',
        `show the run in a browser, at this port (8787) of this machine, or at HOST:PORT with a token; ${pace} unless told otherwise`,
      );
      command.option('--foxglove [place]', `the same for Foxglove or Lichtblick, by their WebSocket (8765); ${pace} unless told otherwise`);
    }
    if (typeof saves === 'string')
      for (const refused of ['--checkpoint <dir>', '--resume <dir>']) command.addOption(new Option(refused, saves).hideHelp());
    else if (saves) {
      command
        .option('--checkpoint <dir>', 'save the run into this folder, without what a board itself has counted and scored')
        .option('--every <seconds>', 'between two checkpoints', '10')
        .option('--resume <dir>', 'go on with the run that was saved there, with its flags; it is saved there again');
    }
    command.addOption(new Option('--json', 'print JSON on one line')).action(async (given) => {
      const explicit = Object.keys(given).filter((flag) => command.getOptionValueSource(flag) === 'cli');
      await (await import('./run.ts')).run(name, given, explicit);
    });
  }
}
