/** `npm run bench`: figures for RESULTS.md. */
import { cpus } from 'node:os';
import { busiest, chunkGoodput, imageGoodput, roundTrip } from '../firmware/goodput.ts';
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

console.log('the firmware on emulated chips, in their own time: weights in kB/s, ticks there and back in ms');
for (const [chip, baud] of [
  ['atmega328p', 115200],
  ['atmega328p', 500000],
  ['rp2040', 115200],
  ['rp2040', 500000],
] as const) {
  const clean = await chunkGoodput(chip, baud, 300);
  const lossy = await chunkGoodput(chip, baud, 600, { drop: 0.001 });
  const whole = await imageGoodput(chip, baud, 30);
  const { p50, p99 } = await roundTrip(chip, baud, 500);
  console.log(
    `${chip} at ${baud}  chunks ${clean.kBps.toFixed(2)}, with 0.1 % lost ${lossy.kBps.toFixed(2)}; images of 256 bytes ${whole.toFixed(2)}; tick p50 ${p50.toFixed(2)}, p99 ${p99.toFixed(2)}`,
  );
}
for (const [inputs, neurons, outputs, periodMs] of [
  [2, 2, 1, 1],
  [3, 3, 1, 1],
  [4, 4, 1, 1],
  [6, 8, 1, 2],
  [8, 8, 2, 2],
  [8, 12, 1, 3],
] as const) {
  const { cycles, told, ran } = await busiest(inputs, neurons, outputs, periodMs);
  console.log(
    `ATmega328P, ALIF ${inputs}-${neurons}-${outputs}, all spiking, a tick each ${periodMs} ms: ${ran} of ${told} ran, at most ${cycles} cycles each`,
  );
}
