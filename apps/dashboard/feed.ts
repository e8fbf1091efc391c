import type { MessagePort } from 'node:worker_threads';
import {
  capture,
  capturedWords,
  createControls,
  createRing,
  type Executable,
  type Frame,
  type RecordedSignal,
  recordLayout,
  type Stage,
  stage,
  steer,
} from '../../runtime/index.ts';
import type { Show, Watched, Watching } from '../app.ts';
import { FRAME, type Point, PROBE, type Shown, type Told } from './job.ts';
import { PROBES, probed } from './protocol.ts';

const RING_BYTES = 2 ** 21;
/** A person reads no faster, and a second of a run may be much shorter. */
const TELL_MS = 200;

/** Where the numbers of one neuron lie in the arena; -1 for what its population does not have. */
function probeOf(executable: Executable, population: string, chosen: Int32Array, values: Float64Array): () => void {
  const { arena, program } = executable;
  const { floats } = arena;
  const { projections, populations } = program.network;
  const offsetOf = (role: string): number => program.regions.get(`${population}.${role}`)?.offset ?? -1;
  const [membrane, threshold, signal] = [offsetOf('membrane'), offsetOf('threshold'), offsetOf('signal')];
  const { size } = populations[population]!;
  // Traces that are kept synapse by synapse; those of a presynaptic neuron alone are no neuron's own.
  const traces = Object.entries(projections).flatMap(([name, { pre, post }]) => {
    if (post !== population) return [];
    const own = ['filtered', 'trace'].map((role) => program.regions.get(`${name}.${role}`));
    return own.filter((region) => region?.rows === populations[pre]!.size && region.columns === size).slice(0, 1) as NonNullable<
      (typeof own)[number]
    >[];
  });
  const synapses = traces.reduce((sum, { rows }) => sum + rows, 0);
  const traceOf = (neuron: number): number => {
    let sum = 0;
    for (let t = 0; t < traces.length; t++) {
      const { offset, rows, stride } = traces[t]!;
      for (let row = 0; row < rows; row++) {
        const value = floats[offset + row * stride + neuron]!;
        sum += value < 0 ? -value : value;
      }
    }
    return sum / synapses;
  };
  return () => {
    for (let k = 0; k < PROBES; k++) {
      const neuron = Atomics.load(chosen, k);
      const at = k * probed.length;
      const none = neuron < 0 || neuron >= size;
      values[at] = none || membrane === -1 ? Number.NaN : floats[membrane + neuron]!;
      values[at + 1] = none || threshold === -1 ? Number.NaN : floats[threshold + neuron]!;
      values[at + 2] = none || synapses === 0 ? Number.NaN : traceOf(neuron);
      values[at + 3] = none || signal === -1 ? Number.NaN : floats[signal + neuron]!;
    }
  };
}

/**
 * The run's end of a dashboard. A frame that has run is copied into a ring, which takes as long as the copy and never waits: what the other thread is too slow
 * for is dropped and counted. Everything else it reads in the network's own memory. `shared`: controls that others hold too.
 */
export function createFeed(app: string, port: MessagePort, recorded: boolean, shared?: SharedArrayBuffer): Watched {
  const tell = (told: Told): void => port.postMessage(told);
  let paused = (): boolean => false;
  return {
    paused: () => paused(),
    show(executable: Executable, show: Show): Watching {
      const { program, arena } = executable;
      const controls = createControls(shared);
      const chosen = new Int32Array(new SharedArrayBuffer(4 * PROBES)).fill(-1);
      chosen[0] = 0;
      const values = new Float64Array(PROBES * probed.length);
      const signals: readonly RecordedSignal[] = [{ name: PROBE, values }];
      const layout = recordLayout(program, signals);
      const ring = createRing(RING_BYTES);
      const words = new Uint32Array(ring.bytes.buffer, ring.bytes.byteOffset, ring.bytes.length / 4);
      const doubles = new Float64Array(ring.bytes.buffer, ring.bytes.byteOffset, ring.bytes.length / 8);
      const probe = probeOf(executable, show.population, chosen, values);
      const steering = steer({ controls, readout: show.readout, safe: show.safe });
      ({ paused } = steering);
      const waiting: Point[] = [];
      let told = Number.NEGATIVE_INFINITY;
      let sequence = 0;
      const frames: Stage = stage(() => ({
        step(frame: Frame) {
          probe();
          const mine = sequence++;
          const at = ring.reserve(4 * capturedWords(layout, frame));
          if (at === -1) return;
          capture(layout, frame, mine, false, words, doubles, at >> 2);
          ring.commit(FRAME);
        },
      }));
      const { buffer, byteOffset, length } = arena.floats;
      const shown: Shown = {
        app,
        network: program.network,
        backend: `${executable.backend}, ${executable.target}`,
        arena: { buffer: buffer as SharedArrayBuffer, byteOffset, length },
        regions: program.regions,
        layout,
        ring: ring.buffer,
        controls: controls.buffer,
        probe: {
          population: show.population,
          size: program.network.populations[show.population]!.size,
          chosen: chosen.buffer as SharedArrayBuffer,
        },
        labels: show.readout === undefined ? 0 : program.network.populations[show.readout]!.size,
        rewards: program.regions.has('reward'),
        saves: show.saves,
        recorded,
      };
      tell({ kind: 'shown', shown });
      return {
        settings: steering.settings,
        injections: steering.injections,
        frames,
        checkpointDue: steering.checkpointDue,
        picture: (scene) => tell({ kind: 'scene', scene }),
        tell(points: readonly Point[], facts) {
          waiting.push(...points);
          const now = performance.now();
          if (now - told < TELL_MS) return;
          told = now;
          tell({ kind: 'points', points: waiting.splice(0) });
          tell({ kind: 'facts', facts });
        },
      };
    },
  };
}
