/** The other thread of ring.test.ts: a producer that never waits, or a consumer that does. */
import { parentPort, workerData } from 'node:worker_threads';
import { openRing } from '../../../runtime/index.ts';
import { isRecord, makeRecord } from './ring-records.ts';

const { role, buffer, records } = workerData as { role: 'produce' | 'consume'; buffer: SharedArrayBuffer; records: number };
const ring = openRing(buffer);

if (role === 'produce') {
  const scratch = new Uint8Array(64);
  let refused = 0;
  for (let index = 0; index < records; index++) {
    const length = makeRecord(index, scratch);
    if (!ring.push(index, scratch.subarray(0, length))) refused++;
    if (index % 64 === 0) ring.wake();
  }
  ring.close();
  parentPort!.postMessage({ refused });
} else {
  let seen = 0;
  let bad = 0;
  let last = -1;
  const each = (kind: number, bytes: Uint8Array): void => {
    seen++;
    if (kind <= last || !isRecord(kind, bytes)) bad++;
    last = kind;
  };
  while (!ring.closed) {
    ring.wait(1000);
    ring.drain(each);
  }
  ring.drain(each);
  parentPort!.postMessage({ seen, bad });
}
