/** A device of virtual time in the machine's: it lives as long as it is looked at. */
import type { Device } from '../../../../drivers/hil/index.ts';
import type { Transport } from '../../../../firmware-bridge/index.ts';

const LOOK_MS = 1;

/** Joins a device to the far end of a line and lets its time pass with the machine's; the result ends that. `looked` is called after each look. */
export async function live(device: Device, line: Transport, looked: () => void = () => undefined): Promise<() => Promise<void>> {
  const { virtual, transport } = device;
  if (virtual === undefined) throw new Error('a device that is joined to a line needs a time that can be told to pass');
  await transport.open();
  const removals = [
    line.onBytes((bytes, start, end) => void transport.write(bytes, start, end)),
    transport.onBytes((bytes, start, end) => void line.write(bytes, start, end)),
  ];
  const begin = performance.now() - virtual.now();
  const timer = setInterval(() => {
    virtual.pass(performance.now() - begin - virtual.now());
    virtual.poll();
    transport.poll?.();
    looked();
  }, LOOK_MS);
  return async () => {
    clearInterval(timer);
    for (const remove of removals) remove();
    await transport.close();
    await device.close?.();
  };
}
