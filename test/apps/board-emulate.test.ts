/** `ganglion board`: what it prints, and what it refuses. */
import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { root } from '../house/root.ts';
import { temporaryFolder } from '../house/temporary.ts';
import { ganglion } from './command.ts';

const golden = path.join(root, 'test/golden/reckon');

test.serial(
  'the recorded runs of ReckOn agree; a copy with one bit flipped does not, and a broken file is refused with the path of the field',
  async (t) => {
    const whole = await ganglion(`board emulate reckon --golden ${golden} --json`);
    t.is(whole.status, 0, whole.err);
    t.like(JSON.parse(whole.out), {
      vectors: 6,
      ticks: 720,
      spikesCompared: 14400,
      weightsCompared: 4200,
      neuronWordsCompared: 120,
      mismatches: 0,
    });

    const folder = temporaryFolder(t);
    const vector = JSON.parse(fs.readFileSync(path.join(golden, 'reckon_seed2.json'), 'utf8'));
    const file = path.join(folder, 'copy.json');
    vector.wRec[4][11] ^= 1;
    fs.writeFileSync(file, JSON.stringify(vector));
    const flipped = await ganglion(`board emulate reckon --golden ${folder} --json`);
    t.is(flipped.status, 1);
    t.true(JSON.parse(flipped.out).mismatches > 0);
    t.regex((await ganglion(`board emulate reckon --golden ${folder}`)).out, /^reckon: 1 vectors, 120 ticks; 2400 spikes, .* differ\n$/);

    vector.samples[1].ticks[3].ev = [12];
    fs.writeFileSync(file, JSON.stringify(vector));
    const refused = await ganglion(`board emulate reckon --golden ${folder} --json`);
    t.deepEqual([refused.status, refused.out], [1, '']);
    t.regex(refused.err, /copy\.json: samples\[1\]\.ticks\[3\]\.ev\[0\]/);

    fs.writeFileSync(file, '{');
    t.regex((await ganglion(`board emulate reckon --golden ${folder}`)).err, /copy\.json is not valid JSON/);
    fs.rmSync(file);
    for (const [line, message] of [
      [`board emulate reckon --golden ${folder}`, /holds no \.json file/],
      [`board emulate reckon --golden ${file}`, /cannot be read/],
      [`board emulate toString --golden ${golden}`, /there is no emulator of 'toString'\nremedy: chips are reckon/],
      ['board emulate reckon', /required option '--golden <dir>'/],
    ] as const) {
      const { status, err } = await ganglion(line);
      t.is(status, 2, line);
      t.regex(err, message);
    }
  },
);
