/** Pins through johnny-five: the only file that others import. */
export { type AnalogSensorOptions, analogReadings, analogSensor } from './analog-sensor.ts';
export { type BoardOptions, type IoBoard, openBoard } from './board.ts';
export { BoardIo, type BoardIoOptions, boardIO, type IoPin, type PinBoard } from './board-io.ts';
export { firmataDevice } from './firmata-device.ts';
export { type LightOptions, light } from './light.ts';
export { type ServoOptions, servo } from './servo.ts';
