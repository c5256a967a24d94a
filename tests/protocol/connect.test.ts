// From nothing to a session: time limits, redirections, peers that are none (RFC 7143 §6.3, §11.13.5).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { scsiKnowledge } from "../../src/scsi/effect.ts";
import { Session, type SessionSetup } from "../../src/session/mod.ts";
import { encodeTextKeys, Opcode } from "../../src/wire/mod.ts";
import { rejection } from "../lib/rejections.ts";
import { refuseLogin } from "./answers.ts";
import { Peer } from "./peer.ts";
import type { PeerConnection } from "./peer_connection.ts";
import { INITIATOR_NAME, rejectsWith, sessionOptions, TARGET_NAME } from "./rig.ts";

/** Runs a body with peers, which are closed afterwards. */
function peers(count: number, body: (...peers: Peer[]) => Promise<void>): () => Promise<void> {
  return async () => {
    const all = await Promise.all(Array.from({ length: count }, () => Peer.listen()));
    try {
      await body(...all);
    } finally {
      await Promise.all(all.map((peer) => peer.close()));
    }
  };
}

function connect(peer: Peer, more: Partial<SessionSetup> = {}): Promise<Session> {
  const connecting = Session.open(sessionOptions(peer, more));
  connecting.catch(() => {});
  return connecting;
}

function redirect(target: PeerConnection, address: string | undefined, permanent = false): Promise<void> {
  const data = encodeTextKeys(address === undefined ? [] : [["TargetAddress", address]]);
  return refuseLogin(target, 1, permanent ? 2 : 1, data);
}

test(
  "L-0101 L-0102 L-35 §11.13.5 a redirection is followed over a new connection, same ISID",
  peers(2, async (first, second) => {
    for (const permanent of [false, true]) {
      const connecting = connect(first);
      const away = await first.accept();
      await redirect(away, `127.0.0.1:${second.port},1`, permanent);
      const target = await second.accept();
      await target.login();
      await connecting;
      await away.gone();
      assert.is(target.logins[0]!.tsih, 0);
      assert.equal(target.logins[0]!.isid, away.log[0]!.header.slice(8, 14));
    }
  }),
);

for (const permanent of [false, true]) {
  test(
    `L-010${permanent ? 2 : 1} §11.13.5 a reconnect starts ${
      permanent ? "where the target moved to" : "at the original address"
    }`,
    peers(2, async (first, second) => {
      const connecting = connect(first, { recovery: { minDelay: 5 }, limits: { defaultTime2Wait: 0 } });
      await redirect(await first.accept(), `127.0.0.1:${second.port}`, permanent);
      const target = await second.accept();
      await target.login();
      const session = await connecting;
      target.socket.destroy();
      const next = await (permanent ? second : first).accept();
      await next.login();
      next.socket.end();
      await session.close();
    }),
  );
}

test(
  "L-35 §11.13.5 a circle of redirections",
  peers(2, async (first, second) => {
    const connecting = connect(first);
    await redirect(await first.accept(), `127.0.0.1:${second.port}`);
    await redirect(await second.accept(), `127.0.0.1:${first.port}`);
    await rejectsWith(connecting, "ISCSI_LOGIN_REDIRECT");
  }),
);

test(
  "H-5 L-35 §11.13.5 more than 8 redirections",
  peers(10, async (...all) => {
    const connecting = connect(all[0]!);
    for (let i = 0; i < 9; i++) await redirect(await all[i]!.accept(), `127.0.0.1:${all[i + 1]!.port}`);
    await rejectsWith(connecting, "ISCSI_LOGIN_REDIRECT");
    assert.is(all[9]!.all.length, 0);
  }),
);

test(
  "L-35 §11.13.5 a redirection to nowhere, and one that the caller forbids",
  peers(2, async (first, second) => {
    const nowhere = connect(first);
    await redirect(await first.accept(), undefined);
    await rejectsWith(nowhere, "ISCSI_LOGIN_REDIRECT");
    const asked: unknown[] = [];
    const forbidden = connect(first, {
      redirect: (address) => {
        asked.push(address);
        return false;
      },
    });
    await redirect(await first.accept(), `127.0.0.1:${second.port}`);
    await rejectsWith(forbidden, "ISCSI_LOGIN_REDIRECT");
    assert.is((asked[0] as { port: number }).port, second.port);
    assert.is(second.all.length, 0);
  }),
);

test(
  "L-35 §11.13.5 the time limit spans all redirections",
  peers(2, async (first, second) => {
    const connecting = connect(first, { timeouts: { login: 300 } });
    await redirect(await first.accept(), `127.0.0.1:${second.port}`);
    const silent = await second.accept();
    await rejectsWith(connecting, "ISCSI_LOGIN_TIMEOUT");
    await silent.gone();
  }),
);

test(
  "H-6 §6.3 a peer that accepts and stays silent, or sends a header byte by byte",
  peers(1, async (peer) => {
    const silent = connect(peer, { timeouts: { login: 100 } });
    const error = await rejection(silent);
    assert.is(error.code, "ISCSI_LOGIN_TIMEOUT");
    await (await peer.accept()).gone();
    const slow = connect(peer, { timeouts: { login: 200 } });
    const dribbling = await peer.accept();
    const timer = setInterval(() => dribbling.socket.write(Uint8Array.of(0x23)), 20);
    try {
      await rejection(slow);
    } finally {
      clearInterval(timer);
    }
  }),
);

test(
  "L-13 §6.3 a peer that closes during login",
  peers(1, async (peer) => {
    const connecting = connect(peer);
    (await peer.accept()).socket.end();
    await rejectsWith(connecting, "ISCSI_CONNECTION_LOST");
  }),
);

test(
  "A peer that speaks something else",
  peers(1, async (peer) => {
    for (
      const words of ["SSH-2.0-OpenSSH_9.6\r\n", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html></html>\n"]
    ) {
      const connecting = connect(peer);
      (await peer.accept()).socket.write(words);
      await rejectsWith(connecting, "ISCSI_NOT_ISCSI");
    }
  }),
);

for (const opcode of [0x20, 0x21, 0x25, 0x3f]) {
  test(
    `L-13 H-4 §6.3 opcode 0x${opcode.toString(16)} during login`,
    peers(1, async (peer) => {
      const connecting = connect(peer);
      const target = await peer.accept();
      const { header } = await target.expect(Opcode.LoginRequest);
      const wrong = new Uint8Array(48);
      wrong.set([opcode, 0x80]);
      wrong.set(header.subarray(16, 20), 16);
      target.send(wrong);
      await rejectsWith(connecting, "ISCSI_PROTOCOL_ERROR");
      await target.gone();
    }),
  );
}

test(
  "Nobody listens; the signal fires before and during the login",
  peers(1, async (peer) => {
    const free = await Peer.listen();
    await free.close;
    const { port } = free;
    await free.close();
    const options = { scsi: scsiKnowledge, host: "127.0.0.1", targetName: TARGET_NAME, initiatorName: INITIATOR_NAME };
    await rejectsWith(Session.open({ ...options, port }), "ISCSI_CONNECT_REFUSED");
    await rejectsWith(connect(peer, { signal: AbortSignal.abort() }), "ABORT_ERR");
    const abort = new AbortController();
    const connecting = connect(peer, { signal: abort.signal });
    const target = await peer.accept();
    await target.expect(Opcode.LoginRequest);
    abort.abort();
    await rejectsWith(connecting, "ABORT_ERR");
    await target.gone();
  }),
);

test(
  "The next portal is tried where one cannot be reached or is not available",
  peers(2, async (dead, good) => {
    const { port } = dead;
    await dead.close();
    const connecting = connect(good, {
      host: "127.0.0.1",
      port,
      portals: [{ host: "127.0.0.1", port: good.port }],
    });
    const target = await good.accept();
    await target.login();
    const session = await connecting;
    target.socket.end();
    await session.close();
  }),
);

test("Wrong options are refused before anything is connected", async () => {
  const good = {
    scsi: scsiKnowledge,
    host: "127.0.0.1",
    port: 1,
    targetName: TARGET_NAME,
    initiatorName: INITIATOR_NAME,
  };
  const wrong: [Record<string, unknown>, string][] = [
    [{ host: "" }, "ERR_INVALID_ARG_VALUE"],
    [{ port: 0 }, "ERR_OUT_OF_RANGE"],
    [{ port: 65536 }, "ERR_OUT_OF_RANGE"],
    [{ port: "3260" }, "ERR_INVALID_ARG_TYPE"],
    [{ targetName: undefined }, "ERR_INVALID_ARG_VALUE"],
    [{ targetName: "a b" }, "ERR_INVALID_ARG_VALUE"],
    [{ initiatorName: "me" }, "ERR_INVALID_ARG_VALUE"],
    [{ sessionType: "Other" }, "ERR_INVALID_ARG_VALUE"],
    [{ isid: new Uint8Array(5) }, "ERR_INVALID_ARG_VALUE"],
    [{ limits: { maxBurstLength: 5 } }, "ERR_OUT_OF_RANGE"],
    [{ limits: { maxburst: 512 } }, "ERR_INVALID_ARG_VALUE"],
    [{ timeouts: { login: 0 } }, "ERR_OUT_OF_RANGE"],
    [{ timeouts: { logins: 5 } }, "ERR_INVALID_ARG_VALUE"],
    [{ keepalive: { interval: -1 } }, "ERR_OUT_OF_RANGE"],
    [{ keepalive: { every: 5 } }, "ERR_INVALID_ARG_VALUE"],
    [{ recovery: { maxAttempts: 0 } }, "ERR_OUT_OF_RANGE"],
    [{ recovery: { tries: 3 } }, "ERR_INVALID_ARG_VALUE"],
    [{ portals: [{ host: "x", port: -1 }] }, "ERR_OUT_OF_RANGE"],
    [{ firstCmdSN: 2 ** 32 }, "ERR_OUT_OF_RANGE"],
    [{ firstTag: 0xffff_ffff }, "ERR_OUT_OF_RANGE"],
    [{ auth: { username: "u", password: "short" } }, "ERR_INVALID_ARG_VALUE"],
  ];
  for (const [change, code] of wrong) {
    const error = await rejection(Session.open({ ...good, ...change } as SessionSetup));
    assert.is(error.code, code, JSON.stringify(change));
  }
});

test.run();
