import test from 'ava';
import { fastestBackend } from '../../../native/index.ts';
import {
  type Backend,
  compile,
  decodeState,
  type Executable,
  encodeState,
  fingerprint,
  memoryOf,
  type Network,
  type Program,
  referenceBackend,
  type State,
} from '../../../runtime/index.ts';
import { networks } from '../../conformance/networks.ts';
import { run } from '../../conformance/played.ts';
import { FRAME } from '../../conformance/variants.ts';
import { generator } from '../../native/layout.ts';

const fast: Backend = fastestBackend({ threads: 2 });

/** Neither a whole block nor a whole update. */
const [BEFORE, AFTER] = [3 * FRAME + 5, 2 * FRAME + 3];

/** The prints of a run in one piece, and of one that goes on elsewhere from a state that `alter` may have changed. */
function prints(
  program: Program,
  from: Backend,
  to: Backend,
  alter: (state: State) => State = (state) => state,
): readonly [string, string] {
  const tape = generator(7);
  const whole = from.load(program);
  run(whole, BEFORE, tape, false);
  const state = alter(decodeState(encodeState(memoryOf(whole).state())));
  const resumed = to.load(program);
  memoryOf(resumed).restore(state);
  run(whole, AFTER, tape, false);
  const again = generator(7);
  run(from.load(program), BEFORE, again, false);
  run(resumed, AFTER, again, false);
  const pair = [fingerprint(whole), fingerprint(resumed)] as const;
  for (const executable of [whole, resumed] as Executable[]) executable.dispose();
  return pair;
}

test('every network goes on from its state with the same bits, from either backend on the other', (t) => {
  for (const [name, { network }] of Object.entries(networks)) {
    const program = compile(network, { maxTicks: FRAME });
    const [whole, resumed] = prints(program, fast, fast);
    t.is(resumed, whole, name);
  }
  for (const name of Object.keys(networks).filter((_, index) => index % 8 === 0)) {
    const program = compile(networks[name]!.network, { maxTicks: FRAME });
    for (const [from, to] of [
      [fast, referenceBackend],
      [referenceBackend, fast],
    ] as const) {
      const [whole, resumed] = prints(program, from, to);
      t.is(resumed, whole, `${name} from ${from.name} on ${to.name}`);
    }
  }
});

test('a region left out of the state is noticed', (t) => {
  const program = compile(Object.values(networks)[0]!.network, { maxTicks: FRAME });
  const initial = encodeState(memoryOf(referenceBackend.load(program)).state());
  let compared = 0;
  for (const { name, offset, length } of program.regions.values()) {
    if (offset >= program.stateLength || !/weights|\.v$|[tT]race|eligib|ring|gradient|^hidden$/.test(name)) continue;
    let equal = true;
    const [whole, resumed] = prints(program, fast, fast, (state) => {
      const { words } = state as unknown as { words: Uint32Array };
      const fresh = (decodeState(initial) as unknown as { words: Uint32Array }).words.subarray(offset, offset + length);
      equal = fresh.every((word, k) => word === words[offset + k]);
      words.set(fresh, offset);
      return state;
    });
    if (equal) continue;
    compared++;
    t.not(resumed, whole, name);
  }
  t.true(compared >= 4, `${compared} regions were compared`);
});

test('another network is refused by the field that differs, and nothing is changed', (t) => {
  const network = Object.values(networks)[0]!.network;
  const load = (description: Network, maxTicks = FRAME): Executable => referenceBackend.load(compile(description, { maxTicks }));
  const state = decodeState(encodeState(memoryOf(load(network)).state()));
  const refuses = (executable: Executable, path: RegExp): void => {
    const before = fingerprint(executable);
    const error = t.throws(() => memoryOf(executable).restore(state), { code: 'ERR_CHECKPOINT_LAYOUT' });
    t.regex(String((error as { path?: string }).path), path);
    t.is(fingerprint(executable), before);
  };
  const [population] = Object.entries(network.populations).find(([, { neuron }]) => neuron.kind !== 'source')!;
  const other = structuredClone(network) as unknown as { populations: Record<string, { size: number; neuron: Record<string, unknown> }> };
  other.populations[population]!.neuron['threshold'] = 0.987;
  refuses(load(other as unknown as Network), new RegExp(`^populations\\.${population}\\.neuron\\.threshold$`));
  refuses(load({ ...network, seed: 99 }), /^seed$/);
  refuses(load(network, 2 * FRAME), /^layout$/);
});
