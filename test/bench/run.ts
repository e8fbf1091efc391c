/** `npm run bench`: figures for RESULTS.md. */
import { cpus } from 'node:os';
import { stepBench } from './step.ts';
import { tickBench } from './tick.ts';

console.log(`${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
console.log('a whole learning tick, µs (median of 9 rounds, candidates taking turns), and how many times faster than the plain loop');
for (const neuron of ['lif', 'alif'] as const) {
  for (const n of [100, 256, 512]) {
    for (const { candidate, medianUs, ratio } of tickBench(neuron, n)) {
      console.log(
        `${neuron.padEnd(5)} n ${String(n).padStart(4)}  ${candidate.padEnd(22)} ${medianUs.toFixed(1).padStart(9)} µs  ${ratio.toFixed(1).padStart(6)} ×`,
      );
    }
  }
}

console.log('a whole learning tick by the length of a block, and ns a synapse (inputs and recurrence into the hidden population)');
for (const neuron of ['lif', 'alif'] as const) {
  for (const n of [100, 300, 1000]) {
    for (const { candidate, medianUs, nsPerSynapse } of stepBench(neuron, n)) {
      console.log(
        `${neuron.padEnd(5)} n ${String(n).padStart(4)}  ${candidate.padEnd(22)} ${medianUs.toFixed(1).padStart(9)} µs  ${nsPerSynapse.toFixed(4)} ns`,
      );
    }
  }
}
