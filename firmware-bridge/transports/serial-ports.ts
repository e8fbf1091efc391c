import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface PortInfo {
  /** what to open; it may change when the board is plugged in again */
  readonly path: string;
  /** what to recognize a board by */
  readonly serialNumber?: string;
  readonly vendorId?: string;
  readonly productId?: string;
  readonly manufacturer?: string;
}

const SERIAL = /^(tty(ACM|USB|AMA|S|mxc|THS|O|XRUSB)|rfcomm)\d+$/;
/** Directories between a port's device and the USB device that it belongs to. */
const USB_DEPTH = 4;

/**
 * The serial ports of this machine; an empty list if they cannot be listed, for it never throws. On Linux it reads sysfs under `root`:
 * serialport's own list runs udevadm and, where that is missing, ends the process.
 */
export async function listPorts(root = '/sys/class/tty'): Promise<PortInfo[]> {
  try {
    if (process.platform !== 'linux') return await portsOfPackage();
    const names = (await readdir(root)).filter((name) => SERIAL.test(name)).sort();
    const ports = await Promise.all(names.map((name) => describe(root, name)));
    return ports.filter((port) => port !== undefined);
  } catch {
    return [];
  }
}

/** What to recognize a port by: all that is given must be equal. */
export type PortIdentity = Pick<PortInfo, 'serialNumber' | 'vendorId' | 'productId'>;

/** How often the ports are looked at. */
const LOOK_MS = 100;

/**
 * The path of the one port of this identity, wherever it is plugged in now; waits up to `withinMs` for it to appear. Undefined if there is none,
 * or more than one: which of two boards was meant nobody can say.
 */
export async function findPort(
  identity: PortIdentity,
  withinMs = 0,
  list: () => Promise<readonly PortInfo[]> = listPorts,
): Promise<string | undefined> {
  const wanted = Object.entries(identity) as [keyof PortIdentity, string][];
  for (const until = performance.now() + withinMs; ; ) {
    const found = (await list()).filter((port) => wanted.every(([field, value]) => port[field] === value));
    if (found.length === 1) return found[0].path;
    if (performance.now() >= until) return undefined;
    await sleep(Math.min(LOOK_MS, Math.max(1, until - performance.now())));
  }
}

/** How to open the board that is at `path` now so that it is the same one each time: by its serial number, if it has one of its own; else by the path. */
export async function stablePort(
  path: string,
  list: () => Promise<readonly PortInfo[]> = listPorts,
): Promise<{ readonly path: string } | PortIdentity> {
  const ports = await list();
  // A name in /dev/serial/by-id leads to the port.
  const real = await realpath(path).catch(() => path);
  const { serialNumber, vendorId, productId } = ports.find((port) => port.path === real || port.path === path) ?? {};
  if (serialNumber === undefined) return { path };
  const identity = defined({ serialNumber, vendorId, productId }) as PortIdentity;
  return (await findPort(identity, 0, async () => ports)) === undefined ? { path } : identity;
}

async function portsOfPackage(): Promise<PortInfo[]> {
  const { SerialPort } = await import('serialport');
  const ports = await SerialPort.list();
  return ports.map(({ path, serialNumber, vendorId, productId, manufacturer }) => ({
    path,
    ...defined({ serialNumber, vendorId, productId, manufacturer }),
  }));
}

/** Undefined for a port without a device: the kernel makes names in advance for UARTs that are not there. */
async function describe(root: string, name: string): Promise<PortInfo | undefined> {
  try {
    const device = await realpath(join(root, name, 'device'));
    const subsystem = basename(await realpath(join(device, 'subsystem')));
    if (subsystem === 'platform') return undefined;
    const path = `/dev/${name}`;
    let usb = device;
    for (let i = 0; i < USB_DEPTH; i++, usb = dirname(usb)) {
      const vendorId = await read(usb, 'idVendor');
      if (vendorId === undefined) continue;
      const [productId, serialNumber, manufacturer] = await Promise.all([
        read(usb, 'idProduct'),
        read(usb, 'serial'),
        read(usb, 'manufacturer'),
      ]);
      return { path, ...defined({ serialNumber, vendorId, productId, manufacturer }) };
    }
    return { path };
  } catch {
    return undefined;
  }
}

async function read(directory: string, file: string): Promise<string | undefined> {
  try {
    return (await readFile(join(directory, file), 'utf8')).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Leaves out what is undefined. */
function defined(fields: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
