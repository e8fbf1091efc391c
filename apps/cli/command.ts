import { Command, Option } from 'commander';
import { declareBoard } from './board.ts';
import { declareRun } from './declare-run.ts';
import { declareFleet } from './fleet.ts';
import { declareFleetHeartbeat } from './fleet-heartbeat.ts';
import { declareScheduling } from './scheduling.ts';
import { packageVersion } from './version.ts';

/** The command `ganglion`: each verb loads its own code only when it is asked for. */
export function command(): Command {
  const root = new Command('ganglion')
    .description('a real-time controller whose spiking network learns while it acts')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) })
    .showHelpAfterError('(ganglion --help lists the commands)');
  const backend = () => new Option('--backend <name>', 'who runs the network').choices(['native', 'reference']);
  const json = () => new Option('--json', 'print JSON on one line');
  const seed = () => new Option('--seed <n>', 'the only source of randomness').default('1');

  const discretization = () =>
    new Option('--discretization <kind>', 'decay of a tick: e^(−dt/τ), or 1 − dt/τ').choices(['exact', 'euler']).default('exact');

  root
    .command('new')
    .description('write a small project that learns: a network, a world and the loop between them')
    .argument('<folder>', 'where it goes: a folder that is not there, or is empty')
    .action(async (folder: string) => (await import('./new.ts')).newCommand(folder));

  declareRun(root);

  root
    .command('replay')
    .description('run the inputs of a recording again, on any backend and machine')
    .argument('<file>', 'a recording of run --record (.mcap)')
    .option('--verify', 'fail where an output, a spike or a fingerprint is not the recorded one, and name the tick')
    .addOption(backend())
    .addOption(json())
    .action(async (file: string, flags) => (await import('./replay.ts')).replayCommand(file, flags));

  root
    .command('recover')
    .description('mend a recording that was cut off: keeps every frame up to the cut')
    .argument('<file>', 'the recording (.mcap)')
    .option('--out <file>', 'where the mended one goes; default FILE.recovered.mcap')
    .addOption(json())
    .action(async (file: string, flags) => (await import('./recover.ts')).recoverCommand(file, flags));

  root
    .command('explain')
    .description('print the network with its modules resolved, its arena map and op list, with equations and bytes a synapse')
    .argument('<app>', 'name of an app, or a network description (.json)')
    .addOption(seed())
    .addOption(json())
    .action(async (name: string, flags) => (await import('./explain.ts')).explainCommand(name, flags));

  root
    .command('export')
    .description('write one tick of a network as an ONNX model, or its graph in NIR, without the learning')
    .argument('<app>', 'name of an app, or a network description (.json)')
    .option('--onnx <file>', 'where the model goes: weights, states and delays')
    .option('--nir <file>', 'where the graph goes')
    .addOption(discretization())
    .option('--allow-lossy', 'write what stands for what NIR has no form for, and list it')
    .option('--check', 'run it in onnxruntime-node beside the network; fails at the first spike that differs, and says how close it was')
    .option('--ticks <count>', 'ticks of --check', '1000')
    .option('--active <share>', 'share of the inputs of --check that are 1 at a tick', '0.1')
    .addOption(seed())
    .addOption(json())
    .action(async (name: string, flags) => (await import('./export.ts')).exportCommand(name, flags));

  root
    .command('import')
    .description('make a network description of a NIR file')
    .argument('<file>', 'what snnTorch, Norse, Rockpool, Lava or Nengo have written (.nir)')
    .requiredOption('--dt <time>', 'length of a tick, as 1ms: the file has none')
    .requiredOption('--out <file>', 'where the description goes (.json)')
    .addOption(new Option('--time-unit <unit>', 'of the times in the file').choices(['s', 'ms', 'us']).default('s'))
    .addOption(discretization())
    .addOption(
      new Option('--reset <kind>', 'what a spike does: to v_reset, as NIR says, or by the threshold down a tick later')
        .choices(['zero', 'subtract'])
        .default('zero'),
    )
    .option('--allow-lossy', 'take what stands for what has no exact form, and list it')
    .addOption(json())
    .action(async (file: string, flags) => (await import('./import.ts')).importCommand(file, flags));

  root
    .command('train')
    .description('train a network offline on recorded examples, on all cores; any number of workers gives the same bits')
    .argument('<network>', 'a network description (.json)')
    .argument('<examples>', 'recorded examples: [{ "inputs": { SOURCE: [[…], …] }, "targets": { READOUT: [[…], …] } }] (.json)')
    .requiredOption('--out <file>', 'where the description with its trained weights goes')
    .option('--epochs <n>', 'passes over all examples', '10')
    .option('--batch <n>', 'examples whose mean gradient makes one update', '8')
    .option('--bptt <readout>', 'teach by BPTT from the error of this population, with Adam, instead of by the own rules of the network')
    .option('--window <ticks>', 'ticks over which BPTT runs backwards; default the longest example')
    .option('--rate <rate>', 'learning rate of --bptt', '1e-3')
    .option('--workers <n>', 'threads; default one for each core')
    .option('--seed <n>', 'of the order of the examples; default that of the network')
    .option('--average', 'write the running averages of the weights, where optimizers keep one')
    .addOption(backend())
    .addOption(json())
    .action(async (network: string, examples: string, flags) => (await import('./train.ts')).trainCommand(network, examples, flags));

  root
    .command('verify')
    .description('hold every rule to its oracle: differences → BPTT → RTRL → masked RTRL → the compiled program')
    .addOption(backend())
    .addOption(json())
    .action(async (flags) => (await import('./verify.ts')).verifyCommand(flags));

  root
    .command('reproduce')
    .description('run a published experiment with its controls, beside the published figures')
    .argument('<task>', 'name of the task; an unknown one lists them')
    .option('--rule <name>', 'only the rules whose name begins so, and the controls')
    .option('--seeds <count>', 'seeds 1 to this; by default as many as the figure asked for needs')
    .option('--workers <count>', 'threads, by default one a core; never changes a result')
    .option('--picture <file>', 'also draw the results (SVG)')
    .addOption(backend())
    .addOption(json())
    .action(async (name: string, flags) => (await import('./reproduce.ts')).reproduceCommand(name, flags));

  declareFleet(root);

  declareBoard(root);

  const bench = root.command('bench').description('time what this machine does');
  const neuron = () => new Option('--neuron <kind>', 'kind of neuron').choices(['lif', 'alif']).default('alif');
  bench
    .command('kernel')
    .description('the learning pass in blocks of ticks beside the streaming one, on the same activity, in one process')
    .addOption(neuron())
    .option('--n <neurons>', 'neurons of the recurrent population', '1024')
    .option('--density <share>', 'share of synapses that exist', '1')
    .addOption(new Option('--block <ticks>', 'ticks of a block').choices(['8', '16', '32', '64']).default('32'))
    .option('--ticks <count>', 'ticks of a run', '512')
    .option('--active <share>', "share of (neuron, tick) with ψ ≠ 0, or 'recorded': what the network does by itself", '0.3')
    .option('--rate <spikes>', 'spikes a tick and neuron of drawn activity', '0.02')
    .option('--threads <count>', 'threads that fold and update', '1')
    .addOption(new Option('--traces <format>', 'how carried traces are stored').choices(['float32', 'bfloat16']).default('float32'))
    .option('--rounds <count>', 'rounds of the paired timing', '7')
    .addOption(json())
    .action(async (flags) => (await import('./bench-kernel.ts')).benchKernelCommand(flags));
  bench
    .command('rules')
    .description('the learning of every rule on the cells it is used with, beside e-prop at every tick: time, values and bytes a synapse')
    .option('--n <cells>', 'cells where a synapse keeps a fixed number of values', '256')
    .option('--small <cells>', 'cells where it keeps a value for each; four times as many where for those it reaches', '32')
    .option('--ticks <count>', 'ticks of a run', '256')
    .option('--rounds <count>', 'rounds of the paired timing', '7')
    .addOption(json())
    .action(async (flags) => (await import('./bench-rules.ts')).benchRulesCommand(flags));
  bench
    .command('tick')
    .description('whole learning ticks, sensor to actuator, one by one; and the largest network at 1 kHz with half a core spare')
    .addOption(neuron())
    .option('--n <neurons>', 'sizes of the recurrent population, by comma', '256,512,1024,2048')
    .addOption(
      new Option('--block <ticks>', 'ticks of a block, at whose end the weights move').choices(['1', '8', '16', '32', '64']).default('32'),
    )
    .addOption(
      new Option('--delay <blocks>', 'blocks until moved weights act: with 1, learning is spread over the next block')
        .choices(['0', '1'])
        .default('0'),
    )
    .option('--threads <count>', 'threads that fold and update', '1')
    .option('--ticks <count>', 'ticks that are timed for each size', '4000')
    .addOption(json())
    .action(async (flags) => (await import('./bench-tick.ts')).benchTickCommand(flags));
  const clock = bench
    .command('clock')
    .description(
      'how late a tick of nothing begins: our loop, setInterval and a C loop in turn, idle and under load; a process beside them counts the misses too',
    )
    .option('--rate <hz>', 'ticks a second', '1000')
    .option('--seconds <n>', 'of every loop, idle and under load', '60')
    .option('--slices <n>', 'turns of every loop, in which it has its seconds', '6')
    .option('--load <threads>', 'busy threads while the main thread allocates; 0: idle only', '1');
  declareScheduling(clock)
    .addOption(json())
    .action(async (flags) => (await import('./bench-clock.ts')).benchClockCommand(flags));

  root
    .command('hil')
    .description('test firmware on its device, or without one in an emulation: runs a suite of ganglion/hil, TAP on stdout')
    .argument('<file>', 'a module whose default export is a suite')
    .option('--junit <file>', 'also write the results as JUnit XML')
    .option('--only <text>', 'only cases whose name contains this')
    .addOption(seed())
    .action(async (file: string, flags) => (await import('./hil.ts')).hilCommand(file, flags));

  declareFleetHeartbeat(root);

  root
    .command('find-port')
    .description('serial ports of attached boards, one path a line')
    .option('--serial <number>', 'of this serial number')
    .option('--vendor <id>', 'of this USB vendor (hex)')
    .option('--product <id>', 'of this USB product (hex)')
    .option('--probe', 'only those where a board answers our Hello; nothing else is sent')
    .option('--baud <rate>', 'speed of the probe', '115200')
    .addOption(json())
    .action(async (flags) => (await import('./find-port.ts')).findPortCommand(flags));

  root
    .command('doctor')
    .description('what this machine offers: Node, the addon and its instruction set, clock jitter, serial ports')
    .addOption(json())
    .action(async (flags) => (await import('./doctor.ts')).doctorCommand(flags));
  return root;
}
