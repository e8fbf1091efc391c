import type {
  Backend,
  Clock,
  EventCounts,
  Executable,
  MirrorReport,
  Ms,
  Network,
  RateReport,
  Scene,
  SensorReport,
  Stage,
  State,
} from '../runtime/index.ts';

/** What the command asks of every app; what it asks of one alone is the {@link FlagSet} of that app. */
export interface RunOptions {
  readonly backend: Backend;
  /** 'fast': virtual time, as fast as the machine allows; 'realtime': one tick every dt */
  readonly clock: 'fast' | 'realtime';
  readonly seed: number;
  /** ends the run early, with its report */
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
  /** shows a picture of the app's world to a person, in the place of the one before; nobody may be looking */
  readonly show?: (scene: Scene) => void;
  /** of a loop in real time; default: no rate is watched, and nobody hears of misses */
  readonly pacing?: Pacing | undefined;
  /** undefined: the run is not saved, and begins at its beginning */
  readonly checkpoints?: Checkpoints | undefined;
  /** times as fast as the world, where the clock is 'realtime'; default 1 */
  readonly speed?: number | undefined;
  /** undefined: nobody watches */
  readonly watched?: Watched | undefined;
  /** undefined: there are neither logs nor metrics */
  readonly observed?: Observed | undefined;
}

/** Logs and metrics of a run. */
export interface Observed {
  /** stands last in the pipe; looks at its sources some times a second */
  stage(sources: Sources): Stage;
  /** a device has another state */
  device(state: { readonly kind: string; readonly attempt: number; readonly reason: string | undefined }): void;
}

/** What a run can be asked for while it runs. */
export interface Sources {
  readonly clock: Clock;
  readonly executable: Executable;
  readonly events?: () => EventCounts;
  readonly sensor?: () => SensorReport;
  readonly rate?: (() => RateReport) | undefined;
  readonly mirror?: (() => MirrorReport) | undefined;
  /** the figure that the app goes by; null where there is none yet */
  readonly score?: () => number | null;
}

/** People who watch a run, and may act on it. */
export interface Watched {
  /** for the clock of the network that is shown */
  paused(): boolean;
  show(executable: Executable, show: Show): Watching;
}

export interface Show {
  /** whose neurons are looked at */
  readonly population: string;
  /** readout that a person's labels teach; undefined where there are none */
  readonly readout: string | undefined;
  /** whether the run can be saved on demand */
  readonly saves: boolean;
  /** actuators to their safe state */
  readonly safe: () => void;
}

/** Stages of the pipe of a run that is watched. */
export interface Watching {
  /** stands first */
  readonly settings: Stage;
  /** stands right before `advance` */
  readonly injections: Stage;
  /** stands behind what acts, beside a recorder */
  readonly frames: Stage;
  /** whether a person has asked for a checkpoint */
  checkpointDue(): boolean;
  /** a picture of the world, in the place of the one before */
  picture(scene: Scene): void;
  /** once a second or less: numbers over time, and facts as text, by their names */
  tell(
    points: readonly { readonly series: string; readonly at: number; readonly value: number }[],
    facts: Readonly<Record<string, string>>,
  ): void;
}

/** What is asked of the rate of a loop in real time, and who hears when a frame is late. */
export interface Pacing {
  /** share of the asked rate below which actuators are in their safe state; 0: none */
  readonly leastShare: number;
  /** ms for which the rate must have been kept before they act again; Infinity: not in this run */
  readonly rearmMs: Ms;
  readonly onMiss: (deadline: Ms, began: Ms) => void;
}

/** Where a run is saved, and what it goes on from. */
export interface Checkpoints {
  /** what the run was when it was saved; undefined where it begins */
  readonly resumed: State | undefined;
  /** whether it is time to save; looks at the clock, so it is asked about once a second of the signal */
  due(): boolean;
  /** copies a state between two frames; never waits */
  save(tick: number, state: State): void;
  /** saves the state at the end, of an interrupted run too */
  finish(tick: number, state: State): Promise<void>;
}

export interface Progress {
  /** 0 to 1 */
  readonly fraction: number;
  readonly text: string;
}

export interface RunResult {
  /** the JSON object of the run */
  readonly report: Readonly<Record<string, unknown>>;
  /** the same for a person: tables and plots */
  render(): string;
  /** false ends the command with exit code 1 */
  readonly ok: boolean;
}

export interface App<Own = unknown> {
  readonly name: string;
  readonly summary: string;
  /** the network that the app runs, for `explain` */
  network(seed: number): Network;
  run(options: RunOptions & Own): Promise<RunResult>;
}
