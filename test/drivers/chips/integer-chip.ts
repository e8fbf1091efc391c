/** The arithmetic of the wire's boards as a chip in this process: what chip boards in general are tried with. */
import type { Chip } from '../../../drivers/chips/chip.ts';
import { IntegerNetwork } from '../../../drivers/index.ts';
import { largestWeight, quantizeWeights, shiftFor, WeightError } from '../../../drivers/quantize.ts';
import { type Plan, planFor } from '../../../drivers/wire/plan.ts';
import type { Capabilities, Executable } from '../../../runtime/index.ts';
import { capabilities as offered } from '../support.ts';

export interface IntegerChip extends Chip {
  /** thrown by the next step */
  breaks: Error | undefined;
}

export function integerChip(changed: Partial<Capabilities> = {}): IntegerChip {
  const capabilities = { ...offered, ...changed };
  let plan: Plan | undefined;
  let network: IntegerNetwork | undefined;
  let values = new Uint16Array(0);
  const running = new Map<string, { readonly counts: Int8Array; readonly step: number }>();
  const error = new WeightError();
  const chip = { breaks: undefined as Error | undefined, spikes: new Uint32Array(capabilities.neurons) };

  const take = ({ arena }: Executable, only?: string): { written: number; errorMax: number } => {
    let written = 0;
    error.clear();
    for (const { name, layout, unit, bytes, region } of plan!.projections) {
      if (only !== undefined && only !== name) continue;
      const step = unit * 2 ** shiftFor(largestWeight(arena.floats, layout), unit, capabilities.weightBits);
      const counts = new Int8Array(bytes);
      quantizeWeights(arena.floats, layout, step, capabilities.weightBits, counts, error);
      const before = running.get(name);
      written += counts.reduce((sum, count, k) => sum + (count * step === (before?.counts[k] ?? 0) * (before?.step ?? 0) ? 0 : 1), 0);
      running.set(name, { counts, step });
      network!.setShift(region, Math.round(Math.log2(step / unit)));
      network!.setWeights(region, counts);
    }
    return { written, errorMax: error.max };
  };

  return Object.assign(chip, {
    kind: 'integer',
    capabilities,
    deploy(executable: Executable) {
      plan = planFor(executable.program, capabilities);
      network = new IntegerNetwork(plan.image(plan.projections.map(() => 0)));
      values = new Uint16Array(network.inputs);
      running.clear();
      take(executable);
      const bytes = plan.projections.reduce((sum, projection) => sum + projection.bytes, 0);
      return { bytes, weightError: { max: error.max, rms: error.rms } };
    },
    sync: take,
    step(addresses: Uint32Array, count: number, grades?: Uint32Array) {
      if (chip.breaks !== undefined) throw chip.breaks;
      values.fill(0);
      for (let k = 0; k < count; k++) values[addresses[k]!] = grades?.[k] ?? 1;
      network!.step(values, 0);
      for (let k = 0; k < network!.spikeCount; k++) chip.spikes[k] = plan!.spikes[network!.spikes[k]!]!;
      return network!.spikeCount;
    },
    rest: () => network?.rest(),
    membranes() {},
    weights(projection: string, into: Float64Array) {
      const { counts, step } = running.get(projection)!;
      for (let k = 0; k < counts.length; k++) into[k] = counts[k]! * step;
    },
  }) as unknown as IntegerChip;
}
