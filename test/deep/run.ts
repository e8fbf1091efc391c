/** The deeper suites: what takes minutes, on the built command. The last line is `N passed, N failed`. */
import { checkpointChecks } from './checkpoints.ts';
import { runChecks } from './checks.ts';
import { chipChecks } from './chips.ts';
import { dashboardChecks } from './dashboard.ts';
import { federatedChecks } from './federated.ts';
import { firmataChecks } from './firmata.ts';
import { firmwareChecks } from './firmware.ts';
import { fleetChecks } from './fleet.ts';
import { fleetMachineChecks } from './fleet-machines.ts';
import { heartbeatChecks } from './heartbeat.ts';
import { nirChecks } from './nir.ts';
import { observeChecks } from './observe.ts';
import { packChecks } from './pack.ts';
import { reproduceChecks } from './reproduce.ts';
import { rp2040Checks } from './rp2040.ts';
import { servoArmChecks } from './servo-arm.ts';
import { simavrChecks } from './simavr.ts';
import { speedChecks } from './speed.ts';
import { telemetryChecks } from './telemetry.ts';

process.exitCode = (await runChecks([
  ...firmwareChecks,
  ...rp2040Checks,
  ...simavrChecks,
  ...firmataChecks,
  ...servoArmChecks,
  ...speedChecks,
  ...heartbeatChecks,
  ...checkpointChecks,
  ...dashboardChecks,
  ...observeChecks,
  ...fleetChecks,
  ...federatedChecks,
  ...fleetMachineChecks,
  ...telemetryChecks,
  ...chipChecks,
  ...nirChecks,
  ...packChecks,
  ...reproduceChecks,
]))
  ? 0
  : 1;
