import { render, summarize, toJson } from '../verify/report.ts';
import { sections } from '../verify/sections.ts';
import { chooseBackend } from './backend.ts';
import { progressLine } from './terminal.ts';
import { exitCode } from './usage.ts';

export interface VerifyFlags {
  readonly backend?: string;
  readonly json?: boolean;
}

/** `ganglion verify`: every rule against its oracle, down to the compiled program; exit code 1 when a row of `chain` falls. */
export async function verifyCommand(flags: VerifyFlags, chain = sections): Promise<void> {
  const backend = chooseBackend(flags.backend, (line) => process.stderr.write(`${line}\n`));
  const parts = chain(backend);
  const whole = parts.reduce((sum, { weight }) => sum + weight, 0);
  const line = progressLine(process.stderr, () => performance.now());
  let done = 0;
  const rows = parts.flatMap((part) => {
    line.show({ fraction: done / whole, text: part.title });
    done += part.weight;
    return part.rows();
  });
  line.clear();
  process.stdout.write(flags.json === true ? toJson(rows) : render(rows));
  process.exitCode = summarize(rows).ok ? exitCode.ok : exitCode.failed;
}
