import test from 'ava';
import { act, advance, analog, ControllerError, controllerError, mirror, sense, stage } from '../../../runtime/index.ts';
import { tiny } from './networks.ts';
import { actuator, bench, graded } from './pipe.ts';
import { twinBoard } from './twin-board.ts';

test('a fault of the board is the end of the mirror, not of the pipe: it is shut down at once, and the actuator goes on', async (t) => {
  const host = tiny();
  const board = twinBoard(host);
  await board.deploy(host);
  const { clock, start } = bench(host, 1);
  const mirrored = mirror(board, { weightsEvery: 1 });
  const servo = actuator<number>();
  const { outcome } = start(
    sense(graded, analog({ size: 3 }), 'input'),
    advance(),
    mirrored,
    act({ create: () => 0, decode: ({ tick }) => tick }, servo),
  );
  clock.advance(5);
  const error = controllerError('ERR_LINK_SILENT', { ms: 100 });
  board.fault(error);
  t.is(board.log.at(-1), 'shutdown');
  clock.advance(5);
  t.is(outcome.error, undefined);
  t.is(board.received.length, 5);
  t.is(mirrored.report().fault, error);
  t.is(mirrored.report().board.faults, 1);
  t.is(servo.log.length, 10);
});

test("onFault 'stop' ends the pipe with the board's error at the next frame, and the actuator is safe", async (t) => {
  const host = tiny();
  const board = twinBoard(host);
  await board.deploy(host);
  const { clock, start } = bench(host, 1);
  const servo = actuator<number>();
  const error = controllerError('ERR_LINK_SILENT', { ms: 100 });
  const { outcome } = start(
    advance(),
    act({ create: () => 0, decode: ({ tick }) => tick }, servo),
    mirror(board, { onFault: () => 'stop' }),
  );
  clock.advance(2);
  board.fault(error);
  t.is(outcome.error, undefined);
  clock.advance(1);
  t.is(outcome.error, error);
  t.deepEqual(servo.log, [0, 1, 2, 'safe']);
});

test('a patch that the board refuses is a fault; one that the end of the pipe cut off is not', async (t) => {
  const refuse = async (closeFirst: boolean) => {
    const host = tiny();
    const board = twinBoard(host);
    await board.deploy(host);
    board.sync = () => Promise.reject(controllerError('ERR_LINK_SILENT', { ms: 100 }));
    const { clock, start } = bench(host, 1);
    const mirrored = mirror(board, { weightsEvery: 1 });
    const { unsubscribe } = start(advance(), mirrored);
    clock.advance(1);
    if (closeFirst) unsubscribe();
    await new Promise((resolve) => setImmediate(resolve));
    return { fault: mirrored.report().fault, log: board.log };
  };
  const refused = await refuse(false);
  t.true(refused.fault instanceof ControllerError);
  t.is(refused.log.at(-1), 'shutdown');
  t.is((await refuse(true)).fault, undefined);
});

test('the board is shut down however the pipe ends', async (t) => {
  const ends: ((pipe: { stop(): void; unsubscribe(): void; fail(): void }) => void)[] = [
    ({ stop }) => stop(),
    ({ unsubscribe }) => unsubscribe(),
    ({ fail }) => fail(),
  ];
  for (const end of ends) {
    const host = tiny();
    const board = twinBoard(host);
    await board.deploy(host);
    const { clock, start } = bench(host, 1);
    let failing = false;
    const { unsubscribe } = start(
      advance(),
      mirror(board),
      stage(() => ({
        step() {
          if (failing) throw new Error('behind');
        },
      })),
    );
    clock.advance(3);
    t.deepEqual(board.log, ['deploy']);
    end({
      stop: clock.stop,
      unsubscribe,
      fail() {
        failing = true;
        clock.advance(1);
      },
    });
    t.deepEqual(board.log, ['deploy', 'shutdown']);
  }
});

test('a board that was not deployed is no reason to stop: its inputs are refused and counted', (t) => {
  const host = tiny();
  const { clock, start } = bench(host, 4);
  const mirrored = mirror(twinBoard(host));
  const { outcome } = start(advance(), mirrored);
  clock.advance(8);
  t.is(outcome.error, undefined);
  t.is(mirrored.report().ticksDropped, 8);
});
