import { raise } from '../errors.ts';
import type { EntropySignal, Modulator, TargetSignal, Term } from '../learning/rule.ts';
import { isActing } from './acting.ts';
import { populationNamed } from './names.ts';
import type { Network, NeuronModel, Policy, Population } from './network.ts';
import { print } from './plain.ts';

/** What readouts that act, and rules that wait for a reward, ask of the network. */

/** The kind of a readout that acts or judges. */
const acts = (neuron: NeuronModel): Policy['kind'] | 'value' | undefined =>
  neuron.kind === 'integrator' && isActing(neuron.loss) ? neuron.loss.kind : undefined;

/** σ of a gaussian policy is a number or a readout, which stands before it and is no other policy's. */
export function checkPolicies(network: Network): void {
  const order = Object.keys(network.populations);
  const owners = new Map<string, string>();
  for (const [name, { neuron, size }] of Object.entries(network.populations)) {
    if (neuron.kind !== 'integrator' || !isActing(neuron.loss)) continue;
    const path = `populations.${name}.neuron.loss`;
    const { loss } = neuron;
    if (loss.kind === 'value' && size !== 1)
      raise('ERR_OUT_OF_RANGE', {
        path: `populations.${name}.size`,
        bound: '1 for a value',
        value: size,
        remedy: 'give each value a readout of its own',
      });
    if (loss.kind !== 'gaussian') continue;
    const { sigma, spread } = loss as { sigma?: number; spread?: string };
    if ((sigma === undefined) === (spread === undefined))
      raise('ERR_MISSING_FIELD', { path: `${path}.sigma`, expected: 'exactly one of sigma and spread' });
    if (spread === undefined) continue;
    const from = populationNamed(network, `${path}.spread`, spread);
    const other = owners.get(spread);
    owners.set(spread, name);
    const reason =
      acts(from.neuron) !== 'spread'
        ? `'${spread}' has another loss than {kind: 'spread'}`
        : from.size !== size
          ? `'${spread}' has ${from.size} neurons, '${name}' ${size}`
          : order.indexOf(spread) > order.indexOf(name)
            ? `'${spread}' stands behind '${name}'`
            : other !== undefined
              ? `'${spread}' is the spread of '${other}' already`
              : undefined;
    if (reason !== undefined)
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.spread`,
        reason,
        remedy: 'name a spread of the same size, before the policy, of its own',
      });
  }
  for (const [name, { neuron }] of Object.entries(network.populations)) {
    if (acts(neuron) === 'spread' && !owners.has(name))
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `populations.${name}.neuron.loss`,
        reason: 'no gaussian policy names it as its spread',
        remedy: "give a policy the loss {kind: 'gaussian', spread: …}",
      });
  }
}

/** An entropy is that of a policy whose own importance it has; a target is no policy's. */
export function checkOwnAction(path: string, { neuron }: Population, { of, from }: EntropySignal | TargetSignal): void {
  const kind = acts(neuron);
  if (of === 'target' ? kind === undefined : kind === 'softmax' || kind === 'spread') return;
  raise('ERR_INCOMPATIBLE_RULE', {
    path: `${path}.signal.from`,
    reason: of === 'target' ? `'${from}' draws its own actions and has no target` : `'${from}' has no entropy to keep`,
    remedy: of === 'target' ? 'teach by its error' : "name a readout with loss {kind: 'softmax'} or {kind: 'spread'}",
  });
}

/** A reward comes with a label event, and judges products that are summed forward in time. */
export function checkReward(network: Network, path: string, { signal, modulator, tag, trace }: Term): void {
  if (modulator === undefined) {
    if (tag !== undefined)
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.tag`,
        reason: 'a tag waits for a modulator, and there is none',
        remedy: 'add modulator, or leave the tag out',
      });
    return;
  }
  checkModulator(network, path, modulator);
  const refuse = (field: string, what: string, remedy: string): never => raise('ERR_UNSUPPORTED_RULE', { path: field, what, remedy });
  if (signal.of === 'rate' || signal.of === 'potential' || signal.of === 'entropy')
    refuse(`${path}.modulator`, `a reward that judges the ${signal.of}`, 'leave modulator and tag out of this term');
  if (trace.kind !== 'influence' || signal.of === 'window')
    refuse(
      `${path}.modulator`,
      'a reward beside a gradient that runs backwards, or an influence of rank one,',
      "use trace kind 'influence'",
    );
}

/** A modulator has a value to compare with, and comes with labels that bring nothing else. */
export function checkModulator(network: Network, path: string, modulator: Modulator): void {
  if (modulator.of === 'temporalDifference') {
    const { neuron } = populationNamed(network, `${path}.modulator.from`, modulator.from);
    if (acts(neuron) !== 'value')
      raise('ERR_INCOMPATIBLE_RULE', {
        path: `${path}.modulator.from`,
        reason: `'${modulator.from}' is no value`,
        remedy: "name an integrator of size 1 with loss {kind: 'value'}",
      });
  }
  const refuse = (field: string, what: string, remedy: string): never => raise('ERR_UNSUPPORTED_RULE', { path: field, what, remedy });
  const { target, delay = 0 } = network.learning ?? {};
  if (target === 'label')
    refuse('learning.target', 'targets that come with labels beside a reward, which comes with them too,', "set learning.target to 'tick'");
  if (delay !== 0)
    refuse('learning.delay', `late signals (${print(delay)} ticks) beside a reward`, 'leave learning.delay out: tags bridge the time');
}
