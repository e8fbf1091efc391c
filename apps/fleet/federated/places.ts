import { folderPlace } from './folder-place.ts';
import { natsPlace } from './nats-place.ts';
import type { Place, PlaceOptions } from './place.ts';

/** `device`: who comes; undefined for the coordinator, which makes what is not there yet. */
export const openPlace = async (options: PlaceOptions, device?: string): Promise<Place> =>
  'folder' in options ? folderPlace(options.folder) : natsPlace(options, device);
