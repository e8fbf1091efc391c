import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { createCheckpointWriter, latestCheckpoint, openCheckpointFolder } from '../../../drivers/storage/index.ts';
import { encodeCheckpoint, encodeState } from '../../../runtime/index.ts';

function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'ganglion-storage-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}
const at = (tick: number): Uint8Array => encodeCheckpoint(tick, { app: 'a' }, encodeState({ tick }));

test('the last good ones are kept, and the newest is found', (t) => {
  const folder = folderFor(t);
  const target = openCheckpointFolder(folder, 3);
  for (let tick = 0; tick < 6; tick++) target.write(at(tick));
  t.deepEqual(readdirSync(folder).sort(), ['0000000003.checkpoint', '0000000004.checkpoint', '0000000005.checkpoint']);
  t.is(latestCheckpoint(folder).checkpoint.tick, 5);
});

test('torn, cut and flipped ones are walked past, each with its reason, and outlive nothing', (t) => {
  const folder = folderFor(t);
  const target = openCheckpointFolder(folder, 4);
  const [good, flipped, cut, torn] = [0, 1, 2, 3].map((tick) => target.write(at(tick)));
  const bytes = readFileSync(flipped!);
  bytes[bytes.length - 60]! ^= 8;
  writeFileSync(flipped!, bytes);
  truncateSync(cut!, 100);
  truncateSync(torn!, 60);
  truncateSync(torn!, bytes.length);
  const latest = latestCheckpoint(folder);
  t.is(latest.file, good);
  t.deepEqual(
    latest.bad.map(({ file }) => file),
    [torn, cut, flipped],
  );
  for (const [{ reason }, pattern] of [
    [latest.bad[0]!, /damaged/],
    [latest.bad[1]!, /is cut/],
    [latest.bad[2]!, /damaged/],
  ] as const)
    t.regex(reason, pattern);
  writeFileSync(`${torn}.tmp`, 'half');
  const again = openCheckpointFolder(folder, 2, latest.number);
  t.false(readdirSync(folder).some((name) => name.endsWith('.tmp')));
  again.write(at(10));
  again.write(at(11));
  t.deepEqual(readdirSync(folder).sort(), ['0000000004.checkpoint', '0000000005.checkpoint']);
  writeFileSync(join(folder, '0000000004.checkpoint'), 'x');
  writeFileSync(join(folder, '0000000005.checkpoint'), '');
  t.throws(() => latestCheckpoint(folder), { code: 'ERR_CHECKPOINT_NONE', message: /is no checkpoint/ });
});

test('a folder with the checkpoints of another run is refused, one that is not there named', (t) => {
  const folder = folderFor(t);
  openCheckpointFolder(folder, 3).write(at(1));
  t.throws(() => openCheckpointFolder(folder, 3), { code: 'ERR_CHECKPOINT_FOLDER' });
  t.throws(() => latestCheckpoint(join(folder, 'none')), { code: 'ERR_CHECKPOINT_NONE', message: /none/ });
});

test('another thread writes what was copied, and what cannot be written is counted', async (t) => {
  const folder = join(folderFor(t), 'new');
  const writer = createCheckpointWriter(folder, { app: 'a' });
  const words = new Uint32Array(1 << 19).fill(7);
  t.true(writer.save(1, { words }));
  words.fill(8);
  t.false(writer.save(2, { words }), 'the first is still being written');
  await writer.finish({ tick: 3, state: { words } });
  t.deepEqual(writer.counts(), { written: 2, failed: 0, skipped: 1, lastError: null });
  t.deepEqual(latestCheckpoint(folder).checkpoint, { tick: 3, run: { app: 'a' }, state: { words } });
  const lost = createCheckpointWriter(join(folder, 'lost'), null);
  lost.save(0, null);
  while (lost.counts().written === 0) await setTimeout(5);
  rmSync(join(folder, 'lost'), { recursive: true });
  await lost.finish({ tick: 1, state: null });
  t.is(lost.counts().failed, 1);
  t.regex(String(lost.counts().lastError), /ENOENT/);
});
