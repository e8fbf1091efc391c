/** Networks from modules: what they say, that it is the same to the bit as written out, and what is refused with the path of instance and module. */
import test from 'ava';
import type { ErrorCode } from '../../../runtime/errors.ts';
import { validate } from '../../../runtime/network/validate.ts';
import { compile } from '../../../runtime/program/compile.ts';
import { fingerprint } from '../../../runtime/program/executable.ts';
import { referenceBackend } from '../../../runtime/reference/backend.ts';
import { modular, writtenOut } from './modular.ts';
import type { Draft } from './networks.ts';
import { refusal } from './refusal.ts';

const draft = (): Draft => structuredClone(modular);

/** What the network has become after a few inputs and targets. */
function played(description: unknown): string {
  const executable = referenceBackend.load(compile(description as never, { maxTicks: 100 }));
  const { arena } = executable;
  for (const [tape, value] of [
    ['input.input', (k: number) => Number(k % 3 === 0)],
    ['readout.target', (k: number) => Math.sin(k)],
    ['readout.importance', () => 1],
  ] as const) {
    const view = arena.view(tape);
    for (let k = 0; k < view.length; k++) view[k] = value(k);
  }
  executable.run(100);
  return fingerprint(executable);
}

test('instances are replaced by the parts of their modules, in order, under names of their own', (t) => {
  const resolved = validate(modular);
  t.deepEqual(resolved, validate(writtenOut));
  t.deepEqual(Object.keys(resolved.populations), Object.keys(writtenOut.populations));
  t.deepEqual(Object.keys(resolved.projections), Object.keys(writtenOut.projections));
  t.deepEqual(validate(resolved), resolved, 'what comes of it is a plain description');
});

test('it learns to the same bits as the network written out, and to others where a parameter differs', (t) => {
  const whole = played(writtenOut);
  t.is(played(modular), whole);
  const other = draft();
  other['populations'].right.with.tau = 51;
  t.not(played(other), whole);
});

test('a description without modules is left as it is, and so is one that has them and uses none', (t) => {
  t.deepEqual(validate({ ...writtenOut, modules: {} }), validate(writtenOut));
  t.deepEqual(validate({ ...writtenOut, modules: modular.modules }), validate(writtenOut));
});

test('modules are put into modules; a name means what it means where it is written', (t) => {
  const dense = { connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 1 }, delay: 1 };
  const unit = { size: { parameter: 'size' }, neuron: { kind: 'lif', tauMem: 20 } };
  const { populations, projections } = validate({
    dt: 1,
    seed: 1,
    modules: {
      // Its 'cell' is not the 'cell' that it is given.
      inner: {
        parameters: { from: null, size: 2, back: 'cell' },
        populations: { cell: unit },
        projections: {
          own: { pre: 'cell', post: 'cell', ...dense },
          given: { pre: { parameter: 'from' }, post: 'cell', ...dense },
          default: { pre: { parameter: 'back' }, post: 'cell', ...dense },
        },
      },
      outer: {
        parameters: { from: null, size: 3 },
        populations: {
          cell: unit,
          a: { module: 'inner', with: { from: 'cell' } },
          b: { module: 'inner', with: { from: { parameter: 'from' }, size: { parameter: 'size' }, back: 'a-cell' } },
        },
        projections: { inside: { pre: 'a-cell', post: 'b-cell', ...dense } },
      },
    },
    populations: { cell: { size: 1, neuron: { kind: 'source' } }, x: { module: 'outer', with: { from: 'cell', size: 5 } } },
    projections: {},
  });
  t.deepEqual(
    Object.entries(populations).map(([name, { size }]) => [name, size]),
    [
      ['cell', 1],
      ['x-cell', 5],
      ['x-a-cell', 2],
      ['x-b-cell', 5],
    ],
  );
  t.deepEqual(
    Object.entries(projections).map(([name, { pre, post }]) => `${name}: ${pre} → ${post}`),
    [
      'x-a-own: x-a-cell → x-a-cell',
      'x-a-given: x-cell → x-a-cell',
      'x-a-default: x-a-cell → x-a-cell',
      'x-b-own: x-b-cell → x-b-cell',
      'x-b-given: cell → x-b-cell',
      'x-b-default: x-a-cell → x-b-cell',
      'x-inside: x-a-cell → x-b-cell',
    ],
  );
});

type Mistake = readonly [spoil: (network: Draft) => unknown, code: ErrorCode, path: string, message: RegExp, remedy?: RegExp];

const mistakes: readonly Mistake[] = [
  [
    (n) => (n['populations'].left.module = 'colum'),
    'ERR_UNKNOWN_NAME',
    'populations.left.module',
    /'colum', which does not exist/,
    /are column/,
  ],
  [(n) => delete n['modules'], 'ERR_UNKNOWN_NAME', 'populations.left.module', /'column'/, /none yet/],
  [(n) => (n['populations'].left.module = 1), 'ERR_WRONG_TYPE', 'populations.left.module', /a string required/],
  [(n) => (n['populations'].left.size = 1), 'ERR_UNKNOWN_FIELD', 'populations.left.size', /unknown field/],
  [
    (n) => (n['populations'].left.with.sise = 1),
    'ERR_UNKNOWN_FIELD',
    'populations.left.with.sise',
    /unknown field/,
    /from, readout, size, tau, of module 'column'/,
  ],
  [
    (n) => delete n['populations'].right.with.from,
    'ERR_MISSING_FIELD',
    'populations.right.with.from',
    /is required/,
    /module 'column' has no default/,
  ],
  [(n) => (n['modules'] = []), 'ERR_NOT_AN_OBJECT', 'modules', /got an array/],
  [(n) => (n['modules'].column.learning = {}), 'ERR_UNKNOWN_FIELD', 'modules.column.learning', /unknown field/],
  [
    (n) => (n['modules'].column.populations.hidden.size.parameter = 'sise'),
    'ERR_UNKNOWN_NAME',
    'populations.left → modules.column.populations.hidden.size.parameter',
    /names 'sise'/,
    /from, readout, size, tau/,
  ],
  [
    (n) => (n['modules'].column.projections.in.pre = 'input'),
    'ERR_UNKNOWN_NAME',
    'populations.left → modules.column.projections.in.pre',
    /names 'input', which does not exist/,
    /are hidden, in, out, broadcast; one from outside comes as a parameter/,
  ],
  // What is found out once all is in its place.
  [
    (n) => (n['modules'].column.populations.hidden.neuron.tauMem = -1),
    'ERR_OUT_OF_RANGE',
    'populations.left → modules.column.populations.hidden.neuron.tauMem',
    /> 0 required at populations\.left → modules\.column\.populations\.hidden\.neuron\.tauMem, got -1/,
  ],
  [
    (n) => (n['populations'].right.with.tau = -1),
    'ERR_OUT_OF_RANGE',
    'populations.right → modules.column.populations.hidden.neuron.tauMem',
    /got -1/,
  ],
  [
    (n) => (n['populations'].right.with.from = 'inptu'),
    'ERR_UNKNOWN_NAME',
    'populations.right → modules.column.projections.in.pre',
    /'inptu'/,
  ],
  [(n) => (n['projections'].across.pre = 'left'), 'ERR_UNKNOWN_NAME', 'projections.across.pre', /'left'/, /left-hidden/],
  [
    (n) => (n['populations'].readout.size = { parameter: 'size' }),
    'ERR_WRONG_TYPE',
    'populations.readout.size',
    /a finite number required at populations\.readout\.size, got \{parameter: 'size'\}/,
  ],
  [
    (n) => (n['populations']['left-hidden'] = n['populations'].input),
    'ERR_DUPLICATE_NAME',
    'populations.left-hidden',
    /has the name of populations\.left → modules\.column\.populations\.hidden/,
  ],
  // In itself, at once and by way of another.
  [
    (n) => (n['modules'].column.populations.more = { module: 'column' }),
    'ERR_MODULE_IN_ITSELF',
    'modules.column.populations.more.module',
    /puts module 'column' into itself \(column → column\)/,
  ],
  [
    (n) => {
      n['modules'].column.populations.more = { module: 'other' };
      n['modules'].other = { populations: { back: { module: 'column' } } };
    },
    'ERR_MODULE_IN_ITSELF',
    'modules.other.populations.back.module',
    /column → other → column/,
  ],
];

for (const [spoil, code, path, message, remedy] of mistakes)
  test(`refused: ${String(spoil)}`, (t) => {
    const network = draft();
    spoil(network);
    const error = refusal(() => validate(network));
    t.is(error?.code, code, error?.message);
    t.is(error?.path, path);
    t.regex(error?.message ?? '', message);
    if (remedy !== undefined) t.regex(error?.remedy ?? '', remedy);
  });

test('what is found out while it is compiled has both places too', (t) => {
  const missing = draft();
  missing['modules'].column.projections.in.weight = { kind: 'npy', path: 'nowhere.npy' };
  const nothing = (): never => {
    throw new Error('ENOENT');
  };
  const error = refusal(() => compile(missing as never, { readFile: nothing }));
  t.is(error?.code, 'ERR_BAD_NPY');
  t.regex(error?.message ?? '', /^populations\.left → modules\.column\.projections\.in\.weight \(nowhere\.npy\) is not a readable/);
});

test('what would grow without end is refused soon', (t) => {
  const unit = { size: 1, neuron: { kind: 'source' } };
  const levels = 14;
  // Each level has ten of the one below.
  const modules = Object.fromEntries(
    Array.from({ length: levels }, (_, level) => [
      `m${level}`,
      {
        populations: Object.fromEntries(Array.from({ length: 10 }, (_, k) => [`p${k}`, level === 0 ? unit : { module: `m${level - 1}` }])),
      },
    ]),
  );
  const network = (module: string) => ({ dt: 1, seed: 1, modules, populations: { all: { module } }, projections: {} });
  t.is(Object.keys(validate(network('m2')).populations).length, 1000);
  const started = performance.now();
  t.is(refusal(() => validate(network(`m${levels - 1}`)))?.code, 'ERR_OUT_OF_RANGE');
  const chain = Object.fromEntries(
    Array.from({ length: 1000 }, (_, level) => [`m${level}`, { populations: { p: level === 0 ? unit : { module: `m${level - 1}` } } }]),
  );
  const deep = refusal(() => validate({ dt: 1, seed: 1, modules: chain, populations: { all: { module: 'm999' } }, projections: {} }));
  t.is(deep?.code, 'ERR_OUT_OF_RANGE');
  t.regex(deep?.message ?? '', /modules in one another/);
  t.true(performance.now() - started < 2000);
});
