/** The firmware: built anew, examined, and held to the integer network for 10,000 ticks on everything that runs it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AVRUSART, avrInstruction, CPU, usart0Config } from 'avr8js';
import { AvrMachine, readIntelHex } from '../../drivers/index.ts';
import { MachineLine } from '../../firmware-bridge/index.ts';
import { compare, smallNetworks } from '../firmware/agreement.ts';
import { firmwareFolder, make } from '../firmware/build.ts';
import { busiest } from '../firmware/goodput.ts';
import { avr, hostMachine } from '../firmware/machines.ts';
import { atLeast, atMost, type Check } from './checks.ts';
import { agreed, lineChecks, NETWORKS, TICKS } from './line-checks.ts';

const FLASH = 32768;

/** Bytes that an echo program on the chip sends back of `count` sent without a pause. */
function echoed(baud: 115200 | 500000, count: number): { back: number; overruns: number } {
  const flash = readIntelHex(readFileSync(join(firmwareFolder, `build/echo-${baud}.hex`), 'utf8'), FLASH);
  const line = new MachineLine(count);
  const machine = new AvrMachine({ flash, line, baud });
  let back = 0;
  line.onBytes((bytes, start, end) => {
    for (let i = start; i < end; i++) if (bytes[i] === (back * 7 + 1) % 251) back++;
  });
  void line.open();
  machine.run(1);
  line.write(
    Uint8Array.from({ length: count }, (_, i) => (i * 7 + 1) % 251),
    0,
    count,
  );
  for (let ms = 1; ms < 20 + (count * 10_000) / baud; ms++) {
    machine.run(ms);
    line.poll();
  }
  return { back, overruns: machine.usart.overruns };
}

/** The same echo on the emulator's own USART: bytes that came back, of those sent without a pause. */
function echoedByEmulator(count: number): number {
  const flash = readIntelHex(readFileSync(join(firmwareFolder, 'build/echo-500000.hex'), 'utf8'), FLASH);
  const cpu = new CPU(new Uint16Array(flash.buffer), 2048);
  const usart = new AVRUSART(cpu, usart0Config, 16e6);
  let back = 0;
  let sent = 0;
  usart.onByteTransmit = () => back++;
  const feed = (): void => {
    if (sent < count && usart.writeByte(sent & 0xff)) sent++;
  };
  usart.onRxComplete = feed;
  while (cpu.cycles < 16_000 + (count + 100) * 320) {
    if (sent === 0 && cpu.cycles > 16_000) feed();
    avrInstruction(cpu);
    cpu.tick();
  }
  return back;
}

export const firmwareChecks: readonly Check[] = [
  {
    claim: 'the images in the package are those that the sources make',
    run: async () => {
      make('check-images');
      return make('sizes')
        .match(/(Program|Data): +\d+ bytes \([\d.]+%/g)!
        .slice(0, 2)
        .join(', ');
    },
  },
  {
    claim: 'the C code is clean under cppcheck and the compiler’s analyzer',
    run: async () => {
      make('analyze');
      return 'no finding';
    },
  },
  {
    claim: 'the firmware as a process, under sanitizers, computes what the integer network does',
    run: async () => {
      const machine = hostMachine();
      const found = await compare(machine, smallNetworks(NETWORKS), TICKS);
      machine.firmware.close();
      return agreed(found);
    },
  },
  {
    claim: 'the image on an emulated ATmega328P computes what the integer network does, and loses no byte',
    run: async () => {
      const machine = avr();
      const found = agreed(await compare(machine, smallNetworks(NETWORKS), TICKS));
      assert.deepEqual([machine.machine.usart.overruns, machine.machine.watchdogResets], [0, 0]);
      return found;
    },
  },
  {
    claim: 'firmware for the ATmega328P that cuts instead of rounding is noticed',
    run: async () => {
      make('build/atmega328p-cutting.hex');
      const image = readFileSync(join(firmwareFolder, 'build/atmega328p-cutting.hex'), 'utf8');
      const { differing, words } = await compare(avr(500000, image), smallNetworks(2), 20);
      return atLeast(`of ${words} words, differing`, differing, 1);
    },
  },
  {
    claim: 'the emulated USART loses nothing in both directions at once, where the emulator’s own does',
    run: async () => {
      make('build/echo-115200.hex', 'build/echo-500000.hex');
      const count = 5000;
      for (const baud of [115200, 500000] as const) assert.deepEqual(echoed(baud, count), { back: count, overruns: 0 }, `${baud} baud`);
      return atMost(`${count} of ${count} came back at both speeds; with the emulator's own`, echoedByEmulator(count), count - 1);
    },
  },
  ...lineChecks('atmega328p'),
  {
    claim: 'the ATmega328P keeps up with the tick that it names, over the line, when everything spikes in every tick',
    run: async () => {
      const { cycles, told, ran } = await busiest(8, 12, 1, 3);
      const overloaded = await busiest(8, 12, 1, 1);
      assert.ok(overloaded.ran < overloaded.told, 'a third of the time is not too little');
      return `${atLeast(`8-12-1 at 3 ms, of ${told} ticks`, ran, told)}, at most ${cycles} cycles each; at 1 ms ${overloaded.ran}`;
    },
  },
];
