import { type IzhikevichNeuron, izhikevichCourse, izhikevichPeriod, meanInterval, thetaCourse, thetaFlow } from '../euler.ts';
import { relativeDifference } from '../gradient.ts';
import { agree, differ, type VerifyRow } from '../rows.ts';

/** Currents that make a theta neuron rest, creep and spike. */
const driving = Array.from({ length: 300 }, (_, t) => 150 + 900 * Math.sin(t / 17) + 300 * Math.cos(t / 5));
const neuron = { tau: 1000, dt: 1 } as const;
const STEPS = 256;

const cell: IzhikevichNeuron = {
  ...{ capacitance: 250, k: 2.5, threshold: 40.8, peak: 90, reset: -5, tauRecovery: 100, b: 0, d: 0 },
  ...{ dt: 0.01, steps: 20 },
};
const PUSH = 1500;
const TICKS = 10_000;

/** Neurons that go through their spike: steps of Euler against the exact flow, and against the closed form of a period. */
export function eulerRows(): VerifyRow[] {
  const subject = { rule: 'forward', neuron: 'theta', feedback: '-', oracle: 'the exact flow of tan(θ/2)' };
  const exact = thetaFlow(neuron, driving);
  const course = (steps: number, currents: readonly number[] = driving) => thetaCourse({ ...neuron, steps }, currents);
  const away = (steps: number, currents?: readonly number[]): number => {
    const { phase } = course(steps, currents);
    return relativeDifference(phase.map(Math.sin), exact.phase.map(Math.sin));
  };
  const misplaced = (z: Float64Array): number => z.reduce((count, spike, t) => count + (spike === exact.z[t] ? 0 : 1), 0);
  // Of the first order: a step half as long is half as far away.
  const order = (currents?: readonly number[]): number => Math.abs(away(STEPS, currents) / away(2 * STEPS, currents) / 2 - 1);
  const stronger = driving.map((I) => 1.02 * I);
  const period = izhikevichPeriod(cell, PUSH) / cell.dt;
  const interval = (push: number): number => meanInterval(izhikevichCourse(cell, new Array<number>(TICKS).fill(push)).z);
  const about = { ...subject, neuron: 'Izhikevich', oracle: 'the closed form of its period' };
  return [
    agree({ ...subject, claim: 'spikes where the flow goes through π' }, misplaced(course(4096).z), 0),
    differ({ ...subject, claim: 'driven 2 % harder, elsewhere' }, misplaced(course(4096, stronger).z), 0),
    agree({ ...subject, claim: 'steps half as long come twice as near' }, order(), 0.05),
    differ({ ...subject, claim: 'driven 2 % harder, no nearer' }, order(stronger), 0.05),
    agree({ ...about, claim: 'without recovery, the time between spikes' }, Math.abs(interval(PUSH) / period - 1), 1e-3),
    differ({ ...about, claim: 'driven 2 % harder, another' }, Math.abs(interval(1.02 * PUSH) / period - 1), 1e-3),
  ];
}
