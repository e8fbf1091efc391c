/** A bus with boards that are plugged in and pulled, in virtual time: what serialport would be with real ones. */
import { setImmediate as turn } from 'node:timers/promises';
import { machineTime } from '../../../apps/robots/servo-arm/time.ts';
import { IntegerBoard, WireBoard } from '../../../drivers/index.ts';
import { type LoopbackEnd, loopbackPair, type PortInfo, serialTransport, stablePort } from '../../../firmware-bridge/index.ts';
import { capabilities } from '../support.ts';

export interface Plugged {
  readonly device: IntegerBoard;
  readonly end: LoopbackEnd;
  /** false: it hears nothing any more, and its line stays up */
  alive: boolean;
}

type Heard = (value?: unknown) => void;

export function usb() {
  let ms = 0;
  const now = (): number => ms;
  const time = machineTime(now);
  const ports = new Map<string, { readonly info: PortInfo; readonly board: Plugged; gone?: Heard }>();
  const made: Plugged[] = [];
  const opened: string[] = [];

  class Port {
    isOpen = false;
    readonly #path: string;
    readonly #on = new Map<string, Heard>();
    #end: LoopbackEnd | undefined;
    constructor({ path }: { readonly path: string }) {
      this.#path = path;
    }
    open(done: (error: Error | null) => void): void {
      const port = ports.get(this.#path);
      if (port === undefined) {
        done(new Error('No such file or directory'));
        return;
      }
      opened.push(this.#path);
      this.isOpen = true;
      this.#end = port.board.end;
      const leave = port.board.end.onBytes((bytes, start, end) => this.#on.get('data')?.(bytes.slice(start, end)));
      port.gone = () => {
        this.isOpen = false;
        leave();
        this.#on.get('close')?.(null);
      };
      void port.board.end.open().then(() => done(null));
    }
    close(done: (error: Error | null) => void): void {
      this.isOpen = false;
      void this.#end?.close().then(() => done(null));
    }
    write(bytes: Uint8Array, done: () => void): boolean {
      if (this.isOpen) this.#end?.write(bytes, 0, bytes.length);
      done();
      return true;
    }
    set(_: object, done: (error: Error | null) => void): void {
      done(null);
    }
    on(event: string, listener: (value: never) => void): void {
      this.#on.set(event, listener as Heard);
    }
  }

  const list = async (): Promise<PortInfo[]> => [...ports.values()].map(({ info }) => info);
  const poll = (): void => {
    for (const { device, alive, end } of made) {
      if (alive) device.poll();
      end.poll?.();
    }
    time.wake();
  };
  return {
    time,
    opened,
    /** a board that lives whether or not it is plugged in */
    make(model: string): Plugged {
      const [end, deviceEnd] = loopbackPair({ now });
      const device = new IntegerBoard({
        ...{ transport: deviceEnd, now, computeMs: 0, bootId: made.length + 1 },
        capabilities: { ...capabilities, model },
      });
      void deviceEnd.open();
      device.start();
      const plugged: Plugged = { device, end, alive: true };
      made.push(plugged);
      return plugged;
    },
    plug(path: string, board: Plugged, serialNumber?: string): void {
      ports.set(path, { info: { path, ...(serialNumber === undefined ? {} : { serialNumber, vendorId: '2341' }) }, board });
    },
    pull(path: string): void {
      const { gone } = ports.get(path)!;
      ports.delete(path);
      gone?.();
    },
    /** the host's end of what is at a path now; kept by its serial number where it has one */
    async host(path: string): Promise<WireBoard> {
      const transport = serialTransport({ ...(await stablePort(path, list)), list, load: async () => ({ SerialPort: Port }) });
      const pass = (step: number): void => {
        ms += step;
      };
      return new WireBoard({ transport, session: () => made.length + opened.length, virtual: { now, stepMs: 1, pass, poll } });
    },
    /** lets time pass, a ms a turn of the event loop, until `done` is; at most so many ms */
    async until(done: () => boolean, most: number, each: () => void = () => undefined): Promise<boolean> {
      for (let k = 0; k < most; k++) {
        if (done()) return true;
        ms++;
        each();
        poll();
        await turn();
        await turn();
      }
      return done();
    },
  };
}
