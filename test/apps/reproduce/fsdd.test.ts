import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { chance } from '../../../apps/reproduce/chance.ts';
import { bundledData, unpacked } from '../../../apps/reproduce/data.ts';
import { BANDS, frameCount, melLevels, triangles } from '../../../apps/reproduce/tasks/fsdd/front-end.ts';
import { listener } from '../../../apps/reproduce/tasks/fsdd/listener.ts';
import { decodeTakes, encodeTakes, loadTakes, SPEAKERS, type Take } from '../../../apps/reproduce/tasks/fsdd/takes.ts';
import { readWav, SAMPLE_RATE } from '../../../apps/reproduce/tasks/fsdd/wav.ts';
import { fastestBackend, nativeBackend } from '../../../native/index.ts';
import { fingerprint, referenceBackend } from '../../../runtime/index.ts';

/** SHA-256 of what the file unpacks to. */
const HASH = 'c8a3e7c3f2b04cacc5b43535aa3833874b5feda8cbe2c2d39034d437bc28b43a';

const takes = loadTakes();
const take = (speaker: string, digit: number, number: number): Take =>
  takes.find((one) => SPEAKERS[one.speaker] === speaker && one.digit === digit && one.number === number)!;
const recording = (name: string): Uint8Array => readFileSync(path.join(bundledData, 'fsdd', name));

test('the stored takes are whole', (t) => {
  t.is(takes.length, 2500);
  t.is(
    takes.reduce((sum, { frames }) => sum + frames, 0),
    97_531,
  );
  const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const bytes = unpacked('fsdd/takes.br');
  t.is(hash(bytes), HASH);
  bytes[bytes.length - 1]! ^= 1;
  t.not(hash(bytes), HASH);
  // Every take reaches its own maximum.
  t.true(takes.every(({ levels }) => levels.includes(255)));
});

test('recordings that travel along give the stored levels, bit for bit, and no other', (t) => {
  for (const [speaker, digit, number] of [
    ['theo', 7, 12],
    ['yweweler', 0, 0],
    ['jackson', 9, 49],
  ] as const) {
    const samples = readWav(recording(`${digit}_${speaker}_${number}.wav`));
    const { frames, levels } = take(speaker, digit, number);
    t.is(frames, frameCount(samples.length));
    t.deepEqual(melLevels(samples), Uint8Array.from(levels));
    const other = Int16Array.from(samples);
    other.fill(0, 400, 600);
    t.notDeepEqual(melLevels(other), Uint8Array.from(levels));
  }
});

test('a file of takes comes back, and one that is cut is refused', (t) => {
  const levelsOf = (speaker: number, digit: number, number: number): Uint8Array =>
    new Uint8Array(((number % 3) + 1) * BANDS).fill(speaker + digit + number);
  const bytes = encodeTakes(levelsOf);
  const back = decodeTakes(bytes);
  t.true(back.every(({ speaker, digit, number, levels }) => Buffer.from(levels).equals(levelsOf(speaker, digit, number))));
  t.throws(() => decodeTakes(bytes.subarray(1)), { message: /2500 takes of \d+ bytes required, got \d+/ });
  t.throws(() => encodeTakes(() => new Uint8Array(256 * BANDS)), { message: /at most 255 frames required, got 256/ });
});

/** A second of tones, [Hz, amplitude]. */
const tones = (...parts: readonly (readonly [number, number])[]): Float64Array =>
  Float64Array.from({ length: SAMPLE_RATE }, (_, n) =>
    parts.reduce((sum, [hz, amplitude]) => sum + amplitude * Math.sin((2 * Math.PI * hz * n) / SAMPLE_RATE), 0),
  );
const bandOf = (hz: number): number => {
  const bin = Math.round((hz * 256) / SAMPLE_RATE);
  const weights = triangles.map(({ first, weights }) => weights[bin - first] ?? 0);
  return weights.indexOf(Math.max(...weights));
};

test('a tone is loudest in its band, whatever its loudness; one 30 dB below it is a quarter of the range above silence', (t) => {
  for (const hz of [250, 1000, 3000]) {
    const levels = melLevels(tones([hz, 1000]));
    t.is(levels.length, 98 * BANDS);
    t.is(levels.subarray(0, BANDS).indexOf(255), bandOf(hz));
    t.deepEqual(melLevels(tones([hz, 8000])), levels);
  }
  const second = melLevels(tones([1000, 10_000], [3000, 10_000 * 10 ** (-30 / 20)]));
  // Triangles of the upper bands hold more of a tone's width.
  t.true(Math.abs(second[bandOf(3000)]! - 255 / 4) < 0.1 * 255, `${second[bandOf(3000)]}`);
  t.true(melLevels(new Int16Array(1000)).every((level) => level === 0));
  t.is(melLevels(new Int16Array(199)).length, 0);
});

test('a file that is not what the front end takes is refused with what it holds', (t) => {
  const whole = recording('7_theo_12.wav');
  const spoiled = (at: number, value: number): Uint8Array => {
    const bytes = Uint8Array.from(whole);
    bytes[at] = value;
    return bytes;
  };
  t.notThrows(() => readWav(spoiled(4, 0)));
  t.throws(() => readWav(spoiled(0, 0)), { message: /RIFF/ });
  t.throws(() => readWav(new Uint8Array(0)), { message: /RIFF/ });
  t.throws(() => readWav(spoiled(22, 2)), { message: /"channels":2/ });
  t.throws(() => readWav(spoiled(24, 0x80)), { message: /"rate":8064/ });
  t.throws(() => readWav(spoiled(34, 8)), { message: /"bits":8/ });
  t.throws(() => readWav(spoiled(12, 0)), { message: /'fmt ' and 'data' required/ });
  t.throws(() => readWav(whole.subarray(0, whole.length - 2)), { message: /chunk 'data' of \d+ bytes ends behind the file/ });
});

const native = nativeBackend();
const backend = fastestBackend();
const options = { rate: 1e-3, window: 20 };

('reason' in native ? test.skip : test)('both backends learn the same bits from the same takes', (t) => {
  const short = takes.filter(({ frames }) => frames < 20).slice(0, 3);
  const learned = [backend, referenceBackend].map((on) => {
    const learner = listener(on, 1, options);
    const answers = short.map((one) => learner.teach(one));
    const found = { answers, print: fingerprint(learner.executable) };
    learner.dispose();
    return found;
  });
  t.deepEqual(learned[0], learned[1]);
  const other = listener(backend, 2, options);
  for (const one of short) other.teach(one);
  t.not(fingerprint(other.executable), learned[0]!.print);
  other.dispose();
});

test('two digits of one speaker are learned from forty takes each, and are not known before', (t) => {
  const own = takes.filter(({ speaker, digit }) => SPEAKERS[speaker] === 'theo' && (digit === 3 || digit === 8));
  const fresh = own.filter(({ number }) => number < 10);
  const learner = listener(backend, 1, options);
  t.true(learner.accuracy(fresh, 'learning') < 0.6);
  for (const one of chance(1, 'test').shuffled(own.filter(({ number }) => number >= 10))) learner.teach(one);
  t.true(learner.accuracy(fresh, 'average') >= 0.9, `${learner.accuracy(fresh, 'average')}`);
  learner.dispose();
});
