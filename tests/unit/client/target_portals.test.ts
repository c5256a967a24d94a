// Which of the portals that a target advertises are tried, and in which order.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { TargetPortals } from "../../../src/client/target_portals.ts";
import { parseAddress, parseSendTargets, type PortalAddress } from "../../../src/session/mod.ts";

const portal = (text: string): PortalAddress => parseAddress(text)!;
const shown = (portals: readonly PortalAddress[]) => portals.map(({ host, port }) => `${host} ${port}`);

/** The order for an asked portal, whose address was `remote`, and what a target has said. */
function order(asked: string, remote: string, ...said: string[]): string[] {
  return shown(new TargetPortals(portal(asked), remote).inOrder(said.map(portal)));
}

const REMOTE = ["storage.example", "192.0.2.10:3260"] as const;

test("the portal that was asked is first where the target has it, whether by name, address or both", () => {
  assert.equal(order(...REMOTE, "10.0.0.1", "192.0.2.10", "10.0.0.2"), [
    "192.0.2.10 3260",
    "10.0.0.1 3260",
    "10.0.0.2 3260",
  ]);
  assert.equal(order("Storage.Example", "192.0.2.10:3260", "10.0.0.1", "storage.example"), [
    "storage.example 3260",
    "10.0.0.1 3260",
  ]);
  assert.equal(order("[2001:db8::1]", "[2001:db8::1]:3260", "10.0.0.1", "[2001:db8::1]"), [
    "2001:db8::1 3260",
    "10.0.0.1 3260",
  ]);
});

test("the portal that was asked is the last resort where the target does not have it, another port included", () => {
  assert.equal(order(...REMOTE, "10.0.0.1", "192.0.2.10:3261"), [
    "10.0.0.1 3260",
    "192.0.2.10 3261",
    "storage.example 3260",
  ]);
  assert.equal(order(...REMOTE), ["storage.example 3260"]);
});

test("link-local addresses come behind it, and a zone of the target is none of ours", () => {
  for (const address of ["[fe80::1]", "[febf::1]", "[FE80:0:0::1]", "[fe80::1%enp0s9]"]) {
    const [host] = shown([portal(address)]);
    assert.equal(order(...REMOTE, address, "10.0.0.1"), ["10.0.0.1 3260", "storage.example 3260", host!]);
  }
  assert.equal(order("[fe80::9%eth1]", "[fe80::9%eth1]:3260", "[fe80::1%eth1]"), [
    "fe80::1%eth1 3260",
    "fe80::9%eth1 3260",
  ]);
  assert.equal(order(...REMOTE, "[fec0::1]"), ["fec0::1 3260", "storage.example 3260"]);
});

test("loopback addresses are left out where the target is on another machine, and only there", () => {
  const loopbacks = [
    "127.0.0.1",
    "127.8.9.10",
    "[::1]",
    "[0:0::0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "localhost",
    "a.localhost",
  ];
  for (const address of loopbacks) {
    assert.equal(order(...REMOTE, address, "10.0.0.1"), ["10.0.0.1 3260", "storage.example 3260"], address);
    const here = order("127.0.0.1:5", "127.0.0.1:5", address);
    assert.is(here.length, 2, address);
    assert.is(here[1], "127.0.0.1 5");
  }
});

test("portals that did not work for one target are the last for the next", () => {
  const known = new TargetPortals(portal("192.0.2.10"), "192.0.2.10:3260");
  const said = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map(portal);
  const tried = known.inOrder(said);
  assert.equal(known.worked(tried, portal("10.0.0.2")), portal("10.0.0.2"));
  assert.equal(shown(known.inOrder(said)), ["10.0.0.2 3260", "10.0.0.3 3260", "192.0.2.10 3260", "10.0.0.1 3260"]);
});

test("what worked is given as the target has it, with its tag; an address that it does not have as it is", () => {
  const known = new TargetPortals(portal("192.0.2.10"), "192.0.2.10:3260");
  const said = [{ host: "192.0.2.10", port: 3260, portalGroupTag: 4 }];
  assert.equal(known.worked(known.inOrder(said), portal("192.0.2.10")), said[0]);
  assert.equal(known.worked(known.inOrder(said), portal("10.9.9.9")), portal("10.9.9.9"));
});

test("of thousands of portals sixteen are tried, with the one that was asked", () => {
  const said = Array.from({ length: 5000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  const tried = order(...REMOTE, ...said);
  assert.is(tried.length, 16);
  assert.is(tried[15], "storage.example 3260");
  assert.is(order(...REMOTE, ...said, "192.0.2.10")[0], "192.0.2.10 3260");
  assert.is(order(...REMOTE, ...Array.from({ length: 50 }, (_, i) => `[fe80::${i + 1}]`))[0], "storage.example 3260");
});

/** What becomes of one advertised address. */
function advertised(asked: string, ...addresses: string[]): string[] {
  const pairs = addresses.map((address): [string, string] => ["TargetAddress", address]);
  const [target] = parseSendTargets([["TargetName", "iqn.2026-01.test:a"], ...pairs], { portal: portal(asked) });
  return target!.portals.map(({ host, port, portalGroupTag }) => `${host} ${port} ${portalGroupTag}`);
}

test("a wildcard address is the host that was asked, with the port that was advertised", () => {
  for (
    const wildcard of [
      "0.0.0.0",
      "[::]",
      "[::ffff:0.0.0.0]",
      "[::ffff:0:0]",
      "[0:0:0:0:0:0:0:0]",
      "[::0.0.0.0]",
      "000.0.0.0",
    ]
  ) {
    assert.equal(advertised("storage.example", `${wildcard}:3261,2`), ["storage.example 3261 2"], wildcard);
  }
  assert.equal(advertised("[2001:db8::1]", "0.0.0.0:3260,1", "[::]:3260,1", "10.0.0.1,1"), [
    "2001:db8::1 3260 1",
    "10.0.0.1 3260 1",
  ]);
  for (const other of ["0.0.0.1", "[::2]", "[1::]", "[::ffff:0.0.0.1]", "[::1:0]"]) {
    assert.is(advertised("storage.example", other)[0]!.startsWith("storage"), false, other);
  }
});

test("a link-local address is in the zone of the link-local host that was asked", () => {
  assert.equal(advertised("[fe80::9%eth1]", "[fe80::1],1", "[fe80::2%eth0],1"), [
    "fe80::1%eth1 3260 1",
    "fe80::2%eth1 3260 1",
  ]);
  assert.equal(advertised("storage.example", "[fe80::1],1"), ["fe80::1 3260 1"]);
});

test.run();
