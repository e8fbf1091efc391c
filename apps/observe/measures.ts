/** Numbers of a run for whoever scrapes them: one place each in shared memory, written by the controller's thread some times a second. */

interface Measure {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const counter = (help: string, labels?: Measure['labels']): Measure => ({ type: 'counter', help, ...(labels && { labels }) });
const gauge = (help: string, labels?: Measure['labels']): Measure => ({ type: 'gauge', help, ...(labels && { labels }) });

const DEVICE = 'Whether the supervised board is in this state';
const SENSOR = 'Samples of the sensor that were not believed, by reason';

/** By the key under which they are written; of a key with a dot, what follows it is a label. Names and units as Prometheus asks for. */
export const measures = {
  ticks_total: counter('Ticks that ran'),
  ticks_skipped_total: counter('Ticks given up to catch up with time'),
  ticks_slipped_total: counter('Ticks by which deadlines moved'),
  frames_late_total: counter('Frames that began when the next was due: the misses'),
  asked_ticks_per_second: gauge('Rate that dt asks for'),
  achieved_ticks_per_second: gauge('Ticks that ran over the time that passed'),
  spikes_total: counter('Spikes of all neurons'),
  synaptic_operations_total: counter('Weights that spikes delivered, and products of weights and values'),
  weight_updates_total: counter('Weight updates of the learner'),
  score: gauge('Score of the run: F1 of the record, return of the last episode, or the error of the arm in degrees'),
  rate_guard_outs_total: counter('Times at which the rate was too low and actuators were made safe'),
  'sensor_refused_samples_total.missing': counter(SENSOR, { reason: 'missing' }),
  'sensor_refused_samples_total.invalid': counter(SENSOR, { reason: 'invalid' }),
  'sensor_refused_samples_total.length': counter(SENSOR, { reason: 'length' }),
  'sensor_refused_samples_total.range': counter(SENSOR, { reason: 'range' }),
  'sensor_refused_samples_total.change': counter(SENSOR, { reason: 'change' }),
  'sensor_refused_samples_total.stuck': counter(SENSOR, { reason: 'stuck' }),
  sensor_outs_total: counter('Times at which the sensor was without a good sample for too long and actuators were made safe'),
  'board_spikes_total.in': counter('Spikes to and from the board', { direction: 'in' }),
  'board_spikes_total.out': counter('Spikes to and from the board', { direction: 'out' }),
  board_ticks_dropped_total: counter('Ticks of input that the board had no room for'),
  board_ticks_late_total: counter('Ticks that the board could not keep up with'),
  board_damaged_frames_total: counter('Frames that arrived damaged, at either end'),
  board_retransmitted_frames_total: counter('Frames sent again'),
  board_faults_total: counter('Faults of the board'),
  board_spike_agreement_ratio: gauge("Agreement of the board's spikes with the host's"),
  'board_state.connecting': gauge(DEVICE, { state: 'connecting' }),
  'board_state.ready': gauge(DEVICE, { state: 'ready' }),
  'board_state.degraded': gauge(DEVICE, { state: 'degraded' }),
  'board_state.lost': gauge(DEVICE, { state: 'lost' }),
  board_losses_total: counter('Times at which the supervised board was lost'),
  board_handshakes_total: counter('Handshakes begun with the supervised board'),
  board_refused_devices_total: counter('Other devices that answered in its place'),
  gc_pauses_total: counter("Collections of garbage on the controller's thread"),
  gc_pause_seconds_total: counter("Time for which garbage held up the controller's thread"),
  gc_longest_pause_seconds: gauge('The longest of these pauses'),
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureKey = keyof typeof measures;
export const measureKeys = Object.keys(measures) as readonly MeasureKey[];

/** Upper edges of the buckets of lateness, seconds. */
export const latenessEdges = [5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 1] as const;

/** Of the shared memory: the measures, NaN for what a run has not; then the buckets of lateness, cumulative, their count, and their sum in seconds. */
export const HISTOGRAM = measureKeys.length;
export const MEASURE_BYTES = 8 * (measureKeys.length + latenessEdges.length + 2);

/** Writes a histogram of [upper edge in µs, frames] in these buckets. A bucket of the source is 1/16 of an octave, and its middle what it adds to the sum. */
export function writeLateness(into: Float64Array, histogram: readonly (readonly [number, number])[]): void {
  let [at, count, sum] = [0, 0, 0];
  for (const [upper, frames] of histogram) {
    for (; at < latenessEdges.length && upper > latenessEdges[at]! * 1e6; at++) into[HISTOGRAM + at] = count;
    count += frames;
    sum += frames * (upper < 16 ? upper : upper * (1 - 1 / 64)) * 1e-6;
  }
  for (; at < latenessEdges.length; at++) into[HISTOGRAM + at] = count;
  into[HISTOGRAM + latenessEdges.length] = count;
  into[HISTOGRAM + latenessEdges.length + 1] = sum;
}
