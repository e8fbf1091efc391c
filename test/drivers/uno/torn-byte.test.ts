import test from 'ava';
import { emulatedUno } from '../../../drivers/index.ts';

const ASK_VERSION = [0xf9, 0, 0];

/** What an Uno says to one question for its version, after its line was closed under a byte or between two. */
async function answer(torn: boolean): Promise<string> {
  const uno = emulatedUno();
  const { transport } = uno;
  const heard: number[] = [];
  transport.onBytes((bytes, start, end) => heard.push(...bytes.subarray(start, end)));
  await transport.open();
  uno.pass(500);
  transport.write(Uint8Array.from(ASK_VERSION), 0, 1);
  // A byte takes 0.17 ms.
  uno.pass(torn ? 0.1 : 1);
  await transport.close();
  uno.pass(1);
  await transport.open();
  uno.pass(500);
  heard.length = 0;
  transport.write(Uint8Array.from(ASK_VERSION), 0, 3);
  uno.pass(100);
  return Buffer.from(heard).toString('hex');
}

test('a line that is closed while a byte is on it is whole when it is opened again', async (t) => {
  const whole = await answer(false);
  t.is(whole, 'f90205');
  t.is(await answer(true), whole);
});
