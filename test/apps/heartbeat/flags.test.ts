import test from 'ava';
import { UsageError } from '../../../apps/cli/usage.ts';
import { heartbeatFlags } from '../../../apps/heartbeat/flags.ts';

test('a board is named by its kind or by its port; one at a port is in real time', (t) => {
  const { parse } = heartbeatFlags;
  t.like(parse({}), { board: 'emulated', port: undefined, seconds: undefined });
  t.like(parse({ board: 'avr', seconds: '90' }), { board: 'avr', port: undefined, seconds: 90 });
  t.deepEqual(parse({ port: '/dev/ttyX' }).port, { path: '/dev/ttyX' });
  t.like(parse({ port: '/dev/ttyX', baud: '500000', realtime: true }), { board: 'port', port: { path: '/dev/ttyX', baudRate: 500000 } });
  for (const [given, message] of [
    [{ port: '/dev/ttyX', board: 'avr' }, /exclude each other/],
    [{ port: '/dev/ttyX', fast: true }, /its own time/],
    [{ port: '' }, /needs the path/],
    [{ baud: '9600' }, /without a port/],
    [{ port: '/dev/ttyX', baud: 'fast' }, /--baud takes/],
    [{ seconds: '0' }, /--seconds takes/],
    [{ seconds: 'x' }, /--seconds takes/],
  ] as const)
    t.throws(() => parse(given), { instanceOf: UsageError, message });
});

test('a budget of active neurons is for a hidden layer that learns, and for no board', (t) => {
  const { parse } = heartbeatFlags;
  t.like(parse({ energyBudget: '2.5' }), { energyBudget: 2.5, board: 'none' });
  t.like(parse({}), { energyBudget: undefined });
  for (const [given, message] of [
    [{ energyBudget: '2', board: 'avr' }, /no board holds/],
    [{ energyBudget: '2', port: '/dev/ttyX' }, /no board holds/],
    [{ energyBudget: '2', learn: 'readout' }, /neurons that learn/],
    [{ energyBudget: '0' }, /--energy-budget takes/],
  ] as const)
    t.throws(() => parse(given), { instanceOf: UsageError, message });
});
