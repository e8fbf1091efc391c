/** The flags of every app; those of one are parsed by its flag set. */
export interface RunFlags {
  readonly fast?: boolean;
  readonly realtime?: boolean;
  readonly seed: string;
  readonly backend?: string;
  readonly priority?: string;
  readonly cpu?: string;
  readonly lockMemory?: boolean;
  readonly json?: boolean;
  readonly checkpoint?: string;
  readonly every?: string;
  readonly resume?: string;
}
