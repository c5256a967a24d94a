// What a user meets when something is wrong: each case has its own code and message, and nothing hangs.
import { createServer } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun, type OpenLunOptions } from "../../mod.ts";
import { needs, peer } from "../peers/peer.ts";
import { freePort } from "../peers/ports.ts";
import { startTgtd, type Tgtd } from "../peers/tgtd.ts";

const NAME = "iqn.2026-01.com.example:none";
const withPeers = needs(test, "tgtd", "tgtadm");

/** Rejects with this code and message; also what nothing else may do: take long. */
async function refused(url: string, code: string, message: RegExp, options?: OpenLunOptions): Promise<Error> {
  const started = performance.now();
  try {
    const lun = await openLun(url, options);
    await lun.close();
  } catch (thrown) {
    const error = thrown as Error & { code: string };
    assert.is(error.code, code, `${error.code}: ${error.message}`);
    assert.match(error.message, message);
    assert.ok(performance.now() - started < 5000, "in time");
    return error;
  }
  throw new Error(`Expected ${code} for ${url}`);
}

let open: Tgtd | undefined;
let locked: Tgtd | undefined;
const ACCOUNT = { username: "alice", password: "correct-horse-1" };
test.before(async () => {
  if (peer("tgtd") === undefined) return;
  [open, locked] = await Promise.all([
    startTgtd({
      luns: [{ size: 1 << 20 }, { size: 1 << 20, readOnly: true }, { medium: false }, { deviceType: "tape" }],
    }),
    startTgtd({ luns: [{ size: 1 << 20 }], chap: ACCOUNT }),
  ]);
});
test.after(async () => {
  await Promise.all([open?.stop(), locked?.stop()]);
});

test("a malformed URL", async () => {
  await refused("iscsi://", "ISCSI_URL_INVALID", /./);
  await refused("http://127.0.0.1/x/1", "ISCSI_URL_INVALID", /iscsi:\/\//);
  await refused(`iscsi://127.0.0.1:99999/${NAME}/1`, "ISCSI_URL_INVALID", /port/i);
  await refused(`iscsi://127.0.0.1/${NAME}/1?speed=11`, "ISCSI_URL_UNKNOWN_KEY", /speed/);
  await refused(`iscsi://127.0.0.1/${NAME}`, "ISCSI_URL_INVALID", /LUN/);
});

test("a port where nothing listens", async () => {
  const port = await freePort("127.0.0.1");
  await refused(`iscsi://127.0.0.1:${port}/${NAME}/1`, "ISCSI_CONNECT_REFUSED", new RegExp(`${port}`));
});

test("a host that does not exist", async () => {
  await refused(`iscsi://nohost.invalid/${NAME}/1`, "ISCSI_HOST_NOT_FOUND", /nohost\.invalid/);
});

test("an address that cannot be connected to", async () => {
  // Link-local without a scope: the system refuses it before anything is sent.
  await refused(`iscsi://[fe80::1]/${NAME}/1`, "ISCSI_CONNECT_FAILED", /fe80::1/);
});

withPeers("a target name that the portal does not have", async () => {
  await refused(
    `iscsi://127.0.0.1:${open!.port}/${NAME}/1`,
    "ISCSI_LOGIN_TARGET_NOT_FOUND",
    /iqn\.2026-01\.com\.example:none/,
  );
});

withPeers("a LUN that the target does not have", async () => {
  await refused(open!.url(77), "SCSI_LUN_NOT_FOUND", /logical unit/);
});

withPeers("a LUN that needs a medium", async () => {
  await refused(open!.url(3), "SCSI_MEDIUM_NOT_PRESENT", /medium/i);
});

withPeers("a LUN that is a tape", async () => {
  await refused(open!.url(4), "BLOCK_UNSUPPORTED", /tape/i);
});

withPeers("a target that demands CHAP, and no credentials", async () => {
  await refused(locked!.url(1), "ISCSI_LOGIN_AUTH_REQUIRED", /authentication/);
});

withPeers("a wrong password, which the error does not repeat", async () => {
  const url = locked!.url(1).replace("iscsi://", "iscsi://alice%wrong-password-9@");
  const error = await refused(url, "ISCSI_LOGIN_AUTH_FAILED", /./);
  assert.not.match(`${error.message}\n${error.stack}\n${JSON.stringify(error)}`, /wrong-password-9/);
});

withPeers("the right password", async () => {
  const lun = await openLun(locked!.url(1).replace("iscsi://", "iscsi://alice%correct-horse-1@"));
  assert.is(lun.size, 1 << 20);
  await lun.close();
});

withPeers("a write to a read-only LUN", async () => {
  const lun = await openLun(open!.url(2));
  try {
    assert.is(lun.readOnly, true);
    await lun.write(new Uint8Array(512), 0).then(
      () => assert.unreachable("the write must be refused"),
      (error: { code: string }) => assert.is(error.code, "BLOCK_READ_ONLY"),
    );
  } finally {
    await lun.close();
  }
});

test("a peer that speaks something else", async () => {
  for (
    const banner of ["HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"]
  ) {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(banner));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    try {
      await refused(`iscsi://127.0.0.1:${port}/${NAME}/1`, "ISCSI_NOT_ISCSI", /iSCSI/);
    } finally {
      server.close();
    }
  }
});

test("a peer that accepts and stays silent", async () => {
  const server = createServer((socket) => socket.on("error", () => {}).resume());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  try {
    const url = `iscsi://127.0.0.1:${port}/${NAME}/1`;
    await refused(url, "ISCSI_LOGIN_TIMEOUT", /500/, { timeouts: { login: 500 } });
  } finally {
    server.close();
  }
});

test("a peer that closes at once", async () => {
  const server = createServer((socket) => socket.on("error", () => {}).destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  try {
    await refused(`iscsi://127.0.0.1:${port}/${NAME}/1`, "ISCSI_CONNECTION_LOST", /./);
  } finally {
    server.close();
  }
});

test.run();
