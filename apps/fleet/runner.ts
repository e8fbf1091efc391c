/** A process that runs one job after the other: a job in, the text of its result out. It ends when whoever started it is gone. */
import { runJob } from '../controller/run-job.ts';
import { givenOf } from './flags.ts';
import { failureText, type Job, resultText } from './job.ts';

/** What a runner is told. */
export interface Order {
  readonly job: Job;
  readonly backend: 'native' | 'reference';
  /** folder of this machine's data; undefined: that of the package */
  readonly data: string | undefined;
}

async function run({ job, backend, data }: Order): Promise<string> {
  try {
    const { report } = await runJob(
      {
        apps: new URL('../cli/apps.js', import.meta.url).href,
        app: job.app,
        given: givenOf(job, data, 'job'),
        backend,
        clock: 'fast',
        speed: 1,
        seed: job.seed,
        scheduling: undefined,
        pacing: { leastShare: 0, rearmMs: 0 },
        saving: undefined,
        watched: undefined,
        steered: undefined,
        observed: undefined,
        text: false,
      },
      { signal: new AbortController().signal, progress: () => undefined, show: () => undefined, left: () => undefined },
    );
    return resultText(job, report);
  } catch (error) {
    return failureText(job, error);
  }
}

process.on('message', async (order: Order) => void process.send!(await run(order)));
process.on('disconnect', () => process.exit());
// A terminal interrupts all processes of a command: what is to be done with the job, the parent says.
process.on('SIGINT', () => undefined);
