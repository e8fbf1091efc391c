/** Devices that learn federated over a real NATS server: the same bytes as in a folder, whoever is killed or lies, and what the server's accounts keep apart. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeAnnouncement } from '../../apps/fleet/federated/announcement.ts';
import { federatedHeartbeat } from '../../apps/fleet/federated/experiment.ts';
import { encodeModel, hashOf, sharedOf } from '../../apps/fleet/federated/model.ts';
import { natsPlace } from '../../apps/fleet/federated/nats-place.ts';
import { createParticipant } from '../../apps/fleet/federated/participant.ts';
import { putObject } from '../../apps/fleet/federated/place.ts';
import type { FederatedReport } from '../../apps/fleet/federated/report.ts';
import { deviceRights } from '../../apps/fleet/federated/rights.ts';
import { takePart } from '../../apps/fleet/federated/take-part.ts';
import { encodeUpdate } from '../../apps/fleet/federated/update.ts';
import { nativeBackend } from '../../native/index.ts';
import { ControllerError, fingerprint, referenceBackend } from '../../runtime/index.ts';
import { tiny } from '../runtime/loop/networks.ts';
import { atLeast, type Check } from './checks.ts';
import { ganglion } from './command.ts';
import { withServer } from './nats-server.ts';

const SHORT = ['fleet', 'heartbeat', '--devices', '3', '--rounds', '3', '--seconds', '60', '--json'];
const FLEET = 'test';

const codeOf = (error: unknown): string => (error instanceof ControllerError ? error.code : String(error));
const refused = async (what: Promise<unknown>, code: string): Promise<void> => {
  await assert.rejects(what, (error) => codeOf(error) === code || assert.fail(`${code} expected, got ${codeOf(error)}`));
};

async function until(what: () => boolean): Promise<void> {
  for (let k = 0; k < 1000 && !what(); k++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(what(), 'it did not come to pass in 10 s');
}

/** A configuration of a server with a user for the coordinator, and for each device one that may do what its rights say. */
function accounts(devices: readonly string[]): string {
  const userOf = (device: string): string => {
    const { publish, subscribe } = deviceRights(FLEET, device);
    const permissions = JSON.stringify({ publish: { allow: publish }, subscribe: { allow: subscribe } });
    return `{ user: ${device}, password: "of ${device}", permissions: ${permissions} }`;
  };
  return `authorization: { users: [ { user: coordinator, password: secret }, ${devices.map(userOf).join(', ')} ] }\n`;
}

export const federatedChecks: readonly Check[] = [
  {
    claim:
      'a fleet on NATS prints the bytes of one in a folder, with devices that lie; what these send moves no model beyond the clip, and without one it does',
    run: () =>
      withServer(['-js'], async ({ url }) => {
        const lies = ['--poison', '100=nan,106=1000'];
        const local = await ganglion([...SHORT, ...lies]);
        assert.equal(await ganglion([...SHORT, ...lies, '--nats', url]), local);
        const { federation, refused: counts, devices } = JSON.parse(local) as FederatedReport;
        assert.equal(federation.length, 3);
        for (const { clip, clipped, norm, heard, moved } of federation) {
          assert.deepEqual([heard, moved, norm <= clip * (1 + 1e-9)], [['106', '116'], true, true]);
          assert.ok(clipped.includes('106'), `${clipped}`);
        }
        assert.equal(counts['nonFinite'], 3);
        assert.ok(devices.every(({ sent }) => sent === 3));
        const unclipped = JSON.parse(await ganglion([...SHORT, ...lies, '--clip', '1000000'])) as FederatedReport;
        const times = unclipped.federation[0]!.norm / federation[0]!.clip;
        return `${local.length} bytes; the control, without a clip: ${atLeast('the norm of its first step / the clip', times, 10)}`;
      }),
  },
  {
    claim: 'a device that is killed in mid round is skipped, and the others go on to the end',
    run: () =>
      withServer(['-js'], async ({ url }) => {
        const native = nativeBackend();
        let pid = 0;
        const { devices, rounds } = await federatedHeartbeat({
          ...{
            devices: 3,
            rounds: 5,
            seed: 1,
            seconds: 60,
            data: undefined,
            aggregate: 'mean',
            clip: undefined,
            poison: {},
            quorum: undefined,
          },
          backend: 'backend' in native ? native.backend : referenceBackend,
          place: { nats: url, fleet: FLEET, creds: undefined },
          deadlineMs: 60_000,
          signal: new AbortController().signal,
          progress: () => undefined,
          onDevice: (device, its) => {
            if (device === '106') pid = its;
          },
          onRound: ({ round }) => {
            if (round === 1) process.kill(pid, 'SIGKILL');
          },
        });
        assert.equal(rounds.length, 5);
        assert.deepEqual(
          rounds.map(({ moved }) => moved),
          Array(5).fill(true),
        );
        assert.deepEqual(
          rounds.slice(0, 2).map(({ heard }) => heard.length),
          [3, 3],
        );
        assert.deepEqual(
          rounds.slice(3).map(({ missing }) => missing),
          Array(2).fill(['106']),
        );
        const [first, killed, last] = devices;
        assert.deepEqual([first!.result!.part.sent, last!.result!.part.sent], [5, 5]);
        assert.match(killed!.lost!, /SIGKILL/);
        return `rounds without it: ${rounds.filter(({ missing }) => missing.length > 0).length} of 5`;
      }),
  },
  {
    claim:
      'a forged layout, a cut object and a garbled announcement on the server cost a device a round each, counted, and its learning nothing',
    run: () =>
      withServer(['-js'], async ({ url }) => {
        const coordinator = await natsPlace({ nats: url, fleet: FLEET, creds: undefined });
        const place = await natsPlace({ nats: url, fleet: FLEET, creds: undefined }, 'a');
        try {
          const learner = tiny();
          const shared = sharedOf(learner);
          let rounds = 0;
          const part = takePart({
            ...{ place, device: 'a', shared, participant: createParticipant(shared), signal: new AbortController().signal },
            async learn() {
              rounds++;
              learner.run(16);
              return 1;
            },
          });
          const values = new Float32Array(shared.length).fill(0.25);
          const open = (round: number, model: string) =>
            coordinator.channel.announce(encodeAnnouncement({ round, rounds: 3, model, layout: shared.layout }));
          await coordinator.channel.announce(Buffer.from('{"round"'));
          await open(0, await putObject(coordinator.objects, encodeModel({ layout: hashOf(Uint8Array.of(1)), round: 0, values })));
          await until(() => rounds === 1);
          const whole = encodeModel({ layout: shared.layout, round: 1, values });
          await coordinator.objects.put(hashOf(whole), whole.subarray(0, 100));
          await open(1, hashOf(whole));
          await until(() => rounds === 2);
          await open(2, hashOf(Uint8Array.of(2)));
          await until(() => rounds === 3);
          await open(3, hashOf(Uint8Array.of(3)));
          const { sent, faults } = await part;
          const expected = { ERR_ANNOUNCEMENT: 1, ERR_CHECKPOINT_LAYOUT: 1, ERR_MODEL_BYTES: 1, ERR_MODEL_MISSING: 2 };
          assert.deepEqual([sent, faults], [0, expected]);
          const alone = tiny();
          for (let k = 0; k < 3; k++) alone.run(16);
          assert.equal(fingerprint(learner), fingerprint(alone));
          return Object.entries(faults)
            .map(([code, count]) => `${count} × ${code}`)
            .join(', ');
        } finally {
          await place.close();
          await coordinator.close();
        }
      }),
  },
  {
    claim: "the server's accounts keep devices apart: each writes its own updates and nothing else, and a wrong password is refused",
    async run() {
      const folder = mkdtempSync(join(tmpdir(), 'ganglion-'));
      const configuration = join(folder, 'nats.conf');
      writeFileSync(configuration, accounts(['a', 'b']));
      try {
        return await withServer(['-js', '-c', configuration], async ({ port }) => {
          const at = (user: string, password: string, device?: string) =>
            natsPlace({ nats: `nats://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}`, fleet: FLEET, creds: undefined }, device);
          await refused(at('coordinator', 'guess'), 'ERR_NATS_CREDENTIALS');
          const coordinator = await at('coordinator', 'secret');
          await refused(at('a', 'of b', 'a'), 'ERR_NATS_CREDENTIALS');
          await refused(at('a', 'of a', 'b'), 'ERR_NATS_PERMISSION');
          const a = await at('a', 'of a', 'a');
          const stop = new AbortController();
          const came: string[] = [];
          const received = coordinator.channel.receive((device, bytes) => void came.push(`${device} ${bytes.length}`), 1e6, stop.signal);
          try {
            const layout = hashOf(Uint8Array.of(1));
            const model = encodeModel({ layout, round: 0, values: new Float32Array(9) });
            const hash = await putObject(coordinator.objects, model);
            await coordinator.channel.announce(encodeAnnouncement({ round: 0, rounds: 1, model: hash, layout }));
            // What it may do.
            let announced = 0;
            const watched = a.channel.watch(() => void announced++, stop.signal);
            await until(() => announced === 1);
            assert.deepEqual(Buffer.from((await a.objects.get(hash, 1e6))!), Buffer.from(model));
            const update = (device: string) =>
              encodeUpdate({ device, round: 0, layout, base: hash, samples: 1, values: new Float32Array(9) });
            await a.channel.send('a', update('a'));
            await until(() => came.length === 1);
            // What it may not.
            await refused(a.channel.send('b', update('b')), 'ERR_NATS_PERMISSION');
            await refused(a.channel.announce(encodeAnnouncement({ round: 1, rounds: 1, model: hash, layout })), 'ERR_NATS_PERMISSION');
            await refused(a.objects.put(hash, model), 'ERR_NATS_PERMISSION');
            await refused(a.objects.drop(hash), 'ERR_NATS_PERMISSION');
            assert.deepEqual(Buffer.from((await a.objects.get(hash, 1e6))!), Buffer.from(model));
            assert.deepEqual([came, announced], [[`a ${update('a').length}`], 1]);
            stop.abort();
            await watched;
            return 'its own update came; four other writes were refused, and changed nothing';
          } finally {
            stop.abort();
            await received;
            await a.close();
            await coordinator.close();
          }
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
];
