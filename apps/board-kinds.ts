/** Boards that `--board` knows; what each is and holds is said by the app (apps/heartbeat/boards.ts). */
export const boardKinds = ['emulated', 'loihi', 'xylo', 'crossbar'] as const;
export type BoardKind = (typeof boardKinds)[number];
