import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { firstValueFrom } from 'rxjs';
import { analogSensor, light, openBoard, servo } from '../../../drivers/io/index.ts';
import {
  act,
  advance,
  analog,
  CapabilityError,
  compile,
  frames,
  integrator,
  latest,
  linear,
  referenceBackend,
  sense,
  source,
  virtualClock,
} from '../../../runtime/index.ts';
import { firmataLine } from './mock-firmata.ts';
import { MockIo } from './mock-io.ts';

async function mock() {
  const io = new MockIo();
  return { io, board: await openBoard({ io }) };
}
/** What johnny-five writes for an angle: 600…2400 µs. */
const us = (degrees: number): number => Math.trunc(600 + 10 * degrees);

test('an analog input is the mean of what was read, from 0 to 1, and nothing when nothing was', async (t) => {
  const { io, board } = await mock();
  const values: number[] = [];
  const input = analogSensor(board, { pin: 'A0', intervalMs: 5 });
  io.read(8, 4095);
  t.deepEqual(io.intervals, [5]);
  const subscription = input.subscribe((value) => values.push(value));
  await sleep(30);
  t.deepEqual(values, [], 'what came before the subscription is gone');
  io.read(8, 1000);
  io.read(8, 3095);
  await sleep(30);
  t.deepEqual(values, [2047.5 / 4095]);
  io.read(8, 9999);
  await sleep(30);
  t.is(values[1], 1);
  subscription.unsubscribe();
  io.read(8, 0);
  await sleep(30);
  t.is(values.length, 2);
  await board.close();
});

test('an analog input is a sensor of a pipe through latest(); after a fault it is missing', async (t) => {
  const { io, board } = await mock();
  const input = analogSensor(board, { pin: 9, intervalMs: 5 });
  const sensor = latest(input);
  sensor.open?.();
  t.is(sensor.read(0), undefined);
  io.read(9, 4095);
  await sleep(30);
  t.is(sensor.read(1), 1);
  io.emit('disconnect');
  t.is(sensor.read(2), undefined);
  await t.throwsAsync(firstValueFrom(input), { code: 'ERR_PORT_LOST' });
  sensor.close?.();
});

test('an analog input completes when its board is closed', async (t) => {
  const { board } = await mock();
  let completed = false;
  analogSensor(board, { pin: 8 }).subscribe({ complete: () => (completed = true) });
  await board.close();
  t.true(completed);
  t.throws(() => analogSensor(board, { pin: 8 }), { code: 'ERR_BOARD_FAULT' });
});

test('a servo begins in its safe state, follows actions within its range, and returns', async (t) => {
  const { io, board } = await mock();
  const motor = servo(board, { pin: 6, range: [30, 150], safeDegrees: 90, channel: 1, intervalMs: 0 });
  motor.apply([0, 45]);
  motor.apply(Float32Array.of(0, 400));
  motor.apply([0, Number.NaN]);
  motor.apply([0]);
  motor.safe();
  motor.apply(100);
  t.deepEqual(
    io.log,
    [90, 45, 150, 90, 100].map((degrees) => ['servo', 6, us(degrees)]),
  );
  await board.close();
  t.deepEqual(io.log.at(-1), ['servo', 6, us(90)]);
});

test('a light dims on a pin with PWM and switches on any other; its safe state is dark', async (t) => {
  const { io, board } = await mock();
  const dimmed = light(board, { pin: 4, intervalMs: 0 });
  const switched = light(board, { pin: 2, intervalMs: 0 });
  for (const level of [0.5, 7, -1]) dimmed.apply(level);
  for (const level of [0.6, 0.4]) switched.apply(level);
  dimmed.apply(0.2);
  switched.apply(1);
  await board.close();
  t.deepEqual(
    io.log.filter(([, pin]) => pin === 4).map(([method, , value]) => [method, value]),
    [0, 128, 255, 0, 51, 0].map((value) => ['pwm', value]),
  );
  t.deepEqual(
    io.log.filter(([, pin]) => pin === 2).map(([method, , value]) => [method, value]),
    [0, 1, 0, 1, 0].map((value) => ['digital', value]),
  );
});

test('a fault of the board makes every actuator safe at once, and nothing is applied after it', async (t) => {
  const { io, board } = await mock();
  const motor = servo(board, { pin: 7, safeDegrees: 10, intervalMs: 0 });
  const lamp = light(board, { pin: 5, intervalMs: 0 });
  motor.apply(170);
  lamp.apply(1);
  io.log.length = 0;
  io.emit('error', new Error('brown-out'));
  t.deepEqual(io.log, [
    ['servo', 7, us(10)],
    ['pwm', 5, 0],
  ]);
  motor.apply(170);
  lamp.apply(1);
  motor.safe();
  await board.close();
  t.is(io.log.length, 2);
});

test('a write that throws is a fault of the board, not of the pipe', async (t) => {
  const { io, board } = await mock();
  const motor = servo(board, { pin: 6, intervalMs: 0 });
  io.broken = new Error('I/O error');
  t.notThrows(() => motor.apply(20));
  t.regex(board.fault!.message, /I\/O error/);
  t.notThrows(() => motor.safe());
  await board.close();
});

test('an actuator writes at most once an interval, the newest action, but is made safe at once', async (t) => {
  const { io, board } = await mock();
  const motor = servo(board, { pin: 6, safeDegrees: 0, intervalMs: 10_000 });
  for (let degrees = 20; degrees < 120; degrees++) motor.apply(degrees);
  motor.safe();
  t.deepEqual(
    io.log,
    [0, 20, 0].map((degrees) => ['servo', 6, us(degrees)]),
  );
  await board.close();
});

test('pins and numbers that do not fit are refused before anything moves', async (t) => {
  const { io, board } = await mock();
  const refused = { instanceOf: CapabilityError, code: 'ERR_PIN' };
  t.throws(() => analogSensor(board, { pin: 2 }), refused);
  t.throws(() => analogSensor(board, { pin: 99 }), refused);
  t.throws(() => servo(board, { pin: 2 }), refused);
  t.throws(() => light(board, { pin: 99 }), refused);
  const range = { code: 'ERR_OUT_OF_RANGE' };
  t.throws(() => analogSensor(board, { pin: 8, intervalMs: 0 }), range);
  t.throws(() => servo(board, { pin: 6, range: [90, 90] }), range);
  t.throws(() => servo(board, { pin: 6, range: [0, 90], safeDegrees: 91 }), range);
  t.throws(() => light(board, { pin: 4, channel: -1 }), range);
  t.throws(() => light(board, { pin: 4, intervalMs: Number.NaN }), range);
  t.deepEqual(io.log, []);
  await board.close();
});

test('on an Arduino the same pins are bytes of Firmata, the safe state the last of them', async (t) => {
  const line = firmataLine();
  const board = await openBoard({ port: line.transport });
  const input = analogSensor(board, { pin: 'A0', intervalMs: 10 });
  const value = firstValueFrom(input);
  const reading = setInterval(() => line.analog(341), 2);
  t.is(await value, 341 / 1023);
  clearInterval(reading);
  t.throws(() => analogSensor(board, { pin: 'A1' }), { code: 'ERR_PIN' });
  const motor = servo(board, { pin: 0, safeDegrees: 90 });
  motor.apply(0);
  await board.close();
  // 0xe0: analog message of pin 0, then 7 bits and 7 bits.
  const moves = [us(90), us(0), us(90)].flatMap((time) => [0xe0, time & 0x7f, time >> 7]);
  t.deepEqual(line.written.slice(-moves.length), moves);
});

test('a pipe reads a pin, runs a network and turns a servo, which is safe when the pipe ends', async (t) => {
  const { io, board } = await mock();
  const executable = referenceBackend.load(
    compile({
      dt: 1,
      seed: 1,
      populations: { input: { size: 1, neuron: source() }, readout: { size: 1, neuron: integrator({ tau: 5, loss: 'squared' }) } },
      projections: {
        output: { pre: 'input', post: 'readout', connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 1 }, delay: 0 },
      },
    }),
  );
  const clock = virtualClock({ dt: 1, frameTicks: 1, stepped: true });
  const input = analogSensor(board, { pin: 'A0', intervalMs: 5 });
  const motor = servo(board, { pin: 6, safeDegrees: 90, intervalMs: 0 });
  const decoder = linear({ readout: 'readout', gain: 100, low: 0, high: 180 });
  const pipe = frames(clock, executable).pipe(sense(latest(input), analog(), 'input'), advance(), act(decoder, motor));
  const subscription = pipe.subscribe();
  clock.advance(10);
  t.deepEqual(io.log.splice(0), [
    ['servo', 6, us(90)],
    ['servo', 6, us(0)],
  ]);
  io.read(8, 4095);
  await sleep(30);
  clock.advance(10);
  const rising = io.log.map(([, , time]) => time);
  t.true(rising.length > 1 && rising.every((time, i) => i === 0 || time >= rising[i - 1]!));
  t.true(rising.at(-1)! > us(0));
  subscription.unsubscribe();
  t.deepEqual(io.log.at(-1), ['servo', 6, us(90)]);
  await board.close();
});
