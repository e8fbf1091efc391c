import { z } from 'zod';

/** The shape of a description, field by field; what depends on several fields is checked in `validate.ts`. */

/** All arithmetic is float32: a number that becomes infinite or denormal there, or 0 though it is not, is a mistake. */
const MIN = 2 ** -126;
const MAX = (2 - 2 ** -23) * 2 ** 127;
const finite = z
  .number()
  .refine((value) => value === 0 || (Math.abs(value) >= MIN && Math.abs(value) <= MAX), 'a number that float32 can hold');
const positive = finite.positive();
const count = z.int().positive().max(1_000_000);
const nonNegativeCount = z.int().nonnegative().max(1_000_000);
/** ticks that a value may be on its way */
const MOST_DELAYED = 4096;
const scale = z.enum(['one', 'oneMinusDecay']);

/** An array whose first wrong number alone is an issue: a list of a million issues takes seconds, and more than the stack. */
const numbers = <Element extends z.ZodNumber>(element: Element) =>
  z
    .array(z.unknown())
    .check(({ value, issues }) => {
      for (let index = 0; index < value.length; index++) {
        const wrong = element.safeParse(value[index]).error?.issues[0];
        if (wrong === undefined) continue;
        issues.push({ ...wrong, path: [index], input: value[index] } as z.core.$ZodRawIssue);
        return;
      }
    })
    .meta({ items: z.toJSONSchema(element) });

/** A short array of objects; a long one is refused before its elements are looked at. */
const few = <Element extends z.ZodType>(element: Element, least = 0) => z.array(z.unknown()).min(least).max(64).pipe(z.array(element));

const surrogate = z.discriminatedUnion('shape', [
  z.strictObject({
    shape: z.enum(['triangle', 'fastSigmoid', 'boxcar', 'exponential', 'arctan', 'sigmoidDerivative']),
    height: positive,
    width: positive,
  }),
  z.strictObject({
    shape: z.literal('multiGaussian'),
    height: positive,
    width: positive,
    lobes: positive.optional(),
    spread: positive.optional(),
  }),
]);

const loss = z.enum(['squared', 'smoothL1', 'crossEntropy', 'bernoulli', 'none']).optional();

/** What a readout may be for beside: to act, and to judge. */
const acting = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('softmax') }),
  z.strictObject({ kind: z.literal('gaussian'), sigma: positive.optional(), spread: z.string().optional() }),
  z.strictObject({ kind: z.literal('spread') }),
  z.strictObject({ kind: z.literal('value'), cost: positive.optional() }),
]);

const lifFields = {
  tauMem: positive,
  threshold: finite.nonnegative().optional(),
  inputScale: scale.optional(),
  reset: z.enum(['subtract', 'zero', 'level', 'none']).optional(),
  synapse: z
    .strictObject({
      tau: positive,
      inputScale: z.enum(['one', 'oneMinusDecay', 'unitPeak']).optional(),
      order: z.enum(['sameTick', 'tickBefore']).optional(),
    })
    .optional(),
  refractory: nonNegativeCount.optional(),
  surrogate: surrogate.optional(),
  comparison: z.union([z.enum(['>=', '>']), z.strictObject({ kind: z.literal('escape'), width: positive.optional() })]).optional(),
  loss,
};

/** Steps of Euler within a tick. */
const eulerSteps = z.int().positive().max(1024).optional();

const neuron = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('source') }),
  z.strictObject({ kind: z.literal('constant'), value: finite.optional() }),
  z.strictObject({ kind: z.literal('lif'), ...lifFields }),
  z.strictObject({
    kind: z.literal('alif'),
    ...lifFields,
    tauAdapt: positive,
    beta: z.union([finite.nonnegative(), numbers(finite.nonnegative())]),
    adaptScale: scale.optional(),
  }),
  z.strictObject({ kind: z.literal('theta'), tau: positive.optional(), steps: eulerSteps }),
  z.strictObject({
    kind: z.literal('izhikevich'),
    capacitance: positive.optional(),
    k: positive.optional(),
    threshold: finite.optional(),
    peak: finite.optional(),
    reset: finite.optional(),
    tauRecovery: positive.optional(),
    b: finite.optional(),
    d: finite.optional(),
    steps: eulerSteps,
  }),
  z.strictObject({
    kind: z.literal('rate'),
    tau: positive,
    activation: z.enum(['tanh', 'relu', 'linear']),
    discretization: z.enum(['euler', 'exact']).optional(),
    loss,
  }),
  z.strictObject({
    kind: z.literal('delayLine'),
    delay: finite.nonnegative().max(MOST_DELAYED).optional(),
    longest: z.int().positive().max(MOST_DELAYED),
  }),
  z.strictObject({
    kind: z.literal('snu'),
    decay: finite.nonnegative().lt(1),
    activation: z.enum(['linear', 'relu']).optional(),
    output: z.enum(['sigmoid', 'step']),
    loss,
  }),
  z.strictObject({ kind: z.literal('gru') }),
  z.strictObject({ kind: z.literal('lstm') }),
  z.strictObject({
    kind: z.literal('integrator'),
    tau: finite.nonnegative(),
    inputScale: scale.optional(),
    loss: z.union([z.enum(['squared', 'smoothL1', 'crossEntropy', 'bernoulli', 'none']), acting]).optional(),
  }),
]);

/** A size of a map or of a kernel: products of a few stay exact. */
const side = z
  .int()
  .positive()
  .max(2 ** 15);
const margin = z
  .int()
  .nonnegative()
  .max(2 ** 15);

const connectivity = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dense'), autapses: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('random'), density: finite.positive().max(1), autapses: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('list'), pre: numbers(z.int().nonnegative()), post: numbers(z.int().nonnegative()) }),
  z.strictObject({
    kind: z.literal('convolution'),
    input: z.tuple([side, side, side]),
    channels: side,
    kernel: z.tuple([side, side]),
    stride: z.tuple([side, side]).optional(),
    padding: z.tuple([margin, margin]).optional(),
  }),
]);

const distribution = (kind: 'normal' | 'uniform') =>
  z
    .strictObject({ kind: z.literal(kind), gain: finite.nonnegative().optional(), std: finite.nonnegative().optional() })
    .refine((value) => (value.gain === undefined) !== (value.std === undefined), { message: 'exactly one of gain and std' });

const initial = z.discriminatedUnion('kind', [
  distribution('normal'),
  distribution('uniform'),
  z.strictObject({ kind: z.literal('constant'), value: finite }),
  z.strictObject({ kind: z.literal('inline'), values: numbers(finite) }),
  z.strictObject({ kind: z.literal('npy'), path: z.string().min(1) }),
]);

const schedule = z.union([
  positive,
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('inverse'), initial: positive, halfAt: positive }),
    z.strictObject({ kind: z.literal('linear'), initial: positive, final: finite.nonnegative(), updates: count }),
  ]),
]);

const transform = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('decay'), rate: finite.nonnegative().max(1) }),
  z.strictObject({ kind: z.literal('bounds'), min: finite, max: finite }),
  z.strictObject({ kind: z.literal('scaling'), total: positive }),
  z.strictObject({ kind: z.literal('average'), window: count }),
]);

const transforms = few(transform).optional();
const unit = finite.nonnegative().lt(1);

const optimizer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sgd'), rate: schedule, transforms }),
  z.strictObject({
    kind: z.literal('adam'),
    rate: schedule,
    beta1: unit.optional(),
    beta2: unit.optional(),
    epsilon: positive.optional(),
    transforms,
  }),
  z.strictObject({
    kind: z.literal('adamax'),
    rate: schedule,
    beta1: unit.optional(),
    beta2: unit.optional(),
    epsilon: positive.optional(),
    transforms,
  }),
  z.strictObject({ kind: z.literal('rmaxprop'), rate: schedule, keep: unit.optional(), epsilon: positive.optional(), transforms }),
  z.strictObject({ kind: z.literal('rls'), ridge: positive }),
]);

const kernel = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('lowPass'), tau: positive, scale: scale.optional() }),
  z.strictObject({ kind: z.literal('doubleExponential'), rise: positive, decay: positive }),
]);

const trace = z.strictObject({
  kind: z.literal(['influence', 'adjoint', 'rankOne']),
  keep: z.strictObject({
    adaptation: z.boolean(),
    reset: z.boolean(),
    recurrence: z.union([z.enum(['none', 'self', 'all']), z.strictObject({ hops: count })]),
  }),
});

const broadcast = z.union([
  z.enum(['direct', 'transpose']),
  z.strictObject({ feedback: z.string() }),
  z.strictObject({ projection: z.string() }),
]);

const signal = z.discriminatedUnion('of', [
  z.strictObject({
    of: z.literal('error'),
    from: z.string(),
    through: broadcast,
    filter: kernel.optional(),
  }),
  z.strictObject({
    of: z.literal('target'),
    from: z.string(),
    through: z.union([z.literal('direct'), z.strictObject({ feedback: z.string() })]),
  }),
  z.strictObject({
    of: z.literal('entropy'),
    from: z.string(),
    through: broadcast,
    strength: finite.nonnegative(),
  }),
  z.strictObject({ of: z.literal('value'), from: z.string() }),
  z.strictObject({ of: z.literal('signal'), from: z.string() }),
  z.strictObject({ of: z.literal('window'), from: z.string() }),
  z.strictObject({
    of: z.literal('potential'),
    above: z.strictObject({ level: finite, strength: finite.nonnegative() }),
    below: z.strictObject({ level: finite, strength: finite.nonnegative() }),
  }),
  z.strictObject({
    of: z.literal('rate'),
    target: finite.nonnegative().max(1),
    strength: finite.nonnegative(),
    average: z.union([z.literal('episode'), z.strictObject({ tau: positive })]),
  }),
]);

const modulator = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('temporalDifference'), from: z.string() }),
  z.strictObject({ of: z.literal('reward'), rate: unit }),
]);

const term = z.strictObject({
  trace,
  filter: z.union([z.enum(['none', 'readout']), kernel]).optional(),
  signal,
  modulator: modulator.optional(),
  tag: z.strictObject({ decay: unit }).optional(),
});

const perturbation = z.strictObject({
  of: z.enum(['weights', 'nodes', 'both']),
  sigma: positive,
  noise: z.enum(['normal', 'signs']).optional(),
  against: z.union([z.enum(['unperturbed', 'opposite']), z.strictObject({ mean: unit })]),
});

const timingSide = z.strictObject({
  tau: positive,
  pair: finite,
  triplet: z.strictObject({ tau: positive, amount: finite }).optional(),
});

const calciumSide = z.strictObject({ threshold: finite, rate: finite.nonnegative() });
const reward = z.strictObject({ modulator, tauEligibility: positive }).optional();

const timing = z.discriminatedUnion('pairing', [
  z.strictObject({
    pairing: z.enum(['all', 'nearest']),
    potentiation: timingSide,
    depression: timingSide,
    at: z.enum(['synapse', 'soma']).optional(),
    reward,
  }),
  z.strictObject({
    pairing: z.literal('calcium'),
    tau: positive,
    pre: finite,
    post: finite,
    tauWeight: positive,
    most: positive.optional(),
    potentiation: calciumSide,
    depression: calciumSide,
    reward,
  }),
]);

const rule = z.strictObject({
  terms: few(term),
  perturbation: perturbation.optional(),
  timing: timing.optional(),
  optimizer,
});

const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a letter, then letters, digits, _ or -');

/** A module in the place of a population, before it is replaced by its parts. */
export const instanceSchema = z.strictObject({ module: z.string(), with: z.record(name, z.unknown()).optional() });

/** What stands in a module is a description once its parameters have their values. */
const parts = z.record(name, z.unknown()).optional();
export const modulesSchema = z.record(
  name,
  z.strictObject({ parameters: parts, populations: parts, projections: parts, feedbacks: parts }),
);

export const networkSchema = z.strictObject({
  dt: positive,
  seed: z.int().nonnegative().max(0xffffffff),
  populations: z.record(name, z.strictObject({ size: count, neuron })),
  projections: z.record(
    name,
    z.strictObject({
      pre: z.string(),
      post: z.string(),
      gate: z.string().optional(),
      connectivity,
      weight: initial,
      delay: z.int().nonnegative().max(MOST_DELAYED),
      plasticity: rule.optional(),
    }),
  ),
  feedbacks: z
    .record(name, z.strictObject({ from: z.string(), to: z.string(), weight: initial, follows: z.string().optional() }))
    .optional(),
  learning: z
    .strictObject({
      block: z.literal([1, 8, 16, 32, 64]).optional(),
      traces: z.enum(['float32', 'bfloat16']).optional(),
      updateDelay: z.literal([0, 1]).optional(),
      window: z.int().positive().max(65_536).optional(),
      border: z
        .record(
          name,
          z.strictObject({
            output: z.string().optional(),
            state: z.string().optional(),
            membrane: z.string().optional(),
            current: z.string().optional(),
            adaptation: z.string().optional(),
          }),
        )
        .optional(),
      update: z.union([z.enum(['label', 'episode']), z.strictObject({ ticks: count })]),
      delay: z.int().nonnegative().max(MOST_DELAYED).optional(),
      target: z.enum(['tick', 'label']).optional(),
      episode: z.enum(['reset', 'carry']).optional(),
    })
    .optional(),
});
