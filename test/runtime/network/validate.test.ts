import test from 'ava';
import type { Network } from '../../../runtime/network/network.ts';
import { validate } from '../../../runtime/network/validate.ts';
import { compile } from '../../../runtime/program/compile.ts';
import { referenceBackend } from '../../../runtime/reference/backend.ts';
import { mistakes } from './mistakes.ts';
import { wholeNetwork } from './networks.ts';
import { refusal } from './refusal.ts';

test('the whole network, with every kind of everything, is valid and runs', (t) => {
  t.is(
    refusal(() => validate(wholeNetwork())),
    undefined,
  );
  const executable = referenceBackend.load(compile(wholeNetwork() as Network));
  t.is(executable.run(16), 0);
  t.deepEqual(validate(wholeNetwork()), wholeNetwork() as Network, 'and comes back as it was');
});

for (const [what, list] of Object.entries(mistakes)) {
  test(`${what} is refused with code, path and remedy`, (t) => {
    for (const [spoil, code, path, message, remedy] of list) {
      const network = wholeNetwork();
      spoil(network);
      const error = refusal(() => validate(network));
      t.is(error?.code, code, `${error?.message}: ${spoil}`);
      t.is(error?.path, path, String(spoil));
      t.regex(error?.message ?? '', message);
      if (remedy !== undefined) t.regex(error?.remedy ?? '', remedy);
    }
  });
}

test('what is not an object at all is refused as such', (t) => {
  for (const [data, code, message] of [
    [null, 'ERR_NOT_AN_OBJECT', /got null/],
    [[], 'ERR_NOT_AN_OBJECT', /got an array of 0/],
    ['x', 'ERR_NOT_AN_OBJECT', /got 'x'/],
    [5, 'ERR_NOT_AN_OBJECT', /got 5/],
    [true, 'ERR_NOT_AN_OBJECT', /got true/],
    [undefined, 'ERR_MISSING_FIELD', /the network is required/],
    [Number.NaN, 'ERR_WRONG_TYPE', /got NaN/],
    [7n, 'ERR_WRONG_TYPE', /as in JSON/],
    [() => 1, 'ERR_WRONG_TYPE', /a function/],
    [Symbol('s'), 'ERR_WRONG_TYPE', /a symbol/],
    [new Map(), 'ERR_MISSING_FIELD', /dt is required/],
    [{}, 'ERR_MISSING_FIELD', /dt is required/],
  ] as const) {
    const error = refusal(() => validate(data));
    t.is(error?.code, code);
    t.regex(error?.message ?? '', message);
  }
});

test('values that JSON does not know are refused wherever they stand', (t) => {
  for (const value of [7n, () => 1, Symbol('s'), { toJSON: () => 1 }]) {
    const network = wholeNetwork();
    network['dt'] = value;
    t.is(refusal(() => validate(network))?.code, 'ERR_WRONG_TYPE');
  }
});

test('a key __proto__ is refused and changes no prototype', (t) => {
  for (const place of ['"populations":{', '"projections":{', '"neuron":{', '{']) {
    const text = JSON.stringify(wholeNetwork()).replace(
      place,
      `${place}"__proto__":{"size":1,"polluted":true,"neuron":{"kind":"source"}},`,
    );
    const error = refusal(() => validate(JSON.parse(text)));
    t.is(error?.code, 'ERR_UNKNOWN_FIELD', place);
    t.regex(error?.path ?? '', /__proto__$/);
  }
  t.false('polluted' in {});
});

test('ticks of a run are a whole number of at least 1', (t) => {
  for (const maxTicks of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    const error = refusal(() => compile(wholeNetwork() as Network, { maxTicks }));
    t.is(error?.code, 'ERR_OUT_OF_RANGE');
    t.is(error?.path, 'options.maxTicks');
  }
});

test('names that every object inherits are names like others', (t) => {
  const network = wholeNetwork();
  network['populations'].constructor = { size: 1, neuron: { kind: 'source' } };
  network['projections'].toString = {
    ...network['projections'].tonic,
    pre: 'constructor',
    weight: { kind: 'constant', value: 1 },
    delay: 1,
  };
  t.is(
    refusal(() => compile(network as Network)),
    undefined,
  );
});
