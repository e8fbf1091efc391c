import { compile, type Optimizer } from '../../../runtime/index.ts';
import { playEpisodes, playFrozen } from '../../robots/episodes.ts';
import { agentNetwork } from '../../robots/network.ts';
import { mean } from '../../robots/report.ts';
import { reachTask } from '../../robots/tasks/reach.ts';
import { reach } from '../../worlds/index.ts';
import { type ArmSheet, armsFrom, type Figure, type Outcome, type Setting, type Task } from '../task.ts';

/** Goals by their number on the circle. */
const OLD = [0, 1, 2, 3];
const NEW = [4, 5, 6, 7];
/** Of each half: episodes between two looks at what is known of the old goals, looks, and episodes a look. */
const EPISODES = 50;
const LOOKS = 6;
const LOOKED = 16;

interface Design extends ArmSheet {
  /** goals of the three parts of a life; undefined: nothing is learned in it */
  readonly lives: readonly [readonly number[], readonly number[] | undefined, readonly number[] | undefined];
  readonly optimizer: Optimizer;
}

const figures: readonly Figure[] = [
  { name: 'old goals, learned', digits: 2 },
  { name: 'old goals after the new', digits: 2 },
  { name: 'forgotten', digits: 2 },
  { name: 'new goals, learned', digits: 2 },
  { name: 'old goals, learned again', digits: 2 },
];
const asked: readonly Figure[] = [{ ...figures[0]!, asked: { of: 'median', atLeast: -3 } }, ...figures.slice(1)];

const { optimizer } = reachTask.settings;
const falling: Optimizer = { kind: 'adam', rate: { kind: 'inverse', initial: 1e-4, halfAt: 5000 } };

const designs: readonly Design[] = [
  { name: 'reward-based e-prop', kind: 'rule', figures: asked, lives: [OLD, NEW, OLD], optimizer },
  { name: 'with a falling rate', kind: 'rule', figures, lives: [OLD, NEW, OLD], optimizer: falling },
  { name: 'with rehearsal', kind: 'rule', figures, lives: [OLD, [...NEW, ...NEW, ...NEW, ...OLD], OLD], optimizer },
  { name: 'frozen after the old goals', kind: 'control', figures, lives: [OLD, undefined, undefined], optimizer },
];

async function run({ lives, optimizer: own }: Design, { backend, seed, progress }: Setting): Promise<Outcome> {
  const { ticks, settings } = reachTask;
  const learner = backend.load(compile(agentNetwork({ ...settings, optimizer: own }, seed), { maxTicks: ticks }));
  const common = { ticks, discount: settings.discount };
  const known = async (goals: readonly number[]): Promise<number> => {
    const options = { ...common, encoder: reachTask.encoder(), environment: reach({ goals }), seed: seed + 1000, episodes: LOOKED };
    return mean((await playFrozen(backend, learner, options)).returns)!;
  };
  const [x, y]: [number[], number[]] = [[], []];
  let learnedNew = Number.NaN;
  for (const [life, goals] of lives.entries()) {
    for (let look = 0; look < LOOKS; look++) {
      const begun = x.length;
      if (goals !== undefined) {
        const environment = reach({ goals });
        const options = { ...common, encoder: reachTask.encoder(), environment, seed: seed + 100 * begun, episodes: EPISODES };
        await playEpisodes({ ...options, executable: learner });
      }
      x.push((begun + 1) * EPISODES);
      y.push(await known(OLD));
      progress((begun + 1) / (lives.length * LOOKS));
    }
    if (life === 1) learnedNew = await known(NEW);
  }
  learner.dispose();
  const [first, second, third] = [1, 2, 3].map((end) => y[end * LOOKS - 1]!) as [number, number, number];
  const found = [first, second, first - second, learnedNew, third];
  return { figures: Object.fromEntries(figures.map(({ name }, k) => [name, found[k]!])), curve: { x, y } };
}

/**
 * What an arm still knows of four goals after it has learned four others, and how soon it knows them again: 300 episodes each. Remedies: a rate that
 * falls by half in 5,000 updates, and rehearsal, for which one episode in four with the new goals has an old one.
 */
export const lifelongReach: Task = {
  name: 'lifelong-reach',
  summary: 'old goals while new ones are learned, and again',
  curve: {
    x: 'episodes: 300 of old goals, 300 of new ones, 300 of old ones',
    y: 'return with old goals, frozen and greedy',
    scale: 'linear',
  },
  seeds: 5,
  arms: armsFrom(designs, run),
};
