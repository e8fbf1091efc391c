import type { LearningRule } from '../learning/rule.ts';
import type { Ms } from '../units.ts';

/**
 * A network: frozen plain data, JSON in and out. Populations run in the order written; every convention that changes a
 * number is a field. Index order is [pre][post] everywhere.
 */
export interface Network {
  /** length of one tick, ms */
  readonly dt: Ms;
  /** the only source of randomness */
  readonly seed: number;
  readonly populations: Readonly<Record<string, Population>>;
  readonly projections: Readonly<Record<string, Projection>>;
  /** paths that carry learning signals, never spikes */
  readonly feedbacks?: Readonly<Record<string, Feedback>>;
  /** when targets arrive and weights move; needed as soon as a projection is plastic */
  readonly learning?: Learning;
}

export interface Population {
  readonly size: number;
  readonly neuron: NeuronModel;
}

export type NeuronModel = Source | Constant | Lif | Alif | Theta | Izhikevich | Rate | DelayLine | Snu | Gru | Lstm | Integrator;

/** Values written by an encoder: spikes (0 or 1), graded spikes or analog currents. */
export interface Source {
  readonly kind: 'source';
}

/** The same value at every tick: a synapse from it is a bias. */
export interface Constant {
  readonly kind: 'constant';
  /** default 1 */
  readonly value?: number;
}

/**
 * Leaky integrate-and-fire (Bellec et al. 2020, eq. 6–8; canonical tick):
 * v ← α v + c·I − reset, z = [v ≥ threshold and r = 0], r ← refractory on a spike, α = exp(−dt/tauMem). Gates: 'input' feeds I; 'output' is added to v
 * where it is compared with the threshold, and is gone a tick later (a synapse from a constant is a bias); 'tauMem' is added to the time constant, neuron
 * by neuron, so that a plastic synapse from a constant learns it (keep it above 0 by bounds).
 */
export interface Lif {
  readonly kind: 'lif';
  /** membrane time constant, ms */
  readonly tauMem: Ms;
  /** firing threshold, default 1; 0 takes a surrogate */
  readonly threshold?: number;
  /** factor c on the input current and on its presynaptic trace: 1 or 1 − α; default 'one' */
  readonly inputScale?: Scale;
  /**
   * what a spike does to v one tick later: 'subtract' (default) takes the threshold off; 'level' takes A of that tick off, adaptation included (Yin et al. 2021);
   * 'zero' empties the membrane (a reset to another value is a shift of v and threshold); 'none' nothing. A refractory trace, R ← ρ R − g z(t−1) beside the
   * membrane (DECOLLE, SuperSpike), is the adaptation of an alif with reset 'none', tauAdapt for ρ and beta = g: u = v + R − threshold is v − A
   */
  readonly reset?: 'subtract' | 'zero' | 'level' | 'none';
  /** a synaptic current between the synapses and the membrane; default none: synapses feed the membrane */
  readonly synapse?: Synapse;
  /** makes the error z − y* of its own spikes; default 'none' */
  readonly loss?: Loss;
  /** refractory count: after a spike the next `refractory − 1` ticks are silent with ψ = 0; default 0 */
  readonly refractory?: number;
  /** pseudo-derivative ψ of the spike with respect to v; default triangle of height 0.3/threshold and width threshold */
  readonly surrogate?: Surrogate;
  /** spike where v reaches ('>=', default) or exceeds ('>') the threshold, or by chance */
  readonly comparison?: '>=' | '>' | Escape;
}

/**
 * Escape noise: a neuron that is not refractory spikes with the probability σ((v − A)/width) in a tick (Gerstner & Kistler 2002, section 5.3), drawn from the seed, the tick
 * and the neuron alone. With reset 'none', width 1 and threshold log(refractory) it is a neuron that samples (Buesing et al. 2011): on for `refractory` ticks
 * after a spike, so that its log-odds of being on is v.
 */
export interface Escape {
  readonly kind: 'escape';
  /** in units of the potential; default 1 */
  readonly width?: number;
}

/**
 * LIF with an adaptive threshold A = threshold + β a, a ← ρ a + s·z(t−1), ρ = exp(−dt/tauAdapt) (Bellec et al. 2020, eq. 9–10).
 * The surrogate takes v − A and keeps its height and width. Gate 'tauAdapt' is added to its time constant.
 */
export interface Alif extends Omit<Lif, 'kind'> {
  readonly kind: 'alif';
  /** adaptation time constant, ms */
  readonly tauAdapt: Ms;
  /** adaptation strength, one for all or one a neuron (0 makes that neuron a LIF) */
  readonly beta: number | readonly number[];
  /** factor s on the spike that feeds the adaptation: 1 (default) or 1 − ρ */
  readonly adaptScale?: Scale;
}

/**
 * Theta neuron (Ermentrout & Kopell 1986, as in Nicola & Clopath 2017): tau·θ̇ = (1 − cos θ) + π² (1 + cos θ)·I, by `steps` steps of Euler with the I of the
 * tick; z = 1 in a tick in which θ comes to π, where it goes on from −π. A constant I > 0 makes √I/tau spikes, so that I is in Hz² with tau = 1000 ms;
 * at I < 0 the phase rests at −2·atan(π √−I). One spike a tick is the most. A spike is a turn and no threshold: there is no ψ, so rules with terms do not
 * teach the synapses onto it; STDP and the readouts of its spikes (delta rule, recursive least squares) need none.
 */
export interface Theta {
  readonly kind: 'theta';
  /** unit of its time, ms; default 1000 */
  readonly tau?: Ms;
  /** steps of Euler in a tick, 1 to 1024, default 1; a step should be less than a radian: 2π²·I·dt/(tau·steps) < 1 */
  readonly steps?: number;
}

/**
 * Izhikevich neuron (Izhikevich 2007, chapter 8; defaults of Nicola & Clopath 2017), potentials in mV above rest, so that all states are 0 there:
 * C·v̇ = k·v·(v − threshold) − u + I, tauRecovery·u̇ = b·v − u, by `steps` steps of Euler with the I of the tick, in pA; where v reaches `peak`, z = 1 in the
 * tick, v ← reset, u ← u + d. One spike a tick is the most. There is no ψ: what is taught onto it is as for theta.
 */
export interface Izhikevich {
  readonly kind: 'izhikevich';
  /** C, pF; default 250 */
  readonly capacitance?: number;
  /** k, nS/mV; default 2.5 */
  readonly k?: number;
  /** instantaneous threshold v_t − v_r, mV above rest; default 40.8 */
  readonly threshold?: number;
  /** where a spike is cut, mV above rest; default 90 */
  readonly peak?: number;
  /** where v goes on after a spike, mV above rest, below `peak`; default −5 */
  readonly reset?: number;
  /** time constant of the recovery u, 1/a, ms; default 100 */
  readonly tauRecovery?: Ms;
  /** b, nS; default −2 */
  readonly b?: number;
  /** d, pA that a spike adds to u; default 200 */
  readonly d?: number;
  /** steps of Euler in a tick, 1 to 1024, default 1; a step of 0.05 ms follows the upstroke, one of 1 ms does not */
  readonly steps?: number;
}

/**
 * Synaptic current s ← β s + b·I, β = exp(−dt/tau); the membrane then has v ← α v + c·s. A spike's share of v rises with one time constant and falls with
 * the other.
 */
export interface Synapse {
  readonly tau: Ms;
  /** b: 1 (default), 1 − β, or what makes the answer of v to a spike of weight 1 the double exponential of peak 1 ('unitPeak', with c = 1; tau ≠ tauMem) */
  readonly inputScale?: Scale | 'unitPeak';
  /** the s that v sees: of the same tick (default; DECOLLE) or of the tick before (SuperSpike: a spike is felt a tick late) */
  readonly order?: 'sameTick' | 'tickBefore';
}

/**
 * Rate unit h ← h + g (φ(I) − h) with g = dt/tau ('euler', default) or 1 − exp(−dt/tau) ('exact') (Murray 2019, eq. 1). Gate 'tau' is added to its time
 * constant, unit by unit, so that a plastic synapse from a constant learns it (Pearlmutter 1989; 'euler' alone; keep it above dt by bounds).
 */
export interface Rate {
  readonly kind: 'rate';
  readonly tau: Ms;
  readonly activation: 'tanh' | 'relu' | 'linear';
  readonly discretization?: 'euler' | 'exact';
  readonly loss?: Loss;
}

/**
 * A delay of its own for each neuron of a population (an axonal delay, Shrestha & Orchard 2018): y(t) = I(t − d), read on the straight line between the two ticks
 * beside t − d, with ∂y/∂d = I(t − w − 1) − I(t − w), w = ⌊d⌋. Gates: 'input' feeds I; 'delay' is added to d, neuron by neuron, so that a plastic synapse from a constant
 * learns it. A delay that leaves 0 … longest is read at the border, with the slope that is there (bound it). With one neuron for each synapse, delays are those of synapses.
 */
export interface DelayLine {
  readonly kind: 'delayLine';
  /** d, ticks, also between two of them; default 0 */
  readonly delay?: number;
  /** the longest delay, ticks, at most 4096: the memory is as long */
  readonly longest: number;
}

/**
 * Spiking neural unit s ← g(I + d·s·(1 − y(t−1))), y = h(s + I_output) (Woźniak et al. 2020; Bohnstingl et al. 2022, eq. 1–2). Gates: 'input'
 * feeds I, 'output' feeds I_output, where a synapse from a constant is the bias −b.
 */
export interface Snu {
  readonly kind: 'snu';
  /** d, 0 (no memory) to below 1 */
  readonly decay: number;
  /** g; default 'linear' */
  readonly activation?: 'linear' | 'relu';
  /** h: 'sigmoid' is the soft unit; 'step' spikes where its argument is above 0, with h′ = 1 − tanh² as its pseudo-derivative */
  readonly output: 'sigmoid' | 'step';
  readonly loss?: Loss;
}

/**
 * Gated recurrent unit y ← (1 − u)·y(t−1) + u·tanh(I_candidate + r·I_memory), r = σ(I_reset), u = σ(I_update) (Cho et al. 2014, with the reset gate
 * behind the recurrent weights, so that it is local to the unit). Gates: 'reset', 'update', 'candidate', 'memory'.
 */
export interface Gru {
  readonly kind: 'gru';
}

/**
 * Long short-term memory c ← f·c + i·g, y = o·tanh(c), i, f, o = σ(I_input), σ(I_forget), σ(I_output), g = tanh(I_cell) (Hochreiter & Schmidhuber
 * 1997, Gers et al. 2000). Gates: 'input', 'forget', 'cell', 'output'.
 */
export interface Lstm {
  readonly kind: 'lstm';
}

/** Leaky readout y ← κ y + g·I, κ = exp(−dt/tau), 0 where tau is 0, g = 1 (default) or 1 − κ; its loss makes the error y − y*, or of a policy that of its own action. */
export interface Integrator {
  readonly kind: 'integrator';
  readonly tau: Ms;
  readonly inputScale?: Scale;
  readonly loss?: Loss | Policy | Critic;
}

/**
 * 'squared': ½ Σ (y − y*)²; 'smoothL1': Σ of ½ d² where |d| = |y − y*| ≤ 1 and |d| − ½ beyond; 'crossEntropy': −Σ y* log softmax(y); 'bernoulli': −Σ y* log σ(y) + (1 − y*) log(1 − σ(y)), each output on its own; all times
 * the tick's importance. 'none' (default): no error.
 */
export type Loss = 'squared' | 'smoothL1' | 'crossEntropy' | 'bernoulli' | 'none';

/**
 * Readouts that act: −log π(a) of the action a that they draw in ticks which ask for one (tape `choose`: 1 draws, 2 takes the best, 0 keeps the action; the action
 * stands in the region `action`). The draw is a function of seed and tick alone. Integrators only; no target is asked.
 * softmax: one of n actions, π = softmax(y), error π_k − 1[k = a]. gaussian: n numbers a = y + σ ξ, error −ξ/σ; σ is a number, or e^ρ with ρ the value of the readout
 * `spread` of the same size. spread: ρ = log σ of a gaussian, error 1 − ξ².
 */
export type Policy =
  | { readonly kind: 'softmax' }
  | { readonly kind: 'gaussian'; readonly sigma: number }
  | { readonly kind: 'gaussian'; readonly spread: string }
  | { readonly kind: 'spread' };

/** The value V of a state: −cost·V, error −cost, which temporal differences turn into a prediction (Bellec et al. 2020, C_V); cost is 1 by default. */
export interface Critic {
  readonly kind: 'value';
  readonly cost?: number;
}

/** 'one': 1; 'oneMinusDecay': 1 minus the decay of the leak that the factor feeds. */
export type Scale = 'one' | 'oneMinusDecay';

/**
 * u = v − A, h its value at u = 0, w its width. triangle: h·max(0, 1 − |u|/w); fastSigmoid: h/(1 + |u|/w)² (SuperSpike, DECOLLE); boxcar: h where |u| ≤ w;
 * exponential: h·exp(−|u|/w); arctan: h/(1 + (u/w)²); sigmoidDerivative: 4h·σ(u/w)·(1 − σ(u/w)).
 */
export type Surrogate =
  | {
      readonly shape: 'triangle' | 'fastSigmoid' | 'boxcar' | 'exponential' | 'arctan' | 'sigmoidDerivative';
      readonly height: number;
      readonly width: number;
    }
  | MultiGaussian;

/**
 * h·((1 + l)·N(u/w) − l/s·(N((u − w)/(s w)) + N((u + w)/(s w)))), N(x) = exp(−x²/2): a bell with two wide lobes below 0, so ψ may be negative
 * (Yin et al. 2021, eq. 6; published: γ = 0.5 times normal densities of σ = 0.5, which is w = σ and h = γ/(σ√2π)).
 */
export interface MultiGaussian {
  readonly shape: 'multiGaussian';
  readonly height: number;
  readonly width: number;
  /** l, default 0.15 */
  readonly lobes?: number;
  /** s, default 6 */
  readonly spread?: number;
}

export interface Projection {
  readonly pre: string;
  readonly post: string;
  /** the gate of `post` that it feeds; lstm and gru demand one, others take 'input' */
  readonly gate?: string;
  readonly connectivity: Connectivity;
  readonly weight: Initial;
  /** ticks between a presynaptic value and its arrival; at least 1 unless the projection points forward */
  readonly delay: number;
  /** absent: frozen */
  readonly plasticity?: LearningRule;
}

/** `autapses: false` removes the synapse of a neuron onto itself, in the forward pass and in every update. */
export type Connectivity =
  | { readonly kind: 'dense'; readonly autapses?: boolean }
  | { readonly kind: 'random'; readonly density: number; readonly autapses?: boolean }
  | { readonly kind: 'list'; readonly pre: readonly number[]; readonly post: readonly number[] }
  | Convolution;

/**
 * Shared weights: I[o][r][c] += Σ w[o][i][y][x] · z[i][r·stride + y − padding][c·stride + x − padding], over the channels i of the input and the taps (y, x) of the
 * kernel, with zeros around the input; each side of the output is ⌊(input + 2 padding − kernel)/stride⌋ + 1. Neurons of both populations are numbered
 * [channel][row][column]. A bias for each output channel is a convolution of kernel [1, 1] from a constant population of input [1, rows, columns].
 * The gradient of a weight is the sum over all positions.
 */
export interface Convolution {
  readonly kind: 'convolution';
  /** of `pre` */
  readonly input: readonly [channels: number, height: number, width: number];
  /** of `post` */
  readonly channels: number;
  readonly kernel: readonly [height: number, width: number];
  /** default [1, 1] */
  readonly stride?: readonly [vertical: number, horizontal: number];
  /** zeros above and below, left and right; default [0, 0] */
  readonly padding?: readonly [vertical: number, horizontal: number];
}

/**
 * Initial weights. 'normal' and 'uniform' have mean 0 and standard deviation `std`, or `gain`/√(expected number of
 * presynaptic partners). Inline values are [pre][post] row-major for dense, [output channel][input channel][row][column] for a convolution, one a synapse in
 * [pre][post] order otherwise.
 */
export type Initial =
  | { readonly kind: 'normal' | 'uniform'; readonly gain: number }
  | { readonly kind: 'normal' | 'uniform'; readonly std: number }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'inline'; readonly values: readonly number[] }
  | { readonly kind: 'npy'; readonly path: string };

/** A matrix [from][to] that broadcasts the error of readout `from` to population `to`. */
export interface Feedback {
  readonly from: string;
  readonly to: string;
  readonly weight: Initial;
  /** name of the projection to → from whose updates this feedback repeats, transposed (Kolen & Pollack 1994) */
  readonly follows?: string;
}

/** By what of a population is charged, the name of the population that predicts it: the output, or a state (of spiking neurons three, of others one). */
export type Border = { readonly [Part in BorderPart]?: string };
export type BorderPart = 'output' | StateName;
export type StateName = 'state' | 'membrane' | 'current' | 'adaptation';

export interface Learning {
  /**
   * ticks whose traces and gradient are folded in one pass, a divisor of `update.ticks`; 1 (default) is the streaming form. Exact:
   * only the order of summation depends on it. Labels, updates and ends of episodes fold a shorter block.
   */
  readonly block?: 1 | 8 | 16 | 32 | 64;
  /**
   * ticks over which gradients run backwards (BPTT), at most 65536, a divisor of `update.ticks`; needed by rules that do, in the place of `block`.
   * Memory grows with it. A window ends when it is full, at an event and at an update: what a later one owes to it is cut off.
   */
  readonly window?: number;
  /**
   * what stands for all that comes after a window: by population, and by what of it is charged, the population of the same size whose values at the last
   * tick of a window are ∂E/∂(output or state) of that tick, by way of later ticks; of an output less what comes by the neuron's own adaptation. What is not named
   * is 0, and so are all where an episode ends and resets. An integrator named here that is taught by the delta rule has what the next window charged
   * for a target: a synthetic gradient (Jaderberg et al. 2017). Projections out of a population whose output is named have delays of at most 1.
   */
  readonly border?: Readonly<Record<string, Border>>;
  /** weights move every `{ticks}`, when a label (or a reward) arrives, or when an episode ends */
  readonly update: { readonly ticks: number } | 'label' | 'episode';
  /**
   * how the traces that a synapse carries from block to block are stored: 'float32' (default), or 'bfloat16', half the memory and 8 bits of
   * precision, rounded once a block: gradients are within about 1 % of the exact ones. Takes a `block` of at least 8.
   */
  readonly traces?: 'float32' | 'bfloat16';
  /**
   * blocks after which moved weights begin to act: 0 (default) at once, 1 at the end of the next block, which gives a learner beside the
   * loop the time of a block (`threads` of a backend). The bits depend on it, never on how many threads there are. 1 takes a
   * `block` of at least 8, and weights that move every `{ticks}`, taught at every tick.
   */
  readonly updateDelay?: 0 | 1;
  /**
   * ticks by which targets and labels come late, 0 (default) to 4096: what is taught at tick t is about tick t − delay. Traces, slopes and predictions are
   * kept as long, so that the gradient is the one of a target in time, `delay` ticks later; weights are those of now. Importance, labels and values of
   * populations that teach are about t − delay as well; before the first tick nothing was, so a running mean of rates begins with `delay` silent ticks. An
   * episode that resets forgets its last `delay` ticks: run it on for as long.
   */
  readonly delay?: number;
  /** 'tick': every tick has its target; 'label': one constant target for all ticks since the last label, given at its end */
  readonly target?: 'tick' | 'label';
  /** at the end of an episode: 'reset' state and traces (default) or 'carry' them on */
  readonly episode?: 'reset' | 'carry';
}
