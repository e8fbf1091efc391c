import { type Core, createCore, lastStepped, NEURONS, OUTPUTS, resetCore, rest } from './core.ts';
import { alwaysRegularizes, BLOCKS, blockCycles, eprop, lastBlock } from './eprop.ts';
import { integrate, integrateCycles, lastIntegrated } from './integrate.ts';
import { resetRegisters } from './registers.ts';
import { step } from './step.ts';

/** What the controller does; `ready` is the end of PROP, when the next tick may come. */
export type MachineState = 'idle' | 'integrate' | 'ready' | 'step' | 'config' | 'target' | 'eprop' | 'send';

/** Cycles from an edge of a pin to what it does: two synchronisers and the state register. */
const SYNC = 3;
/** Cycles of a byte on the output bus, its receiver answering at once. */
const SEND = 6;
/** Cycles of an event on the input bus, request and answer there and back. */
const AER = 6;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * The controller of ReckOn, with its pins, in CLK cycles of its own. What it computes in a cycle is in step.ts, integrate.ts and eprop.ts.
 *
 * First tick of a sample: integrate. Every later one: step → (CONFIG while EN_CONF) → e-prop, if it is on and there is a target → integrate.
 * A sample ends when SAMPLE is low at a tick: step, the answer, idle. A tick while busy is a timing error; with ERROR_HALT the controller
 * then stays idle until a reset.
 *
 * Levels (`sample`, `targetValid`, `inferAcc`) are seen where the controller looks at them: at the end of a step, at a block of e-prop, at its end. SAMPLE that falls
 * during e-prop leaves the controller there, learning block after block, all sixteen of them, until it rises again.
 *
 * Compared with the hardware description: spikes, states, weights and cycles of samples with classification. Only read from it: LOCAL_TICK (which cannot start
 * a sample: the counter stands still while idle, unless CYCLES_PER_TICK is 1), SEND_PER_TIMESTEP, regression, the cycles of both buses, and what a
 * tick that came too early leaves behind.
 */
export class Machine {
  readonly core: Core = createCore();
  /** pins */
  sample = false;
  targetValid = false;
  inferAcc = false;
  /** CLK cycles since power-on */
  clock = 0;
  timingError = false;
  state: MachineState = 'idle';
  /** neurons that spiked in the latest step, ascending: hidden in the chip, which has no port for them */
  readonly spikes = new Uint32Array(NEURONS);
  spikeCount = 0;
  /** bytes of the output bus since `takeOutput`, at most a tick's */
  readonly sent = new Uint8Array(2 * OUTPUTS);
  sentCount = 0;
  #phaseEnd = NEVER;
  #tickAt = NEVER;
  #localAt = NEVER;
  /** the index that integrates next, or the block that learns */
  #cursor = 0;
  /** cycle from which that index takes its own */
  #indexAt = 0;
  #targetBytes = 0;
  readonly #wins = new Uint16Array(OUTPUTS);

  /** Pin TIMING_ERROR_RDY. */
  get timingErrorReady(): boolean {
    return this.core.registers.TIMING_MODE === 1 ? this.timingError : this.state === 'idle' || this.state === 'ready';
  }

  /** Pin SPI_RDY: the state is frozen and can be read. */
  get spiReady(): boolean {
    return this.state === 'config';
  }

  /** The request for a target. */
  get wantsTarget(): boolean {
    return this.state === 'target';
  }

  /** The reset pin. Memories keep what they hold, and so do registers without a reset value. */
  reset(): void {
    resetRegisters(this.core.registers);
    resetCore(this.core);
    this.timingError = false;
    this.#enter('idle', NEVER);
    this.#tickAt = NEVER;
    this.#localAt = NEVER;
    this.#targetBytes = 0;
    this.spikeCount = 0;
    this.sentCount = 0;
    this.#wins.fill(0);
  }

  /** A rising edge of TIME_TICK. */
  tick(): void {
    if (this.core.registers.LOCAL_TICK === 0) this.#tickAt = this.clock + SYNC;
  }

  /** One event on the input bus: an input (target false), or a byte of a target; takes its cycles. */
  event(address: number, isTarget: boolean): void {
    this.run(SYNC);
    if (isTarget) this.#receive(address & 0xff);
    else this.core.nextEvents[address & 0xff] = 1;
    this.run(AER - SYNC);
  }

  /** Lets cycles pass. */
  run(cycles: number): void {
    const until = this.clock + cycles;
    for (;;) {
      if (this.state === 'integrate') this.#integrate(until);
      const next = Math.min(this.#phaseEnd, this.#tickAt, this.#localAt);
      if (next > until) break;
      this.clock = next;
      // What ends in the cycle of a tick has ended before it.
      if (this.#phaseEnd === next) this.#endPhase();
      else if (this.#tickAt === next) {
        this.#tickAt = NEVER;
        this.#onTick();
      } else {
        this.#localAt = next + this.core.registers.CYCLES_PER_TICK;
        this.#onTick();
      }
    }
    this.clock = until;
  }

  /** Lets cycles pass until the controller waits for something: the next tick, a target, or EN_CONF to fall. Returns how many; at most `limit`. */
  settle(limit = 1 << 24): number {
    const from = this.clock;
    for (;;) {
      if (this.state === 'integrate') this.#integrate(from + limit);
      const next = Math.min(this.#phaseEnd, this.#tickAt, this.#localAt);
      if (next > from + limit) break;
      this.run(next - this.clock);
    }
    return this.clock - from;
  }

  /** EN_CONF was written: CONFIG is left when it falls. LOCAL_TICK may have been: its counter starts. */
  registersWritten(): void {
    const { registers } = this.core;
    if (this.state === 'config' && registers.EN_CONF === 0) this.#afterStep();
    if (registers.LOCAL_TICK === 0) this.#localAt = NEVER;
    else if (this.#localAt === NEVER && this.state !== 'idle') this.#localAt = this.clock + registers.CYCLES_PER_TICK;
  }

  #enter(state: MachineState, end: number): void {
    this.state = state;
    this.#phaseEnd = end;
  }

  #onTick(): void {
    const { core } = this;
    core.events.set(core.nextEvents);
    core.nextEvents.fill(0);
    if (this.timingError && core.registers.ERROR_HALT === 1) return;
    if (this.state === 'idle') {
      if (!this.sample) return;
      this.spikeCount = 0;
      this.registersWritten();
      this.#startIntegration();
    } else if (this.state === 'ready') {
      step(core);
      this.#collectSpikes();
      // The cycle after the step is the controller's, to choose.
      this.#enter('step', this.clock + lastStepped(core.registers) + 2);
    } else {
      this.timingError = true;
      if (core.registers.ERROR_HALT === 1) this.#enter('idle', NEVER);
    }
  }

  #collectSpikes(): void {
    const { spiked } = this.core;
    let count = 0;
    for (let j = 0; j < NEURONS; j++) if (spiked[j] === 1) this.spikes[count++] = j;
    this.spikeCount = count;
  }

  #startIntegration(): void {
    this.#cursor = 0;
    this.#indexAt = this.clock;
    this.#enter('integrate', NEVER);
  }

  #integrate(until: number): void {
    const { core } = this;
    const last = lastIntegrated(core);
    const limit = Math.min(until, this.#tickAt, this.#localAt);
    while (this.#cursor <= last) {
      const cycles = integrateCycles(core, this.#cursor);
      if (this.#indexAt + cycles > limit) return;
      integrate(core, this.#cursor++);
      this.#indexAt += cycles;
    }
    this.clock = this.#indexAt;
    this.#enter('ready', NEVER);
  }

  #endPhase(): void {
    const { core } = this;
    const { registers } = core;
    if (this.state === 'step') {
      if (this.inferAcc && registers.REGRESSION === 0) this.#countWinner();
      if (!this.sample) this.#send();
      else if (registers.EN_CONF === 1) this.#enter('config', NEVER);
      else this.#afterStep();
    } else if (this.state === 'eprop') {
      const done = this.#cursor === lastBlock(core);
      if (done && registers.SEND_PER_TIMESTEP === 1) this.#send();
      else if (done && this.sample) this.#startIntegration();
      else {
        this.#cursor = (this.#cursor + 1) % BLOCKS;
        this.#learn();
      }
    } else if (this.state === 'send') {
      if (this.sample && registers.SEND_PER_TIMESTEP === 1) this.#startIntegration();
      else this.#goIdle();
    }
  }

  #afterStep(): void {
    const { registers } = this.core;
    const learns = registers.DO_EPROP !== 0 && (this.targetValid || alwaysRegularizes(registers));
    if (learns) {
      if (registers.SINGLE_LABEL === 1 && this.core.gotLabel) {
        this.#cursor = 0;
        this.#learn();
      } else this.#enter('target', NEVER);
    } else if (registers.SEND_PER_TIMESTEP === 1) this.#send();
    else this.#startIntegration();
  }

  #learn(): void {
    eprop(this.core, this.#cursor, this.targetValid);
    this.#enter('eprop', this.clock + blockCycles(this.core, this.#cursor));
  }

  #receive(byte: number): void {
    const { core } = this;
    if (core.registers.REGRESSION === 0) {
      core.label = byte & 15;
      if (this.state !== 'idle') core.gotLabel = true;
      if (this.state === 'target') this.#targetComplete();
      return;
    }
    const k = (this.#targetBytes >> 1) & 15;
    const low = (this.#targetBytes & 1) === 0;
    core.targets[k] = low ? (core.targets[k]! & 0xff00) | byte : (core.targets[k]! & 0xff) | (byte << 8);
    this.#targetBytes = this.state === 'idle' ? 0 : (this.#targetBytes + 1) & 31;
    if (this.state === 'target' && !low && k === core.registers.NUM_OUT_NEUR) this.#targetComplete();
  }

  #targetComplete(): void {
    this.#targetBytes = 0;
    this.#cursor = 0;
    this.#learn();
  }

  /** The first of the largest outputs wins the tick. */
  #countWinner(): void {
    const { y, registers } = this.core;
    let winner = 0;
    for (let k = 1; k <= registers.NUM_OUT_NEUR; k++) if (y[k]! > y[winner]!) winner = k;
    this.#wins[winner] = this.#wins[winner]! + 1;
  }

  /** The output with most ticks won, the first of equals, as the chip sends it. */
  get winner(): number {
    let winner = 0;
    for (let k = 1; k <= this.core.registers.NUM_OUT_NEUR; k++) if (this.#wins[k]! > this.#wins[winner]!) winner = k;
    return winner;
  }

  #send(): void {
    const { y, registers } = this.core;
    this.sentCount = 0;
    if (registers.SEND_LABEL_ONLY === 1) this.sent[this.sentCount++] = registers.REGRESSION === 1 ? 0 : this.winner;
    else {
      for (let k = 0; k <= registers.NUM_OUT_NEUR; k++) {
        this.sent[this.sentCount++] = y[k]!;
        this.sent[this.sentCount++] = y[k]! >> 8;
      }
    }
    this.#enter('send', this.clock + SEND * this.sentCount);
  }

  #goIdle(): void {
    rest(this.core);
    this.core.gotLabel = false;
    this.#targetBytes = 0;
    this.#wins.fill(0);
    this.#localAt = NEVER;
    this.#enter('idle', NEVER);
  }
}
