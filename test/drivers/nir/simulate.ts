import type { FromNirOptions, NirArray, NirGraph } from '../../../drivers/index.ts';
import { flatten } from '../../../drivers/nir/flat.ts';
import { Ledger } from '../../../drivers/nir/losses.ts';

/**
 * A NIR graph by its equations, in double and with nothing folded: what the imported network is held to. Nodes run in the given order; what a later one sends
 * arrives a tick late. Returns what each node sends at each tick.
 */
export function simulate(
  graph: NirGraph,
  order: readonly string[],
  { dt, timeUnit = 1000, discretization, reset }: FromNirOptions,
  inputs: readonly Float64Array[],
) {
  const { nodes, into } = flatten(graph, new Ledger('', false));
  const sent = new Map<string, Float64Array[]>(order.map((path) => [path, []]));
  const states = new Map<string, Float64Array>();
  const step = dt / timeUnit;
  const share = (tau: number) => (discretization === 'euler' ? step / tau : 1 - Math.exp(-step / tau));

  inputs.forEach((now, tick) => {
    for (const path of order) {
      const node = nodes.get(path)!;
      const array = (name: string): NirArray | undefined => node.fields.get(name) as NirArray | undefined;
      const senders = into.get(path)!.map((from) => sent.get(from)!.at(tick < sent.get(from)!.length ? tick : -1));
      const size = senders.find((values) => values !== undefined)?.length ?? now.length;
      const x = new Float64Array(size);
      for (const values of senders) for (const [j, value] of values?.entries() ?? []) x[j]! += value;
      const at = (name: string, j: number, otherwise = 0): number => {
        const values = array(name)?.values;
        return values === undefined ? otherwise : values.length === 1 ? values[0]! : values[j]!;
      };
      const state = (name: string): Float64Array => {
        const key = `${path} ${name}`;
        // The membrane begins at its reset.
        if (!states.has(key))
          states.set(
            key,
            x.map((_, j) => (name === 'v' ? at('v_reset', j) : 0)),
          );
        return states.get(key)!;
      };
      // What is subtracted goes a tick later and does not decay.
      const fire = (v: Float64Array): Float64Array => {
        const spiked = state('spiked');
        v.forEach((value, j) => {
          const level = value - (reset === 'subtract' ? spiked[j]! * (at('v_threshold', j) - at('v_reset', j)) : 0);
          spiked[j] = level > at('v_threshold', j) ? 1 : 0;
          v[j] = spiked[j] === 1 && reset !== 'subtract' ? at('v_reset', j) : level;
        });
        return spiked.slice();
      };
      const leak = (drive: Float64Array, tau: string): Float64Array => {
        const v = state('v');
        for (const [j, current] of drive.entries()) v[j]! += share(at(tau, j)) * (at('v_leak', j) - v[j]! + at('r', j) * current);
        return v;
      };
      const product = (): Float64Array => {
        const { shape, values } = array('weight')!;
        const [post, pre] = [shape.at(-2)!, shape.at(-1)!];
        return Float64Array.from({ length: post }, (_, o) =>
          x.reduce((sum, value, i) => sum + values[o * pre + i]! * value, at('bias', o)),
        );
      };
      const send = (): Float64Array => {
        switch (node.type) {
          case 'Input':
            return now;
          case 'Affine':
          case 'Linear':
            return product();
          case 'Scale':
            return x.map((value, j) => at('scale', j) * value);
          case 'LIF':
            return fire(leak(x, 'tau'));
          case 'LI':
            return leak(x, 'tau').slice();
          case 'CubaLIF': {
            const current = state('current');
            for (const [j, value] of x.entries()) current[j]! += share(at('tau_syn', j)) * (at('w_in', j, 1) * value - current[j]!);
            return fire(leak(current, 'tau_mem'));
          }
          case 'IF': {
            const v = state('v');
            for (const [j, value] of x.entries()) v[j]! += step * at('r', j) * value;
            return fire(v);
          }
          case 'Threshold':
            return x.map((value, j) => (value > at('threshold', j) ? 1 : 0));
          case 'Delay': {
            const past = (states.get(path) as unknown as Float64Array[] | undefined) ?? [];
            past.push(x);
            states.set(path, past as unknown as Float64Array);
            return x.map((_, j) => past[tick - Math.round(at('delay', j) / step)]?.[j] ?? 0);
          }
          case 'Conv2d':
          case 'SumPool2d': {
            const pools = node.type === 'SumPool2d';
            const side = Math.sqrt(size / (pools ? 3 : array('weight')!.shape[1]!));
            return pools ? pooled(x) : convolved(x, side, array('weight')!, array('bias')!.values);
          }
          default:
            return x;
        }
      };
      sent.get(path)!.push(send());
    }
  });
  return sent;
}

/** 3 × 6 × 4, windows of 2 × 2. */
function pooled(x: Float64Array): Float64Array {
  return Float64Array.from({ length: 18 }, (_, at) => {
    const [c, r, k] = [Math.floor(at / 6), Math.floor((at % 6) / 2), at % 2];
    return [0, 1, 4, 5].reduce((sum, near) => sum + x[c * 24 + 2 * r * 4 + 2 * k + near]!, 0);
  });
}

/** Padding of a row above and below, none at the sides, 3 × 3. */
function convolved(x: Float64Array, side: number, { shape, values }: NirArray, bias: Float64Array): Float64Array {
  const [channels, inputs] = [shape[0]!, shape[1]!];
  const columns = side - 2;
  return Float64Array.from({ length: channels * side * columns }, (_, at) => {
    const [o, r, c] = [Math.floor(at / (side * columns)), Math.floor(at / columns) % side, at % columns];
    let sum = bias[o]!;
    for (let i = 0; i < inputs; i++)
      for (let y = 0; y < 3; y++)
        for (let k = 0; k < 3; k++) {
          const row = r + y - 1;
          if (row >= 0 && row < side) sum += values[((o * inputs + i) * 3 + y) * 3 + k]! * x[(i * side + row) * side + c + k]!;
        }
    return sum;
  });
}
