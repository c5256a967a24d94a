// What is sent again after a loss, and what is not, against a scripted peer.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Opcode } from "../../src/wire/mod.ts";
import type { ScsiExecutor } from "../../src/command.ts";
import type { PeerConnection } from "../protocol/peer_connection.ts";
import { read, ready, rejectsWith, type Rig, rig, write } from "../protocol/rig.ts";
import { pattern } from "../lib/bytes.ts";

const NO_WAIT = { limits: { defaultTime2Wait: 0 } };
const RECOVERY = { replayWrites: true, minDelay: 1, maxDelay: 5 };
const recovers = (body: (rig: Rig) => Promise<void>) => rig({ session: { ...NO_WAIT, recovery: RECOVERY } }, body);

/** WRITE (10) of one block of 512 bytes. */
const writeBlock = (lba: number) => write(512, { cdb: Uint8Array.of(0x2a, 0, 0, 0, 0, lba, 0, 0, 1, 0) });

/** Cuts the connection, and takes the one that follows. */
async function cut({ target, peer }: { target: PeerConnection; peer: Rig["peer"] }): Promise<PeerConnection> {
  target.socket.destroy();
  const next = await peer.accept();
  await next.login();
  return next;
}

test(
  "a command that changes nothing and ends later does not keep a write from being sent again",
  recovers(async ({ session, target, peer }) => {
    const wrote = session.execute(0, writeBlock(7));
    const first = await target.command();
    const asked = session.execute(0, read(512));
    const second = await target.command();
    target.dataIn(second, { status: 0 }, pattern(512));
    await asked;

    const again = await cut({ target, peer });
    const repeated = await again.command();
    assert.equal(repeated.cdb, first.cdb);
    assert.equal(repeated.data, pattern(512));
    again.respond(repeated);
    assert.is((await wrote).status, 0);
  }),
);

test(
  "nor do the checks of the LUN after a reconnect",
  rig({
    session: {
      ...NO_WAIT,
      recovery: {
        ...RECOVERY,
        verify: async (_lun: bigint, executor: ScsiExecutor) => void await executor.execute(ready()),
      },
    },
  }, async ({ session, target, peer }) => {
    const wrote = session.execute(0, writeBlock(7));
    let connection = target;
    await connection.command();
    for (let loss = 1; loss <= 3; loss++) {
      connection = await cut({ target: connection, peer });
      const check = await connection.command();
      assert.is(check.cdb[0], 0x00, "TEST UNIT READY");
      connection.respond(check);
      const repeated = await connection.command();
      assert.is(repeated.cdb[0], 0x2a, "WRITE (10)");
      if (loss === 3) connection.respond(repeated);
    }
    assert.is((await wrote).status, 0);
  }),
);

test(
  "a write that a later one has overtaken is not sent again, and another one is",
  recovers(async ({ session, target, peer }) => {
    const overtaken = session.execute(0, writeBlock(7));
    await target.command();
    const elsewhere = session.execute(0, writeBlock(8));
    await target.command();
    const later = session.execute(0, writeBlock(7));
    target.respond(await target.command());
    assert.is((await later).status, 0);

    const failed = rejectsWith(overtaken, "ISCSI_OUTCOME_UNKNOWN", "ISCSI_CONNECTION_LOST");
    const again = await cut({ target, peer });
    await failed;
    const repeated = await again.command();
    assert.is(repeated.cdb[5], 8);
    again.respond(repeated);
    assert.is((await elsewhere).status, 0);
    await again.quiet();
  }),
);

test(
  "a command of unknown effect that ends later leaves the outcome of a write unknown",
  recovers(async ({ session, target, peer }) => {
    const wrote = session.execute(0, writeBlock(7));
    await target.command();
    const odd = session.execute(0, { cdb: Uint8Array.of(0xc1, 0, 0, 0, 0, 0) });
    target.respond(await target.command());
    await odd;
    const failed = rejectsWith(wrote, "ISCSI_OUTCOME_UNKNOWN", "ISCSI_CONNECTION_LOST");
    const again = await cut({ target, peer });
    await failed;
    await again.quiet();
    assert.ok(again.log.every((pdu) => pdu.opcode !== Opcode.ScsiCommand));
  }),
);

test(
  "a long stream of writes does not keep those under way from being sent again",
  recovers(async ({ session, target, peer }) => {
    const writes: Promise<{ status: number }>[] = [];
    const give = () => {
      const lba = writes.length;
      writes.push(
        session.execute(0, write(512, { cdb: Uint8Array.of(0x2a, 0, 0, 0, lba >> 8, lba & 255, 0, 0, 1, 0) })),
      );
      return target.command();
    };
    // Never fewer than one under way, as in a copy, not quite in order, and many more of them than are remembered.
    let oldest = await give();
    for (let ended = 0; ended < 4096; ended += 2) {
      const middle = await give();
      target.respond(await give());
      target.respond(oldest);
      oldest = middle;
    }
    await give();
    target.respond(await give());
    await writes.at(-1);
    const again = await cut({ target, peer });
    for (let left = 2; left > 0; left--) again.respond(await again.command());
    for (const { status } of await Promise.all(writes)) assert.is(status, 0);
  }),
);

test.run();
