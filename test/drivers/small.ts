/** Small networks for a board, and an ear for what it says. */
import { alif, type BoardEvent, compile, type Executable, lif, type Network, referenceBackend, source } from '../../runtime/index.ts';

export const load = (network: Network): Executable => referenceBackend.load(compile(network));

/** `size` inputs, each with its own neuron, which spikes when its input does. */
export function wires(size: number, dt = 2): Network {
  const each = Array.from({ length: size }, (_, i) => i);
  return {
    dt,
    seed: 1,
    populations: { input: { size, neuron: source() }, neurons: { size, neuron: lif({ tauMem: 5, threshold: 0.5, reset: 'zero' }) } },
    projections: {
      one: {
        pre: 'input',
        post: 'neurons',
        connectivity: { kind: 'list', pre: each, post: each },
        weight: { kind: 'constant', value: 0.6 },
        delay: 0,
      },
    },
  };
}

export const small: Network = {
  dt: 2,
  seed: 3,
  populations: { input: { size: 4, neuron: source() }, neurons: { size: 12, neuron: alif({ tauMem: 10, tauAdapt: 100, beta: 0.3 }) } },
  projections: {
    sensory: { pre: 'input', post: 'neurons', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 1.5 }, delay: 0 },
    recurrent: { pre: 'neurons', post: 'neurons', connectivity: { kind: 'dense' }, weight: { kind: 'normal', gain: 0.6 }, delay: 1 },
  },
};

export function listen(board: { readonly events: { subscribe(next: (event: BoardEvent) => void): unknown } }) {
  const spikes = new Map<number, number[]>();
  const others: BoardEvent[] = [];
  board.events.subscribe((event) => {
    if (event.kind === 'spikes') spikes.set(event.tick, [...event.addresses.subarray(event.start, event.start + event.count)]);
    else others.push(event);
  });
  return { spikes, others, codes: () => others.map((event) => (event.kind === 'fault' ? event.error.code : event.kind)) };
}
