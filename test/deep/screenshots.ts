/** `node dist/test/deep/screenshots.js`: the picture of the dashboard in the README, of a run as it learns. Needs Chromium. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../house/root.ts';
import { inBrowser, inked, start, until } from './dashboard.ts';

const SIZE = { width: 1280, height: 930 };
/** An hour of heartbeats, until the curves have a shape. */
const LEARNS_MS = 20_000;

await inBrowser(async (browser) => {
  const { url, child, ended } = await start(['heartbeat', '--speed', '60', '--board', 'none']);
  const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' });
  await page.goto(url);
  await until('the run runs', async () => (await page.textContent('#state')) === 'running');
  await page.fill('#neurons', '1, 5, 9');
  await page.keyboard.press('Enter');
  await until('spikes are drawn', async () => (await inked(page, 'raster')) > 0.001);
  await sleep(LEARNS_MS);
  await page.screenshot({ path: join(root, 'docs/dashboard.png') });
  child.kill('SIGINT');
  await ended;
});
