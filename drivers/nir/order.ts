/** A way from one population to another, and the ticks it takes. */
export interface Way {
  readonly from: string;
  readonly to: string;
  readonly delay: number;
}

/**
 * The order in which populations run, such that ways without a delay lead forward but where they go in a circle: there one of them has to take a tick. Of
 * those that may come next, the one nearest to a source, then the first by name.
 */
export function orderOf(names: readonly string[], sources: readonly string[], ways: readonly Way[]): string[] {
  const depth = new Map<string, number>(sources.map((name) => [name, 0]));
  const queue = [...sources];
  for (let at = 0; at < queue.length; at++)
    for (const { from, to } of ways)
      if (from === queue[at] && !depth.has(to)) {
        depth.set(to, depth.get(from)! + 1);
        queue.push(to);
      }
  const rank = (name: string): number => depth.get(name) ?? names.length;
  const sorted = [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));

  const [before, after] = [new Map<string, string[]>(), new Map<string, string[]>()];
  for (const name of names) for (const side of [before, after]) side.set(name, []);
  for (const { from, to, delay } of ways) {
    if (delay > 0 || from === to) continue;
    before.get(to)!.push(from);
    after.get(from)!.push(to);
  }
  const left = new Set(sorted);
  const reached = (name: string, by: ReadonlyMap<string, readonly string[]>): Set<string> => {
    const found = new Set<string>();
    const open = [name];
    for (let next = open.pop(); next !== undefined; next = open.pop())
      for (const other of by.get(next)!)
        if (left.has(other) && !found.has(other)) {
          found.add(other);
          open.push(other);
        }
    return found;
  };
  const order: string[] = [];
  while (left.size > 0) {
    const next = [...left].find((name) => {
      const needed = reached(name, before);
      if (needed.size === 0) return true;
      // In a circle each waits for all others.
      const led = reached(name, after);
      return [...needed].every((other) => led.has(other));
    })!;
    order.push(next);
    left.delete(next);
  }
  return order;
}
