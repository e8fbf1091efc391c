/** A main thread with a faulty app on the controller's: `process.js APP FILE WAY`, WAY being how the main thread ends, or 'waits'. */
import fs from 'node:fs';
import { interruptible } from '../../../apps/cli/interrupt.ts';
import { runController } from '../../../apps/controller/host.ts';
import { faultyJob } from './faulty-job.ts';

const [, , app = '', file = '', way = 'waits'] = process.argv;
const ways: Readonly<Record<string, () => void>> = {
  waits: () => undefined,
  exits: () => process.exit(3),
  throws: () => {
    throw new Error('the main thread breaks');
  },
  rejects: () => void Promise.reject(new Error('the main thread breaks')),
};

await interruptible(async (signal) => {
  const { report } = await runController(faultyJob(app, file, false), {
    signal,
    progress() {
      process.stderr.write('half\n');
      // The thread is in its tick 25 by then, which is where one hangs.
      setTimeout(() => ways[way]!(), 300);
    },
    safe: () => fs.appendFileSync(file, 'safe from outside\n'),
  });
  process.stdout.write(JSON.stringify(report));
});
