import { type Command, Option } from 'commander';

const shared = (command: Command): Command =>
  command
    .option('--nats-creds <file>', 'credentials of a NATS server, as nsc writes them')
    .option('--data <dir>', "folder of this machine's data, for apps that read some")
    .addOption(new Option('--backend <name>', 'who runs the networks; never changes a result').choices(['native', 'reference']))
    .addOption(new Option('--json', 'print JSON on one line'));

/** `ganglion sweep` and `ganglion worker`: one app in many configurations, on one machine or many. */
export function declareFleet(root: Command): void {
  shared(
    root
      .command('sweep')
      .description(
        'run an app in every configuration of a file and with every seed: a table, a picture, and the same results wherever they were run',
      )
      .argument('<file>', 'what varies: grid, random or list (.json), as docs/FLEET.md says')
      .option('--workers <n>', 'processes of this machine that run jobs, by default one a core; 0: only workers elsewhere')
      .option('--nats <url>', 'share the jobs with every machine whose workers reach this NATS server (nats://HOST:4222)')
      .option('--out <dir>', 'keep the results here, a file a job; what is there is not run again')
      .option('--again', 'run what is there again')
      .option('--picture <file>', 'also draw the results (SVG)'),
  ).action(async (file: string, flags) => (await import('./sweep.ts')).sweepCommand(file, flags));

  shared(
    root
      .command('worker')
      .description('run jobs of sweeps that come over NATS, until it is interrupted; any number of them, on any machine')
      .requiredOption('--nats <url>', 'the NATS server of the sweeps (nats://HOST:4222)')
      .option('--workers <n>', 'jobs at a time, by default one a core')
      .option('--idle <seconds>', 'end after so long without a job'),
  ).action(async (flags) => (await import('./worker.ts')).workerCommand(flags));
}
