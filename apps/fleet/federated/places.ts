import { folderPlace } from './folder-place.ts';
import { type NatsPlaceOptions, natsPlace } from './nats-place.ts';
import type { Place } from './place.ts';

/** Where a fleet meets, as data that goes to another process. */
export type PlaceOptions = { readonly folder: string } | NatsPlaceOptions;

/** `device`: who comes; undefined for the coordinator, which makes what is not there yet. */
export const openPlace = async (options: PlaceOptions, device?: string): Promise<Place> =>
  'folder' in options ? folderPlace(options.folder) : natsPlace(options, device);
