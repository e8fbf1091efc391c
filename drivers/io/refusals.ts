/** Methods of an IO plugin that need more than pins, by what they need: johnny-five asks that they refuse aloud. */
import { raise } from '../../runtime/index.ts';

const refused: Readonly<Record<string, readonly string[]>> = {
  'I2C bus': ['i2cConfig', 'i2cWrite', 'i2cWriteReg', 'i2cRead', 'i2cReadOnce'],
  'serial port for it': ['serialConfig', 'serialWrite', 'serialRead', 'serialStop', 'serialClose', 'serialFlush', 'serialListen'],
  '1-wire bus': [
    'sendOneWireConfig',
    'sendOneWireSearch',
    'sendOneWireAlarmsSearch',
    'sendOneWireRead',
    'sendOneWireReset',
    'sendOneWireWrite',
    'sendOneWireDelay',
    'sendOneWireWriteAndRead',
  ],
  'timing of echoes': ['pingRead', 'pulseIn'],
  'stepper motors': ['stepperConfig', 'stepperStep'],
};

/** Gives a plugin these methods, each of which raises a CapabilityError that names it. */
export function refuseAll(plugin: { readonly name: string }): void {
  for (const [bus, methods] of Object.entries(refused))
    for (const method of methods)
      Object.defineProperty(plugin, method, {
        value(this: { readonly name: string }) {
          return raise('ERR_PLUGIN_METHOD', { method, board: this.name, bus });
        },
      });
}
