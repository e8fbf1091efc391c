/** The Firmata firmware on the emulated chip, message by message, in virtual time. */
import test from 'ava';
import { Mpu6050, RegisterFile } from '../../../drivers/index.ts';
import { ofSysex, reports, split14, sysex, talk, textOf, texts, values14 } from './firmata-host.ts';

const INPUT = 0;
const OUTPUT = 1;
const ANALOG = 2;
const PWM = 3;
const SERVO = 4;
const I2C = 6;
const PULLUP = 11;
const mode = (pin: number, to: number): number[] => [0xf4, pin, to];
const write = (pin: number, value: number): number[] => [0xe0 | pin, ...split14(value)];

test('opening the line resets the board, which says what it speaks and what it is', async (t) => {
  const { uno, hello, pass, say } = await talk();
  t.deepEqual(hello[0], { kind: 0xf9, data: [2, 5] });
  const [name] = ofSysex(hello, 0x79);
  t.is(textOf(name!.slice(2)), 'ganglion-firmata');
  t.is(hello.length, 2);
  t.deepEqual(say([0xf9]), [hello[0]!]);
  t.deepEqual(say(sysex(0x79)), [hello[1]!]);
  say([...mode(13, OUTPUT), 0xf5, 13, 1]);
  t.true(uno.pin(13).high);
  await uno.transport.close();
  t.deepEqual(pass(40), [], 'nobody hears a closed line');
  t.true(uno.pin(13).high, 'closing it resets nothing');
  await uno.transport.open();
  t.deepEqual(pass(40), hello);
  t.false(uno.pin(13).output);
});

test('every pin says what it can do, and which are analog', async (t) => {
  const { say } = await talk();
  const [capabilities] = ofSysex(say(sysex(0x6b), 100), 0x6c);
  const pins: number[][][] = [[]];
  for (let i = 0; i < capabilities!.length; ) {
    if (capabilities![i] === 127) {
      pins.push([]);
      i++;
    } else {
      pins.at(-1)!.push([capabilities![i]!, capabilities![i + 1]!]);
      i += 2;
    }
  }
  t.is(pins.length, 21);
  const can = (wanted: number): number[] => pins.flatMap((modes, pin) => (modes.some(([one]) => one === wanted) ? [pin] : []));
  const from = (low: number, high: number): number[] => Array.from({ length: high - low + 1 }, (_, i) => low + i);
  t.deepEqual([can(INPUT), can(OUTPUT), can(PULLUP)], [from(2, 19), from(2, 19), from(2, 19)]);
  t.deepEqual([can(PWM), can(SERVO), can(ANALOG), can(I2C)], [[3, 5, 6, 9, 10, 11], from(2, 13), from(14, 19), [18, 19]]);
  t.deepEqual(
    pins[3]!.filter(([one]) => one === PWM || one === SERVO),
    [
      [PWM, 8],
      [SERVO, 14],
    ],
  );
  t.deepEqual(ofSysex(say(sysex(0x69)), 0x6a), [[...new Array(14).fill(127), 0, 1, 2, 3, 4, 5]]);
});

test('digital outputs follow ports and single pins, and no others', async (t) => {
  const { uno, say } = await talk();
  say([...mode(4, OUTPUT), ...mode(8, OUTPUT), ...mode(15, OUTPUT)]);
  say([0x90, 0x7f, 1, 0x91, 0x01, 1]);
  t.deepEqual(
    [4, 8, 15, 5, 9].map((pin) => uno.pin(pin).output && uno.pin(pin).high),
    [true, true, true, false, false],
  );
  say([0x90, 0, 0, 0xf5, 15, 0]);
  t.deepEqual(
    [4, 8, 15].map((pin) => uno.pin(pin).high),
    [false, true, false],
  );
});

test('a digital port is reported when asked for and at every change, pull-ups included', async (t) => {
  const { uno, say, pass } = await talk();
  uno.drive(3, true);
  t.deepEqual(reports(say([...mode(2, PULLUP), ...mode(3, INPUT), 0xd0, 1]), 0x90), [0b1100]);
  t.deepEqual(pass(100), [], 'nothing changed');
  uno.drive(2, false);
  t.deepEqual(reports(pass(5), 0x90), [0b1000]);
  uno.drive(2, undefined);
  uno.drive(3, false);
  t.deepEqual(reports(pass(5), 0x90), [0b0100]);
  // An old way to turn a pull-up on: writing 1 to an input.
  t.deepEqual(reports(say([...mode(5, INPUT), 0xf5, 5, 1]), 0x90), [0b100100]);
  say([0xd0, 0]);
  uno.drive(2, false);
  t.deepEqual(pass(100), []);
});

test('analog channels are sampled at the interval that was set, and read the voltage on the pin', async (t) => {
  const { uno, say, pass } = await talk();
  uno.analog(2, 0.25);
  const values = reports(say([0xc2, 1], 1000), 0xe2);
  t.deepEqual([...new Set(values)], [256]);
  // One at once, then every 19 ms.
  t.true(Math.abs(values.length - (1 + 1000 / 19)) <= 2, `${values.length}`);
  const faster = reports(say(sysex(0x7a, ...split14(10)), 1000), 0xe2).length;
  t.true(Math.abs(faster - 100) <= 2, `${faster}`);
  for (const share of [0, 0.5, 0.999, 1]) {
    uno.analog(2, share);
    t.is(reports(pass(40), 0xe2).at(-1), Math.min(1023, Math.floor(1024 * share)));
  }
  say([0xc2, 0]);
  t.deepEqual(pass(100), []);
});

test('PWM on six pins is the share of 255 that was written', async (t) => {
  const { uno, say } = await talk();
  const pins = [3, 5, 6, 9, 10, 11];
  for (const pin of pins) say(mode(pin, PWM), 5);
  for (const duty of [0, 1, 2, 127, 200, 254, 255]) {
    for (const pin of pins) say(write(pin, duty), 2);
    uno.pass(80);
    // Two counts of 510 a step: exact but for the quarter microsecond by which an interrupt may keep the emulator from looking.
    for (const pin of pins) t.true(Math.abs(255 * uno.pin(pin).duty - duty) < 0.1, `pin ${pin}, ${duty}: ${255 * uno.pin(pin).duty}`);
  }
  say(write(3, 128));
  t.true(uno.pin(3).duty > 0.4 && uno.pin(3).periodUs === 2040);
});

test('a servo gets no pulse before it is told where to go, then the pulse of its angle or its microseconds', async (t) => {
  const { uno, say } = await talk();
  say(mode(9, SERVO), 100);
  t.is(uno.pin(9).pulseUs, 0);
  // 544…2400 µs for 0…180 degrees, unless configured; ±2 µs: the timer's half microsecond and the instructions around it.
  const pulse = (value: number): number => {
    say(write(9, value), 70);
    return uno.pin(9).pulseUs;
  };
  const near = (value: number, us: number): void => {
    const measured = pulse(value);
    t.true(Math.abs(measured - us) < 2, `${value}: ${measured}, not ${us}`);
  };
  near(0, 544);
  near(90, 1472);
  near(180, 2400);
  near(1500, 1500);
  near(3000, 2400);
  say(sysex(0x70, 9, ...split14(1000), ...split14(2000)));
  near(0, 1000);
  near(180, 2000);
  near(700, 1000);
  t.true(Math.abs(uno.pin(9).periodUs - 20_000) < 10);
  say(mode(9, OUTPUT), 100);
  t.is(uno.pin(9).pulseUs, 0);
});

test('twelve servos at once each get their own pulse', async (t) => {
  const { uno, say } = await talk();
  const angles = Array.from({ length: 12 }, (_, i) => 15 * i);
  for (const [i, angle] of angles.entries()) say([...mode(2 + i, SERVO), ...write(2 + i, angle)], 5);
  say([0xc0, 1, ...sysex(0x7a, 10, 0)], 200);
  for (const [i, angle] of angles.entries()) {
    const { pulseUs } = uno.pin(2 + i);
    const us = 544 + (1856 * angle) / 180;
    // ±6 µs, half a degree: while bytes and samples come, another interrupt may stand before the edge.
    t.true(Math.abs(pulseUs - us) < 6, `pin ${2 + i}: ${pulseUs}, not ${us}`);
  }
});

test('servos take the PWM of pins 9 and 10, and say so', async (t) => {
  const { uno, say } = await talk();
  say([...mode(9, PWM), ...write(9, 100), ...mode(11, PWM), ...write(11, 100)], 60);
  t.true(uno.pin(9).duty > 0.3);
  t.regex(texts(say([...mode(4, SERVO), ...write(4, 90)], 80)).join(), /PWM of pin 9/);
  t.is(uno.pin(9).duty, 0);
  t.true(Math.abs(uno.pin(11).duty - 100 / 255) < 0.001);
  t.regex(texts(say(mode(10, PWM), 40)).join(), /refused by pin 10/);
  say([...mode(4, INPUT), ...mode(9, PWM), ...write(9, 100)], 60);
  t.true(Math.abs(uno.pin(9).duty - 100 / 255) < 0.001);
});

test('what a pin is and was told is answered', async (t) => {
  const { say } = await talk();
  const state = (pin: number): (readonly number[])[] => ofSysex(say(sysex(0x6d, pin)), 0x6e);
  say([...mode(9, SERVO), ...write(9, 1500)]);
  t.deepEqual(state(9), [[9, SERVO, ...split14(1500)]]);
  say(mode(2, PULLUP));
  t.deepEqual(state(2), [[2, PULLUP, 1, 0]]);
  t.deepEqual(state(14), [[14, ANALOG, 0, 0]]);
  say(sysex(0x6f, 3, ...split14(77)));
  t.deepEqual(state(3), [[3, INPUT, 0, 0]], 'a value for a pin that is no output');
  say([...mode(3, PWM), ...sysex(0x6f, 3, ...split14(77))]);
  t.deepEqual(state(3), [[3, PWM, 77, 0]]);
});

test('modes that a pin has not are refused in words, and change nothing', async (t) => {
  const { say } = await talk();
  say(mode(2, OUTPUT));
  for (const [pin, wanted] of [
    [2, PWM],
    [2, ANALOG],
    [0, OUTPUT],
    [14, SERVO],
    [99, INPUT],
    [13, I2C],
    [2, 8],
  ] as const)
    t.regex(texts(say(mode(pin, wanted), 40)).join(), new RegExp(`refused by pin ${pin}$`));
  t.deepEqual(ofSysex(say(sysex(0x6d, 2)), 0x6e), [[2, OUTPUT, 0, 0]]);
});

test('a system reset lets go of everything', async (t) => {
  const { uno, say, pass } = await talk();
  say([...mode(9, SERVO), ...write(9, 90), ...mode(3, PWM), ...write(3, 90), ...mode(4, OUTPUT), 0xf5, 4, 1, 0xc0, 1, 0xd0, 1], 60);
  say([0xff]);
  t.deepEqual(
    [9, 3, 4].map((pin) => uno.pin(pin).output),
    [false, false, false],
  );
  t.deepEqual(pass(100), []);
});

test('I2C registers are written and read, once and at every interval, with and without a stop between', async (t) => {
  const { uno, say, pass } = await talk();
  const device = new RegisterFile(32);
  for (let i = 0; i < 32; i++) device.registers[i] = 0xf0 - i;
  uno.attach(0x21, device);
  t.regex(texts(say(sysex(0x76, 0x21, 0x08, 5, 0, 2, 0), 60)).join(), /I2C refused for 33/, 'before the bus is on');
  say(sysex(0x78, 100, 0));
  say(sysex(0x76, 0x21, 0, ...split14(3), ...split14(0xab), ...split14(0xcd)));
  t.deepEqual([...device.registers.subarray(2, 6)], [0xee, 0xab, 0xcd, 0xeb]);
  const reply = (from: number, ...bytes: number[]): number[] => [0x21, 0, ...[from, ...bytes].flatMap(split14)];
  for (const how of [0x08, 0x48]) t.deepEqual(ofSysex(say(sysex(0x76, 0x21, how, 3, 0, 3, 0)), 0x77), [reply(3, 0xab, 0xcd, 0xeb)]);
  // Without a register it reads on from where it stands.
  t.deepEqual(ofSysex(say(sysex(0x76, 0x21, 0x08, 1, 0)), 0x77), [reply(0, 0xea)]);
  const replies = ofSysex(say([...sysex(0x7a, 20, 0), ...sysex(0x76, 0x21, 0x10, 0, 0, 2, 0)], 410), 0x77);
  t.true(replies.length >= 19 && replies.length <= 21, `${replies.length}`);
  t.deepEqual(replies[0], reply(0, 0xf0, 0xef));
  device.registers[0] = 1;
  t.is(values14(ofSysex(pass(40), 0x77).at(-1)!)[2], 1);
  say(sysex(0x76, 0x21, 0x18));
  t.deepEqual(pass(100), []);
});

test('a device that is not there, or is asked for too much, is an answer in words; the bus goes on', async (t) => {
  const { uno, say } = await talk();
  const chip = new Mpu6050();
  uno.attach(0x68, chip);
  say(sysex(0x78));
  t.regex(texts(say(sysex(0x76, 0x50, 0x08, 0, 0, 1, 0), 60)).join(), /no I2C answer from 80/);
  t.regex(texts(say(sysex(0x76, 0x50, 0, 1, 0), 60)).join(), /no I2C answer from 80/);
  t.regex(texts(say(sysex(0x76, 0x68, 0x08, 0, 0, 65, 0), 60)).join(), /I2C bytes at once: 64/);
  t.regex(texts(say(sysex(0x76, 0x68, 0x28, 0, 0, 1, 0), 60)).join(), /I2C refused/);
  t.deepEqual(ofSysex(say(sysex(0x76, 0x68, 0x08, 0x75, 0, 1, 0)), 0x77), [[0x68, 0, 0x75, 0, 0x68, 0]]);
  t.regex(texts(say([0xc4, 1], 40)).join(), /in use by I2C: pin 18/);
  say(mode(18, OUTPUT));
  t.false(uno.pin(19).output);
  t.regex(texts(say(sysex(0x76, 0x68, 0x08, 0x75, 0, 1, 0), 60)).join(), /refused/);
});

test('by default outputs stay when the host falls silent; with a timeout they stop, within a few ms, until they are told anew', async (t) => {
  const { uno, say, pass } = await talk();
  const start = [...mode(9, SERVO), ...write(9, 90), ...mode(3, PWM), ...write(3, 90), ...mode(4, OUTPUT), 0xf5, 4, 1];
  const running = (): boolean[] => [uno.pin(9).pulseUs > 0, uno.pin(3).duty > 0, uno.pin(4).high];
  say(start, 60);
  pass(5000);
  t.deepEqual(running(), [true, true, true]);

  t.deepEqual(ofSysex(say(sysex(0x0f, ...split14(250)), 20), 0x0f), [[...split14(250), 0]]);
  for (let i = 0; i < 10; i++) t.deepEqual(ofSysex(say(sysex(0x0f), 200), 0x0f), [[...split14(250), 0]], 'it is heard');
  // The last message came some 200 ms ago.
  pass(45);
  t.true(uno.pin(4).high);
  const said = pass(10);
  t.false(uno.pin(4).high);
  t.deepEqual(ofSysex(said, 0x0f), [[...split14(250), 1]]);
  pass(100);
  t.deepEqual(running(), [false, false, false]);
  t.deepEqual(ofSysex(say(sysex(0x0f), 20), 0x0f), [[...split14(250), 1]], 'the host is told');
  t.deepEqual(ofSysex(say(sysex(0x0f), 20), 0x0f), [[...split14(250), 0]], 'once');
  t.deepEqual(running(), [false, false, false]);
  say([...write(9, 90), ...write(3, 90), 0xf5, 4, 1], 80);
  t.deepEqual(running(), [true, true, true]);
  t.deepEqual(ofSysex(pass(400), 0x0f), [[...split14(250), 1]], 'a second silence');
  t.deepEqual(running(), [false, false, false]);
  say([...sysex(0x0f, 0, 0), ...write(9, 90)], 80);
  pass(1000);
  t.true(uno.pin(9).pulseUs > 0);
});

test('a program that hangs is ended by the watchdog, and its pins are let go; low voltage is told apart', async (t) => {
  const { uno, say, pass } = await talk();
  say([...mode(9, SERVO), ...write(9, 90), ...mode(4, OUTPUT), 0xf5, 4, 1], 60);
  t.true(uno.pin(4).high);
  // Every instruction a jump to itself.
  uno.machine.cpu.progMem.fill(0xcfff);
  const said = pass(400);
  t.is(uno.watchdogResets, 1);
  t.deepEqual([uno.pin(4).output, uno.pin(9).output], [false, false]);
  t.is(said.filter(({ kind }) => kind === 0xf9).length, 1);
  t.regex(texts(said).join(), /restarted by its watchdog/);
  uno.reset('lowVoltage');
  t.regex(texts(pass(100)).join(), /restarted by low voltage/);
  uno.reset();
  t.deepEqual(texts(pass(100)), []);
});

test('a burst that is longer than the buffer, while the board is busy, costs whole messages only', async (t) => {
  const { uno, say } = await talk();
  // 30 capability queries are answered by 5 kB, nearly a second of line time, while 90 bytes wait.
  const said = say(Array.from({ length: 30 }, () => sysex(0x6b)).flat(), 1500);
  t.is(ofSysex(said, 0x6c).length, 30);
  // 900 bytes cannot wait in 256: messages are lost, and said to be; messagesOf() has found every answer whole.
  const more = say(Array.from({ length: 300 }, () => sysex(0x6b)).flat(), 5000);
  t.true(texts(more).some((text) => text.startsWith('bytes lost')));
  t.true(ofSysex(more, 0x6c).length < 300);
  t.is(uno.watchdogResets, 0);
  t.deepEqual(say([0xf9]), [{ kind: 0xf9, data: [2, 5] }]);
});
