import type { Transport } from '../../../firmware-bridge/index.ts';

/** This process's standard input and output as a line. */
export const stdio: Transport = {
  state: 'open',
  open: async () => undefined,
  close: async () => undefined,
  write: (bytes, start, end) => {
    process.stdout.write(bytes.slice(start, end));
    return true;
  },
  onBytes: (listener) => {
    const hear = (bytes: Buffer): void => listener(bytes, 0, bytes.length);
    process.stdin.on('data', hear);
    return () => process.stdin.off('data', hear);
  },
  onLost: () => () => undefined,
};
