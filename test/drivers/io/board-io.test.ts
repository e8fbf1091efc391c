/** Real johnny-five components, through our own plugin and our wire, on real firmware in two emulated chips, in paced time. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import five from 'johnny-five';
import { type BoardIo, boardIO, emulatedAvr, emulatedBoard, emulatedRp2040, light, openBoard } from '../../../drivers/index.ts';
import type { ControllerError } from '../../../runtime/index.ts';
import { load, small } from '../small.ts';

/** johnny-five's pulse for an angle. */
const us = (degrees: number): number => 600 + 10 * degrees;
/** Half a degree; and the few instructions that another interrupt may put before an edge. */
const PULSE_TOLERANCE = 6;

interface Wired {
  readonly name: string;
  readonly make: (options?: { readonly faults: object }) => ReturnType<typeof emulatedAvr> | ReturnType<typeof emulatedRp2040>;
  readonly led: number;
  readonly other: number;
  readonly servo: number;
  readonly button: number;
  /** not lent: it belongs to the line */
  readonly line: number;
}
const chips: readonly Wired[] = [
  { name: 'ATmega328P', make: emulatedAvr, led: 6, other: 5, servo: 7, button: 4, line: 1 },
  { name: 'RP2040', make: emulatedRp2040, led: 18, other: 19, servo: 20, button: 21, line: 0 },
];

type Chip = ReturnType<Wired['make']>;

/** Waits for `done`, for at most so much of the chip's time; whether it came. */
async function within({ machine }: Chip, ms: number, done: () => boolean): Promise<boolean> {
  for (const until = machine.ms + ms; !done(); await sleep(2)) if (machine.ms >= until) return false;
  return true;
}
const lapse = (chip: Chip, ms: number): Promise<boolean> => within(chip, ms, () => false);

/** An open board of johnny-five, until the test ends. */
async function opened(t: ExecutionContext, { make }: Wired) {
  const chip = make({ faults: {} });
  const io = boardIO(chip);
  const board = new five.Board({ io, repl: false, debug: false, sigint: false } as object);
  const heard: string[] = [];
  for (const event of ['connect', 'ready', 'disconnect']) io.on(event, () => heard.push(event));
  t.false(io.isReady);
  await new Promise<void>((ready) => board.on('ready', ready));
  t.true(io.isReady);
  t.deepEqual(heard, ['connect', 'ready']);
  t.teardown(() => io.close());
  return { chip, io, pins: chip.chipPins, part: { board: board as never }, heard };
}

for (const wired of chips) {
  const { name, led, other, servo, button } = wired;

  test(`${name}: a lamp, a servo, a potentiometer and a button act on the pins`, async (t) => {
    const { chip, io, pins, part } = await opened(t, wired);
    const lamp = new five.Led({ ...part, pin: led });
    for (const level of [64, 255, 1, 0]) {
      lamp.brightness(level);
      await lapse(chip, 80);
      t.true(Math.abs(pins.pin(led).duty - level / 255) < 1e-3, `${level}: ${pins.pin(led).duty}`);
    }
    lamp.on();
    t.true(await within(chip, 500, () => pins.pin(led).duty === 1));
    t.false(pins.pin(other).output, 'no other pin moves');

    const motor = new five.Servo({ ...part, pin: servo });
    await lapse(chip, 60);
    t.is(pins.pin(servo).pulseUs, 0, 'attaching it moves nothing');
    const measured: [degrees: number, us: number][] = [];
    for (const degrees of [0, 45, 90, 180]) {
      motor.to(degrees);
      // The message, the pulse that runs, and a whole one.
      await lapse(chip, 80);
      measured.push([degrees, pins.pin(servo).pulseUs]);
    }
    const agree = (off: number): boolean => measured.every(([degrees, width]) => Math.abs(width - us(degrees + off)) <= PULSE_TOLERANCE);
    t.true(agree(0), JSON.stringify(measured));
    t.false(agree(1), 'and no angle a degree away');

    pins.analog(0, 0.3);
    pins.analog(1, 1);
    const pot = new five.Sensor({ ...part, pin: 'A0', freq: 10 });
    t.true(await within(chip, 2000, () => Number(pot.value) === 307 || Number(pot.value) === 306));
    pins.analog(0, 0.5);
    t.true(await within(chip, 2000, () => Math.abs(Number(pot.value) - 512) <= 1));
    // Its timer would keep the process.
    (pot as unknown as { disable(): void }).disable();

    const pressed: string[] = [];
    const key = new five.Button({ ...part, pin: button, isPullup: true });
    for (const event of ['down', 'up'] as const) key.on(event, () => pressed.push(event));
    await lapse(chip, 100);
    t.deepEqual(pressed, []);
    pins.drive(button, false);
    t.true(await within(chip, 2000, () => pressed.length === 1));
    pins.drive(button, undefined);
    t.true(await within(chip, 2000, () => pressed.length === 2));
    t.deepEqual(pressed, ['down', 'up']);
    t.is(io.fault, undefined);
  });

  test(`${name}: what it lacks is refused by name, and nothing moves`, async (t) => {
    const { chip, io, pins, part } = await opened(t, wired);
    const refused = (call: () => unknown, code: string, message: RegExp): unknown => t.throws(call, { code, message });
    refused(() => new five.Accelerometer({ ...part, controller: 'MPU6050' } as never), 'ERR_PLUGIN_METHOD', /i2cConfig\(\).*no I2C bus/);
    for (const method of ['i2cRead', 'pingRead', 'stepperConfig', 'serialRead', 'sendOneWireReset'])
      refused(() => (io as unknown as Record<string, () => void>)[method]!(), 'ERR_PLUGIN_METHOD', new RegExp(method));
    refused(() => io.analogWrite(button, 1), 'ERR_PIN', /PWM: it has no such mode/);
    refused(() => io.digitalWrite(wired.line, 1), 'ERR_PIN', /it is not lent/);
    refused(() => io.servoWrite(99, 90), 'ERR_PIN', /there is no such pin/);
    refused(() => io.analogRead('A9', () => undefined), 'ERR_PIN', /A9/);
    refused(() => io.pinMode(led, 42), 'ERR_PIN', /mode 42/);
    await lapse(chip, 60);
    t.false(pins.pin(wired.button).output);
    t.is(io.fault, undefined);
  });

  test(`${name}: a host that falls silent loses the pins, and gets them back only when it asks`, async (t) => {
    const { chip, io, pins, part, heard } = await opened(t, wired);
    const lamp = new five.Led({ ...part, pin: led });
    const motor = new five.Servo({ ...part, pin: servo, startAt: 90 });
    const pressed: string[] = [];
    const key = new five.Button({ ...part, pin: button, isPullup: true });
    for (const event of ['down', 'up'] as const) key.on(event, () => pressed.push(event));
    lamp.on();
    t.true(await within(chip, 500, () => pins.pin(led).high && pins.pin(servo).pulseUs > 0));
    // The host's event loop stands still, the chip's time goes on.
    chip.machine.run(chip.machine.ms + 150);
    t.true(pins.pin(led).high && pins.pin(servo).pulseUs > 0, 'HOLD: the last command stays');
    chip.machine.run(chip.machine.ms + 200);
    t.false(pins.pin(led).high, 'SAFE');
    t.is(pins.pin(servo).pulseUs, 0);
    t.true(pins.pin(led).output, 'low, not floating');
    t.true(await within(chip, 3000, () => io.fault !== undefined));
    t.is(io.fault?.code, 'ERR_BOARD_SAFE');
    t.deepEqual(heard, ['connect', 'ready', 'disconnect']);
    t.throws(() => lamp.on(), { code: 'ERR_BOARD_SAFE' });
    t.throws(() => motor.to(10), { code: 'ERR_BOARD_SAFE' });

    await io.rearm();
    await lapse(chip, 200);
    t.false(pins.pin(led).high, 'nothing of before comes back');
    t.is(pins.pin(servo).pulseUs, 0);
    lamp.on();
    motor.to(45);
    t.true(await within(chip, 500, () => pins.pin(led).high && Math.abs(pins.pin(servo).pulseUs - us(45)) <= PULSE_TOLERANCE));
    pins.drive(button, false);
    t.true(await within(chip, 2000, () => pressed.length === 1), 'inputs are what they were');
    // A button that is held has a timer, which would keep the process.
    pins.drive(button, undefined);
    t.true(await within(chip, 2000, () => pressed.length === 2));
  });

  test(`${name}: a line that is lost, and a board that was shut down`, async (t) => {
    const { chip, io, pins, part } = await opened(t, wired);
    const lamp = new five.Led({ ...part, pin: led });
    lamp.on();
    t.true(await within(chip, 500, () => pins.pin(led).high));
    let why: ControllerError | undefined;
    io.on('disconnect', (error: ControllerError) => {
      why = error;
    });
    await chip.line!.unplug();
    t.is(why?.code, 'ERR_PORT_LOST');
    t.throws(() => lamp.off(), { code: 'ERR_PORT_LOST' });
    chip.machine.run(chip.machine.ms + 300);
    t.false(pins.pin(led).high, 'and the chip makes itself safe');

    const second = await opened(t, wired);
    await second.chip.shutdown();
    t.throws(() => second.io.digitalWrite(led, 1), { code: 'ERR_BOARD_NOT_READY', message: /armed/ });
  });
}

test('a board that lends no pins is refused, with the reason', async (t) => {
  const io = boardIO(emulatedBoard());
  const [error] = (await once(io, 'error')) as [ControllerError];
  t.is(error.code, 'ERR_PIN');
  t.regex(error.message, /lends no pins/);
  t.false(io.isReady);
  await io.close();
});

test('a plugin that is closed before it is ready says nothing more', async (t) => {
  const io = boardIO(emulatedAvr());
  const said: string[] = [];
  for (const event of ['connect', 'ready', 'error', 'disconnect']) io.on(event, () => said.push(event));
  await io.close();
  await sleep(20);
  t.deepEqual(said, []);
  t.throws(() => io.digitalWrite(2, 1), { code: 'ERR_PIN' });
});

test('openBoard takes it, and its fault is the fault of the board', async (t) => {
  const chip = emulatedAvr({ faults: {} });
  const io: BoardIo = boardIO(chip);
  t.teardown(() => io.close());
  const board = await openBoard({ io, timeoutMs: 60_000 });
  const lamp = light(board, { pin: 3, intervalMs: 0 });
  lamp.apply(0.5);
  t.true(await within(chip, 500, () => Math.abs(chip.chipPins.pin(3).duty - 128 / 255) < 1e-3));
  await chip.line!.unplug();
  t.is(board.fault?.code, 'ERR_PORT_LOST');
  await board.close();
});

test('a network that runs on the chip and pins that johnny-five moves do not disturb each other', async (t) => {
  const spikes = async (beside: boolean): Promise<string[]> => {
    const chip = emulatedAvr();
    await chip.connect();
    await chip.deploy(load({ ...small, dt: 3 }));
    const said: string[] = [];
    chip.events.subscribe((event) => {
      if (event.kind === 'spikes') said.push(`${event.tick}: ${[...event.addresses.subarray(0, event.count)].join(' ')}`);
    });
    const io = beside ? boardIO(chip, { paced: false }) : undefined;
    if (io !== undefined) await once(io, 'ready');
    let on = 0;
    for (let tick = 0; tick < 200; tick++) {
      if (io !== undefined && tick % 5 === 0) {
        on = 1 - on;
        io.digitalWrite(2, on);
        io.analogWrite(3, tick);
        io.servoWrite(7, tick / 2);
      }
      chip.inputs(tick, Uint32Array.of(tick % 4), 1);
      if (tick % 5 === 4) t.is(chip.chipPins.pin(2).high, on === 1, `tick ${tick}`);
    }
    chip.pass(20);
    const { late, dropped } = chip.report();
    t.deepEqual([late, dropped, io?.fault], [0, 0, undefined]);
    await chip.shutdown();
    return said;
  };
  const alone = await spikes(false);
  t.is(alone.length, 200);
  t.true(alone.some((line) => !line.endsWith(': ')));
  t.deepEqual(await spikes(true), alone);
});
