/** Where a fleet meets on a broker: the names of what is made there. */
export const natsNames = (fleet: string) => ({
  /** key-value bucket whose key `round` is the announcement */
  rounds: `ganglion-${fleet}-rounds`,
  /** object store of the models */
  models: `ganglion-${fleet}-models`,
  /** stream of the updates, and its subjects */
  updates: `ganglion-${fleet}-updates`,
  update: (device: string) => `ganglion.${fleet}.updates.${device}`,
});

/** Under which the answers for a device come: its own. */
export const inboxOf = (device: string): string => `_INBOX.${device}`;

/** What the user of a device may do, as NATS writes it into its configuration: read rounds and models, write its own updates, hear its own answers. */
export function deviceRights(
  fleet: string,
  device: string,
): { readonly publish: readonly string[]; readonly subscribe: readonly string[] } {
  const { rounds, models, update } = natsNames(fleet);
  const read = [`KV_${rounds}`, `OBJ_${models}`].flatMap((stream) => [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.>`,
    `$JS.API.CONSUMER.INFO.${stream}.>`,
    `$JS.API.CONSUMER.DELETE.${stream}.>`,
    `$JS.FC.${stream}.>`,
  ]);
  return { publish: [update(device), '$JS.API.INFO', ...read], subscribe: [`${inboxOf(device)}.>`] };
}
