import { Machine } from './machine.ts';
import { SpiPort } from './spi-port.ts';

/** The chip as it is soldered: the controller with its pins, and the SPI port beside it. */
export class ReckonDevice {
  readonly machine = new Machine();
  readonly spi = new SpiPort(this.machine);

  /** The reset pin. */
  reset(): void {
    this.machine.reset();
    this.spi.reset();
  }
}
