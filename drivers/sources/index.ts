/** Where samples come from, and where actions go, other than pins: the only file that others import. */
export { type CsvOptions, readCsv } from './csv.ts';
export { type McapOptions, readMcapSeries } from './mcap.ts';
export {
  connectMqtt,
  jsonNumbers,
  type Mqtt,
  type MqttActuatorOptions,
  type MqttOptions,
  type MqttSamplesOptions,
  mqttActuator,
  mqttSamples,
} from './mqtt.ts';
export { type PcmOptions, pcm } from './pcm.ts';
export { numbersOf, type SerialLinesOptions, serialLines } from './serial-lines.ts';
export { type PlayOptions, play, type Series } from './series.ts';
export { readWav } from './wav.ts';
