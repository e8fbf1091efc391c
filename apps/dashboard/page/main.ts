import { binary, COURSE, decodeFrame, decodeWeights, type FromPage, type Hello, probed, type ToPage } from '../protocol.ts';
import { createChart } from './charts.ts';
import { byId, createPanel } from './controls.ts';
import { createRaster, drawMatrix, drawWorld } from './pictures.ts';

/** How long the figures of the header are averaged over, ms. */
const AVERAGE_MS = 1000;

const text = (id: string, value: string): void => {
  const element = byId(id);
  if (element.textContent !== value) element.textContent = value;
};
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};

// A token in the address goes with the socket; the cookie that came with this page does the same where it was kept.
const socket = new WebSocket(`ws://${location.host}/live${location.search}`);
socket.binaryType = 'arraybuffer';
const say = (message: FromPage): void => {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
};

let neurons: readonly number[] = [0];
/** Their lines have the same colors: the last one names them. */
const courseOf = (id: string, title: string, legend: boolean) =>
  createChart(byId(id), ['neuron 0'], { unit: 'tick', title, decimals: 3, most: 1200, legend });
const courses = {
  membrane: courseOf('membrane', 'membrane', false),
  trace: courseOf('trace', 'mean |trace|', false),
  signal: courseOf('signal', 'learning signal', true),
};
const panel = createPanel(say, (chosen) => {
  neurons = chosen;
  for (const chart of Object.values(courses)) chart.begin(chosen.map((neuron) => `neuron ${neuron}`));
});
const raster = createRaster(byId<HTMLCanvasElement>('raster'));
const lateness = createChart(byId('lateness'), ['largest of each picture'], {
  unit: 's',
  title: 'µs after the deadline',
  decimals: 0,
  most: 900,
});
let scores = createChart(byId('score'), [], { unit: 's of the run', title: 'score', decimals: 3, most: 5000, share: true });
const series: string[] = [];
const history: { readonly series: string; readonly at: number; readonly value: number }[] = [];

let hello: Hello | undefined;
let ended: 'ended' | 'failed' | undefined;
let paused = false;
let ticksPerSecond = 0;
let since = { at: performance.now(), tick: -1, spikes: 0 };
let listed = 0;
let spikes = 0;

function state(): void {
  const now =
    ended ??
    (socket.readyState !== WebSocket.OPEN
      ? 'the connection is gone'
      : hello === undefined
        ? 'waiting for the run'
        : paused
          ? 'paused'
          : 'running');
  text('state', now);
}

function onFrame(buffer: ArrayBuffer): void {
  if (hello === undefined) return;
  const frame = decodeFrame(buffer);
  ({ paused } = frame);
  panel.show(frame);
  state();
  if (frame.frames === 0) return;
  spikes += frame.spikes;
  listed += frame.raster.length / 2;
  const at = performance.now();
  if (since.tick < 0 || frame.tick < since.tick) since = { at, tick: frame.tick, spikes };
  if (at - since.at >= AVERAGE_MS) {
    const seconds = (at - since.at) / 1000;
    ticksPerSecond = (frame.tick - since.tick) / seconds;
    text('speed', whole.format(ticksPerSecond));
    text('rate', whole.format((spikes - since.spikes) / seconds));
    since = { at, tick: frame.tick, spikes };
    const left = spikes - listed;
    text(
      'rasterNote',
      `${hello.size} neurons of ‘${hello.population}’${left > 0 ? `; ${whole.format(left)} spikes were too many to draw` : ''}${frame.dropped > 0 ? `; ${whole.format(frame.dropped)} frames came too fast to be shown` : ''}`,
    );
  }
  text('tick', whole.format(frame.tick));
  text('time', clock(frame.tick * hello.dt));
  text('updates', whole.format(frame.updates));
  raster.add(frame.raster, frame.tick);
  for (let at = 0; at + COURSE <= frame.course.length; at += COURSE) {
    const tick = frame.origin + frame.course[at]!;
    const rowOf = (what: (typeof probed)[number]): number[] =>
      neurons.map((_, k) => frame.course[at + 1 + k * probed.length + probed.indexOf(what)]!);
    courses.membrane.add(tick, rowOf('membrane'));
    courses.trace.add(tick, rowOf('trace'));
    courses.signal.add(tick, rowOf('signal'));
  }
  lateness.add((frame.tick * hello.dt) / 1000, [frame.latenessUs]);
}

function onWeights(buffer: ArrayBuffer): void {
  const weights = decodeWeights(buffer);
  drawMatrix(byId<HTMLCanvasElement>('weights'), weights, weights.weights);
  drawMatrix(byId<HTMLCanvasElement>('changes'), weights, weights.changes);
  text('weightsNote', `now, ±${weights.scale.toPrecision(3)}`);
  text('changesNote', `change since this began, ±${weights.changeScale.toPrecision(3)}`);
}

/** Every series has a line; a row holds the one value that came. */
function onPoints(points: readonly { readonly series: string; readonly at: number; readonly value: number }[]): void {
  history.push(...points);
  const fresh = points.map((point) => point.series).filter((name, k, all) => !series.includes(name) && all.indexOf(name) === k);
  if (fresh.length > 0) {
    series.push(...fresh);
    byId('score').replaceChildren();
    const share = history.every(({ value }) => value >= 0 && value <= 1);
    scores = createChart(byId('score'), series, { unit: 's of the run', title: 'score', decimals: 3, most: 5000, share });
    rows(history);
  } else rows(points);
}

function rows(points: readonly { readonly series: string; readonly at: number; readonly value: number }[]): void {
  for (let k = 0; k < points.length; ) {
    const { at } = points[k]!;
    const row = series.map(() => Number.NaN);
    for (; k < points.length && points[k]!.at === at; k++) row[series.indexOf(points[k]!.series)] = points[k]!.value;
    scores.add(at / 1000, row);
  }
}

function onFacts(facts: Readonly<Record<string, string>>): void {
  const table = byId<HTMLTableSectionElement>('facts');
  for (const [name, value] of Object.entries(facts)) {
    const found = [...table.rows].find((row) => row.cells[0]!.textContent === name);
    const row = found ?? table.insertRow();
    if (found === undefined) {
      const heading = document.createElement('th');
      heading.scope = 'row';
      heading.textContent = name;
      row.append(heading, row.insertCell());
    }
    if (row.cells[1]!.textContent !== value) row.cells[1]!.textContent = value;
  }
}

socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer | string>) => {
  if (typeof data !== 'string') {
    const kind = new Uint8Array(data)[0];
    if (kind === binary.frame) onFrame(data);
    else onWeights(data);
    return;
  }
  const message = JSON.parse(data) as ToPage;
  if (message.kind === 'waiting') text('app', message.app);
  else if (message.kind === 'hello') {
    hello = message;
    text('app', `${message.app} · ${message.backend}`);
    document.title = `${message.app} · ganglion`;
    panel.offer(message);
  } else if (message.kind === 'points') onPoints(message.points);
  else if (message.kind === 'facts') onFacts(message.facts);
  else if (message.kind === 'scene') {
    byId('worldSection').hidden = false;
    drawWorld(byId<HTMLCanvasElement>('world'), message.scene);
  } else {
    ended = message.ok ? 'ended' : 'failed';
    panel.disable();
    const report = byId('report');
    report.hidden = false;
    report.textContent = message.text;
  }
  state();
});
socket.addEventListener('open', state);
socket.addEventListener('close', () => {
  panel.disable();
  state();
});

function draw(): void {
  if (hello !== undefined) {
    raster.draw(hello.size, ticksPerSecond);
    for (const chart of [...Object.values(courses), lateness, scores]) chart.draw();
  }
  requestAnimationFrame(draw);
}
requestAnimationFrame(draw);
