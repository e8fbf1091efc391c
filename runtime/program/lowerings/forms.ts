import { decay as exactDecay } from '../../exact.ts';
import type { RateSignal } from '../../learning/rule.ts';
import type { Alif, Lif } from '../../network/network.ts';
import type { Builder } from '../builder.ts';
import type { Operands, Region } from '../ops.ts';
import { emitSynaptic, type LearningContext, type LoweredRule, ones } from './context.ts';
import { type Beside, type Columns, columnsOf, type Form, lowerFold, refuseSecondFilter, withEvents, zeros } from './fold.ts';
import type { Group, LowPass } from './groups.ts';
import { type History, recordedRow, steadyRow } from './history.ts';
import { seen } from './late.ts';
import { membraneOf, scaleOf, synapseOf } from './leaks.ts';
import type { Linearization } from './linearization.ts';
import { boundsOf } from './shares.ts';

/** The traces of rank one there are, each as what a fold needs to know of it. */

type Steps = Pick<Operands<'coefficients'>, 'rho' | 'scale' | 'kappa' | 'gain' | 'feed'>;

/** e alone, or behind one low pass. */
const behind = (filter: LowPass | undefined): Steps => ({ rho: 0, scale: 0, feed: 0, kappa: 0, gain: 1, ...filter });

/** What drives e = ψ x̄ and how x̄ follows from x. */
interface Drive {
  readonly psi: History;
  readonly beta: Region;
  readonly decay: number;
  readonly inputScale: number;
}

const driven = ({ psi: { history: psi, hStride, block }, ...rest }: Drive, steps: Steps): ReturnType<Form['recursion']> => ({
  op: 'coefficients',
  operands: { psi, hStride, block, ...rest, ...steps },
});

/** x̄, as it is before a block, and what advances it behind all folds of the projection. */
function declareBefore(builder: Builder, { lowered: { name, pre } }: LoweredRule, { traces }: LearningContext): Region {
  const trace = builder.reserve(`${name}.trace`, 1, pre);
  traces.push(trace);
  return trace;
}

function advance(builder: Builder, { history, hStride, block }: Columns, trace: Region, { decay, inputScale: scale }: Drive): void {
  builder.emit('fold', 'block_trace', { history, hStride, block, trace, decay, scale });
}

/** What the membrane sees of presynaptic spikes behind a synaptic current, which is followed at every tick. */
function columnsBehind(builder: Builder, rule: LoweredRule, context: LearningContext, neuron: Lif | Alif): Columns {
  const { name, pre } = rule.lowered;
  const { beta, gain, order } = synapseOf(neuron, builder.network.dt);
  const q = builder.reserve(`${name}.synaptic`, 1, pre);
  context.traces.push(q);
  if (order === 'sameTick') emitSynaptic(builder, rule, context, q, beta, gain);
  const history = recordedRow(builder, q);
  if (order === 'tickBefore') emitSynaptic(builder, rule, context, q, beta, gain);
  return withEvents(builder, q.name, pre, history);
}

/** Bounds of the potential: their own sum of x̄, unfiltered. */
function foldBounds(builder: Builder, rule: LoweredRule, context: LearningContext, columns: Columns, trace: Region, drive: Drive): void {
  const { gate, projection, post } = rule.lowered;
  const psi = steadyRow(builder, ones(builder, projection.post, post));
  const form: Form = { name: `bounds.${gate}`, columns, trace, recursion: (filter) => driven({ ...drive, psi }, behind(filter)) };
  for (const p of boundsOf(builder, rule, context))
    lowerFold(builder, rule, context, form, { modulated: false, filter: undefined, teachers: [], rates: [] }, p);
}

/** e-prop and its kin: e = ψ x̄, or that less its adaptation, behind no filter, a low pass, or two where there is no adaptation. */
export function foldSpikes(
  builder: Builder,
  rule: LoweredRule,
  context: LearningContext,
  neuron: Lif | Alif,
  group: Group,
  signal: Region,
  also: { readonly byEpisode?: readonly RateSignal[]; readonly beside?: Beside } = {},
): void {
  const { projection } = rule.lowered;
  const { alpha: decay, scale: inputScale } = membraneOf(neuron, builder.network.dt);
  const adaptive = neuron.kind === 'alif' && rule.rule.terms.some(({ trace: { keep } }) => keep.adaptation);
  const psi = recordedRow(builder, seen(builder, builder.find(`${projection.post}.surrogate`)!));
  const beta = adaptive ? builder.find(`${projection.post}.beta`)! : zeros(builder, projection.post);
  const columns =
    neuron.synapse === undefined ? columnsOf(builder, rule.lowered, context.rings) : columnsBehind(builder, rule, context, neuron);
  const trace = declareBefore(builder, rule, context);
  const drive: Drive = { psi, beta, decay, inputScale };
  const { second } = group;
  const one = group.filter && 'filtered';
  const shared = { columns, trace };
  const forms = {
    adaptive: (): Form => {
      refuseSecondFilter(rule, group);
      const { tauAdapt, adaptScale } = neuron as Alif;
      const rho = exactDecay(builder.network.dt, tauAdapt);
      const own = { rho, scale: scaleOf(adaptScale, rho) };
      return {
        ...shared,
        name: 'adaptive',
        first: 'adaptation',
        second: one,
        recursion: (filter) => driven(drive, { ...behind(filter), ...own }),
      };
    },
    single: (): Form => ({ ...shared, name: 'leak', second: one, recursion: (filter) => driven(drive, behind(filter)) }),
    // The first low pass takes the place of the adaptation, and is what the second one reads, a tick later.
    double: ({ kappa, gain: feed }: LowPass): Form => ({
      ...shared,
      name: `double.${kappa}`,
      first: 'filtered',
      second: 'passed',
      recursion: (filter) =>
        driven(drive, filter === undefined ? behind(filter) : { rho: filter.kappa, scale: filter.gain, kappa, gain: 0, feed }),
    }),
  };
  const form = adaptive ? forms.adaptive() : second === undefined ? forms.single() : forms.double(second);
  foldBounds(builder, rule, context, columns, trace, { ...drive, beta: zeros(builder, projection.post) });
  lowerFold(builder, rule, context, form, group, signal, also);
  advance(builder, columns, trace, drive);
}

/** A trace that a synapse carries by itself: ε ← a ε + B x, e = C ε. */
export function foldLocal(
  builder: Builder,
  rule: LoweredRule,
  context: LearningContext,
  slopes: { readonly carry: Region; readonly drive: Region; readonly slope: Region },
  fixed: Linearization['fixed'],
  group: Group,
  signal: Region,
): void {
  const { gate, projection } = rule.lowered;
  refuseSecondFilter(rule, group);
  const row = (region: Region): History => (fixed.has(region) ? steadyRow : recordedRow)(builder, region);
  const [carry, drive, slope] = [row(slopes.carry), row(slopes.drive), row(slopes.slope)];
  const { hStride, block } = carry;
  const operands = { carry: carry.history, drive: drive.history, slope: slope.history, hStride, block };
  const form: Form = {
    name: `local.${gate}`,
    columns: columnsOf(builder, rule.lowered, context.rings),
    trace: zeros(builder, projection.pre),
    first: 'trace',
    second: group.filter && 'filtered',
    recursion: (filter) => ({ op: 'coefficients_local', operands: { ...operands, kappa: 0, gain: 1, ...filter } }),
  };
  lowerFold(builder, rule, context, form, group, signal);
}

/** A gate that acts on the output alone: e = E x, of the tick. */
export function foldDirect(
  builder: Builder,
  rule: LoweredRule,
  context: LearningContext,
  direct: Region,
  group: Group,
  signal: Region,
): void {
  const { gate, projection } = rule.lowered;
  refuseSecondFilter(rule, group);
  const columns = columnsOf(builder, rule.lowered, context.rings);
  const trace = zeros(builder, projection.pre);
  const drive: Drive = { psi: recordedRow(builder, direct), beta: zeros(builder, projection.post), decay: 0, inputScale: 1 };
  const form: Form = {
    name: `direct.${gate}`,
    columns,
    trace,
    second: group.filter && 'filtered',
    recursion: (filter) => driven(drive, behind(filter)),
  };
  foldBounds(builder, rule, context, columns, trace, drive);
  lowerFold(builder, rule, context, form, group, signal);
}

/** The delta rule of a readout: its own error times x̄ behind its leak. */
export function foldReadout(
  builder: Builder,
  rule: LoweredRule,
  context: LearningContext,
  { kappa: decay, gain: inputScale }: LowPass,
  { modulated, signal: error }: Beside[number],
  beside: Beside,
): void {
  const { projection, post } = rule.lowered;
  const columns = columnsOf(builder, rule.lowered, context.rings);
  const trace = declareBefore(builder, rule, context);
  const psi = steadyRow(builder, ones(builder, projection.post, post));
  const drive: Drive = { psi, beta: zeros(builder, projection.post), decay, inputScale };
  const form: Form = { name: 'readout', columns, trace, recursion: (filter) => driven(drive, behind(filter)) };
  lowerFold(builder, rule, context, form, { modulated, filter: undefined, teachers: [], rates: [] }, error, { beside });
  advance(builder, columns, trace, drive);
}
