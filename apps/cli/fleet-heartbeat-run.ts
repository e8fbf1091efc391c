import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder, reasonOf } from '../../drivers/index.ts';
import type { Aggregate } from '../fleet/federated/aggregate.ts';
import { federatedHeartbeat } from '../fleet/federated/experiment.ts';
import { demandFresh } from '../fleet/federated/folder-place.ts';
import type { Poison } from '../fleet/federated/job.ts';
import type { PlaceOptions } from '../fleet/federated/place.ts';
import { deviceName } from '../fleet/federated/place.ts';
import { renderReport, reportOf } from '../fleet/federated/report.ts';
import { bundledRecords } from '../heartbeat/records.ts';
import { chooseBackend } from './backend.ts';
import { interruptible } from './interrupt.ts';
import { number } from './numbers.ts';
import { parseSeed } from './run.ts';
import { progressLine } from './terminal.ts';
import { exitCode, UsageError } from './usage.ts';

export interface FleetHeartbeatFlags {
  readonly devices: string;
  readonly rounds: string;
  readonly aggregate: Aggregate;
  readonly clip?: string;
  readonly poison?: string;
  readonly quorum?: string;
  readonly deadline: string;
  readonly folder?: string;
  readonly nats?: string;
  readonly natsCreds?: string;
  readonly fleet: string;
  readonly data?: string;
  readonly seconds?: string;
  readonly seed: string;
  readonly backend?: string;
  readonly json?: boolean;
}

const MOST_ROUNDS = 10_000;

function parsePoison(text: string | undefined, devices: readonly string[]): Readonly<Record<string, Poison>> {
  const lies = (text ?? '').split(',').filter((one) => one.trim() !== '');
  return Object.fromEntries(
    lies.map((lie): [string, Poison] => {
      const [device = '', how = '', ...more] = lie.trim().split('=');
      const scale = Number(how);
      if (how === '' || more.length > 0 || (how !== 'nan' && !Number.isFinite(scale)))
        throw new UsageError(`--poison takes DEVICE=FACTOR or DEVICE=nan, not '${lie.trim()}'`, 'for example --poison 200=1000');
      if (!devices.includes(device))
        throw new UsageError(`--poison names '${device}', which is no device here`, `devices are ${devices.join(', ')}`);
      return [device, how === 'nan' ? 'nan' : { scale }];
    }),
  );
}

/** Where the fleet meets, and what is to be deleted in the end. */
function parsePlace({ folder, nats, natsCreds, fleet }: FleetHeartbeatFlags): {
  readonly place: PlaceOptions;
  readonly temporary: string | undefined;
} {
  if (nats !== undefined) {
    if (folder !== undefined) throw new UsageError('--folder and --nats exclude each other', 'give one of them');
    if (!deviceName.test(fleet))
      throw new UsageError(`--fleet takes letters, digits, _ and -, not '${fleet}'`, 'for example --fleet ward-3');
    return { place: { nats, fleet, creds: natsCreds }, temporary: undefined };
  }
  if (natsCreds !== undefined) throw new UsageError('--nats-creds is of no use without a server', 'give --nats URL, or leave it out');
  if (folder !== undefined) {
    try {
      makeFolder(folder);
    } catch (cause) {
      throw new UsageError(`--folder ${folder} cannot be used: ${reasonOf(cause)}`, 'name a folder that may be written to');
    }
    demandFresh(folder);
    return { place: { folder }, temporary: undefined };
  }
  const temporary = mkdtempSync(join(tmpdir(), 'ganglion-fleet-'));
  return { place: { folder: temporary }, temporary };
}

/** `ganglion fleet heartbeat`: progress on stderr, the report on stdout. SIGINT and SIGTERM end it with its report. */
export async function fleetHeartbeatCommand(flags: FleetHeartbeatFlags): Promise<void> {
  const devices = number('devices', flags.devices, 1, bundledRecords.length, true);
  const names = bundledRecords.slice(0, devices);
  const asked = {
    devices,
    rounds: number('rounds', flags.rounds, 1, MOST_ROUNDS, true),
    seed: parseSeed(flags.seed),
    aggregate: flags.aggregate,
    clip: flags.clip === undefined ? undefined : number('clip', flags.clip, 1e-6, 1e6, false),
    poison: parsePoison(flags.poison, names),
    quorum: flags.quorum === undefined ? undefined : number('quorum', flags.quorum, 1, devices, true),
    deadlineMs: 1000 * number('deadline', flags.deadline, 0.01, 86_400, false),
    seconds: flags.seconds === undefined ? undefined : number('seconds', flags.seconds, 1, 1_000_000, false),
    data: flags.data,
    backend: chooseBackend(flags.backend, (line) => process.stderr.write(`${line}\n`)),
  };
  const { place, temporary } = parsePlace(flags);
  const line = progressLine(process.stderr, () => performance.now());
  const began = performance.now();
  try {
    let ok = true;
    const interrupted = await interruptible(async (signal) => {
      const outcome = await federatedHeartbeat({ ...asked, place, signal, progress: line.show });
      line.clear();
      const report = reportOf(outcome, asked);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      process.stderr.write(`${report.federation.length} rounds in ${seconds} s, ${flags.nats === undefined ? 'in a folder' : 'on NATS'}\n`);
      process.stdout.write(flags.json === true ? `${JSON.stringify(report)}\n` : `${renderReport(report)}\n`);
      ok = report.devices.every(({ lost }) => lost === null) && report.pooledLost === null;
    });
    if (interrupted) process.exitCode = exitCode.interrupted;
    else if (!ok) process.exitCode = exitCode.failed;
  } finally {
    line.clear();
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}
