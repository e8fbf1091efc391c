/** Prints, as JSON, which machine this is and the bits of every op and every network on each of its targets; `reference` adds that. */
import { createHash } from 'node:crypto';
import { nativeInfo } from '../../native/index.ts';
import { compile } from '../../runtime/program/compile.ts';
import { opNames } from '../../runtime/program/ops.ts';
import type { Backend } from '../../runtime/program/program.ts';
import { referenceBackend } from '../../runtime/reference/backend.ts';
import { networks } from '../conformance/networks.ts';
import { flipOneBit, outcome, wordsAfter } from '../conformance/outcomes.ts';
import { FRAME } from '../conformance/variants.ts';
import { nativeTargets } from '../native/backends.ts';
import { TICKS } from '../native/layout.ts';
import { opPrograms } from '../native/op-cases.ts';

export interface Fingerprints {
  readonly arch: string;
  readonly chosen: unknown;
  /** target → op or network → its bits */
  readonly targets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** the bits of one of the networks, begun with one bit of one weight turned over */
  readonly flipped: Readonly<Record<string, string>>;
}

const ofOp = (backend: Backend, name: (typeof opNames)[number]): string => {
  const hash = createHash('sha256');
  for (const { program } of opPrograms(name)) hash.update(wordsAfter(backend, program, TICKS));
  return hash.digest('hex').slice(0, 16);
};

/** Share of the ticks of the conformance tests: a network under emulation takes fifty times as long, and every op is compared by itself as well. */
const SHARE = 1 / 20;

const programs = Object.entries(networks).map(
  ([name, { network, ticks }]) => [name, compile(network, { maxTicks: FRAME }), Math.ceil(ticks * SHARE)] as const,
);

const ofTarget = (backend: Backend): Record<string, string> =>
  Object.fromEntries([
    ...opNames.map((name) => [name, ofOp(backend, name)]),
    ...programs.map(([name, program, ticks]) => [name, outcome(backend, program, ticks).state]),
  ]);

const backends = [...nativeTargets(), ...(process.argv[2] === 'reference' ? [referenceBackend] : [])];
const info = nativeInfo();
const [name, program, ticks] = programs[0]!;
const fingerprints: Fingerprints = {
  arch: process.arch,
  chosen: 'chosen' in info && info.chosen,
  targets: Object.fromEntries(backends.map((backend) => [backend.target, ofTarget(backend)])),
  flipped: { [name]: outcome(backends[0]!, program, ticks, flipOneBit).state },
};
console.log(JSON.stringify(fingerprints));
