/** Delays of neurons' own stay on the host: every board and every format that has none refuses them by name, before anything is written. */
import test from 'ava';
import { boardNames } from '../../apps/boards.ts';
import { targetOf } from '../../apps/cli/board-target.ts';
import { onnxStep, toNir } from '../../drivers/index.ts';
import { CapabilityError, compile, constant, delayLine, lif, type Network, referenceBackend, source } from '../../runtime/index.ts';

/** Small enough for every board but for its lines, whose delays a constant feeds, or nobody. */
const network = (fed: boolean): Network => ({
  dt: 5,
  seed: 2,
  populations: {
    input: { size: 4, neuron: source() },
    ...(fed && { one: { size: 1, neuron: constant() } }),
    lines: { size: 4, neuron: delayLine({ delay: 1.5, longest: 4 }) },
    hidden: { size: 4, neuron: lif({ tauMem: 10 }) },
  },
  projections: {
    sensory: { pre: 'input', post: 'lines', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay: 0 },
    ...(fed && {
      lags: { pre: 'one', post: 'lines', gate: 'delay', connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 1 }, delay: 0 },
    }),
    onward: { pre: 'lines', post: 'hidden', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 3 }, delay: 0 },
  },
});
const executable = referenceBackend.load(compile(network(false)));
const learned = referenceBackend.load(compile(network(true)));

for (const name of boardNames)
  test(`${name} refuses delay lines by the name of their population`, async (t) => {
    const { board } = await targetOf(name, {});
    await board.connect();
    for (const one of [executable, learned])
      await t.throwsAsync(async () => board.deploy(one), { instanceOf: CapabilityError, message: /delayLine asked by 'lines'/ });
    await board.shutdown();
  });

test('ONNX and NIR refuse them, and the gate of their delays, by path', (t) => {
  for (const [one, path] of [
    [executable, /populations\.lines\.neuron.*delayLine/],
    [learned, /projections\.lags\.gate.*'delay'|populations\.lines\.neuron.*delayLine/],
  ] as const) {
    t.throws(() => onnxStep(one), { code: 'ERR_NO_SUCH_FORM', message: path });
    t.throws(() => toNir(one), { code: 'ERR_NO_SUCH_FORM', message: path });
    t.throws(() => toNir(one, { allowLossy: true }), { code: 'ERR_NO_SUCH_FORM', message: path });
  }
});
