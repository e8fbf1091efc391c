import test from 'ava';
import type { Network } from '../../../runtime/network/network.ts';
import { compile } from '../../../runtime/program/compile.ts';
import { explain } from '../../../runtime/program/explain.ts';
import { opTable } from '../../../runtime/program/ops.ts';
import { layered } from '../../conformance/layered.ts';
import { type Draft, wholeNetwork } from '../network/networks.ts';

const label = wholeNetwork();
label['learning'] = { update: 'label', target: 'label' };
const empty = wholeNetwork();
empty['projections'].sensory.connectivity = { kind: 'list', pre: [], post: [] };
const networks: Readonly<Record<string, Draft>> = {
  whole: wholeNetwork(),
  label,
  empty,
  backward: layered['LIF, BPTT'] as Network as unknown as Draft,
  alone: { dt: 1, seed: 0, populations: { input: { size: 1, neuron: { kind: 'source' } } }, projections: {} },
};

for (const [name, network] of Object.entries(networks)) {
  test(`explain names every region and every op with its equation and operands: ${name}`, (t) => {
    const program = compile(network as Network);
    const text = explain(program);
    const lines = text.split('\n');
    for (const [population, { size, neuron }] of Object.entries(program.network.populations))
      t.true(
        lines.some((line) => line.startsWith(`  ${population} `) && line.endsWith(` ${size} ${neuron.kind}`)),
        population,
      );
    for (const [projection, { pre, post }] of Object.entries(program.network.projections))
      t.true(
        lines.some((line) => line.startsWith(`  ${projection} `) && line.includes(` ${pre} → ${post}`)),
        projection,
      );
    for (const { name: region, offset } of program.regions.values()) {
      t.true(
        lines.some((line) => line.trim().startsWith(`${offset}  ${region} `)),
        region,
      );
    }
    for (const [phase, ops] of Object.entries(program.ops)) {
      t.is(new RegExp(`^${phase} \\(`, 'm').test(text), ops.length > 0, phase);
      for (const { name: op, operands } of ops) {
        const names = Object.entries(operands).flatMap(([operand, value]) =>
          typeof value === 'object' && 'name' in value ? [`${operand}=${value.name}`] : [],
        );
        t.true(
          lines.some(
            (line, k) =>
              line.trim().startsWith(op) && line.endsWith(opTable[op].equation) && names.every((part) => lines[k + 1]!.includes(part)),
          ),
          `${op} ${names.join(' ')}`,
        );
      }
    }
    t.false(/NaN|undefined|\[object/.test(text));
    t.regex(text, /^arena [\d.]+ KiB: state [\d.]+ KiB, tapes [\d.]+ KiB \(16 ticks\), topology [\d.]+ KiB$/m);
  });
}

test('explain says when weights move', (t) => {
  for (const [update, words] of [
    [{ ticks: 1 }, 'every 1 tick)'],
    [{ ticks: 3 }, 'every 3 ticks'],
    ['label', 'at each label'],
    ['episode', 'at each end of an episode'],
  ] as const) {
    const network = wholeNetwork();
    network['learning'].update = update;
    t.true(explain(compile(network as Network)).includes(`update (${words}`), words);
  }
});
