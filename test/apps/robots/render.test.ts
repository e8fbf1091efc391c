import test from 'ava';
import { drawn } from '../../../apps/robots/canvas.ts';
import { terminalRenderer } from '../../../apps/robots/render.ts';
import { acrobot, cartpole, pong, reach, tmaze } from '../../../apps/worlds/index.ts';
import type { Environment, Scene } from '../../../runtime/index.ts';

const frame = { left: 0, right: 4, bottom: 0, top: 4 };

test('lines become dots: two across and four down in a character', (t) => {
  const scene: Scene = { ...frame, shapes: [{ kind: 'line', points: [0, 3.99, 3.99, 3.99] }] };
  t.deepEqual(drawn(scene, 2, 1), ['⠉⠉']);
  const column: Scene = { ...frame, shapes: [{ kind: 'line', points: [0, 0.01, 0, 3.99] }] };
  t.deepEqual(drawn(column, 2, 1), ['⡇⠀']);
  const diagonal: Scene = { ...frame, shapes: [{ kind: 'line', points: [0.01, 3.99, 3.99, 0.01] }] };
  t.deepEqual(drawn(diagonal, 2, 1), ['⠑⢄']);
  t.deepEqual(drawn({ ...frame, shapes: [] }, 2, 1), ['⠀⠀']);
});

test('letters stand where they are put, circles are rings or disks, and what lies outside is not drawn', (t) => {
  const scene: Scene = { left: 0, right: 20, bottom: 0, top: 20, shapes: [{ kind: 'text', x: 2, y: 19, text: 'ab' }] };
  t.is(drawn(scene, 10, 5)[0]!.slice(1, 3), 'ab');
  const dots = (filled: boolean): number => {
    const shapes = [{ kind: 'circle', x: 10, y: 10, radius: 8, filled } as const];
    return drawn({ ...scene, shapes }, 10, 5)
      .join('')
      .replace(/[^\u2801-\u28ff]/g, '').length;
  };
  t.true(dots(true) > dots(false) && dots(false) > 8);
  const outside: Scene = {
    ...frame,
    shapes: [
      { kind: 'line', points: [1e9, 1e9, -1e9, 2e9] },
      { kind: 'circle', x: Number.NaN, y: 0, radius: 1 },
    ],
  };
  t.deepEqual(drawn(outside, 2, 1), ['⠀⠀']);
});

test('every world draws itself within its frame', (t) => {
  for (const make of [cartpole, acrobot, tmaze, reach, pong] as (() => Environment)[]) {
    const world = make();
    world.reset({ seed: 1 });
    const first = drawn(world.scene!(), 60, 20);
    t.true(first.length <= 20 && first.every((line) => [...line].length <= 60), world.name);
    t.regex(first.join(''), /[\u2801-\u28ff]/, world.name);
    for (let k = 0; k < 3; k++) world.step(world.action.kind === 'discrete' ? 0 : Float64Array.of(1, 1));
    t.notDeepEqual(drawn(world.scene!(), 60, 20), first, `${world.name} moves`);
  }
});

function screen(options: { isTTY: boolean }): { stream: NodeJS.WriteStream; text: () => string } {
  let text = '';
  const stream = { ...options, rows: 10, columns: 20, write: (more: string) => (text += more) };
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
}

test('a terminal is redrawn in place, with the progress below; who has none sees nothing', (t) => {
  const { stream, text } = screen({ isTTY: true });
  const renderer = terminalRenderer(stream, {})!;
  const scene: Scene = { ...frame, shapes: [{ kind: 'line', points: [0, 0, 4, 4] }] };
  renderer.show(scene, 'episode 1, and a text that is longer than the terminal is wide');
  t.true(text().includes('episode 1, and a te\n'));
  t.false(text().includes('\u001b[8A'));
  renderer.show(scene, 'episode 2');
  t.true(text().includes('\u001b[8A'), 'the picture before is written over');
  t.is(terminalRenderer(screen({ isTTY: false }).stream, {}), undefined);
  t.is(terminalRenderer(stream, { NO_COLOR: '1' }), undefined);
  t.is(terminalRenderer(stream, { TERM: 'dumb' }), undefined);
});
