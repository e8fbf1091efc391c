/** `node dist/test/bench/perturbation.js`: what perturbation adds to dense inference, in one process, all taking turns, by processor time. */
import { nativeBackend } from '../../native/index.ts';
import {
  compile,
  type Executable,
  events,
  integrator,
  type Learning,
  type LearningRule,
  type Network,
  nodePerturbation,
  rate,
  source,
  weightPerturbation,
} from '../../runtime/index.ts';
import { pairedShares } from './timing.ts';

/** Ticks of a pass, and of a call. */
const [PASS, FRAME] = [1024, 64] as const;
const INPUTS = 64;

type Block = NonNullable<Learning['block']>;
const options = { sigma: 1e-3, against: 'unperturbed', optimizer: { kind: 'sgd', rate: 1e-9 } } as const;
const rules: Readonly<Record<string, { readonly rule?: LearningRule; readonly block?: Block }>> = {
  'inference alone': {},
  'weights, normal': { rule: weightPerturbation({ ...options, noise: 'normal' }) },
  'weights, signs': { rule: weightPerturbation({ ...options, noise: 'signs' }) },
  'nodes, normal': { rule: nodePerturbation({ ...options, noise: 'normal' }) },
  'nodes, signs': { rule: nodePerturbation({ ...options, noise: 'signs' }) },
  'nodes, normal, blocks of 64': { rule: nodePerturbation({ ...options, noise: 'normal' }), block: 64 },
  'nodes, signs, blocks of 64': { rule: nodePerturbation({ ...options, noise: 'signs' }), block: 64 },
};

/** 64 inputs → n rate units, all connected → 2 readouts: every product of every tick is one of two floats. */
function network(n: number, plasticity: LearningRule | undefined, block: Block | undefined): Network {
  const into = (pre: string, post: string, delay: number) => ({
    ...({ pre, post, connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1 }, delay } as const),
    ...(plasticity && { plasticity }),
  });
  const learning: Learning = { update: { ticks: 2 * PASS }, ...(block !== undefined && { block }) };
  return {
    dt: 1,
    seed: 1,
    populations: {
      input: { size: INPUTS, neuron: source() },
      hidden: { size: n, neuron: rate({ tau: 10, activation: 'tanh' }) },
      readout: { size: 2, neuron: integrator({ tau: 20 }) },
    },
    projections: {
      sensory: into('input', 'hidden', 0),
      recurrent: into('hidden', 'hidden', 1),
      output: into('hidden', 'readout', 0),
    },
    ...(plasticity && { learning }),
  };
}

/** Runs whole frames; the last tick of a pass brings its score. */
function inPasses({ arena, program, run }: Executable): (ticks: number) => void {
  const input = arena.view('input.input');
  for (let k = 0; k < input.length; k++) input[k] = Math.sin(k);
  const score = program.regions.get('reward');
  let [frame, pass] = [0, 0];
  return (ticks) => {
    for (let done = 0; done < ticks; done += FRAME) {
      const ends = ++frame % (PASS / FRAME) === 0;
      if (score !== undefined) {
        arena.words[program.eventTape.offset + FRAME - 1] = ends ? events.label : 0;
        if (ends) arena.floats[score.offset + (FRAME - 1) * score.stride] = pass++ % 2;
      }
      run(FRAME);
    }
  };
}

const native = nativeBackend();
if (!('backend' in native)) throw new Error(native.reason);
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
for (const [n, rounds] of [
  [128, 41],
  [512, 11],
] as const) {
  const executables = Object.entries(rules).map(([name, { rule, block }]) => ({
    name,
    executable: native.backend.load(compile(network(n, rule, block), { maxTicks: FRAME })),
  }));
  // A whole trial: what falls due once a pass belongs to the time.
  const shares = pairedShares(
    executables.map(({ name, executable }) => ({ name, run: inPasses(executable) })),
    rounds,
    2 * PASS,
  );
  for (const { executable } of executables) executable.dispose();
  for (const { name, median, low, high } of shares)
    console.log(`n ${n}  ${name.padEnd(30)} ${percent(median).padStart(8)}  (quartiles ${percent(low)} to ${percent(high)})`);
}
