/** docs/JOHNNY-FIVE.md is true: its program runs in a user's project and prints its line, its table is what the chips say. */
import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { boardIO, emulatedAvr, emulatedRp2040 } from '../../../drivers/index.ts';
import { node } from '../../apps/command.ts';
import { root } from '../../house/root.ts';
import { plant, temporaryFolder } from '../../house/temporary.ts';

const page = fs.readFileSync(path.join(root, 'docs/JOHNNY-FIVE.md'), 'utf8');
const program = /^```js\n(.*?)^```$/ms.exec(page)![1]!;
const printed = /^It prints `(.*)`\.$/m.exec(page)![1]!;

test('the program runs, and prints what the page says', async (t) => {
  const folder = temporaryFolder(t);
  const run = async (text: string) => {
    plant(folder, { 'lamp.mjs': text });
    return node(['lamp.mjs'], { cwd: folder });
  };
  fs.mkdirSync(path.join(folder, 'node_modules'));
  fs.symlinkSync(root, path.join(folder, 'node_modules/ganglion'), 'dir');
  fs.symlinkSync(path.join(root, 'node_modules/johnny-five'), path.join(folder, 'node_modules/johnny-five'), 'dir');
  const told = await run(program);
  t.deepEqual([told.status, told.out, told.err], [0, `${printed}\n`, '']);
  const wrong = program.replace('analog(0, 0.75)', 'analog(0, 0.8)');
  t.not(wrong, program);
  const { status, out } = await run(wrong);
  t.is(status, 0);
  t.not(out, `${printed}\n`, 'another voltage, another line');
});

/** `2…7, 14…19 (…)` as numbers. */
const numbers = (cell: string): number[] =>
  [...cell.replaceAll(/\(.*?\)/g, '').matchAll(/(\d+)(?:…(\d+))?/g)].flatMap(([, first, last]) =>
    Array.from({ length: Number(last ?? first) - Number(first) + 1 }, (_, i) => Number(first) + i),
  );

test('the table is what the chips say of themselves', async (t) => {
  const rows = [...page.matchAll(/^\| (ATmega328P|RP2040) +\|(.*)\|$/gm)].map(([, name, cells]) => ({ name, cells: cells!.split('|') }));
  t.is(rows.length, 2);
  for (const { name, cells } of rows) {
    const chip = name === 'RP2040' ? emulatedRp2040() : emulatedAvr();
    const io = boardIO(chip, { paced: false });
    await new Promise<void>((ready) => io.once('ready', ready));
    const { INPUT, OUTPUT, PULLUP, PWM, SERVO, ANALOG } = io.MODES;
    const having = (mode: number): number[] => [...io.pins.keys()].filter((pin) => io.pins[pin]!.supportedModes.includes(mode));
    for (const mode of [INPUT, OUTPUT, PULLUP]) t.deepEqual(having(mode), numbers(cells[0]!), name);
    t.deepEqual(
      [having(PWM), having(SERVO), having(ANALOG)],
      [cells[1], cells[2], cells[3]].map((cell) => numbers(cell!)),
      name,
    );
    for (const pin of numbers(cells[4]!.replaceAll(/[()]/g, ''))) t.deepEqual(io.pins[pin]?.supportedModes ?? [], [], `${name} ${pin}`);
    await io.close();
  }
});
