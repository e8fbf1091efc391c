import { recoverRecording } from '../../drivers/recording/index.ts';
import { demandWritable } from './files.ts';
import { demandReadable } from './replay.ts';

export interface RecoverFlags {
  readonly out?: string;
  readonly json?: boolean;
}

/** `ganglion recover FILE`: writes a recording that ends where the given one can no longer be read. */
export async function recoverCommand(
  path: string,
  { out = `${path.replace(/\.mcap$/, '')}.recovered.mcap`, json = false }: RecoverFlags,
): Promise<void> {
  demandReadable(path);
  demandWritable('out', out);
  const { frames, bytes, damage } = recoverRecording(path, out);
  const found = damage === undefined ? 'nothing was wrong with it' : `at byte ${damage.offset} ${damage.reason}`;
  process.stdout.write(
    json
      ? `${JSON.stringify({ path, out, frames, bytes, damage: damage ?? null })}\n`
      : `${path}: ${found}; ${frames} whole frames, ${bytes} bytes, are in ${out}\n`,
  );
}
