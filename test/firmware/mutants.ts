/** What the table of faults must notice: the firmware with one thing wrong, built from a copy of its sources. Each falls in the row that it is for. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firmwareFolder } from './build.ts';

export interface Mutant {
  readonly claim: string;
  /** the row that must fall; without, the fuzz */
  readonly row?: number;
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
  /** the build, where the row asks for another one than `host` */
  readonly goal?: string;
}

export const mutants: readonly Mutant[] = [
  {
    claim: 'repeats the frame that came twice',
    row: 5,
    file: 'link.c',
    right: 'if ((uint8_t)(seq - expected) < 128) request_resend(now);\n        return;',
    wrong: 'if ((uint8_t)(seq - expected) < 128) { request_resend(now); return; }\n        deliver(code);\n        return;',
  },
  { claim: 'does not count late frames', row: 6, file: 'link.c', right: 'link_counters.late++;', wrong: '' },
  { claim: 'takes frames whatever their check says', row: 9, file: 'frame.c', right: 'if (!good)', wrong: 'if (!good && body == 0)' },
  {
    claim: 'takes no upload up again',
    row: 10,
    file: 'memory.c',
    right: 'resumes = !patched &&',
    wrong: 'resumes = total == 0 && !patched &&',
  },
  {
    claim: 'does not say why it started',
    row: 13,
    file: 'board.c',
    right: 'write_field(at, 20, hal_reset_cause())',
    wrong: 'write_field(at, 20, 0)',
  },
  {
    claim: 'swaps half of an image',
    row: 15,
    file: 'memory.c',
    right: 'memmove(projection->weights, staging.bytes, staging.total);',
    wrong: 'memmove(projection->weights, staging.bytes, staging.total / 2);',
  },
  {
    claim: 'promises room that it has not',
    row: 16,
    goal: 'host-ring-1024',
    file: 'link.c',
    right: '(uint8_t)(free > 255 ? 255 : free)',
    wrong: '(uint8_t)(free > 255 ? 255 : 255)',
  },
  { claim: 'becomes safe too late', row: 18, file: 'failsafe.c', right: 'silence >= ttl', wrong: 'silence >= 2u * ttl' },
  { claim: 'does not notice that its counter wraps', row: 20, file: 'clock.c', right: 'wraps++', wrong: 'wraps = 0' },
  {
    claim: 'counts no damaged frames in its telemetry',
    row: 23,
    goal: 'host-ring-1024',
    file: 'board.c',
    right: 'write_field(at, 3, link_counters.damaged)',
    wrong: 'write_field(at, 3, 0)',
  },
  { claim: 'does not count late ticks', row: 24, file: 'board.c', right: 'if (late) late_ticks++;', wrong: '' },
  {
    claim: 'answers a query from what it was told',
    row: 27,
    file: 'memory.c',
    right: '(uint32_t)running.length, crc32c(running.bytes, running.length, CRC32C_START), COMMITTED);\n    else\n',
    wrong: '(uint32_t)running.length, staging.crc, COMMITTED);\n    else\n',
  },
  {
    claim: 'knows no later minor version',
    row: 33,
    file: 'messages.c',
    right: 'if (number > MESSAGE_FIELDS) continue;',
    wrong: 'if (number > MESSAGE_FIELDS) return false;',
  },
  {
    claim: 'takes a reward for what is over',
    row: 34,
    file: 'board.c',
    right: 'if (behind >= LATE_REST) refused++;',
    wrong: 'if (behind >= INT32_MAX) refused++;',
  },
  {
    claim: 'runs an image whose check is wrong',
    file: 'memory.c',
    right: 'if (staging.crc != crc || crc32c(staging.bytes, staging.total, CRC32C_START) != crc) answer',
    wrong: 'if (staging.crc != crc) answer',
  },
];

/** Builds one and lends it. */
export async function withMutant<T>({ file, right, wrong, goal = 'host' }: Mutant, use: (program: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'mutant-'));
  try {
    for (const part of ['Makefile', 'core', 'targets']) cpSync(join(firmwareFolder, part), join(folder, part), { recursive: true });
    const path = join(folder, 'core', file);
    const source = readFileSync(path, 'utf8');
    if (source.split(right).length !== 2) throw new Error(`${file} must have '${right}' once`);
    writeFileSync(path, source.replace(right, wrong));
    execFileSync('make', ['--no-print-directory', `build/${goal}`], { cwd: folder, stdio: 'pipe' });
    return await use(join(folder, 'build', goal));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
