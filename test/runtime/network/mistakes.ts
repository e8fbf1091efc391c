import type { ErrorCode } from '../../../runtime/errors.ts';
import type { Draft } from './networks.ts';

export type Spoil = (network: Draft) => unknown;
/** What is done to the whole network, and code, path, message and remedy that name it. */
export type Mistake = readonly [spoil: Spoil, code: ErrorCode, path: string, message: RegExp, remedy?: RegExp];

export const rule = (network: Draft, projection = 'sensory'): Draft => network.projections[projection].plasticity;
const bounds = { of: 'potential', above: { level: 0, strength: 1 }, below: { level: 0, strength: 1 } };
/** The rule with an adaptation that is not kept. */
const unadapted = (draft: Draft): Draft => {
  const trace = { kind: 'influence', keep: { adaptation: false, reset: false, recurrence: 'none' } };
  return { ...draft, terms: draft.terms.map((term: Draft) => ({ ...term, trace })) };
};
const RULE = 'projections.sensory.plasticity';

/** The network taught by BPTT, its readout by the delta rule still. */
const backward = (n: Draft): Draft => {
  const term = {
    trace: { kind: 'adjoint', keep: { adaptation: true, reset: true, recurrence: 'all' } },
    signal: { of: 'error', from: 'out', through: 'transpose' },
  };
  for (const projection of ['sensory', 'recurrent']) rule(n, projection).terms = [structuredClone(term)];
  n.learning.window = 3;
  return n;
};

/** The rule of the sensory projection in front of another population. */
const onto = (n: Draft, post: string): Draft => {
  Object.assign(n.projections.sensory, { post, connectivity: { kind: 'dense' } });
  return n;
};
const dense = (pre: string, post: string): Draft => ({
  ...{ pre, post, connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 1 } },
  delay: 1,
});

/** The same taught by e-prop 3, with predictions of the right size at its borders. */
const bordered = (n: Draft): Draft => {
  backward(n);
  const trace = { kind: 'influence', keep: { adaptation: true, reset: false, recurrence: 'none' } };
  for (const projection of ['sensory', 'recurrent'])
    rule(n, projection).terms = [{ trace: structuredClone(trace), signal: { of: 'window', from: 'out' } }];
  n.populations.soon = structuredClone(n.populations.fast);
  n.learning.border = { fast: { output: 'soon', membrane: 'soon' } };
  return n;
};

/** A rule that pairs spikes in the place of another one's terms. */
const timed = (plasticity: Draft, more: Draft = {}): Draft =>
  Object.assign(plasticity, {
    terms: [],
    timing: { pairing: 'all', potentiation: { tau: 20, pair: 1 }, depression: { tau: 20, pair: 1 }, ...more },
  });

/** Spikes that bring calcium. */
const byCalcium = (more: Draft): Draft => ({
  ...{ pairing: 'calcium', tau: 20, pre: 1, post: 1, tauWeight: 1000 },
  ...{ potentiation: { threshold: 1.3, rate: 1 }, depression: { threshold: 1, rate: 1 } },
  ...more,
});

/** Delay lines before the fast neurons, whose delays are taught by a copy of the rule of their synapses. */
const delayed = (n: Draft): Draft => {
  const { in: input, units, ...rest } = n.populations;
  n.populations = {
    in: input,
    units,
    one: { size: 1, neuron: { kind: 'constant' } },
    lines: { size: 3, neuron: { kind: 'delayLine', longest: 8 } },
    ...rest,
  };
  const trace = { kind: 'influence', keep: { adaptation: false, reset: false, recurrence: 'none' } };
  const plasticity = { ...rule(n), terms: [{ trace, signal: { of: 'signal', from: 'fast' } }] };
  const dense = { connectivity: { kind: 'dense' }, weight: { kind: 'constant', value: 1 }, delay: 0 };
  n.projections.heard = { pre: 'in', post: 'lines', ...dense };
  n.projections.arriving = { pre: 'lines', post: 'fast', ...dense };
  n.projections.lags = { pre: 'one', post: 'lines', gate: 'delay', ...dense, plasticity };
  return n;
};

// biome-ignore format: a table, one mistake a line
export const mistakes: Readonly<Record<string, readonly Mistake[]>> = {
  'an unknown field': [
    [(n) => (n.speed = 1), 'ERR_UNKNOWN_FIELD', 'speed', /unknown field speed/, /docs\/NETWORK\.md/],
    [(n) => (n.populations.fast.neuron.tau = 1), 'ERR_UNKNOWN_FIELD', 'populations.fast.neuron.tau', /unknown field/],
    [(n) => (n.populations.fast.neuron.surrogate.lobes = 0.1), 'ERR_UNKNOWN_FIELD', 'populations.fast.neuron.surrogate.lobes', /unknown field/],
    [(n) => (n.populations.in.neuron.tauMem = 1), 'ERR_UNKNOWN_FIELD', 'populations.in.neuron.tauMem', /unknown field/],
    [(n) => (rule(n).terms[1].signal.through = 'direct'), 'ERR_UNKNOWN_FIELD', `${RULE}.terms[1].signal.through`, /unknown field/],
    [(n) => (n.learning.update = { ticks: 1, every: 2 }), 'ERR_UNKNOWN_FIELD', 'learning.update.every', /unknown field/],
  ],
  'nothing at all': [
    [(n) => Object.assign(n, { populations: {}, projections: {} }), 'ERR_OUT_OF_RANGE', 'populations', /at least one population/, /begins with a source/],
  ],
  'a missing field': [
    [(n) => delete n.dt, 'ERR_MISSING_FIELD', 'dt', /dt is required/, /a finite number/],
    [(n) => delete n.populations, 'ERR_MISSING_FIELD', 'populations', /is required/, /an object/],
    [(n) => delete n.populations.fast.neuron.kind, 'ERR_MISSING_FIELD', 'populations.fast.neuron.kind', /is required/, /source, constant, lif, alif/],
    [(n) => delete n.populations.slow.neuron.beta, 'ERR_MISSING_FIELD', 'populations.slow.neuron.beta', /is required/, /a finite number or an array/],
    [(n) => delete n.projections.tonic.delay, 'ERR_MISSING_FIELD', 'projections.tonic.delay', /is required/, /a finite number/],
    [(n) => (n.populations.slow.neuron.threshold = 0), 'ERR_MISSING_FIELD', 'populations.slow.neuron.surrogate', /is required/, /width of the threshold, which is 0/],
    [(n) => delete n.learning.update, 'ERR_MISSING_FIELD', 'learning.update', /is required/, /'label' or 'episode' or an object/],
    [(n) => delete rule(n).optimizer.rate.halfAt, 'ERR_MISSING_FIELD', `${RULE}.optimizer.rate.halfAt`, /is required/],
    [(n) => (n.populations.fast.neuron.tauMem = undefined), 'ERR_MISSING_FIELD', 'populations.fast.neuron.tauMem', /is required/],
  ],
  'a wrong type': [
    [(n) => (n.dt = '1'), 'ERR_WRONG_TYPE', 'dt', /a finite number required at dt, got '1'/],
    [(n) => (n.dt = null), 'ERR_WRONG_TYPE', 'dt', /got null/],
    [(n) => (n.seed = 1.5), 'ERR_WRONG_TYPE', 'seed', /a whole number required at seed, got 1\.5/],
    [(n) => (n.populations.slow.neuron.beta = 'x'), 'ERR_WRONG_TYPE', 'populations.slow.neuron.beta', /a finite number or an array required/],
    [(n) => (n.populations.slow.neuron.beta = [1, 2, 'x', 4, 5]), 'ERR_WRONG_TYPE', 'populations.slow.neuron.beta[2]', /got 'x'/],
    [(n) => (n.projections.recurrent.connectivity.autapses = 0), 'ERR_WRONG_TYPE', 'projections.recurrent.connectivity.autapses', /true or false/],
    [(n) => (n.projections.tonic.weight.values = { length: 6 }), 'ERR_WRONG_TYPE', 'projections.tonic.weight.values', /an array required/],
    [(n) => (n.learning.update = 5), 'ERR_WRONG_TYPE', 'learning.update', /'label' or 'episode' or an object required/],
    [(n) => (n.projections.output.weight = { kind: 'normal' }), 'ERR_WRONG_TYPE', 'projections.output.weight', /exactly one of gain and std/],
    [(n) => (n.projections.output.weight.gain = 1), 'ERR_WRONG_TYPE', 'projections.output.weight', /exactly one of gain and std/],
    [(n) => (n.projections.tonic.pre = 5), 'ERR_WRONG_TYPE', 'projections.tonic.pre', /a string required/],
  ],
  'something else in the place of an object': [
    [(n) => (n.populations.fast.neuron = null), 'ERR_NOT_AN_OBJECT', 'populations.fast.neuron', /an object is required .* got null/, /docs\/NETWORK\.md/],
    [(n) => (n.populations.fast = [1]), 'ERR_NOT_AN_OBJECT', 'populations.fast', /got an array of 1/],
    [(n) => (n.projections = 'none'), 'ERR_NOT_AN_OBJECT', 'projections', /got 'none'/],
    [(n) => (rule(n).terms = [3]), 'ERR_NOT_AN_OBJECT', `${RULE}.terms[0]`, /got 3/],
  ],
  'NaN and infinity, anywhere': [
    [(n) => (n.dt = Number.NaN), 'ERR_WRONG_TYPE', 'dt', /a finite number required at dt, got NaN/],
    [(n) => (n.seed = Number.POSITIVE_INFINITY), 'ERR_WRONG_TYPE', 'seed', /got Infinity/],
    [(n) => (n.populations.slow.neuron.beta = Number.NaN), 'ERR_WRONG_TYPE', 'populations.slow.neuron.beta', /a finite number/],
    [(n) => (n.projections.tonic.weight.values[4] = Number.NEGATIVE_INFINITY), 'ERR_WRONG_TYPE', 'projections.tonic.weight.values[4]', /got -Infinity/],
    [(n) => (rule(n).optimizer.rate = Number.NaN), 'ERR_WRONG_TYPE', `${RULE}.optimizer.rate`, /a finite number/],
  ],
  'a number that float32 turns into infinity, zero or a denormal': [
    [(n) => (n.populations.fast.neuron.threshold = 1e39), 'ERR_WRONG_TYPE', 'populations.fast.neuron.threshold', /float32 can hold/],
    [(n) => (n.populations.fast.neuron.threshold = 1e-40), 'ERR_WRONG_TYPE', 'populations.fast.neuron.threshold', /float32 can hold/],
    [(n) => (n.projections.tonic.weight.values[0] = -1e300), 'ERR_WRONG_TYPE', 'projections.tonic.weight.values[0]', /got -1e\+300/],
    [(n) => (rule(n, 'recurrent').optimizer.epsilon = 1e-60), 'ERR_WRONG_TYPE', 'projections.recurrent.plasticity.optimizer.epsilon', /float32/],
  ],
  'a number out of range': [
    [(n) => (n.dt = 0), 'ERR_OUT_OF_RANGE', 'dt', /> 0 required at dt, got 0/, /larger/],
    [(n) => (n.seed = 2 ** 32), 'ERR_OUT_OF_RANGE', 'seed', /≤ 4294967295/, /smaller/],
    [(n) => (n.seed = -1), 'ERR_OUT_OF_RANGE', 'seed', /≥ 0/],
    [(n) => (n.populations.in.size = 0), 'ERR_OUT_OF_RANGE', 'populations.in.size', /> 0/],
    [(n) => (n.populations.in.size = 1e7), 'ERR_OUT_OF_RANGE', 'populations.in.size', /≤ 1000000/],
    [(n) => (n.populations.fast.neuron.tauMem = -20), 'ERR_OUT_OF_RANGE', 'populations.fast.neuron.tauMem', /> 0 required .* got -20/],
    [(n) => (n.populations.slow.neuron.beta = -1), 'ERR_OUT_OF_RANGE', 'populations.slow.neuron.beta', /≥ 0 required .* got -1/],
    [(n) => (n.populations.slow.neuron.beta[3] = -1), 'ERR_OUT_OF_RANGE', 'populations.slow.neuron.beta[3]', /≥ 0/],
    [(n) => (n.projections.recurrent.connectivity.density = 1.5), 'ERR_OUT_OF_RANGE', 'projections.recurrent.connectivity.density', /≤ 1/],
    [(n) => (n.projections.tonic.delay = 5000), 'ERR_OUT_OF_RANGE', 'projections.tonic.delay', /≤ 4096/],
    [(n) => (rule(n).optimizer.rate = -1), 'ERR_OUT_OF_RANGE', `${RULE}.optimizer.rate`, /> 0 required .* got -1/],
    [(n) => (rule(n, 'recurrent').optimizer.beta2 = 1), 'ERR_OUT_OF_RANGE', 'projections.recurrent.plasticity.optimizer.beta2', /< 1/],
    [(n) => (rule(n, 'recurrent').terms[1].signal.average.tau = 0), 'ERR_OUT_OF_RANGE', 'projections.recurrent.plasticity.terms[1].signal.average.tau', /> 0/],
    [(n) => (n.populations.fast.neuron.synapse = { tau: 20, inputScale: 'unitPeak' }), 'ERR_OUT_OF_RANGE', 'populations.fast.neuron.synapse.tau', /another time constant than tauMem/, /inputScale 'one'/],
    [(n) => (n.learning.update.ticks = 0), 'ERR_OUT_OF_RANGE', 'learning.update.ticks', /> 0/],
    [(n) => (rule(n).terms = []), 'ERR_OUT_OF_RANGE', `${RULE}.terms`, /at least one term/],
    [(n) => (n.projections.tonic.weight = { kind: 'npy', path: '' }), 'ERR_OUT_OF_RANGE', 'projections.tonic.weight.path', /length ≥ 1/],
    [(n) => (rule(n).optimizer.transforms[0].min = 2), 'ERR_OUT_OF_RANGE', `${RULE}.optimizer.transforms[0]`, /min ≤ max .* got 2 > 1/, /swap/],
  ],
  'a word that does not exist': [
    [(n) => (n.populations.fast.neuron.kind = 'hodgkinHuxley'), 'ERR_UNKNOWN_KIND', 'populations.fast.neuron.kind', /unknown kind 'hodgkinHuxley'/, /source, constant, lif, alif, theta, izhikevich, rate, delayLine, snu, gru, lstm, integrator/],
    [(n) => (n.populations.fast.neuron.kind = 5), 'ERR_UNKNOWN_KIND', 'populations.fast.neuron.kind', /unknown value 5/],
    [(n) => (n.populations.fast.neuron.reset = 'hard'), 'ERR_UNKNOWN_KIND', 'populations.fast.neuron.reset', /'hard'/, /subtract, zero, level, none/],
    [(n) => (n.populations.fast.neuron.surrogate.shape = 'cosine'), 'ERR_UNKNOWN_KIND', 'populations.fast.neuron.surrogate.shape', /'cosine'/, /arctan, sigmoidDerivative, multiGaussian/],
    [(n) => (n.projections.tonic.connectivity.kind = 'ring'), 'ERR_UNKNOWN_KIND', 'projections.tonic.connectivity.kind', /'ring'/, /dense, random, list, convolution/],
    [(n) => (n.learning.update = 'never'), 'ERR_UNKNOWN_KIND', 'learning.update', /'never'/, /'label' or 'episode' or an object/],
    [(n) => (rule(n).terms[0].signal.through = 'magic'), 'ERR_UNKNOWN_KIND', `${RULE}.terms[0].signal.through`, /'magic'/, /'direct' or 'transpose'/],
    [(n) => (rule(n).optimizer.rate = { kind: 'cosine' }), 'ERR_UNKNOWN_KIND', `${RULE}.optimizer.rate.kind`, /'cosine'/, /inverse, linear/],
    [(n) => (n.learning.block = 2), 'ERR_UNKNOWN_KIND', 'learning.block', /unknown value 2/],
  ],
  'a bad name, or one taken twice': [
    [(n) => (n.populations['1st'] = n.populations.in), 'ERR_WRONG_TYPE', 'populations.1st', /a name \(a letter.* got '1st'/],
    [(n) => (n.populations['a.b'] = n.populations.in), 'ERR_WRONG_TYPE', 'populations.a.b', /got 'a\.b'/],
    [(n) => (n.projections[''] = n.projections.tonic), 'ERR_WRONG_TYPE', 'projections.', /got ''/],
    [(n) => (n.projections.slow = n.projections.tonic), 'ERR_DUPLICATE_NAME', 'projections.slow', /projections\.slow has the name of populations\.slow/, /names of their own/],
    [(n) => (n.feedbacks.output = n.feedbacks.broadcast), 'ERR_DUPLICATE_NAME', 'feedbacks.output', /of projections\.output/],
  ],
  'the name of something that is not there': [
    [(n) => (n.projections.tonic.pre = 'input'), 'ERR_UNKNOWN_NAME', 'projections.tonic.pre', /names 'input', which does not exist/, /in, units, fast, slow, turning, cells, out/],
    [(n) => (n.projections.tonic.post = 'constructor'), 'ERR_UNKNOWN_NAME', 'projections.tonic.post', /'constructor'/],
    [(n) => (n.projections.tonic.post = '__proto__'), 'ERR_UNKNOWN_NAME', 'projections.tonic.post', /'__proto__'/],
    [(n) => (rule(n).terms[0].signal.from = 'toString'), 'ERR_UNKNOWN_NAME', `${RULE}.terms[0].signal.from`, /'toString'/],
    [(n) => (rule(n).terms[0].signal.through.feedback = 'valueOf'), 'ERR_UNKNOWN_NAME', `${RULE}.terms[0].signal.through.feedback`, /'valueOf'/, /broadcast, mirrored/],
    [(n) => (n.feedbacks.broadcast.to = 'hidden'), 'ERR_UNKNOWN_NAME', 'feedbacks.broadcast.to', /'hidden'/],
    [(n) => (n.feedbacks.mirrored.follows = 'hasOwnProperty'), 'ERR_UNKNOWN_NAME', 'feedbacks.mirrored.follows', /'hasOwnProperty'/, /tonic, sensory/],
  ],
  'one beta too few or too many': [
    [(n) => n.populations.slow.neuron.beta.pop(), 'ERR_SHAPE', 'populations.slow.neuron.beta', /of length 5 required .* got 4/, /one value a neuron/],
    [(n) => n.populations.slow.neuron.beta.push(0), 'ERR_SHAPE', 'populations.slow.neuron.beta', /got 6/],
  ],
  'a list of synapses that cannot be': [
    [(n) => n.projections.sensory.connectivity.post.pop(), 'ERR_SHAPE', 'projections.sensory.connectivity.post', /of length 4 required .* got 3/],
    [(n) => (n.projections.sensory.connectivity.pre[1] = 3), 'ERR_OUT_OF_RANGE', 'projections.sensory.connectivity.pre[1]', /< 3 required .* got 3/, /start at 0/],
    [(n) => (n.projections.sensory.connectivity.post[3] = 4), 'ERR_OUT_OF_RANGE', 'projections.sensory.connectivity.post[3]', /< 4/],
    [(n) => (n.projections.sensory.connectivity.post[0] = -1), 'ERR_OUT_OF_RANGE', 'projections.sensory.connectivity.post[0]', /≥ 0/],
    [(n) => (n.projections.sensory.connectivity.post[3] = 2), 'ERR_OUT_OF_RANGE', 'projections.sensory.connectivity.pre[3]', /each .* once .* \(2, 2\) again/, /merge/],
    [(n) => (n.projections.sensory.connectivity.pre[0] = 0.5), 'ERR_WRONG_TYPE', 'projections.sensory.connectivity.pre[0]', /a whole number/],
  ],
  'a convolution that does not fit its populations': [
    [(n) => (n.projections.scan.connectivity.input = [1, 2]), 'ERR_OUT_OF_RANGE', 'projections.scan.connectivity.input', /length/],
    [(n) => (n.projections.scan.connectivity.kernel = [1, 0]), 'ERR_OUT_OF_RANGE', 'projections.scan.connectivity.kernel[1]', /> 0/],
    [(n) => (n.projections.scan.connectivity.stride = 2), 'ERR_WRONG_TYPE', 'projections.scan.connectivity.stride', /an array required/],
    [(n) => (n.projections.scan.connectivity.padding = [0, -1]), 'ERR_OUT_OF_RANGE', 'projections.scan.connectivity.padding[1]', /≥ 0/],
    [(n) => (n.projections.scan.connectivity.channels = 2 ** 16), 'ERR_OUT_OF_RANGE', 'projections.scan.connectivity.channels', /≤ 32768/],
    [(n) => delete n.projections.scan.connectivity.kernel, 'ERR_MISSING_FIELD', 'projections.scan.connectivity.kernel', /is required/, /an array/],
    [(n) => (n.projections.scan.connectivity.input = [1, 2, 2]), 'ERR_SHAPE', 'projections.scan.connectivity.input', /'units' of length 4 required .* got 2/, /1 × 2 × 2 neurons: correct its size, or input/],
    [(n) => (n.projections.scan.connectivity.channels = 2), 'ERR_SHAPE', 'projections.scan.connectivity.channels', /'units' of length 4 required .* got 2/, /2 × 1 × 2 neurons: .* stride or padding/],
    [(n) => (n.projections.scan.connectivity.padding = [0, 2]), 'ERR_SHAPE', 'projections.scan.connectivity.channels', /'units' of length 4 required/],
    [(n) => (n.projections.scan.connectivity.kernel = [2, 3]), 'ERR_OUT_OF_RANGE', 'projections.scan.connectivity.kernel', /at most 1 × 4, .* got 2 × 3/, /more padding/],
  ],
  'a projection back, or onto itself, without delay': [
    [(n) => (n.projections.recurrent.delay = 0), 'ERR_BACKWARD_WITHOUT_DELAY', 'projections.recurrent.delay', /slow → slow/, /at least 1 tick/],
    [(n) => Object.assign(n.projections.onward, { pre: 'slow', post: 'fast' }), 'ERR_BACKWARD_WITHOUT_DELAY', 'projections.onward.delay', /slow → fast/, /declare fast after slow/],
  ],
  'a rule that does not fit its place': [
    [(n) => (n.projections.tonic.post = 'in'), 'ERR_INCOMPATIBLE_RULE', 'projections.tonic.post', /'in' is a source/],
    [(n) => delete n.learning, 'ERR_MISSING_FIELD', 'learning', /is required/, /projections\.sensory\.plasticity is plastic/],
    [(n) => (rule(n, 'output').terms[0].signal.from = 'slow'), 'ERR_INCOMPATIBLE_RULE', 'projections.output.plasticity.terms[0].signal.from', /'slow' has no error/, /loss/],
    [(n) => (n.populations.out.neuron.loss = 'none'), 'ERR_INCOMPATIBLE_RULE', `${RULE}.terms[0].signal.from`, /'out' has no error/],
    [(n) => (rule(n).terms[0].signal.through = 'direct'), 'ERR_INCOMPATIBLE_RULE', `${RULE}.terms[0].signal.through`, /'fast', not 'out'/, /'transpose' or a feedback/],
    [(n) => (rule(n, 'output').terms[0].filter = 'readout'), 'ERR_INCOMPATIBLE_RULE', 'projections.output.plasticity.terms[0].filter', /already carries its leak/],
    [(n) => (rule(n).terms[0].signal.through = 'transpose'), 'ERR_INCOMPATIBLE_RULE', `${RULE}.terms[0].signal.through`, /exactly one projection fast → out, there are 0/],
    [(n) => (rule(n).terms[0].signal.through.feedback = 'mirrored'), 'ERR_INCOMPATIBLE_RULE', `${RULE}.terms[0].signal.through.feedback`, /runs out → slow, the rule needs out → fast/],
    [(n) => (n.projections.output.plasticity = rule(n)), 'ERR_UNSUPPORTED_RULE', 'projections.output.plasticity.terms[0]', /learning into 'out' of kind integrator/, /'direct'/],
    [(n) => (n.projections.tonic.plasticity = rule(n, 'recurrent')), 'ERR_INCOMPATIBLE_RULE', 'projections.tonic.plasticity.terms[0].signal.through', /exactly one projection units → out/],
    [(n) => (n.projections.tonic.plasticity = { ...rule(n), terms: [rule(n).terms[1]] }), 'ERR_INCOMPATIBLE_RULE', 'projections.tonic.plasticity.terms[0]', /'units', which does not spike/],
    [(n) => (n.projections.sensory.gate = 'tauMem'), 'ERR_UNSUPPORTED_RULE', 'projections.sensory.gate', /beside a reset to zero/, /'subtract', 'level' or 'none'/],
    [(n) => Object.assign(n.projections.recurrent, { gate: 'tauAdapt', plasticity: unadapted(rule(n, 'recurrent')) }), 'ERR_INCOMPATIBLE_RULE', 'projections.recurrent.plasticity.terms[0].trace.keep.adaptation', /nothing but what is dropped/, /keep the adaptation/],
    [(n) => Object.assign(rule(n).terms[1], { signal: bounds, filter: 'readout' }), 'ERR_UNSUPPORTED_RULE', `${RULE}.terms[1]`, /bounds of the potential beside a filter/, /leave filter out/],
    [(n) => Object.assign(n.projections.tonic, { plasticity: { ...rule(n), terms: [{ ...rule(n).terms[0], signal: bounds }] } }), 'ERR_INCOMPATIBLE_RULE', 'projections.tonic.plasticity.terms[0]', /'units', which does not spike/],
    [(n) => (rule(n).terms[0].filter = { kind: 'doubleExponential', rise: 5, decay: 5 }), 'ERR_OUT_OF_RANGE', `${RULE}.terms[0].filter.rise`, /another time constant than decay/, /lowPass/],
    [(n) => (rule(n).terms[0].signal.filter = { kind: 'doubleExponential', rise: 5, decay: 5 }), 'ERR_OUT_OF_RANGE', `${RULE}.terms[0].signal.filter.rise`, /another time constant/],
    [(n) => (rule(n, 'output').terms[0].signal.filter = { kind: 'lowPass', tau: 5 }), 'ERR_UNSUPPORTED_RULE', 'projections.output.plasticity.terms[0].signal.filter', /a filtered error of a readout/, /leave signal\.filter out/],
    [(n) => Object.assign(n.learning, { target: 'label' }) && Object.assign(rule(n).terms[0].signal, { filter: { kind: 'lowPass', tau: 5 } }), 'ERR_UNSUPPORTED_RULE', `${RULE}.terms[0].signal.filter`, /targets that come with labels/, /target: 'tick'/],
    [(n) => (n.projections.tonic.gate = 'forget'), 'ERR_UNKNOWN_NAME', 'projections.tonic.gate', /'forget'/, /input/],
    [(n) => (n.populations.units.neuron = { kind: 'lstm' }), 'ERR_MISSING_FIELD', 'projections.tonic.gate', /is required/, /input, forget, cell, output/],
    [(n) => (rule(n).terms[0].signal = { of: 'value', from: 'slow' }), 'ERR_SHAPE', `${RULE}.terms[0].signal.from`, /of length 4 required .* got 5/, /a value for each neuron/],
    [(n) => (rule(n).terms[0].signal = { of: 'signal', from: 'out' }), 'ERR_INCOMPATIBLE_RULE', `${RULE}.terms[0].signal.from`, /no projection of delay 0 leads up from 'fast' to 'out'/],
  ],
  'delays that cannot be learned so': [
    [(n) => (delayed(n).populations.lines.neuron.delay = 9), 'ERR_OUT_OF_RANGE', 'populations.lines.neuron.delay', /at most 8, the longest/, /make longest larger/],
    [(n) => (delayed(n).populations.lines.neuron.longest = 5000), 'ERR_OUT_OF_RANGE', 'populations.lines.neuron.longest', /5000/],
    [(n) => Object.assign(delayed(n).projections.lags, { pre: 'in' }), 'ERR_INCOMPATIBLE_RULE', 'projections.lags.gate', /'in' is no constant/, /kind constant/],
    [(n) => (delayed(n).projections.heard.plasticity = n.projections.lags.plasticity), 'ERR_UNSUPPORTED_RULE', 'projections.heard.plasticity.terms[0]', /synapses into 'lines'.*forwards in time/, /bptt/],
    [(n) => (delayed(n).projections.lags.plasticity.terms[0].trace.keep.recurrence = 'all'), 'ERR_UNSUPPORTED_RULE', 'projections.lags.plasticity.terms[0].trace', /influence of a delay/, /'none'/],
    [(n) => Object.assign(delayed(n).projections, { up: { ...n.projections.heard, pre: 'units' }, tonic: { ...n.projections.tonic, plasticity: { ...n.projections.lags.plasticity, terms: n.projections.lags.plasticity.terms.map((term: Draft) => ({ ...term, signal: { of: 'signal', from: 'lines' } })) } } }), 'ERR_UNSUPPORTED_RULE', 'projections.tonic.plasticity.terms[0].signal.from', /comes down through 'lines'/, /bptt/],
  ],
  'an error through a projection that cannot carry it': [
    [(n) => (rule(n).terms[0].signal.through = { projection: 'never' }), 'ERR_UNKNOWN_NAME', `${RULE}.terms[0].signal.through.projection`, /'never'/, /tonic/],
    [(n) => (rule(n).terms[0].signal.through = { projection: 'tonic' }), 'ERR_INCOMPATIBLE_RULE', `${RULE}.terms[0].signal.through.projection`, /runs in → units/, /onto 'fast' from 2 neurons/],
    [(n) => (rule(n).terms[0].signal.through = { projection: 'sensory' }), 'ERR_INCOMPATIBLE_RULE', `${RULE}.terms[0].signal.through.projection`, /comes from 3 neurons, 'out' has 2 outputs/],
    [(n) => [Object.assign(n.populations.in, { size: 2 }), Object.assign(n.projections.sensory, { connectivity: { kind: 'random', density: 1 } }), Object.assign(n.projections.tonic, { weight: { kind: 'constant', value: 1 } }), Object.assign(rule(n).terms[0].signal, { through: { projection: 'sensory' } })], 'ERR_INCOMPATIBLE_RULE', `${RULE}.terms[0].signal.through.projection`, /is random, a broadcast is dense/],
  ],
  'terms that do not go together, rather than an approximation of them': [
    [(n) => rule(n, 'output').terms.push(rule(n, 'output').terms[0]), 'ERR_UNSUPPORTED_RULE', 'projections.output.plasticity.terms', /a second term beside the direct error/],
    [(n) => (rule(n, 'recurrent').terms[1].trace = { kind: 'influence', keep: { adaptation: false, reset: false, recurrence: 'none' } }), 'ERR_UNSUPPORTED_RULE', 'projections.recurrent.plasticity.terms', /keep different parts/],
    [(n) => (rule(n).terms[1].filter = 'readout'), 'ERR_INCOMPATIBLE_RULE', `${RULE}.terms[1].filter`, /unfiltered trace/],
    [(n) => delete rule(n, 'recurrent').terms[0].filter, 'ERR_INCOMPATIBLE_RULE', 'projections.recurrent.plasticity.terms[1].filter', /there are 0/],
    [(n) => rule(n, 'recurrent').optimizer.transforms.push({ kind: 'average', window: 3 }), 'ERR_INCOMPATIBLE_RULE', 'projections.recurrent.plasticity.optimizer.transforms[2]', /one running average/],
  ],
  'scaling to nothing, or of what others mirror': [
    [(n) => (rule(n).optimizer.transforms = [{ kind: 'scaling', total: 0 }]), 'ERR_OUT_OF_RANGE', `${RULE}.optimizer.transforms[0].total`, /> 0 required/],
    [(n) => (rule(n, 'output').optimizer.transforms = [{ kind: 'scaling', total: 1 }]), 'ERR_UNSUPPORTED_RULE', 'projections.output.plasticity.optimizer.transforms[0]', /the feedback 'mirrored' follows/, /leave out follows or scaling/],
  ],
  'neurons without a pseudo-derivative, or without a step': [
    [(n) => onto(n, 'turning'), 'ERR_UNSUPPORTED_RULE', `${RULE}.terms[0]`, /onto 'turning' of kind theta, which has no pseudo-derivative/, /stdp/],
    [(n) => onto(n, 'cells'), 'ERR_UNSUPPORTED_RULE', `${RULE}.terms[0]`, /onto 'cells' of kind izhikevich, which has no pseudo-derivative/, /use lif or alif/],
    [(n) => onto(backward(n), 'turning'), 'ERR_UNSUPPORTED_RULE', `${RULE}.terms[0]`, /has no pseudo-derivative/],
    [(n) => Object.assign(backward(n).projections, { through: dense('fast', 'turning'), on: dense('turning', 'out') }), 'ERR_UNSUPPORTED_RULE', 'populations.turning.neuron', /backwards through a population of kind theta/, /use lif, alif/],
    [(n) => (rule(onto(n, 'turning')).terms = [rule(n).terms[1]]), 'ERR_UNSUPPORTED_RULE', `${RULE}.terms[0]`, /has no pseudo-derivative/],
    [(n) => (n.populations.turning.neuron.steps = 0), 'ERR_OUT_OF_RANGE', 'populations.turning.neuron.steps', /> 0 required/],
    [(n) => (n.populations.cells.neuron.steps = 1025), 'ERR_OUT_OF_RANGE', 'populations.cells.neuron.steps', /≤ 1024 required/],
    [(n) => (n.populations.turning.neuron.tau = 0), 'ERR_OUT_OF_RANGE', 'populations.turning.neuron.tau', /> 0 required/],
    [(n) => (n.populations.cells.neuron.reset = 95), 'ERR_OUT_OF_RANGE', 'populations.cells.neuron.reset', /below peak, 95,/, /a lower reset/],
    [(n) => (n.populations.cells.neuron.surrogate = { shape: 'boxcar', height: 1, width: 1 }), 'ERR_UNKNOWN_FIELD', 'populations.cells.neuron.surrogate', /unknown field/],
  ],
  'spikes in pairs where they cannot be': [
    [(n) => (timed(rule(n)).terms = structuredClone(rule(n, 'recurrent').terms)), 'ERR_INCOMPATIBLE_RULE', `${RULE}.timing`, /in the place of terms/],
    [(n) => timed(rule(n, 'output')), 'ERR_INCOMPATIBLE_RULE', 'projections.output.plasticity.timing', /spikes are asked of 'out'/, /lif, alif, theta or izhikevich/],
    [(n) => timed(rule(n), { depression: { tau: 0, pair: 1 } }), 'ERR_OUT_OF_RANGE', `${RULE}.timing.depression.tau`, /> 0 required/],
    [(n) => timed(rule(n), { reward: { modulator: { of: 'temporalDifference', from: 'out' }, tauEligibility: 9 } }), 'ERR_INCOMPATIBLE_RULE', `${RULE}.timing.reward.modulator.from`, /'out' is no value/],
    [(n) => (timed(rule(n)).timing.pairing = 'calcium'), 'ERR_MISSING_FIELD', `${RULE}.timing.tau`, /is required/],
    [(n) => (timed(rule(n)).timing = byCalcium({ tauWeight: 0 })), 'ERR_OUT_OF_RANGE', `${RULE}.timing.tauWeight`, /> 0 required/],
    [(n) => (timed(rule(n)).timing = byCalcium({ depression: { threshold: 1, rate: -1 } })), 'ERR_OUT_OF_RANGE', `${RULE}.timing.depression.rate`, /≥ 0 required/],
    [(n) => [timed(rule(n)), Object.assign(n.learning, { delay: 1 })], 'ERR_UNSUPPORTED_RULE', 'learning.delay', /late signals beside the timing of spikes/],
    [(n) => [timed(rule(n)), Object.assign(n.learning, { updateDelay: 1 })], 'ERR_UNSUPPORTED_RULE', 'learning.updateDelay', /with the timing of spikes/, /updateDelay to 0/],
  ],
  'the signal of a window where there can be none': [
    [(n) => delete bordered(n).learning.window, 'ERR_MISSING_FIELD', 'learning.window', /is required/],
    [(n) => (bordered(n).learning.window = n.learning.update.ticks = 65), 'ERR_OUT_OF_RANGE', 'learning.window', /at most 64 ticks/, /shorter window/],
    [(n) => (rule(bordered(n)).terms[0].filter = 'readout'), 'ERR_UNSUPPORTED_RULE', `${RULE}.terms[0].filter`, /a filter where/, /leave filter out/],
    [(n) => (rule(bordered(n)).terms[0].trace.keep.reset = true), 'ERR_UNSUPPORTED_RULE', `${RULE}.terms[0].trace`, /another trace than that of e-prop/],
    [(n) => (rule(bordered(n)).terms[0].signal.from = 'slow'), 'ERR_INCOMPATIBLE_RULE', `${RULE}.terms[0].signal.from`, /'slow' has no error/],
    [(n) => (rule(bordered(n), 'output').terms[0].signal = { of: 'window', from: 'out' }), 'ERR_UNSUPPORTED_RULE', 'projections.output.plasticity.terms[0].signal', /do not feed spikes/, /bptt/],
    [(n) => (n.learning.border = {}), 'ERR_INCOMPATIBLE_RULE', 'learning.border', /no rule of the network runs backwards/, /eprop3/],
    [(n) => (bordered(n).learning.border.in = {}), 'ERR_UNKNOWN_NAME', 'learning.border.in', /names 'in'/, /fast/],
    [(n) => (bordered(n).learning.border.fast.adaptation = 'soon'), 'ERR_UNKNOWN_NAME', 'learning.border.fast.adaptation', /names 'adaptation'/, /output.*membrane/],
    [(n) => (bordered(n).learning.border.fast.output = 'never'), 'ERR_UNKNOWN_NAME', 'learning.border.fast.output', /'never'/],
    [(n) => (bordered(n).learning.border.fast.output = 'out'), 'ERR_SHAPE', 'learning.border.fast.output', /length 4 required/, /for each neuron of 'fast'/],
    [(n) => (bordered(n).learning.border.fast.speed = 'soon'), 'ERR_UNKNOWN_FIELD', 'learning.border.fast.speed', /unknown field/],
  ],
  'a gradient that runs backwards where it cannot': [
    [(n) => delete backward(n).learning.window, 'ERR_MISSING_FIELD', 'learning.window', /is required/, /1 to 65536/],
    [(n) => (backward(n).learning.window = 65_537), 'ERR_OUT_OF_RANGE', 'learning.window', /≤ 65536/],
    [(n) => (backward(n).learning.window = 2), 'ERR_OUT_OF_RANGE', 'learning.update.ticks', /a multiple of learning\.window, 2,/, /shorter window/],
    [(n) => (backward(n).learning.block = 8), 'ERR_INCOMPATIBLE_RULE', 'learning.block', /a window is the block/, /leave block out/],
    [(n) => (n.learning.window = 3), 'ERR_INCOMPATIBLE_RULE', 'learning.window', /no rule of the network runs backwards/, /bptt/],
    [(n) => (backward(n).learning.target = 'label'), 'ERR_UNSUPPORTED_RULE', 'learning.target', /labels for a gradient/, /at every tick/],
    [(n) => (rule(backward(n)).terms[0].filter = 'readout'), 'ERR_UNSUPPORTED_RULE', `${RULE}.terms[0].filter`, /a filter where/, /leave filter out/],
    [(n) => (rule(backward(n)).terms[0].signal.through = { feedback: 'broadcast' }), 'ERR_UNSUPPORTED_RULE', `${RULE}.terms[0].signal`, /anything but an error/, /'transpose'/],
    [(n) => (rule(backward(n)).terms[0].signal = { of: 'rate', target: 0.1, strength: 1, average: { tau: 5 } }), 'ERR_UNSUPPORTED_RULE', `${RULE}.terms[0].signal`, /anything but an error/],
    [(n) => (rule(backward(n)).terms[0].trace.keep.recurrence = 'self'), 'ERR_UNSUPPORTED_RULE', `${RULE}.terms[0].trace.keep.recurrence`, /without all of the recurrence/],
    [(n) => (rule(backward(n)).terms[0].trace.keep.reset = false), 'ERR_INCOMPATIBLE_RULE', 'projections.recurrent.plasticity', /'sensory' is taught backwards/, /the same bptt/],
    [(n) => (rule(backward(n), 'recurrent').terms[0].trace.kind = 'influence'), 'ERR_INCOMPATIBLE_RULE', 'projections.recurrent.plasticity', /something else/, /delta rule/],
    [(n) => (rule(backward(n)).terms[0].signal.from = 'slow'), 'ERR_INCOMPATIBLE_RULE', `${RULE}.terms[0].signal.from`, /'slow' has no error/],
    [(n) => Object.assign(backward(n).projections, { onward: n.projections.steady }), 'ERR_INCOMPATIBLE_RULE', RULE, /no projection leads from 'fast' to .*out/, /frozen/],
  ],
  'a feedback that broadcasts no error, or follows what it does not mirror': [
    [(n) => (n.feedbacks.broadcast.from = 'slow'), 'ERR_INCOMPATIBLE_RULE', 'feedbacks.broadcast.from', /'slow' is no readout/, /integrator/],
    [(n) => (n.feedbacks.mirrored.follows = 'recurrent'), 'ERR_INCOMPATIBLE_RULE', 'feedbacks.mirrored.follows', /not a plastic dense projection slow → out/],
    [(n) => (n.feedbacks.broadcast.follows = 'output'), 'ERR_INCOMPATIBLE_RULE', 'feedbacks.broadcast.follows', /fast → out/],
    [(n) => delete n.projections.output.plasticity, 'ERR_INCOMPATIBLE_RULE', 'feedbacks.mirrored.follows', /plastic dense/],
    [(n) => (n.projections.output.connectivity = { kind: 'random', density: 0.5 }), 'ERR_INCOMPATIBLE_RULE', 'feedbacks.mirrored.follows', /dense/],
  ],
};
