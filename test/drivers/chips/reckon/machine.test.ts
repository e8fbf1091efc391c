/** What the recorded runs do not show: quirks, regression, errors of time. Read from the hardware description, not compared with it. */
import test from 'ava';
import { target } from '../../../../drivers/chips/reckon/memory.ts';
import { registerNames, registerTable } from '../../../../drivers/chips/reckon/registers.ts';
import { SpiMaster } from '../../../../drivers/chips/reckon/spi-master.ts';
import { ReckonDevice } from '../../../../drivers/index.ts';

function small() {
  const device = new ReckonDevice();
  const { machine } = device;
  const spi = new SpiMaster(device);
  Object.assign(machine.core.registers, { NUM_INP_NEUR: 3, NUM_REC_NEUR: 3, NUM_OUT_NEUR: 1, EN_CONF: 0, GET_TAR_REQ_OUT: 0 });
  Object.assign(machine.core.registers, {
    FP_LOC_WINP: 3,
    FP_LOC_TINP: 3,
    H_0: 1,
    H_1: 1,
    H_2: 1,
    H_3: 1,
    H_4: 1,
    LR_P_WINP: 20,
    LEARN_SIG_SCALE: 10,
  });
  machine.core.threshold.fill(500);
  machine.core.alphaLow.fill(0xf00);
  machine.core.inputWeights.fill(20);
  for (let j = 0; j < 4; j++) machine.core.outputWeights[16 * j] = 30;
  const tick = (): number => {
    machine.tick();
    return machine.settle(4000);
  };
  return { device, machine, spi, tick };
}

test('SAMPLE that falls during e-prop leaves the chip learning, until it rises again', (t) => {
  const { machine, tick } = small();
  machine.sample = true;
  machine.event(0, false);
  tick();
  machine.event(0, true);
  machine.targetValid = true;
  const once = [...machine.core.inputWeights];
  machine.tick();
  machine.run(20);
  t.is(machine.state, 'eprop');
  machine.sample = false;
  const taken = machine.settle(4000);
  t.is(machine.state, 'eprop');
  t.true(taken > 1000);
  // One pass moves a weight by one at most.
  t.true(Math.max(...machine.core.inputWeights.map((w, k) => Math.abs(w - once[k]!))) > 1);
  machine.sample = true;
  machine.settle(4000);
  t.is(machine.state, 'ready');
});

test('bit 9 of an address of the neuron memory pokes the spike and the dirty bit', (t) => {
  const { machine, spi } = small();
  spi.writeRegister('EN_CONF', 1);
  spi.write(target.neurons, 0x200 | 2, Uint32Array.of(0b01));
  t.deepEqual([machine.core.spiked[2], machine.core.dirty[2]], [1, 0]);
  spi.write(target.neurons, 0x200 | 2, Uint32Array.of(0b10));
  t.deepEqual([machine.core.spiked[2], machine.core.dirty[2]], [0, 1]);
  spi.write(target.neurons, 2, Uint32Array.of(0b01));
  t.is(machine.core.spiked[2], 0, 'without it, nothing is poked');
});

test('a regression waits for two bytes an output, and sends its outputs, low byte first', (t) => {
  const { machine, tick } = small();
  Object.assign(machine.core.registers, { REGRESSION: 1, SEND_PER_TIMESTEP: 1, SEND_LABEL_ONLY: 0, KAPPA: 0x80 });
  machine.sample = true;
  tick();
  machine.core.y.set([-300, 0x1234]);
  machine.targetValid = true;
  tick();
  t.true(machine.wantsTarget);
  for (const byte of [0x10, 0xff, 0x20, 0x03]) {
    t.true(machine.wantsTarget);
    machine.event(byte, true);
  }
  machine.settle();
  t.false(machine.wantsTarget);
  t.deepEqual([...machine.core.targets.subarray(0, 2)], [-240, 0x320]);
  t.deepEqual([...machine.sent.subarray(0, machine.sentCount)], [0xd4, 0xfe, 0x34, 0x12]);
  t.is(machine.state, 'ready');
});

test('EN_CONF parks the chip after a step; a tick then is a timing error, which halts it until a reset or does not', (t) => {
  for (const halts of [0, 1]) {
    const { device, machine, tick } = small();
    machine.core.registers.ERROR_HALT = halts;
    machine.core.registers.EN_CONF = 1;
    machine.sample = true;
    tick();
    tick();
    t.true(machine.spiReady);
    tick();
    t.true(machine.timingError);
    t.is(machine.state, halts === 1 ? 'idle' : 'config');
    machine.core.registers.EN_CONF = 0;
    machine.registersWritten();
    machine.settle();
    tick();
    t.is(machine.state, halts === 1 ? 'idle' : 'ready');
    const { inputWeights } = machine.core;
    device.reset();
    t.false(machine.timingError);
    t.is(inputWeights[0], 20, 'memories keep what they hold');
  }
});

test('LOCAL_TICK cannot start a sample, but goes on with one', (t) => {
  const { machine } = small();
  machine.core.registers.CYCLES_PER_TICK = 200;
  machine.core.registers.DO_EPROP = 0;
  machine.core.registers.LOCAL_TICK = 1;
  machine.registersWritten();
  machine.sample = true;
  machine.run(5000);
  t.is(machine.state, 'idle');
  machine.core.registers.LOCAL_TICK = 0;
  machine.tick();
  machine.settle();
  t.is(machine.state, 'ready');
  machine.core.y[0] = 0x4000;
  machine.core.registers.LOCAL_TICK = 1;
  machine.registersWritten();
  machine.run(200 * 10 + 100);
  t.false(machine.timingError);
  const decay = machine.core.registers.KAPPA / 128;
  t.true(Math.abs(machine.core.y[0]! - 0x4000 * decay ** 10) < 20, `${machine.core.y[0]}`);
});

test('every register is written at its address, to its width and sign, and has its reset value', (t) => {
  const { device, spi, machine } = small();
  for (const name of registerNames) {
    spi.writeRegister(name, 0xffffffff);
    const { bits, signed } = registerTable[name];
    t.is(machine.core.registers[name], signed ? -1 : 2 ** bits - 1, name);
  }
  device.reset();
  for (const name of registerNames) {
    const { bits, signed, reset } = registerTable[name];
    t.is(machine.core.registers[name], reset ?? (signed ? -1 : 2 ** bits - 1), name);
  }
});
