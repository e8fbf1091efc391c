import type { Arm, Figure, Task } from '../../task.ts';
import type { Learner } from './network.ts';
import { digitsInTurn, names, newSpeaker, onePass } from './protocols.ts';

/** One pass: 1e-3, acting weights averaged over 200 takes. */
const learner: Learner = { rate: 1e-3, window: 200 };
/** The readout alone takes ten times the rate, the best of 4e-3, 1e-2 and 2e-2 in the prototype. */
const readout: Learner = { rate: 1e-2, window: 200, plastic: 'readout' };
/** A few takes: an average that forgets the old weights within them. */
const adapting: Learner = { ...learner, window: 40 };

const accuracy = (name: string, more: Omit<Figure, 'name' | 'digits'> = {}): Figure => ({ name, digits: 3, ...more });
const prototype = (value: string) => ({ value, source: 'a C++ prototype with these settings' });
const baseline = (value: string, what: string) => ({ value, source: `${what}, measured on these recordings` });
const softmax = 'softmax regression on 20 mel bands × 10 segments, one pass';

const passFigures = (averaged: Omit<Figure, 'name' | 'digits'>, raw: string, last: string): Figure[] => [
  accuracy(names.averaged, averaged),
  accuracy(names.raw, { published: prototype(raw) }),
  accuracy(names.last, { published: prototype(last) }),
];

const arms: readonly Arm[] = [
  {
    name: 'e-prop, symmetric feedback, one pass',
    kind: 'rule',
    figures: passFigures({ asked: { of: 'median', atLeast: 0.965 }, published: prototype('0.984') }, '0.964', '0.936'),
    run: (setting) => onePass(learner, setting),
  },
  {
    name: 'e-prop, random feedback, one pass',
    kind: 'rule',
    figures: passFigures({ published: prototype('0.968') }, '0.91–0.93', '0.92'),
    run: (setting) => onePass({ ...learner, through: 'random' }, setting),
  },
  {
    name: 'readout alone learns, one pass',
    kind: 'control',
    figures: passFigures({ published: baseline('0.924', softmax) }, '0.79–0.91', '0.70–0.77'),
    run: (setting) => onePass(readout, setting),
  },
  {
    name: 'e-prop, a new speaker',
    kind: 'rule',
    figures: [
      accuracy(names.frozen, { published: baseline('0.468–0.882', 'the same regression, all takes of four speakers') }),
      accuracy(names.newAfter(3), { asked: { of: 'median', atLeast: 0.9 }, published: prototype('0.94–0.98, one speaker') }),
      accuracy(names.oldAfter(3), { asked: { of: 'median', atLeast: 0.92 } }),
      accuracy(names.newAfter(5), { asked: { of: 'median', atLeast: 0.92 }, published: prototype('0.96–0.99, one speaker') }),
      accuracy(names.oldAfter(5), { asked: { of: 'median', atLeast: 0.92 } }),
    ],
    run: (setting) => newSpeaker({ base: learner, adapt: adapting }, setting),
  },
  {
    name: 'readout alone learns, a new speaker',
    kind: 'control',
    figures: [accuracy(names.frozen), accuracy(names.newAfter(3)), accuracy(names.oldAfter(3))],
    run: (setting) => newSpeaker({ base: readout, adapt: { ...readout, window: 40 } }, setting),
  },
  {
    name: 'e-prop, two digits at a time, 100 takes stored',
    kind: 'rule',
    figures: [accuracy(names.all, { asked: { of: 'median', atLeast: 0.85 }, published: prototype('0.888–0.924') })],
    run: (setting) => digitsInTurn({ learner, stored: 100 }, setting),
  },
  {
    name: 'two digits at a time, nothing stored',
    kind: 'control',
    figures: [accuracy(names.all, { asked: { of: 'median', atMost: 0.3 }, published: prototype('0.20–0.22') })],
    run: (setting) => digitsInTurn({ learner, stored: 0 }, setting),
  },
];

/** Free Spoken Digit Dataset (Jackson, Souza, Flaks, Pan, Nicolas, Thite): 2,500 takes of ten digits by five speakers, each heard once. */
export const fsdd: Task = {
  name: 'fsdd',
  summary: 'spoken digits, each take heard once',
  curve: { x: 'takes', y: 'accuracy', scale: 'linear' },
  seeds: 5,
  arms,
};
