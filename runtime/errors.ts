/**
 * Every error this project throws: one table, six classes. A message states the invariant, the value and the remedy;
 * `path` names the offending field. Inside a tick nothing throws.
 */

/** Base of all errors: `code` is a key of {@link errorTable}; `path` the offending field, when there is one. */
export class ControllerError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly path: string | undefined;

  constructor(code: ErrorCode, message: string, remedy: string, path?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.remedy = remedy;
    this.path = path;
  }
}
/** The description of a network, a run or its data is wrong. */
export class DescriptionError extends ControllerError {}
/** What is asked for exceeds what a board, a backend or this version offers. */
export class CapabilityError extends ControllerError {}
/** The native addon is missing, foreign or refuses a program. */
export class NativeError extends ControllerError {}
/** A link is closed, silent or lost. */
export class TransportError extends ControllerError {}
/** Bytes on the wire break the protocol. */
export class ProtocolError extends ControllerError {}
/** Saved state does not fit the program, or its bytes are damaged. */
export class CheckpointError extends ControllerError {}

const classes = { DescriptionError, CapabilityError, NativeError, TransportError, ProtocolError, CheckpointError };

interface ErrorEntry {
  readonly kind: keyof typeof classes;
  /** `{name}` is replaced by the value given to {@link raise}. */
  readonly message: string;
  readonly remedy: string;
}

const entries = {
  ERR_NOT_AN_OBJECT: {
    kind: 'DescriptionError',
    message: 'an object is required at {path}, got {value}',
    remedy: 'write the field as {expected}',
  },
  ERR_UNKNOWN_FIELD: { kind: 'DescriptionError', message: 'unknown field {path}', remedy: 'known fields are {known}' },
  ERR_MISSING_FIELD: { kind: 'DescriptionError', message: '{path} is required', remedy: 'add it: {expected}' },
  ERR_WRONG_TYPE: { kind: 'DescriptionError', message: '{expected} required at {path}, got {value}', remedy: 'correct the value' },
  ERR_OUT_OF_RANGE: { kind: 'DescriptionError', message: '{bound} required at {path}, got {value}', remedy: '{remedy}' },
  ERR_UNKNOWN_KIND: { kind: 'DescriptionError', message: 'unknown {what} {value} at {path}', remedy: 'choose one of {known}' },
  ERR_UNKNOWN_NAME: { kind: 'DescriptionError', message: '{path} names {value}, which does not exist', remedy: 'known names are {known}' },
  ERR_DUPLICATE_NAME: {
    kind: 'DescriptionError',
    message: '{path} has the name of {other}',
    remedy: 'give populations, projections and feedbacks names of their own',
  },
  ERR_MODULE_IN_ITSELF: {
    kind: 'DescriptionError',
    message: '{path} puts module {value} into itself ({chain})',
    remedy: 'let a module use others, never one that it is part of',
  },
  ERR_BACKWARD_WITHOUT_DELAY: {
    kind: 'DescriptionError',
    message: '{path} points back ({arrow}) with delay 0',
    remedy: '{remedy}',
  },
  ERR_SHAPE: { kind: 'DescriptionError', message: '{what} of length {expected} required at {path}, got {value}', remedy: '{remedy}' },
  ERR_NOT_FINITE: { kind: 'DescriptionError', message: 'finite numbers required at {path}, got {value}', remedy: 'correct the value' },
  ERR_BAD_JSON: { kind: 'DescriptionError', message: '{path} is not valid JSON: {value}', remedy: 'correct the file' },
  ERR_BAD_NPY: {
    kind: 'DescriptionError',
    message: '{path} is not a readable .npy array: {value}',
    remedy: 'save it with numpy.save as little-endian float32 or float64, C order',
  },
  ERR_RECORD_MISSING: {
    kind: 'DescriptionError',
    message: "record '{name}' cannot be read at {path}",
    remedy: 'give --records names that have NAME.i16 (or NAME.delta.br), NAME_beats.csv and meta.json in {directory}',
  },
  ERR_DATA_MISSING: {
    kind: 'DescriptionError',
    message: 'the recordings at {path} are not there',
    remedy: 'the npm package leaves out the largest ones: run the task from a clone, or make the file as the README beside it says',
  },
  ERR_RECORD_FORMAT: {
    kind: 'DescriptionError',
    message: '{expected} required at {path}, got {value}',
    remedy: 'correct the file; the format is in apps/heartbeat/data/README.md',
  },
  ERR_INCOMPATIBLE_RULE: { kind: 'DescriptionError', message: '{path}: {reason}', remedy: '{remedy}' },
  ERR_UNSUPPORTED_RULE: { kind: 'CapabilityError', message: '{path}: {what} cannot be compiled', remedy: '{remedy}' },
  ERR_NO_SUCH_FORM: { kind: 'CapabilityError', message: '{path}: {what} cannot be written as {format}', remedy: '{remedy}' },
  ERR_CLOCK_USE: { kind: 'DescriptionError', message: '{reason}', remedy: '{remedy}' },
  ERR_NETWORK_FAULT: {
    kind: 'DescriptionError',
    message: 'the network is {state} at tick {tick}',
    remedy: 'lower the learning rate, bound the weights, or check the scale of the inputs',
  },
  ERR_ENVIRONMENT_VALUE: {
    kind: 'DescriptionError',
    message: '{expected} required at {path}, got {value} from environment {name} at step {step} of its episode',
    remedy: 'correct the environment; it is stopped, and its conformance suite names what else is wrong',
  },
  ERR_ENVIRONMENT_ENDLESS: {
    kind: 'DescriptionError',
    message: 'an episode of environment {name} is neither terminated nor truncated after {steps} steps',
    remedy: 'let it end, or declare the limit that it has; it is stopped',
  },
  ERR_ENVIRONMENT_USE: { kind: 'DescriptionError', message: '{call} of environment {name} needs {state}', remedy: '{remedy}' },
  ERR_CONFORMANCE: { kind: 'DescriptionError', message: '{name} is no environment: {invariant}, got {value}', remedy: '{remedy}' },
  ERR_BOARD_TOO_SMALL: {
    kind: 'CapabilityError',
    message: '{board} offers less than the network asks: {shortfalls}',
    remedy: 'change the network in what is named here, or choose another board',
  },
  ERR_BOARD_NOT_READY: { kind: 'TransportError', message: '{call} needs a board that is {state}', remedy: 'await {first} before it' },
  ERR_BOARD_RESETS: {
    kind: 'TransportError',
    message: '{board} has reset itself {resets} times within {ms} ms, by its watchdog or for want of power',
    remedy: 'it is left alone and safe; look after its supply and its firmware, then make a new board object',
  },
  ERR_BOARD_IDENTITY: {
    kind: 'TransportError',
    message: '{device} is {found}, where {expected} was',
    remedy: 'plug the board back in that was there before; to use this one, start anew',
  },
  ERR_BOARD_SAFE: {
    kind: 'TransportError',
    message: 'the board has gone to its safe state: it heard nothing valid for {ms} ms',
    remedy: 'keep the event loop free and the line clean, then connect and deploy again',
  },
  ERR_PORT_OPEN: { kind: 'TransportError', message: 'port {port} cannot be opened: {reason}', remedy: '{remedy}' },
  ERR_PORT_BUSY: {
    kind: 'TransportError',
    message: 'port {port} is in use by another program',
    remedy: 'close the other program; one host speaks to a board at a time',
  },
  ERR_PORT_LOST: {
    kind: 'TransportError',
    message: 'port {port} was disconnected',
    remedy: 'plug the board in again and open the port anew',
  },
  ERR_MISSING_PACKAGE: { kind: 'TransportError', message: "package '{name}' cannot be loaded: {reason}", remedy: 'npm install {name}' },
  ERR_OPTIONAL_PACKAGE: {
    kind: 'CapabilityError',
    message: "package '{name}', which is optional, cannot be loaded: {reason}",
    remedy: '{remedy}',
  },
  ERR_PIN: {
    kind: 'CapabilityError',
    message: 'pin {pin} of {board} cannot be {use}: {reason}',
    remedy: "choose another pin; the board's own table says what each can do",
  },
  ERR_PLUGIN_METHOD: {
    kind: 'CapabilityError',
    message: '{method}() is not what {board} can do: its firmware lends pins, and no {bus}',
    remedy: "use a board with the package's Firmata firmware, or one with a plugin of its own, for what needs it",
  },
  ERR_BOARD_FAULT: {
    kind: 'TransportError',
    message: '{board} reports a fault: {reason}',
    remedy: 'its outputs were told to be safe; check cable and power, then open the board anew',
  },
  ERR_CHIP_SILENT: {
    kind: 'TransportError',
    message: '{board} does not give back what is written to it, with SCK from CLK/{from} to CLK/{to}',
    remedy: 'check wires and power of the chip',
  },
  ERR_CHIP_READBACK: {
    kind: 'TransportError',
    message: '{board} does not hold what was written: {memory}, word {address}',
    remedy: 'connect and deploy again; if it stays, make SCK slower or check the wires',
  },
  ERR_CHIP_MEMORY: {
    kind: 'TransportError',
    message: '{board}: {memory}, word {address}, changed by itself',
    remedy: 'connect and deploy again; what was computed since the last scrub may be wrong',
  },
  ERR_CHIP_TIMING: {
    kind: 'TransportError',
    message: '{board} got a tick before the last was done, within {cycles} cycles',
    remedy: 'connect and deploy again, with longer ticks or a faster clock',
  },
  ERR_MODEL: {
    kind: 'DescriptionError',
    message: 'the model at {path} cannot be used: {reason}',
    remedy: 'give an ONNX model of float32 with one input',
  },
  ERR_SAMPLES_FORMAT: {
    kind: 'DescriptionError',
    message: '{path} holds no samples that can be read: {value}',
    remedy: 'mend the file, or name the columns, the topic and the field that it has',
  },
  ERR_NATS_URL: {
    kind: 'DescriptionError',
    message: 'a NATS server is nats://HOST:PORT or tls://HOST:PORT, got {value}',
    remedy: 'write --nats nats://HOST:4222, or nats://USER:PASSWORD@HOST:4222; several by comma',
  },
  ERR_NATS_FILE: {
    kind: 'DescriptionError',
    message: '{path} cannot be used to speak to a NATS server: {reason}',
    remedy: 'name a file that nsc has written, with --nats-creds or NATS_CREDS; NATS_NKEY, NATS_CA, NATS_CERT and NATS_KEY name files too',
  },
  ERR_NATS_UNREACHABLE: {
    kind: 'TransportError',
    message: 'no NATS server can be used at {server}: {reason}',
    remedy: 'start one there (nats-server -js), or correct --nats',
  },
  ERR_NATS_CREDENTIALS: {
    kind: 'TransportError',
    message: 'the NATS server at {server} refuses who we are: {reason}',
    remedy:
      'correct user and password (nats://USER:PASSWORD@HOST, or NATS_USER and NATS_PASSWORD), NATS_TOKEN, or the file of --nats-creds',
  },
  ERR_NATS_PERMISSION: {
    kind: 'TransportError',
    message: 'the NATS server at {server} does not allow it: {reason}',
    remedy: 'let this user publish and subscribe to $JS.API.>, _INBOX.> and ganglion.>',
  },
  ERR_NATS_TLS: {
    kind: 'TransportError',
    message: 'no TLS with the NATS server at {server}: {reason}',
    remedy: 'name the authority that signed its certificate with NATS_CA, ours with NATS_CERT and NATS_KEY; use nats:// where it has none',
  },
  ERR_NATS_JETSTREAM: {
    kind: 'CapabilityError',
    message: 'the NATS server at {server} has no JetStream',
    remedy: 'start it with nats-server -js -sd FOLDER',
  },
  ERR_NATS_LOST: {
    kind: 'TransportError',
    message: 'the NATS server at {server} is gone, and did not come back in time',
    remedy: 'start it again, then the command: what was done is kept',
  },
  ERR_NATS_REQUEST: {
    kind: 'TransportError',
    message: 'the NATS server at {server} refuses a request: {reason}',
    remedy: 'look at what it says; a full disk, a limit of the account, and streams of another version of ganglion are common causes',
  },
  ERR_JOB_FLAGS: { kind: 'DescriptionError', message: 'the app refuses the flags at {path}: {reason}', remedy: '{remedy}' },
  ERR_JOB_FAILED: {
    kind: 'CapabilityError',
    message: 'the job has failed: {reason}',
    remedy: 'run it alone (ganglion run APP, with its flags and seed) and look; the next sweep tries it again',
  },
  ERR_JOB_RESULT: {
    kind: 'DescriptionError',
    message: '{path} is no result of a job: {reason}',
    remedy: 'delete it, and sweep again',
  },
  ERR_MQTT_UNREACHABLE: {
    kind: 'TransportError',
    message: 'no MQTT broker can be used at {server}: {reason}',
    remedy: 'start one there, or correct --telemetry; until then messages wait in the spool',
  },
  ERR_MQTT_CREDENTIALS: {
    kind: 'TransportError',
    message: 'the MQTT broker at {server} refuses who we are: {reason}',
    remedy: 'correct user and password: mqtt://USER:PASSWORD@HOST, or MQTT_USERNAME and MQTT_PASSWORD',
  },
  ERR_MQTT_PERMISSION: {
    kind: 'TransportError',
    message: 'the MQTT broker at {server} does not allow it: {reason}',
    remedy: 'let this user write ganglion/v1/DEVICE/# and read ganglion/v1/DEVICE/command',
  },
  ERR_MQTT_TLS: {
    kind: 'TransportError',
    message: 'no TLS with the MQTT broker at {server}: {reason}',
    remedy: 'name the authority that signed its certificate with MQTT_CA, ours with MQTT_CERT and MQTT_KEY; use mqtt:// where it has none',
  },
  ERR_SPOOL_USED: {
    kind: 'TransportError',
    message: 'the spool in {path} is in use by process {pid}',
    remedy: 'give each run a --device of its own, or a --spool',
  },
  ERR_NIR_FORMAT: {
    kind: 'DescriptionError',
    message: '{path} is no NIR graph that can be read: {value}',
    remedy: 'write the graph anew with a current version of its exporter',
  },
  ERR_LINK_NO_ANSWER: {
    kind: 'TransportError',
    message: 'no board answered within {ms} ms',
    remedy: 'check cable, port, power and baud rate',
  },
  ERR_LINK_GARBLED: {
    kind: 'TransportError',
    message: 'bytes arrived, but no answer that can be read within {ms} ms',
    remedy: "check that the port's baud rate is the firmware's, and that this is one of our boards",
  },
  ERR_LINK_SILENT: { kind: 'TransportError', message: 'no valid frame for {ms} ms', remedy: 'check cable and power, then connect again' },
  ERR_LINK_UNACKNOWLEDGED: {
    kind: 'TransportError',
    message: 'the other end does not acknowledge, however often a frame is sent',
    remedy: 'lower the baud rate or shorten the cable; the line is too noisy or too slow',
  },
  ERR_SESSION_LOST: {
    kind: 'TransportError',
    message: 'the board left the session: it restarted, or another host took it',
    remedy: 'connect again; the board is disarmed and may have lost its weights',
  },
  ERR_PROTOCOL_VERSION: {
    kind: 'ProtocolError',
    message: 'the board speaks protocol {theirs}, this is {ours}',
    remedy: 'use firmware and package of one major version',
  },
  ERR_PROTOCOL_SCHEMA: {
    kind: 'ProtocolError',
    message: "the firmware's protocol description is {theirs}, not {ours}",
    remedy: "build the firmware from this package's description",
  },
  ERR_PAYLOAD_TOO_LARGE: {
    kind: 'ProtocolError',
    message: 'at most {limit} bytes of payload are possible here, got {bytes}',
    remedy: 'split the message',
  },
  ERR_NETWORK_IMAGE: {
    kind: 'ProtocolError',
    message: '{path} cannot be written into a network image',
    remedy: 'keep to the ranges of PROTOCOL.md, "Network image"',
  },
  ERR_FIRMWARE_IMAGE: {
    kind: 'ProtocolError',
    message: '{part} of the firmware image: {why}',
    remedy: 'build the image anew (make images) and pass it whole',
  },
  ERR_RECORDING_FORMAT: {
    kind: 'CheckpointError',
    message: '{path} is no recording that can be replayed: {value}',
    remedy: 'give a file that ganglion run --record of this version has written',
  },
  ERR_RECORDING_CUT: {
    kind: 'CheckpointError',
    message: '{path} is cut off at byte {offset}, {place}: {value}',
    remedy: 'ganglion recover {path} keeps what is whole',
  },
  ERR_RECORDING_DAMAGED: {
    kind: 'CheckpointError',
    message: '{path} is damaged at byte {offset}, {place}: {value}',
    remedy: 'use another copy; ganglion recover {path} keeps what stands before the damage',
  },
  ERR_RECORDING_WRITE: {
    kind: 'CheckpointError',
    message: '{path} cannot be written: {value}',
    remedy: 'free space, or name a file in a folder that may be written to',
  },
  ERR_WEIGHTS_REFUSED: {
    kind: 'ProtocolError',
    message: 'the board refused generation {generation} of region {region}: {status}',
    remedy: '{remedy}',
  },
  ERR_WEIGHTS_STALLED: {
    kind: 'TransportError',
    message: 'no progress in region {region} for {ms} ms at byte {offset}',
    remedy: 'check the board; its link is up, but it does not answer',
  },
  ERR_CHECKPOINT_FORMAT: { kind: 'CheckpointError', message: '{path} is no checkpoint', remedy: 'give a file that --checkpoint wrote' },
  ERR_CHECKPOINT_TRUNCATED: {
    kind: 'CheckpointError',
    message: '{path} is cut: {expected} bytes required, got {value}',
    remedy: 'resume from the checkpoint before it',
  },
  ERR_CHECKPOINT_DAMAGED: {
    kind: 'CheckpointError',
    message: '{path} is damaged: a checksum does not fit {part}',
    remedy: 'resume from the checkpoint before it, and check the disk',
  },
  ERR_CHECKPOINT_VERSION: {
    kind: 'CheckpointError',
    message: '{path} is a checkpoint of version {value}, this is {expected}',
    remedy: 'resume with the version of ganglion that wrote it',
  },
  ERR_CHECKPOINT_LAYOUT: {
    kind: 'CheckpointError',
    message: 'the checkpoint is of another network: {path} is {saved} there and {here} here',
    remedy: 'resume with the description, the options and the version that wrote it',
  },
  ERR_CHECKPOINT_NONE: { kind: 'CheckpointError', message: 'no good checkpoint in {path}: {reason}', remedy: '{remedy}' },
  ERR_CHECKPOINT_FOLDER: { kind: 'CheckpointError', message: '{path} {reason}', remedy: '{remedy}' },
  ERR_CHECKPOINT_STATE: {
    kind: 'CheckpointError',
    message: '{expected} required in a checkpoint at {path}, got {value}',
    remedy: 'resume with the version and the options that wrote the checkpoint',
  },
  ERR_MODEL_MISSING: {
    kind: 'CheckpointError',
    message: '{path} has no model {hash}',
    remedy: 'wait for the next round; whoever reads it keeps the model that it has',
  },
  ERR_MODEL_BYTES: {
    kind: 'CheckpointError',
    message: 'what stands for model {hash} in {path} is not it: {value}',
    remedy: 'wait for the next round; whoever reads it keeps the model that it has. Check who may write there',
  },
  ERR_ANNOUNCEMENT: {
    kind: 'ProtocolError',
    message: 'an announcement of a round cannot be read: {value}',
    remedy: 'let the coordinator of the same version alone announce rounds',
  },
  ERR_QUORUM: {
    kind: 'TransportError',
    message: '{heard} devices of the {quorum} of a quorum have answered in round {round}: {reason}',
    remedy: 'check the devices and their connections, or ask for a smaller quorum or a later deadline',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof entries;

/** The table of codes: class, message template and remedy template. */
export const errorTable: Readonly<Record<ErrorCode, ErrorEntry>> = entries;

/** Names and values come from files: a control character or a line break in them is shown, not sent to the terminal. */
const escapeControls = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);

const fill = (template: string, values: Readonly<Record<string, unknown>>): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => escapeControls(String(values[name] ?? `{${name}}`)));

/** Builds the error of `code` with its message and remedy filled in from `values`; `values.path` becomes `path`. */
export function controllerError(code: ErrorCode, values: Readonly<Record<string, unknown>> = {}, cause?: unknown): ControllerError {
  const entry = errorTable[code];
  const path = typeof values['path'] === 'string' ? values['path'] : undefined;
  const options = cause === undefined ? undefined : { cause };
  return new classes[entry.kind](code, fill(entry.message, values), fill(entry.remedy, values), path, options);
}

/** Throws the error of `code`. */
export function raise(code: ErrorCode, values: Readonly<Record<string, unknown>> = {}, cause?: unknown): never {
  throw controllerError(code, values, cause);
}
