/**
 * A reflex arc, tested without hardware: two sensors, each with a neuron that spikes as soon as its sensor does. Run it with
 * `ganglion hil reflex.hil.js`, or under ava or node:test (README.md). For your own firmware put `serialDevice({ path })` or
 * `processDevice({ command })` in the place of the emulated one.
 */
import { lif, type Network, source } from 'ganglion';
import { emulatedDevice, suite } from 'ganglion/hil';

const network: Network = {
  dt: 2,
  seed: 1,
  populations: { sensors: { size: 2, neuron: source() }, motors: { size: 2, neuron: lif({ tauMem: 5, threshold: 0.5, reset: 'zero' }) } },
  projections: {
    arc: {
      pre: 'sensors',
      post: 'motors',
      connectivity: { kind: 'list', pre: [0, 1], post: [0, 1] },
      weight: { kind: 'constant', value: 0.6 },
      delay: 0,
    },
  },
};

/** 115200 baud, and a firmware that needs half a millisecond for a tick. */
const device = (seed: number) => emulatedDevice({ seed, line: { bytesPerMs: 11.52, latencyMs: 0.2 }, computeUs: 500 });

export default suite('reflex', device, {
  'each sensor moves its own motor, within 8 ms': async (rig) => {
    await rig.connect();
    await rig.deploy(network);
    await rig.play({ ticks: 50, inputs: { 10: [0], 20: [1], 30: [0, 1] } });
    await rig.pass(20);
    rig.expect.spikes(10, [0]);
    rig.expect.spikes(20, [1]);
    rig.expect.spikes(30, [0, 1]);
    rig.expect.spikeCount({ from: 0, to: 50 }, 4);
    rig.expect.answered();
    rig.expect.latency({ p50: 8, max: 10 });
    rig.expect.pin('run', 1);
    rig.expect.noFaults();
  },

  'a line that loses a byte in a thousand changes no weight': async (rig) => {
    const noisy = [{ kind: 'drop', rate: 0.001 }] as const;
    rig.line.setFaults(noisy, noisy);
    await rig.connect();
    await rig.deploy(network);
    await rig.play({ ticks: 500, inputs: (tick) => (tick % 10 === 0 ? [0] : []) });
    await rig.pass(100);
    await rig.expect.weights();
    rig.expect.answered(0.9);
  },

  'a pulled cable makes the outputs safe within 250 ms, and nothing but a new deployment moves them again': async (rig) => {
    await rig.connect();
    await rig.deploy(network);
    await rig.play({ ticks: 20, inputs: () => [0], at: { 15: ({ line }) => line.unplug() } });
    const pulled = rig.expect.fault('ERR_PORT_LOST');
    await rig.pass(300);
    rig.expect.safeWithin(pulled, 250 + 2);
    rig.line.replug();
    await rig.connect();
    rig.expect.safe();
    await rig.deploy(network);
    await rig.play({ ticks: 10, inputs: () => [1] });
    await rig.pass(20);
    rig.expect.pin('run', 1);
    rig.expect.spikes(rig.tick - 1, [1]);
  },
});
