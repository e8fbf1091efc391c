/** The four patterns of XOR, in the order in which tasks show them. */
export const patterns = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;

/** What each is to give. */
export const wished = patterns.map(([a, b]) => (a === b ? 0 : 1));
