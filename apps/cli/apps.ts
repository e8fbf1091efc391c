import type { App } from '../app.ts';

/** Apps by name; each is loaded only when it is asked for. */
export const apps: Readonly<Record<string, () => Promise<App>>> = {
  heartbeat: async () => (await import('../heartbeat/index.ts')).heartbeat,
};

/** The app of that name, and nothing that every object inherits. */
export const appNamed = (name: string): (() => Promise<App>) | undefined => (Object.hasOwn(apps, name) ? apps[name] : undefined);
