import { f1 } from '../fixtures/f1.ts';
import { f6, f6Published } from '../fixtures/f6.ts';
import { forward } from '../forward.ts';
import { norm, relativeDifference } from '../gradient.ts';
import { agree, agreePrinted, differ, differPrinted, type VerifyRow } from '../rows.ts';
import { type ActorCriticGradient, type ActorCriticOptions, actorCritic } from '../rules/actor-critic.ts';

const ALGEBRA = 1e-12;

/** Reward-based e-prop on F6: its print, and the identity Σ δ^t F_γ(g)^t = Σ (R^t − V^t) g^t. */
export function rewardRows(): VerifyRow[] {
  const { model, trial } = f1();
  const activity = forward(model, trial);
  return (['symmetric', 'random'] as const).flatMap((feedback) => {
    const subject = { rule: 'reward e-prop', neuron: 'LIF+ALIF', feedback };
    const run = (credit: ActorCriticOptions['credit']) => actorCritic(model, activity, f6(feedback), credit ? { credit } : {});
    const [trace, whole, normalized] = [run('trace'), run('return'), run('normalized')];
    const error = (found: ActorCriticGradient) =>
      Math.max(...(['wRec', 'policy', 'value'] as const).map((name) => relativeDifference(found[name], whole[name])));
    const printed = f6Published[feedback];
    const readings = ({ wRec }: ActorCriticGradient) => [
      [norm(wRec), printed.norm] as const,
      [wRec[1], printed.entries[0]] as const,
      [wRec[4 * model.neurons + 5], printed.entries[1]] as const,
    ];
    return [
      agreePrinted({ ...subject, claim: '|G_rec| and two of its entries', oracle: 'F6 as printed' }, readings(trace)),
      differPrinted({ ...subject, claim: 'with F_γ normalized by 1 − γ, they are others', oracle: 'F6 as printed' }, readings(normalized)),
      agreePrinted({ ...subject, claim: '|G_V|, |G_π| and the last value', oracle: 'F6 as printed' }, [
        [norm(trace.value), f6Published.valueNorm],
        [norm(trace.policy), f6Published.policyNorm],
        [trace.values[trial.ticks - 1], f6Published.lastValue],
      ]),
      agree({ ...subject, claim: 'TD errors times traces equal the Monte-Carlo form', oracle: 'returns' }, error(trace), ALGEBRA),
      differ({ ...subject, claim: 'with F_γ normalized by 1 − γ they do not', oracle: 'returns' }, error(normalized), ALGEBRA),
    ];
  });
}
