import assert from 'node:assert/strict';
import type { Check } from './checks.ts';
import { ganglion } from './command.ts';

/** The parts of a report that the checks read. */
interface Report {
  readonly arms: readonly {
    readonly arm: string;
    readonly figures: readonly {
      readonly name: string;
      readonly values: readonly (number | null)[];
      readonly asked?: { readonly atMost?: number; readonly atLeast?: number };
    }[];
  }[];
}

/** Seed 1 of a task must reach what all of its seeds are asked for, on the arms whose name begins so, and on the controls. */
const holds = (task: string, rule?: string): Check => ({
  claim: `reproduce ${task}${rule === undefined ? '' : `, ${rule}`}`,
  async run() {
    const args = ['reproduce', task, '--seeds', '1', '--json', ...(rule === undefined ? [] : ['--rule', rule])];
    const { arms }: Report = JSON.parse(await ganglion(args));
    const found: string[] = [];
    for (const { arm, figures } of arms) {
      for (const { name, values, asked } of figures) {
        if (asked === undefined) continue;
        const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = asked;
        const value = values[0] ?? Number.NaN;
        assert.ok(value <= atMost && value >= atLeast, `${arm}: ${name} of ${atLeast} to ${atMost} required, got ${value}`);
        found.push(`${arm}: ${Number(value.toPrecision(3))}`);
      }
    }
    assert.ok(found.length > 0, 'a figure that is asked for must be among them');
    return found.join('; ');
  },
});

/** What takes a few minutes together; the whole tables are in test/bench/RESULTS.md. */
export const reproduceChecks: readonly Check[] = [
  holds('pattern-generation', 'e-prop, symmetric'),
  holds('evidence-accumulation', 'e-prop, symmetric'),
  holds('store-recall', 'e-prop, LIF and ALIF'),
  holds('copy-task', 'SnAp-1'),
  holds('rflo-sine', 'RFLO'),
  holds('superspike'),
  holds('jsb', 'OSTL with'),
  holds('limit-cycle', 'circle, weights and'),
  holds('delay-coincidence'),
  holds('reckon-cues', 'ReckOn'),
  holds('wp-np-linear', 'WP'),
  holds('assemblies', 'paired'),
  holds('automaton'),
  holds('contrastive-xor'),
  holds('sal-alignment', 'SAL, readout'),
];
