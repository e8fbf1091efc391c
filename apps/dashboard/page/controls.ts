import { type FromPage, type Hello, PROBES } from '../protocol.ts';

export const byId = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;

/** Buttons and fields: what a person does becomes a message; what the run says it does becomes their state. */
export interface Panel {
  offer(hello: Hello): void;
  /** what the run is really doing */
  show(state: { readonly paused: boolean; readonly learning: boolean; readonly factor: number; readonly done: number }): void;
  disable(): void;
}

const pressed = (button: HTMLButtonElement, on: boolean, text: string): void => {
  button.setAttribute('aria-pressed', String(on));
  if (button.textContent !== text) button.textContent = text;
};

export function createPanel(say: (message: FromPage) => void, chosen: (neurons: readonly number[]) => void): Panel {
  const [pause, learn] = [byId<HTMLButtonElement>('pause'), byId<HTMLButtonElement>('learn')];
  const [factor, factorValue] = [byId<HTMLInputElement>('factor'), byId<HTMLOutputElement>('factorValue')];
  const [label, teach] = [byId<HTMLSelectElement>('label'), byId<HTMLButtonElement>('teach')];
  const [reward, give] = [byId<HTMLInputElement>('reward'), byId<HTMLButtonElement>('give')];
  const [checkpoint, stop] = [byId<HTMLButtonElement>('checkpoint'), byId<HTMLButtonElement>('stop')];
  const [neurons, projection] = [byId<HTMLInputElement>('neurons'), byId<HTMLSelectElement>('projection')];
  const doneText = byId('done');
  let state = { paused: false, learning: true };
  let done = 0;
  let size = 0;

  pause.addEventListener('click', () => say({ kind: 'pause', on: !state.paused }));
  learn.addEventListener('click', () => say({ kind: 'learn', on: !state.learning }));
  factor.addEventListener('input', () => {
    factorValue.value = (10 ** Number(factor.value)).toPrecision(2);
  });
  factor.addEventListener('change', () => say({ kind: 'rate', factor: 10 ** Number(factor.value) }));
  teach.addEventListener('click', () => say({ kind: 'label', index: Number(label.value) }));
  give.addEventListener('click', () => {
    if (reward.checkValidity() && reward.value !== '') say({ kind: 'reward', value: Number(reward.value) });
    else reward.reportValidity();
  });
  checkpoint.addEventListener('click', () => say({ kind: 'checkpoint' }));
  stop.addEventListener('click', () => say({ kind: 'stop' }));
  projection.addEventListener('change', () => say({ kind: 'weights', projection: Number(projection.value) }));
  neurons.addEventListener('change', () => {
    const asked = neurons.value
      .split(',')
      .map((text) => text.trim())
      .filter((text) => text !== '');
    const wrong = asked.find((text) => !/^\d+$/.test(text) || Number(text) >= size);
    neurons.setCustomValidity(
      wrong === undefined && asked.length <= PROBES ? '' : `give at most ${PROBES} numbers from 0 to ${size - 1}, by comma`,
    );
    if (!neurons.reportValidity()) return;
    chosen(asked.map(Number));
    say({ kind: 'choose', neurons: asked.map(Number) });
  });

  return {
    offer(hello) {
      size = hello.size;
      neurons.disabled = false;
      byId('labelGroup').hidden = hello.labels === 0;
      label.replaceChildren(...Array.from({ length: hello.labels }, (_, k) => new Option(String(k), String(k))));
      byId('rewardGroup').hidden = !hello.rewards;
      checkpoint.disabled = !hello.saves;
      checkpoint.title = hello.saves ? '' : 'run with --checkpoint DIR to save on demand';
      factor.disabled = hello.recorded;
      factor.title = hello.recorded ? 'off while the run is recorded: a recording does not hold it' : '';
      projection.replaceChildren(...hello.projections.map(({ name, pre, post }, k) => new Option(`${name}: ${pre} → ${post}`, String(k))));
      const plastic = hello.projections.findIndex((one) => one.plastic && one.pre === one.post);
      projection.value = String(Math.max(0, plastic));
      say({ kind: 'weights', projection: Number(projection.value) });
    },
    show(now) {
      state = now;
      pressed(pause, now.paused, now.paused ? 'Go on' : 'Pause');
      pressed(learn, !now.learning, now.learning ? 'Freeze learning' : 'Learn again');
      if (document.activeElement !== factor) {
        factor.value = String(Math.log10(Math.max(now.factor, 0.01)));
        factorValue.value = now.factor.toPrecision(2);
      }
      if (now.done !== done) doneText.textContent = `${now.done} ${now.done === 1 ? 'request' : 'requests'} carried out`;
      ({ done } = now);
    },
    disable() {
      for (const control of document.querySelectorAll<HTMLButtonElement>('.controls button, .controls input, .controls select'))
        control.disabled = true;
    },
  };
}
