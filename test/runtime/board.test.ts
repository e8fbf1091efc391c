import test from 'ava';
import { CapabilityError, ControllerError, compile, demandOf, requireCapabilities } from '../../runtime/index.ts';
import { tiny, tinyNetwork } from './loop/networks.ts';
import { twinBoard } from './loop/twin-board.ts';

test('what a network asks of a board is counted from its program', (t) => {
  t.deepEqual(demandOf(compile(tinyNetwork())), {
    inputs: 3,
    neurons: 12,
    outputs: 2,
    synapses: 3 * 8 + 8 * 8 + 8 * 4 + 8 * 2 + 4 * 2,
    neuronKinds: ['source', 'lif', 'alif', 'integrator'],
    maxDelay: 1,
    tickUs: 1000,
  });
  const sparse = { ...tinyNetwork(), projections: { ...tinyNetwork().projections } };
  const list = { kind: 'list', pre: [0, 1], post: [2, 3] } as const;
  sparse.projections['recurrent'] = { ...sparse.projections['recurrent']!, connectivity: list, delay: 4 };
  t.is(demandOf(compile(sparse)).synapses, 82);
  t.is(demandOf(compile(sparse)).maxDelay, 4);
});

test('a board that offers less than is asked refuses before anything is sent, and names everything that is short', async (t) => {
  const host = tiny();
  const board = twinBoard(host, { offered: { neurons: 11, neuronKinds: ['source', 'lif', 'integrator'], tickUs: 2000 } });
  const error = await t.throwsAsync(board.deploy(host), { instanceOf: CapabilityError });
  t.true(error instanceof ControllerError && error.code === 'ERR_BOARD_TOO_SMALL');
  for (const part of [/twin/, /neurons: 12 asked, 11 offered/, /alif asked/, /tickUs: 1000 asked, 2000/]) t.regex(error!.message, part);
  t.false(/inputs|synapses/.test(error!.message), 'and nothing that is enough');
  t.deepEqual(board.log, [], 'no byte was sent');
});

test('each capability is looked at: one less than asked is refused, exactly as much is taken', (t) => {
  const program = compile(tinyNetwork());
  const { neuronKinds, tickUs, ...counts } = demandOf(program);
  const exact = { model: 'exact', protocol: 1, weightBits: 8, maxGrade: 1, learns: false, neuronKinds, tickUs, ...counts };
  t.notThrows(() => requireCapabilities(program, exact));
  for (const [what, value] of Object.entries(counts)) {
    const error = t.throws(() => requireCapabilities(program, { ...exact, [what]: value - 1 }), { instanceOf: CapabilityError });
    t.regex(error!.message, new RegExp(`${what}: ${value} asked, ${value - 1} offered`));
  }
  for (const kind of neuronKinds)
    t.throws(() => requireCapabilities(program, { ...exact, neuronKinds: neuronKinds.filter((other) => other !== kind) }), {
      instanceOf: CapabilityError,
    });
});
