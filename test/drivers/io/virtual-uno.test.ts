/**
 * A servo app in virtual time: timers of Node that a mock moves on with the chip's own time, so that nothing depends on the machine. A file, and so a
 * process, of its own: the mock is for the whole process.
 */
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import five from 'johnny-five';
import { emulatedUno, type IoBoard, openBoard } from '../../../drivers/index.ts';

/** A sweep of one second and of half a circle, sampled every 100 ms: pulse widths and the chip's time; and what physics behind the pins saw. */
async function sweep(): Promise<{ readonly widths: number[]; readonly angle: number }> {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] });
  try {
    const uno = emulatedUno();
    const lapse = async (ms: number): Promise<void> => {
      for (let i = 0; i < ms; i++) {
        uno.pass(1);
        mock.timers.tick(1);
        await turn();
      }
    };
    // An arm that follows its servo at no more than 90 degrees a second, with a potentiometer on A0.
    let angle = 0;
    uno.onStep((_, ms) => {
      const target = (uno.pin(9).pulseUs - 600) / 10;
      angle += Math.max(-0.09 * ms, Math.min(0.09 * ms, target - angle));
      uno.analog(0, Math.max(0, Math.min(1, angle / 180)));
    });
    let board: IoBoard | undefined;
    const opening = openBoard({ port: uno.transport }).then((opened) => {
      board = opened;
    });
    // Packages are loaded in real time, and the chip waits for nobody.
    for (let ms = 0; board === undefined && ms < 10_000; ms += 10) await lapse(10);
    await opening;
    const motor = new five.Servo({ board: board!.raw as never, pin: 9, startAt: 0 });
    const sensor = new five.Sensor({ board: board!.raw as never, pin: 'A0', freq: 20 });
    await lapse(200);
    motor.to(180, 1000);
    const widths: number[] = [];
    for (let i = 0; i < 25; i++) {
      await lapse(100);
      widths.push(uno.pin(9).pulseUs);
    }
    const read = (180 * Number(sensor.value)) / 1023;
    const closing = board!.close();
    await lapse(100);
    await closing;
    return { widths, angle: read };
  } finally {
    mock.timers.reset();
  }
}

test('a sweep of johnny-five is a sweep of the pin, and its sensor sees the physics behind the pins', async (t) => {
  const { widths, angle } = await sweep();
  t.true(widths.every((width, i) => i === 0 || width >= widths[i - 1]! - 1));
  // 1800 µs in 1000 ms; ±80 µs: johnny-five's own steps of 10 to 20 ms, and the servo's period of 20.
  for (let i = 0; i < 9; i++) t.true(Math.abs(widths[i]! - (600 + 180 * (i + 1))) < 80, `${i}: ${widths}`);
  t.true(Math.abs(widths.at(-1)! - 2400) < 6);
  // After 2.5 s at 90 degrees a second it is there; a degree: 0.2 of a step of ten bits, and the mean of a few readings.
  t.true(Math.abs(angle - 180) < 1, `${angle}`);
});
