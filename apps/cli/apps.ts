import type { App } from '../app.ts';

/** Apps by name; each is loaded only when it is asked for. */
export const apps: Readonly<Record<string, () => Promise<App>>> = {
  heartbeat: async () => (await import('../heartbeat/index.ts')).heartbeat,
};
