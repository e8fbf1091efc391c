import { serialBoard } from '../../drivers/index.ts';
import { listPorts } from '../../firmware-bridge/index.ts';
import { number } from './numbers.ts';
import { exitCode, UsageError } from './usage.ts';

export interface FindPortFlags {
  readonly serial?: string;
  readonly vendor?: string;
  readonly product?: string;
  readonly probe?: boolean;
  readonly baud: string;
  readonly json?: boolean;
}

/** What answers at a port, by its own word; nothing but Hello is sent. */
async function modelAt(path: string, baudRate: number): Promise<string | null> {
  const board = serialBoard({ path, baudRate });
  try {
    return (await board.connect()).model;
  } catch {
    return null;
  } finally {
    await board.shutdown();
  }
}

/** `ganglion find-port`: paths of the serial ports that match, one a line; exit code 1 when there is none. */
export async function findPortCommand({ serial, vendor, product, probe, baud, json }: FindPortFlags): Promise<void> {
  for (const [flag, id] of Object.entries({ vendor, product }))
    if (id !== undefined && !/^[0-9a-f]{4}$/i.test(id))
      throw new UsageError(`--${flag} takes four hexadecimal digits, not '${id}'`, `for example --${flag} 2341`);
  const baudRate = number('baud', baud, 1200, 4_000_000, true);
  const matches = (wanted: string | undefined, found: string | undefined): boolean =>
    wanted === undefined || wanted.toLowerCase() === found?.toLowerCase();
  const ports = (await listPorts()).filter(
    ({ serialNumber, vendorId, productId }) => matches(serial, serialNumber) && matches(vendor, vendorId) && matches(product, productId),
  );
  const asked = [];
  for (const port of ports) asked.push(probe === true ? { ...port, model: await modelAt(port.path, baudRate) } : port);
  const found = asked.filter((port) => !('model' in port) || port.model !== null);
  if (json === true) process.stdout.write(`${JSON.stringify(found)}\n`);
  else for (const { path } of found) process.stdout.write(`${path}\n`);
  if (found.length === 0) {
    if (json !== true)
      process.stderr.write('no serial port matches; plug the board in, and see that you may read and write it (on Linux: group dialout)\n');
    process.exitCode = exitCode.failed;
  }
}
