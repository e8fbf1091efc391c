import { hashName } from '../../exact.ts';
import type { EntropySignal } from '../../learning/rule.ts';
import { isActing } from '../../network/acting.ts';
import type { Critic, Policy } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Region } from '../ops.ts';

/** Readouts that act and judge: what they draw, in the forward pass, and what their own action says of them. */

/** Emits the draw of a policy behind its prediction. The region `action` keeps what was drawn last. */
export function lowerChoice(builder: Builder, name: string, n: number, prediction: Region, loss: Policy | Critic): void {
  if (loss.kind === 'value' || loss.kind === 'spread') return;
  const asked = builder.reserveTape(`${name}.choose`, 1);
  const draw = { n, asked, seed: builder.network.seed, group: hashName(name) };
  if (loss.kind === 'softmax') {
    builder.emit('forward', 'choose', { ...draw, p: prediction, action: builder.reserve(`${name}.action`, 1, 1) });
    return;
  }
  const sigma = builder.reserve(`${name}.sigma`, 1, n, 'sigma' in loss ? loss.sigma : 0);
  if ('spread' in loss) builder.emit('forward', 'exponential', { n, x: builder.find(`${loss.spread}.prediction`)!, y: sigma });
  const [noise, action] = [builder.reserve(`${name}.noise`, 1, n), builder.reserve(`${name}.action`, 1, n)];
  builder.emit('forward', 'choose_gaussian', { ...draw, mean: prediction, sigma, noise, action });
}

/** The error of a readout that acts or judges. */
export function emitOwnError(builder: Builder, name: string, n: number, loss: Policy | Critic, importance: Region, error: Region): void {
  const region = (role: string): Region => builder.find(`${name}.${role}`)!;
  switch (loss.kind) {
    case 'softmax':
      builder.emit('learn', 'surprise', { n, p: region('prediction'), action: region('action'), importance, error });
      return;
    case 'gaussian':
      builder.emit('learn', 'surprise_gaussian', { n, noise: region('noise'), sigma: region('sigma'), importance, error });
      return;
    case 'spread':
      builder.emit('learn', 'surprise_spread', { n, noise: builder.find(`${policyOf(builder, name)}.noise`)!, importance, error });
      return;
    case 'value':
      builder.emit('learn', 'importance_factor', { n, importance, a: builder.reserve(`${name}.cost`, 1, n, -(loss.cost ?? 1)), p: error });
  }
}

/** The gaussian policy whose σ a readout is. */
const policyOf = ({ network }: Builder, spread: string): string =>
  Object.entries(network.populations).find(
    ([, { neuron }]) => neuron.kind === 'integrator' && isActing(neuron.loss) && 'spread' in neuron.loss && neuron.loss.spread === spread,
  )![0];

/** The gradient of −strength·H of a policy, declared once; its importance is that of the policy's error. */
export function lowerEntropy(builder: Builder, { from, strength }: EntropySignal): Region {
  const name = `${from}.entropy.${strength}`;
  const existing = builder.find(name);
  if (existing !== undefined) return existing;
  const { size: n, neuron } = builder.network.populations[from]!;
  const importance = builder.find(`${from}.importance`) ?? builder.reserveTape(`${from}.importance`, 1);
  const error = builder.reserve(name, 1, n);
  if ('loss' in neuron && isActing(neuron.loss) && neuron.loss.kind === 'softmax')
    builder.emit('learn', 'entropy', { n, p: builder.find(`${from}.prediction`)!, importance, error, strength });
  else builder.emit('learn', 'importance_factor', { n, importance, a: builder.reserve(`${name}.slope`, 1, n, -strength), p: error });
  return error;
}
