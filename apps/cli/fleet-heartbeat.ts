import { type Command, Option } from 'commander';

/** `ganglion fleet heartbeat`, in the group `fleet`. */
export function declareFleetHeartbeat(root: Command): void {
  const fleet = root.commands.find((one) => one.name() === 'fleet') ?? root.command('fleet').description('many devices as one');
  fleet
    .command('heartbeat')
    .description(
      'devices that learn federated, one record of heartbeats each, beside each alone and beside one learner that has all records',
    )
    .option('--devices <n>', 'devices, and records, one each', '6')
    .option('--rounds <n>', 'rounds, each of an equal part of every record', '20')
    .addOption(
      new Option('--aggregate <rule>', 'how what the devices have learned becomes one')
        .choices(['mean', 'trimmed', 'median'])
        .default('mean'),
    )
    .option('--clip <norm>', 'largest L2 norm of what a device has learned in a round; default twice the lower median of the round')
    .option('--poison <lies>', 'devices that lie, by comma: DEVICE=FACTOR multiplies what they send, DEVICE=nan sends no numbers')
    .option('--quorum <n>', 'updates that a round needs; default more than half of the devices')
    .option('--deadline <seconds>', 'after which a round goes on without the devices that have not answered', '600')
    .option('--folder <dir>', 'meet in this folder, and leave models and rounds there; default one that is deleted')
    .option('--nats <url>', 'meet on this NATS server with JetStream instead: nats://HOST:PORT')
    .option('--nats-creds <file>', 'who we are there, as nsc has written it')
    .option('--fleet <name>', 'name of the fleet on the server', 'heartbeat')
    .option('--data <dir>', 'folder of the records')
    .option('--seconds <n>', 'end after so much of each record')
    .addOption(new Option('--seed <n>', 'the only source of randomness').default('1'))
    .addOption(new Option('--backend <name>', 'who runs the network').choices(['native', 'reference']))
    .addOption(new Option('--json', 'print JSON on one line'))
    .action(async (flags) => (await import('./fleet-heartbeat-run.ts')).fleetHeartbeatCommand(flags));
}
