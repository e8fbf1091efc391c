import { listPorts } from '../../firmware-bridge/index.ts';
import { nativeInfo } from '../../native/index.ts';
import { realTimeClock, run } from '../../runtime/index.ts';
import { out as pc } from '../colors.ts';
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
  const clock = realTimeClock({ dt: 1, frameTicks: 1, ticks: PROBE_TICKS });
  const started = performance.now();
  await run(clock.frames);
  const seconds = (performance.now() - started) / 1000;
  const { ticks, skippedTicks, framesLate, latenessUs } = clock.report();
  return { askedHz: 1000, achievedHz: ticks / seconds, skippedTicks, framesLate, latenessUs };
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
  readonly serial: Awaited<ReturnType<typeof listPorts>>;
  readonly optional: Readonly<Record<string, boolean>>;
}

const good = (text: string): string => `${pc.green('✓')} ${text}`;
const poor = (text: string): string => `${pc.yellow('!')} ${text}`;

function render({ ganglion, node, platform, native, clock, serial, optional }: Report): string[] {
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
  lines.push(
    serial.length === 0
      ? poor('no serial port found; plug a board in, and see that you may read and write it (on Linux: group dialout)')
      : good(`serial ports: ${serial.map(({ path }) => path).join(', ')}`),
  );
  for (const [name, found] of Object.entries(optional))
    lines.push(found ? good(`${name} is installed`) : poor(`${name} is not installed; it is optional: npm install ${name}`));
  return lines;
}
