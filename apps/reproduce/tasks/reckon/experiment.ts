import { type Arm, type ArmSheet, armsFrom, type Figure, type Outcome, type Setting } from '../../task.ts';
import { onHost } from './host.ts';
import { type OnChip, onChip, slowDown } from './on-chip.ts';
import { SpikeTrain } from './sample.ts';

/** A classification task for a chip that learns, with what it takes to try it on the host as well. */
export interface Experiment {
  /** the network and its rates, of a seed */
  readonly setting: (seed: number) => OnChip;
  /** what a seed draws its examples from: writes example `index`, returns its label; those from `examples` on are fresh */
  readonly draw: (seed: number) => (index: number, into: SpikeTrain) => number;
  readonly examples: number;
  readonly fresh: number;
  /** fresh examples of a point of the curve, and how often there is one */
  readonly point: number;
  readonly every: number;
  readonly maxTicks: number;
  /** what is measured, and what an untaught network reaches by chance at most */
  readonly figure: string;
  readonly chance: number;
}

interface Learns extends ArmSheet {
  /** bits of DO_EPROP; 'host': the same network on the host */
  readonly learns: number | 'host';
}

/** Share of fresh examples that are answered by their label. */
function share(
  drawn: (index: number, into: SpikeTrain) => number,
  from: number,
  count: number,
  answer: (train: SpikeTrain) => number,
): number {
  const train = new SpikeTrain();
  let right = 0;
  for (let index = from; index < from + count; index++) {
    const label = drawn(index, train);
    if (answer(train) === label) right++;
  }
  return right / count;
}

/** One pass over all examples. On the chip, probabilities of updates go down by four after half of it, and once more after three quarters. */
function run(experiment: Experiment, { learns }: Learns, { seed, backend, progress }: Setting): Outcome {
  const { examples, fresh, point, every, figure, maxTicks } = experiment;
  const setting = experiment.setting(seed);
  const drawn = experiment.draw(seed);
  const chip = learns === 'host' ? undefined : onChip({ ...setting, learns });
  const host = learns === 'host' ? onHost(backend, setting, maxTicks) : undefined;
  const score = (count: number): number => {
    host?.freeze();
    return share(drawn, examples, count, (train) => chip?.play(train).winner ?? host!.answer(train));
  };
  const [x, y]: [number[], number[]] = [[0], [score(point)]];
  const train = new SpikeTrain();
  for (let index = 0; index < examples && learns !== 0; index++) {
    if (chip !== undefined && index === Math.floor(examples / 2)) slowDown(chip, setting, 2);
    if (chip !== undefined && index === Math.floor((examples * 3) / 4)) slowDown(chip, setting, 4);
    const label = drawn(index, train);
    if (chip !== undefined) chip.play(train, label);
    else host!.learn(train, label);
    if ((index + 1) % every === 0) {
      x.push(index + 1);
      y.push(score(point));
    }
    progress((index + 1) / (examples + fresh));
  }
  const figures = { [figure]: score(fresh) };
  host?.dispose();
  return { figures, curve: { x, y } };
}

/** The chip that learns by itself, the host with weights of as many bits, and two controls. */
export function armsOf(experiment: Experiment, published?: Figure['published']): readonly Arm[] {
  const figure = (asked: Figure['asked']): Figure => ({ name: experiment.figure, digits: 3, ...(asked && { asked }) });
  const atLeast = { of: 'median', atLeast: 0.9 } as const;
  const atMost = { of: 'median', atMost: experiment.chance } as const;
  return armsFrom<Learns>(
    [
      { name: 'ReckOn learns by itself', kind: 'rule', learns: 7, figures: [{ ...figure(atLeast), ...(published && { published }) }] },
      { name: 'host, e-prop with weights of eight bits', kind: 'rule', learns: 'host', figures: [figure(atLeast)] },
      { name: 'ReckOn, untaught', kind: 'control', learns: 0, figures: [figure(atMost)] },
      { name: 'ReckOn, readout alone learns', kind: 'control', learns: 4, figures: [figure(undefined)] },
    ],
    (arm, setting) => run(experiment, arm, setting),
  );
}
