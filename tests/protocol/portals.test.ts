// Several portals of one target: which failures lead to the next one, and which do not.
import { createServer, type Server } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ErrorCode, TransportError } from "../../src/errors.ts";
import { connectTcp } from "../../src/runtime/mod.ts";
import { Session, type SessionSetup } from "../../src/session/mod.ts";
import { encodeTextKeys, Opcode } from "../../src/wire/mod.ts";
import { rejection } from "../lib/rejections.ts";
import { refuseLogin } from "./answers.ts";
import { Peer } from "./peer.ts";
import type { PeerConnection } from "./peer_connection.ts";
import { sessionOptions } from "./rig.ts";

/** What the first portal does with a connection. */
type Way = (connection: PeerConnection) => Promise<void> | void;

const refusing = (status: number): Way => (connection) => refuseLogin(connection, status >> 8, status & 0xff);

const ONWARD: [name: string, way: Way][] = [
  ["closes", ({ socket }) => void socket.end()],
  ["resets", ({ socket }) => void socket.resetAndDestroy()],
  ["is silent", () => {}],
  ["speaks SSH", ({ socket }) => void socket.write("SSH-2.0-OpenSSH_9.6\r\n")],
  [
    "speaks HTTP",
    ({ socket }) => void socket.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html></html>\n"),
  ],
  ["answers with another PDU", async (connection) => {
    await connection.expect(Opcode.LoginRequest);
    const wrong = new Uint8Array(48);
    wrong.set([0x21, 0x80]);
    connection.send(wrong);
  }],
  ["redirects to nowhere", refusing(0x0101)],
  ["redirects to where nobody is", async (connection) => {
    await refuseLogin(connection, 1, 1, encodeTextKeys([["TargetAddress", `127.0.0.1:${await unused()}`]]));
  }],
  ...[0x0200, 0x0203, 0x0204, 0x0205, 0x0206, 0x0207, 0x0208, 0x0209, 0x020a, 0x020b, 0x0300, 0x0301, 0x0302, 0x0401]
    .map((status): [string, Way] => [`refuses with ${status.toString(16).padStart(4, "0")}`, refusing(status)]),
];

const AUTH = { username: "me", password: "initiator-secret", algorithms: ["SHA1" as const] };
const HALT: [name: string, way: Way, code: string, more: Partial<SessionSetup>][] = [
  ["does not accept the credentials", refusing(0x0201), "ISCSI_LOGIN_AUTH_FAILED", { auth: AUTH }],
  ["demands authentication", refusing(0x0201), "ISCSI_LOGIN_AUTH_REQUIRED", {}],
  ["does not authorize us", refusing(0x0202), "ISCSI_LOGIN_NOT_AUTHORIZED", { auth: AUTH }],
  [
    "wants no authentication",
    async (connection) => {
      await connection.login({ keys: { AuthMethod: "None" } });
    },
    "ISCSI_NEGOTIATION_FAILED",
    { auth: AUTH },
  ],
  [
    "does not prove who it is",
    async (connection) => {
      await connection.login({ keys: { AuthMethod: "None" } });
    },
    "ISCSI_TARGET_AUTH_FAILED",
    { auth: { ...AUTH, target: { password: "target-secret-xyz" } } },
  ],
];

/** A port where nobody listens. */
async function unused(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

async function withPeers(body: (first: Peer, second: Peer) => Promise<void>): Promise<void> {
  const [first, second] = await Promise.all([Peer.listen(), Peer.listen()]);
  try {
    await body(first, second);
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
}

function connect(first: Peer, second: Peer, more: Partial<SessionSetup> = {}): Promise<Session> {
  const portals = [{ host: "127.0.0.1", port: second.port }];
  const connecting = Session.open(sessionOptions(first, { portals, ...more }));
  connecting.catch(() => {});
  return connecting;
}

for (const [name, way] of ONWARD) {
  test(`the next portal is tried where the first one ${name}`, () =>
    withPeers(async (first, second) => {
      const connecting = connect(first, second, name === "is silent" ? { timeouts: { login: 200 } } : {});
      await way(await first.accept());
      const target = await second.accept();
      await target.login();
      const session = await connecting;
      assert.equal(session.portal, { host: "127.0.0.1", port: second.port });
      target.socket.end();
      await session.close();
    }));
}

for (const [name, way] of [["is dead", undefined] as const, ...ONWARD.filter(([name]) => name !== "is silent")]) {
  const shown = typeof way === "function" ? `where the first one ${name}` : "where nobody is at the first one";
  test(`§11.13.5 of several addresses of one redirection the next is tried ${shown}`, () =>
    withPeers(async (first, second) => {
      const third = await Peer.listen();
      try {
        const connecting = Session.open(sessionOptions(first));
        connecting.catch(() => {});
        const port = typeof way === "function" ? second.port : await unused();
        const addresses = [port, third.port].map((one) => ["TargetAddress", `127.0.0.1:${one},1`] as const);
        await refuseLogin(await first.accept(), 1, 1, encodeTextKeys(addresses));
        if (typeof way === "function") await way(await second.accept());
        const target = await third.accept();
        await target.login();
        const session = await connecting;
        assert.is(session.remoteAddress, `127.0.0.1:${third.port}`);
        target.socket.end();
        await session.close();
      } finally {
        await third.close();
      }
    }));
}

for (const [name, way, code, more] of HALT) {
  test(`no other portal is tried where the first one ${name}`, () =>
    withPeers(async (first, second) => {
      const connecting = rejection(connect(first, second, more));
      await Promise.resolve(way(await first.accept())).catch(() => {});
      assert.is((await connecting).code, code);
      assert.is(second.all.length, 0);
    }));
}

test("a silent portal keeps the next one waiting for a part of the time of a login", () =>
  withPeers(async (first, second) => {
    const began = performance.now();
    const connecting = connect(first, second, { timeouts: { login: 3000 } });
    const silent = await first.accept();
    const target = await second.accept();
    assert.ok(performance.now() - began < 3000);
    await target.login();
    await silent.gone();
    target.socket.end();
    await (await connecting).close();
  }));

test("a portal that is slow has the whole time of a login where no other one works", () =>
  withPeers(async (first, second) => {
    const connecting = connect(first, second, { timeouts: { login: 1200 } });
    await (await first.accept()).gone();
    (await second.accept()).socket.end();
    const target = await first.accept();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await target.login();
    const session = await connecting;
    assert.is(session.portal.port, first.port);
    assert.equal([first.all.length, second.all.length], [2, 1]);
    target.socket.end();
    await session.close();
  }));

test("the next portal is tried where the runtime does not permit to connect to the first one", () =>
  withPeers(async (first, second) => {
    const denied = () => Promise.reject(new TransportError(ErrorCode.PermissionDenied, "No permission"));
    const connecting = connect(first, second, {
      connectTcp: (options) => options.port === second.port ? connectTcp(options) : denied(),
    });
    const target = await second.accept();
    await target.login();
    const session = await connecting;
    target.socket.end();
    await session.close();
    assert.is((await rejection(connect(first, second, { connectTcp: denied }))).code, "ISCSI_PERMISSION_DENIED");
  }));

test("where no portal works, the error is that of the portal that said most", () =>
  withPeers(async (first, second) => {
    const portals = [{ host: "127.0.0.1", port: await unused() }, { host: "127.0.0.1", port: second.port }];
    for (
      const [one, two, code] of [
        [refusing(0x0203), (({ socket }) => void socket.end()) as Way, "ISCSI_LOGIN_TARGET_NOT_FOUND"],
        [(({ socket }) => void socket.end()) as Way, refusing(0x0203), "ISCSI_LOGIN_TARGET_NOT_FOUND"],
        [refusing(0x0206), refusing(0x0203), "ISCSI_LOGIN_TARGET_NOT_FOUND"],
        // This one may work a little later.
        [refusing(0x0301), refusing(0x0203), "ISCSI_LOGIN_TARGET_UNAVAILABLE"],
      ] as const
    ) {
      const connecting = rejection(connect(first, second, { portals }));
      await one(await first.accept());
      await two(await second.accept());
      assert.is((await connecting).code, code);
    }
  }));

for (const wildcard of ["0.0.0.0", "[::]", "[::ffff:0.0.0.0]", "[0:0:0:0:0:0:0:0]"]) {
  test(`a redirection to ${wildcard} means the host that was asked`, () =>
    withPeers(async (first, second) => {
      const connecting = connect(first, second, { portals: [] });
      const address = encodeTextKeys([["TargetAddress", `${wildcard}:${second.port},1`]]);
      await refuseLogin(await first.accept(), 1, 1, address);
      const target = await second.accept();
      await target.login();
      const session = await connecting;
      assert.equal(session.portal, { host: "127.0.0.1", port: first.port });
      target.socket.end();
      await session.close();
    }));
}

test.run();
