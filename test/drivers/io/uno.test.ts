/** Real johnny-five components, through firmata-io and a transport of ours, on real firmware in an emulated chip, in paced time. */
import test, { type ExecutionContext } from 'ava';
import { analogSensor, light, Mpu6050, openBoard, servo } from '../../../drivers/index.ts';
import { firmataLine } from './mock-firmata.ts';
import { lapse, paced, within } from './uno.ts';

/** johnny-five's pulse for an angle. */
const us = (degrees: number): number => 600 + 10 * degrees;
/** 6 µs: half a degree; one count of the timer, and the few instructions that another interrupt may put before an edge. */
const PULSE_TOLERANCE = 6;

async function pulses(t: ExecutionContext): Promise<[degrees: number, us: number][]> {
  const { uno, board } = await paced(t);
  const motor = servo(board, { pin: 9, intervalMs: 0 });
  const measured: [number, number][] = [];
  for (const degrees of [0, 45, 90, 135, 180]) {
    motor.apply(degrees);
    // The byte, the pulse that runs, and a whole one.
    await lapse(uno, 60);
    measured.push([degrees, uno.pin(9).pulseUs]);
  }
  await board.close();
  return measured;
}
const agree = (measured: readonly (readonly [number, number])[]): boolean =>
  measured.every(([degrees, width]) => Math.abs(width - us(degrees)) <= PULSE_TOLERANCE);

test('a servo: the pulse on the pin is that of the angle, and of no angle a degree away', async (t) => {
  const measured = await pulses(t);
  t.true(agree(measured), JSON.stringify(measured));
  t.false(agree(measured.map(([degrees, width]) => [degrees + 1, width])));
});

test('a potentiometer: what the sensor emits is the share of the voltage on that channel, and of no other', async (t) => {
  const { uno, board } = await paced(t);
  const values: number[] = [];
  uno.analog(1, 1);
  uno.analog(0, 0.3);
  const subscription = analogSensor(board, { pin: 'A0', intervalMs: 10 }).subscribe((value) => values.push(value));
  for (const share of [0.3, 0, 0.5, 1]) {
    uno.analog(0, share);
    // What was sampled before, and is on the line.
    await lapse(uno, 60);
    values.length = 0;
    t.true(await within(uno, 5000, () => values.length > 0));
    // One step of ten bits, and 1023 for 1024 of them.
    t.true(Math.abs(values[0]! - share) <= 2 / 1023, `${share}: ${values[0]}`);
  }
  subscription.unsubscribe();
});

test('a light: the duty of the pin is its brightness', async (t) => {
  const { uno, board } = await paced(t);
  const lamp = light(board, { pin: 6, intervalMs: 0 });
  for (const level of [1, 0.25, 0.5, 0]) {
    lamp.apply(level);
    await lapse(uno, 80);
    // 255 steps.
    t.true(Math.abs(uno.pin(6).duty - level) <= 1 / 255, `${level}: ${uno.pin(6).duty}`);
  }
});

test('a button with a pull-up, and an accelerometer on I2C', async (t) => {
  const { uno, board } = await paced(t);
  const chip = new Mpu6050();
  uno.attach(0x68, chip);
  const { Accelerometer, Button } = (await import('johnny-five')).default;
  const heard: string[] = [];
  const button = new Button({ board: board.raw as never, pin: 4, isPullup: true });
  button.on('down', () => heard.push('down'));
  button.on('up', () => heard.push('up'));
  await lapse(uno, 50);
  t.deepEqual(heard, []);
  uno.drive(4, false);
  t.true(await within(uno, 2000, () => heard.length === 1));
  uno.drive(4, undefined);
  t.true(await within(uno, 2000, () => heard.length === 2));
  t.deepEqual(heard, ['down', 'up']);

  const sensor = new Accelerometer({ board: board.raw as never, controller: 'MPU6050' } as never);
  let read = '';
  sensor.on('data', () => {
    read = [sensor.x, sensor.y, sensor.z].join();
  });
  t.true(await within(uno, 5000, () => read !== ''));
  t.is(read, '0,0,0');
  chip.feel({ acceleration: [0.5, -0.25, 1] });
  // johnny-five smooths over some readings.
  t.true(await within(uno, 5000, () => read === '0.5,-0.25,1'), read);
});

test('a board that restarts is a fault: its pins are inputs, and the host must begin anew', async (t) => {
  const { uno, board } = await paced(t);
  const motor = servo(board, { pin: 9, intervalMs: 0 });
  await lapse(uno, 60);
  t.true(uno.pin(9).output);
  uno.reset('lowVoltage');
  t.true(await within(uno, 2000, () => board.fault !== undefined));
  t.is(board.fault?.code, 'ERR_BOARD_FAULT');
  t.regex(board.fault!.message, /restarted/);
  motor.apply(10);
  await lapse(uno, 60);
  t.false(uno.pin(9).output);
});

test('outputs with a timeout stop when the host falls silent, and not while it lives', async (t) => {
  const { uno, board } = await paced(t, { outputTimeoutMs: 2000 });
  const lamp = light(board, { pin: 6, intervalMs: 0 });
  lamp.apply(0.5);
  await lapse(uno, 8000);
  t.is(board.fault, undefined);
  t.true(uno.pin(6).duty > 0.4);
  // The host's event loop stands still, the chip's time goes on.
  uno.pass(3000);
  t.is(uno.pin(6).duty, 0);
  t.true(await within(uno, 2000, () => board.fault !== undefined));
  t.is(board.fault?.code, 'ERR_BOARD_SAFE');
});

// Before the others keep this process busy.
test.serial('a timeout is refused where nobody would keep it', async (t) => {
  const line = firmataLine();
  await t.throwsAsync(openBoard({ port: line.transport, outputTimeoutMs: 250, timeoutMs: 2000 }), {
    code: 'ERR_PORT_OPEN',
    message: /output timeout/,
  });
  t.is(line.transport.state, 'closed');
  for (const outputTimeoutMs of [19, 16384, Number.NaN])
    await t.throwsAsync(openBoard({ port: line.transport, outputTimeoutMs }), { code: 'ERR_OUT_OF_RANGE' });
  await t.throwsAsync(openBoard({ io: {}, outputTimeoutMs: 250 }), { code: 'ERR_OUT_OF_RANGE' });
});
