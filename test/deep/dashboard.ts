/** The dashboard in a real browser: each control by a real click, and what it does to the run; a tab that does not read beside a run in real time. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import WebSocket from 'ws';
import { main } from '../apps/command.ts';
import type { Check } from './checks.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file));

interface Run {
  readonly child: ChildProcess;
  readonly url: string;
  /** its report and its exit code, when it has ended */
  readonly ended: Promise<{ readonly report: Record<string, unknown>; readonly status: number | null; readonly err: string }>;
}

export async function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const child = spawn(process.execPath, [main, 'run', ...args, '--dashboard', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const url = new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      const match = /dashboard: (\S+)/.exec(err);
      if (match !== null) resolve(match[1]!);
    });
    child.once('exit', () => reject(new Error(`the run ended before it had a dashboard: ${err}`)));
  });
  const ended = once(child, 'close').then(([status]) => ({
    report: JSON.parse(out || '{}') as Record<string, unknown>,
    status: status as number | null,
    err,
  }));
  ended.catch(() => undefined);
  return { child, url: await url, ended };
}

export async function inBrowser<T>(act: (browser: Browser) => Promise<T>): Promise<T> {
  assert.ok(executablePath !== undefined, 'Chromium must be installed');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    return await act(browser);
  } finally {
    await browser.close();
  }
}

const figure = async (page: Page, id: string): Promise<number> => Number((await page.textContent(`#${id}`))!.replaceAll(',', ''));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `read` says so, for half a minute at most. */
export async function until(what: string, read: () => Promise<boolean>): Promise<void> {
  for (let k = 0; k < 300; k++) {
    if (await read()) return;
    await pause(100);
  }
  assert.fail(`${what}: not within 30 s`);
}

/** Share of the pixels of a canvas that are not the colour of its first. */
export const inked = (page: Page, id: string): Promise<number> =>
  page.evaluate<number>(`{
    const canvas = document.getElementById('${id}');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let other = 0;
    for (let k = 0; k < data.length; k += 4) if (data[k] !== data[0] || data[k + 1] !== data[1] || data[k + 3] !== data[3]) other++;
    (4 * other) / data.length;
  }`);

async function controls(page: Page, folder: string): Promise<string> {
  await until('the run runs', async () => (await page.textContent('#state')) === 'running');
  await until('it learns', async () => (await figure(page, 'updates')) > 3);
  await until('spikes are drawn', async () => (await inked(page, 'raster')) > 0.001);
  await until('weights are drawn', async () => (await inked(page, 'changes')) > 0.05);

  await page.click('#pause');
  await until('it is paused', async () => (await page.textContent('#state')) === 'paused');
  await pause(500);
  const still = await figure(page, 'tick');
  await pause(700);
  assert.equal(await figure(page, 'tick'), still, 'time stands still');
  await page.click('#pause');
  await until('it goes on', async () => (await figure(page, 'tick')) > still);

  await page.click('#learn');
  await until('learning is off', async () => (await page.getAttribute('#learn', 'aria-pressed')) === 'true');
  const [updates, tick] = [await figure(page, 'updates'), await figure(page, 'tick')];
  await until('the run goes on', async () => (await figure(page, 'tick')) > tick + 2000);
  assert.equal(await figure(page, 'updates'), updates, 'nothing is learned');
  await page.click('#learn');
  await until('it learns again', async () => (await figure(page, 'updates')) > updates);

  // By the keyboard alone: the slider to its left end.
  await page.focus('#factor');
  await page.keyboard.press('Home');
  await page.focus('#stop');
  await until('the rate is a hundredth', async () => Math.abs(Number(await page.inputValue('#factor')) + 2) < 0.01);

  const before = await figure(page, 'updates');
  await page.click('#pause');
  await until('it is paused again', async () => (await page.textContent('#state')) === 'paused');
  const taught = await figure(page, 'updates');
  await page.selectOption('#label', '1');
  await page.click('#teach');
  await page.click('#pause');
  await until('the label was taken', async () => (await figure(page, 'updates')) > taught);
  assert.ok(taught >= before);

  await page.fill('#neurons', '1, 5');
  await page.keyboard.press('Enter');
  await until('two neurons have a line', async () => (await page.getAttribute('#membrane', 'aria-label'))!.split(',').length === 2);
  await page.fill('#neurons', '5000');
  await page.keyboard.press('Enter');
  assert.equal(
    await page.evaluate<boolean>("document.getElementById('neurons').checkValidity()"),
    false,
    'a neuron that is not there is refused',
  );

  const saved = readdirSync(folder).length;
  await page.click('#checkpoint');
  await until('a checkpoint is there', async () => readdirSync(folder).length > saved);
  await page.click('#stop');
  await until('the page says that it ended', async () => (await page.textContent('#state')) === 'ended');
  return `${await page.textContent('#done')}`;
}

/** Loaded into every thread of a run: on the controller's, an error that nobody catches, once the file `burn` is there. */
const burning = (folder: string): string => `
const { workerData } = require('node:worker_threads');
const { existsSync } = require('node:fs');
if (workerData?.state !== undefined)
  import(${JSON.stringify(new URL('../../runtime/index.js', import.meta.url).href)}).then(({ raise }) =>
    setInterval(() => {
      if (existsSync(${JSON.stringify(join(folder, 'burn'))})) raise('ERR_CLOCK_USE', { reason: 'the sensor burned', remedy: 'put it out' });
    }, 100),
  );
`;

/** Frames late and ticks skipped of a run in real time with a tab that never reads, and of the same run beside it with nobody there. */
async function lateBesideStalledTab(seconds: number): Promise<readonly [number, number]> {
  const args = ['heartbeat', '--realtime', '--seconds', String(seconds), '--board', 'none'];
  const [watched, alone] = await Promise.all([start(args), start(args)]);
  const socket = new WebSocket(`${watched.url.replace('http', 'ws')}live`);
  await once(socket, 'open');
  (socket as unknown as { _socket: { pause(): void } })._socket.pause();
  const [one, other] = await Promise.all([watched.ended, alone.ended]);
  socket.terminate();
  const lateOf = ({ report }: { readonly report: Record<string, unknown> }): number => {
    const clock = report['clock'] as { readonly framesLate: number; readonly skippedTicks: number };
    return clock.framesLate + clock.skippedTicks;
  };
  return [lateOf(one), lateOf(other)];
}

export const dashboardChecks: readonly Check[] = [
  {
    claim: 'a run that fails says why, and what to do, on the page; while it runs the page says nothing of the kind',
    run: () =>
      inBrowser(async (browser) => {
        const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
        writeFileSync(join(folder, 'burning.cjs'), burning(folder));
        const { url, ended } = await start(['heartbeat', '--speed', '10'], { NODE_OPTIONS: `--require ${join(folder, 'burning.cjs')}` });
        const page = await browser.newPage();
        await page.goto(url);
        await until('the run runs', async () => (await page.textContent('#state')) === 'running');
        assert.equal(await page.isVisible('#report'), false, 'control: nothing has failed yet');
        writeFileSync(join(folder, 'burn'), '');
        await until('the page says that it failed', async () => (await page.textContent('#state')) === 'failed');
        const text = await page.textContent('#report');
        assert.match(text!, /the sensor burned\nput it out/);
        const { status, err } = await ended;
        rmSync(folder, { recursive: true });
        assert.equal(status, 1);
        assert.match(err, /the sensor burned/);
        return `'${text!.replace('\n', ' / ')}', exit code ${status}`;
      }),
  },
  {
    claim: 'each control of the dashboard does to the run what it says, by real clicks and keys; the page names every control',
    run: () =>
      inBrowser(async (browser) => {
        const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
        const { url, ended } = await start(['heartbeat', '--speed', '30', '--checkpoint', folder, '--every', '3600']);
        const page = await browser.newPage();
        const wrong: string[] = [];
        page.on('pageerror', ({ message }) => wrong.push(message));
        page.on('console', (message) => {
          if (message.type() === 'error') wrong.push(message.text());
        });
        await page.goto(url);
        const unnamed = await page.evaluate<string[]>(
          "[...document.querySelectorAll('button, input, select')].filter((one) => one.labels?.length === 0 && one.textContent.trim() === '').map(({ id }) => id)",
        );
        assert.deepEqual(unnamed, []);
        const done = await controls(page, folder);
        const { report, status } = await ended;
        rmSync(folder, { recursive: true });
        assert.equal(status, 0);
        assert.deepEqual(wrong, []);
        assert.ok((report['ticks'] as number) > 4000, 'the report is that of the run so far');
        return `${done}; the run ended with its report after ${report['ticks']} ticks`;
      }),
  },
  {
    claim: 'a tab that does not read for 60 s of real time adds no late tick (beside the same run with nobody there)',
    async run() {
      // One stop of the machine hits the one run or the other; a loop that a tab slows is late in every pair.
      const pairs: string[] = [];
      for (let pair = 0; pair < 3; pair++) {
        const [late, alone] = await lateBesideStalledTab(60);
        pairs.push(`${late} with the tab and ${alone} with nobody there`);
        if (late <= alone + 1) return `late frames and skipped ticks: ${pairs.join('; ')}`;
      }
      assert.fail(`late frames and skipped ticks, three times in a row: ${pairs.join('; ')}`);
    },
  },
];
