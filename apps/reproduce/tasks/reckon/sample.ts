import type { ReckonSample } from '../../../../drivers/index.ts';

/** Spikes of one example, collected tick after tick. */
export class SpikeTrain implements ReckonSample {
  ticks = 0;
  from = 0;
  readonly addresses: number[] = [];
  readonly starts: number[] = [0];

  clear(): void {
    this.ticks = 0;
    this.addresses.length = 0;
    this.starts.length = 1;
  }

  /** An input that spikes in this tick. */
  add(address: number): void {
    this.addresses.push(address);
  }

  endTick(): void {
    this.starts.push(this.addresses.length);
    this.ticks++;
  }
}
