import { type Actuator, fieldsOf, type Stateful } from '../../runtime/index.ts';
import type { Verdict } from './beats.ts';

/** The alarm of the demonstration: a light, on while the last beat was premature; its safe state is off. */
export interface Alarm extends Actuator<Verdict>, Stateful {
  readonly lit: boolean;
  readonly alarms: number;
}

export function createAlarm(): Alarm {
  const state = { lit: false, alarms: 0 };
  return {
    get lit() {
      return state.lit;
    },
    get alarms() {
      return state.alarms;
    },
    apply({ decided, isPvc }) {
      if (!decided) return;
      state.lit = isPvc;
      if (isPvc) state.alarms++;
    },
    safe() {
      state.lit = false;
    },
    state: () => ({ ...state }),
    restore(saved) {
      const fields = fieldsOf(saved, 'alarm');
      state.lit = fields.boolean('lit');
      state.alarms = fields.number('alarms');
    },
  };
}
