import { listPorts } from '../../firmware-bridge/index.ts';
import { nativeInfo, nativeRealtime } from '../../native/index.ts';
import { realTimeClock, run } from '../../runtime/index.ts';
import { out as pc } from '../colors.ts';
import { loopTime } from '../time.ts';
import { packageVersion } from './version.ts';

const PROBE_TICKS = 1000;

/** Whether a package that is only needed for some boards and sources can be found; it is not loaded. */
function installed(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return false;
    throw error;
  }
}

/** Lateness of a 1 kHz loop over one second: what this machine gives to real time. */
async function clockJitter() {
  const clock = realTimeClock({ dt: 1, frameTicks: 1, ticks: PROBE_TICKS, time: loopTime() });
  await run(clock.frames);
  return clock.report();
}

/** What a system grants to a loop that keeps its rate, and how to allow what it does not. */
function scheduling() {
  const native = nativeRealtime();
  if ('reason' in native) return native;
  return native.realtime.trySchedule({ priority: 10, cpu: 0, lock: true });
}

const user = process.platform === 'linux' ? 'in /etc/security/limits.conf, then log in again' : 'by the means of this system';
/** What `run --realtime` may ask for, by the name under which the addon answers. */
const grants = {
  priority: { what: 'real-time priority (SCHED_FIFO)', remedy: `allow it: '@realtime - rtprio 95' ${user}, or CAP_SYS_NICE for node` },
  cpu: { what: 'a core of its own', remedy: 'allow core 0 to this process (taskset, cgroup cpuset)' },
  lock: { what: 'memory that stays', remedy: `allow it: '@realtime - memlock unlimited' ${user}, or CAP_IPC_LOCK for node` },
} as const;

function renderScheduling(granted: Report['scheduling']): string[] {
  if ('reason' in granted) return [poor('no real-time scheduling and no precise wait without the addon')];
  return Object.entries(grants).flatMap(([name, { what, remedy }]) => {
    const why = granted[name as keyof typeof grants];
    return why === '' ? [good(`${what}: granted`)] : [poor(`${what}: ${why}`), `  ${remedy}`];
  });
}

/** `ganglion doctor`: everything a run depends on, or why it is not there and what helps. */
export async function doctorCommand(flags: { readonly json?: boolean }): Promise<void> {
  if (flags.json !== true) process.stderr.write('measuring the clock for a second…\n');
  const clock = await clockJitter();
  const report = {
    ganglion: packageVersion(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    native: nativeInfo(),
    clock,
    scheduling: scheduling(),
    serial: await listPorts(),
    optional: { 'johnny-five': installed('johnny-five'), 'onnxruntime-node': installed('onnxruntime-node') },
  };
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  process.stdout.write(`${render(report).join('\n')}\n`);
}

interface Report {
  readonly ganglion: string;
  readonly node: string;
  readonly platform: string;
  readonly native: ReturnType<typeof nativeInfo>;
  readonly clock: Awaited<ReturnType<typeof clockJitter>>;
  readonly scheduling: ReturnType<typeof scheduling>;
  readonly serial: Awaited<ReturnType<typeof listPorts>>;
  readonly optional: Readonly<Record<string, boolean>>;
}

const good = (text: string): string => `${pc.green('✓')} ${text}`;
const poor = (text: string): string => `${pc.yellow('!')} ${text}`;

function render({ ganglion, node, platform, native, clock, scheduling: granted, serial, optional }: Report): string[] {
  const lines = [good(`ganglion ${ganglion} on Node ${node}, ${platform}`)];
  if ('reason' in native)
    lines.push(poor(`no native backend: ${native.reason}; the reference runs instead, slower, with the same bits`), `  ${native.remedy}`);
  else {
    const chosen =
      typeof native.chosen === 'string'
        ? good(`native backend: ${native.chosen} (this machine runs ${native.supported.join(', ')})`)
        : poor(`${native.chosen.reason}; ${native.chosen.remedy}`);
    lines.push(chosen, `  ${pc.dim(native.file)}`);
    if (native.softwareFma) lines.push(poor('this target has no fused multiply-add in hardware: the same bits, several times slower'));
  }
  const { achievedHz, skippedTicks, latenessUs } = clock;
  const lateness = `1 kHz clock: ${achievedHz.toFixed(1)} Hz, late by ${latenessUs.p50} µs (median), ${latenessUs.p99} µs (p99), ${latenessUs.max} µs (most); ${skippedTicks} ticks skipped`;
  lines.push(
    skippedTicks === 0 && latenessUs.p99 < 1000
      ? good(lateness)
      : poor(`${lateness}; close other programs, or use frames of several ticks`),
  );
  lines.push(...renderScheduling(granted));
  lines.push(
    serial.length === 0
      ? poor('no serial port found; plug a board in, and see that you may read and write it (on Linux: group dialout)')
      : good(`serial ports: ${serial.map(({ path }) => path).join(', ')}`),
  );
  for (const [name, found] of Object.entries(optional))
    lines.push(found ? good(`${name} is installed`) : poor(`${name} is not installed; it is optional: npm install ${name}`));
  return lines;
}
