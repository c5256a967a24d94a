import { test } from "uvu";
import * as assert from "uvu/assert";
import { ProtocolError } from "../../../../src/errors.ts";
import { parseAddress, parseSendTargets, type SendTargetsOptions } from "../../../../src/session/discovery.ts";
import { login } from "../../../../src/session/login/mod.ts";
import { encodeTextKeys, parseTextKeys } from "../../../../src/wire/text_keys.ts";
import { discoveryOptions, TestTarget } from "../login/login_target.ts";

const NAME = (target: string): [string, string] => ["TargetName", `iqn.2026-01.test:${target}`];
const AT = (address: string): [string, string] => ["TargetAddress", address];

function rejections(pairs: [string, string][], options: SendTargetsOptions = {}) {
  const reasons: string[] = [];
  const targets = parseSendTargets(pairs, { ...options, onRejected: (reason) => reasons.push(reason) });
  return { targets, reasons };
}

test("F-48 a discovery session offers nothing that belongs to data", async () => {
  const target = new TestTarget();
  await login(target, discoveryOptions());
  const keys = target.seen.flatMap(({ pairs }) => pairs.map(([key]) => key));
  assert.ok(keys.includes("SessionType") && !keys.includes("TargetName"));
  for (const key of ["MaxConnections", "InitialR2T", "MaxBurstLength", "FirstBurstLength", "ImmediateData"]) {
    assert.not.ok(keys.includes(key), key);
  }
});

test("the longest list of addresses of one target is read in a moment", () => {
  const addresses = Array.from({ length: 65_000 }, (_, i) => AT(`10.0.0.1:${1 + i},1`));
  const began = performance.now();
  const [target] = parseSendTargets([NAME("a"), ...addresses, AT("10.0.0.1:7,1")]);
  assert.is(target?.portals.length, 65_000);
  // Each compared with each would take many seconds.
  assert.ok(performance.now() - began < 2_000, `${performance.now() - began} ms`);
});

test("F-49 records keep their order and their portals", () => {
  const targets = parseSendTargets([
    NAME("b"),
    AT("10.0.0.1:3260,1"),
    AT("[2001:db8::1]:3261,2"),
    NAME("a"),
    AT("storage.example,3"),
  ]);
  assert.equal(targets, [
    {
      name: "iqn.2026-01.test:b",
      portals: [
        { host: "10.0.0.1", port: 3260, portalGroupTag: 1 },
        { host: "2001:db8::1", port: 3261, portalGroupTag: 2 },
      ],
    },
    { name: "iqn.2026-01.test:a", portals: [{ host: "storage.example", port: 3260, portalGroupTag: 3 }] },
  ]);
});

test("F-49 no address means the portal that was asked", () => {
  const portal = { host: "192.0.2.1", port: 3270 };
  assert.equal(parseSendTargets([NAME("a"), NAME("b"), AT("10.0.0.1")], { portal }), [
    { name: "iqn.2026-01.test:a", portals: [portal] },
    { name: "iqn.2026-01.test:b", portals: [{ host: "10.0.0.1", port: 3260 }] },
  ]);
  assert.equal(parseSendTargets([NAME("a")]), [{ name: "iqn.2026-01.test:a", portals: [] }]);
});

test("F-49 a repeated name is merged, a repeated address taken once", () => {
  const targets = parseSendTargets([
    NAME("a"),
    AT("10.0.0.1,1"),
    NAME("b"),
    AT("10.0.0.3,1"),
    NAME("a"),
    AT("10.0.0.2,1"),
    AT("10.0.0.1,1"),
  ]);
  assert.equal(targets.map(({ name, portals }) => [name.slice(-1), portals.map(({ host }) => host)]), [
    ["a", ["10.0.0.1", "10.0.0.2"]],
    ["b", ["10.0.0.3"]],
  ]);
});

test("F-49 an empty answer is no target and no error", () => {
  assert.equal(parseSendTargets([]), []);
});

test("F-49 an address before any name, and a refusal, are protocol errors", () => {
  for (
    const pairs of [[AT("10.0.0.1")], [["SendTargets", "Reject"]], [["SendTargets", "NotUnderstood"]]] as [
      string,
      string,
    ][][]
  ) {
    try {
      parseSendTargets(pairs);
    } catch (error) {
      assert.instance(error, ProtocolError);
      assert.is((error as ProtocolError).code, "ISCSI_PROTOCOL_ERROR");
      continue;
    }
    assert.unreachable();
  }
});

test("F-49 any other key is left out and reported, and hides no target", () => {
  const { targets, reasons } = rejections([
    ["SendTargets", "All"],
    NAME("a"),
    ["TargetAlias", "An alias"],
    AT("10.0.0.1"),
    ["X-com.example.model", "\u001b[2J"],
    NAME("b"),
    AT("10.0.0.2"),
  ]);
  assert.equal(targets.map(({ name, portals }) => [name, portals[0]!.host]), [
    ["iqn.2026-01.test:a", "10.0.0.1"],
    ["iqn.2026-01.test:b", "10.0.0.2"],
  ]);
  assert.is(reasons.length, 3);
});

test("F-50 names that RFC 7143 does not allow are those of targets all the same", () => {
  const names = ["disk1", "eui.0123", "t10.vendor", "IQN.2026-01.test:a", "naa.6"];
  const { targets, reasons } = rejections(
    names.flatMap((name): [string, string][] => [["TargetName", name], AT("10.0.0.1")]),
  );
  assert.equal(targets.map(({ name }) => name), names);
  assert.equal(reasons, []);
});

test("F-49 the number of records is bounded", () => {
  const pairs = Array.from({ length: 20 }, (_, n) => NAME(String(n)));
  assert.is(parseSendTargets(pairs, { maxRecords: 20 }).length, 20);
  assert.throws(() => parseSendTargets(pairs, { maxRecords: 19 }), /more than 19 records/);
  const many = Array.from({ length: 65537 }, (_, n) => NAME(String(n)));
  assert.is(parseSendTargets(many.slice(1)).length, 65536);
  assert.throws(() => parseSendTargets(many), /more than 65536 records/);
});

test("F-50 hostile names are left out with their addresses, and reported without being printed", () => {
  const { targets, reasons } = rejections([
    NAME("good"),
    AT("10.0.0.1"),
    ["TargetName", "iqn.\u001b]0;owned\u0007"],
    AT("10.6.6.6"),
    ["TargetName", "iqn." + "a".repeat(220)],
    ["TargetName", "iqn.a b"],
    ["TargetName", ""],
    NAME("later"),
    AT("10.0.0.2"),
  ]);
  assert.equal(targets.map(({ name }) => name), ["iqn.2026-01.test:good", "iqn.2026-01.test:later"]);
  assert.is(reasons.length, 4);
  for (const reason of reasons) {
    for (const character of reason) assert.ok(character.charCodeAt(0) >= 0x20 && character !== "\u007f");
  }
  assert.not.match(JSON.stringify(targets), "10.6.6.6");
});

test("F-51 an address that is none is left out; where nothing is left the portal that was asked is, or else the target is left out", () => {
  const portal = { host: "192.0.2.1", port: 3260 };
  const answer = [NAME("half"), AT("10.0.0.1:0"), AT("10.0.0.1"), NAME("none"), AT("10.0.0.256")];
  const half = { name: "iqn.2026-01.test:half", portals: [{ host: "10.0.0.1", port: 3260 }] };
  const known = rejections(answer, { portal });
  assert.equal(known.targets, [half, { name: "iqn.2026-01.test:none", portals: [portal] }]);
  assert.is(known.reasons.length, 2);
  const unknown = rejections(answer);
  assert.equal(unknown.targets, [half]);
  assert.is(unknown.reasons.length, 3);
});

test("F-51 addresses that are taken", () => {
  const cases: [string, string, number, number | undefined][] = [
    ["10.0.0.1", "10.0.0.1", 3260, undefined],
    ["10.0.0.1:1", "10.0.0.1", 1, undefined],
    ["10.0.0.1:65535,65535", "10.0.0.1", 65535, 65535],
    ["10.0.0.1,0", "10.0.0.1", 3260, 0],
    ["[::]", "::", 3260, undefined],
    ["[::1]:3261", "::1", 3261, undefined],
    ["[1:2:3:4:5:6:7:8],1", "1:2:3:4:5:6:7:8", 3260, 1],
    ["[1:2:3:4:5:6:7::]", "1:2:3:4:5:6:7::", 3260, undefined],
    ["[::ffff:10.0.0.1]", "::ffff:10.0.0.1", 3260, undefined],
    ["[fe80::1%eth0]:3260", "fe80::1%eth0", 3260, undefined],
    ["host", "host", 3260, undefined],
    ["a.b-c.d_e.example.:3260", "a.b-c.d_e.example.", 3260, undefined],
    ["xn--gre-8ka.example", "xn--gre-8ka.example", 3260, undefined],
    ["1and1.example", "1and1.example", 3260, undefined],
  ];
  for (const [text, host, port, tag] of cases) {
    assert.equal(parseAddress(text), tag === undefined ? { host, port } : { host, port, portalGroupTag: tag }, text);
  }
});

test("F-51 addresses that are refused", () => {
  const cases = [
    "",
    ",1",
    ":3260",
    "10.0.0.1:",
    "10.0.0.1:0",
    "10.0.0.1:65536",
    "10.0.0.1:+1",
    "10.0.0.1:0x50",
    "10.0.0.1,",
    "10.0.0.1,65536",
    "10.0.0.1,1,2",
    "10.0.0.1,-1",
    "10.0.0",
    "10.0.0.1.1",
    "10.0.0.256",
    "300.1.1.1",
    "::1",
    "2001:db8::1:3260",
    "[::1",
    "::1]",
    "[]",
    "[::1]x",
    "[::1]3260",
    "[1::2::3]",
    "[1:2:3:4:5:6:7]",
    "[1:2:3:4:5:6:7:8:9]",
    "[12345::]",
    "[:::]",
    "[1.2.3.4::]",
    "[::1%]",
    "[host]",
    "-host",
    "host-",
    "ho..st",
    ".host",
    "ho st",
    "host\u001b[m",
    "hôst",
    "a".repeat(64),
    "a.".repeat(127) + "aa",
    "x".repeat(300),
    "user@host",
    "host/path",
  ];
  for (const text of cases) assert.is(parseAddress(text), undefined, JSON.stringify(text));
});

test("F-49 records of many targets survive the way through text", () => {
  const pairs = Array.from({ length: 500 }, (_, n) => [NAME(`t${n}`), AT(`10.1.${n >> 8}.${n & 255}:3260,1`)]).flat();
  const targets = parseSendTargets(parseTextKeys(encodeTextKeys(pairs)));
  assert.is(targets.length, 500);
  assert.is(targets[499]!.portals[0]!.host, "10.1.1.243");
});

test.run();
