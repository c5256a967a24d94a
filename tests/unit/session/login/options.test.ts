import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type AuthOptions,
  DEFAULT_LIMITS,
  isIscsiName,
  isSafeName,
  login,
  quote,
  resolveLimits,
} from "../../../../src/session/login/mod.ts";
import type { LoginOptions } from "../../../../src/session/login/mod.ts";
import { rejection } from "../../../lib/rejections.ts";
import { options, TestTarget } from "./login_target.ts";

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof TypeError || error instanceof RangeError);
    return (error as unknown as { code: string }).code;
  }
  return "none";
}

test("the defaults are complete and within their ranges", () => {
  assert.equal(resolveLimits(), { ...DEFAULT_LIMITS });
  assert.equal(resolveLimits({ maxBurstLength: undefined }), { ...DEFAULT_LIMITS });
});

test("a burst length that is given moves the default of the other", () => {
  assert.is(resolveLimits({ maxBurstLength: 65536 }).firstBurstLength, 65536);
  assert.is(resolveLimits({ firstBurstLength: 4194304 }).maxBurstLength, 4194304);
  assert.is(code(() => resolveLimits({ firstBurstLength: 8192, maxBurstLength: 4096 })), "ERR_OUT_OF_RANGE");
});

test("limits outside their ranges, of other types or of other names are refused", () => {
  const wrong: [string, unknown, string][] = [
    ["maxRecvDataSegmentLength", 511, "ERR_OUT_OF_RANGE"],
    ["maxRecvDataSegmentLength", 16777216, "ERR_OUT_OF_RANGE"],
    ["maxBurstLength", 1024.5, "ERR_OUT_OF_RANGE"],
    ["maxBurstLength", NaN, "ERR_OUT_OF_RANGE"],
    ["firstBurstLength", Infinity, "ERR_OUT_OF_RANGE"],
    ["maxOutstandingR2T", 0, "ERR_OUT_OF_RANGE"],
    ["maxOutstandingR2T", 65536, "ERR_OUT_OF_RANGE"],
    ["maxOutstandingR2T", "4", "ERR_INVALID_ARG_TYPE"],
    ["defaultTime2Wait", 3601, "ERR_OUT_OF_RANGE"],
    ["defaultTime2Retain", -1, "ERR_OUT_OF_RANGE"],
    ["protocolLevel", 0, "ERR_OUT_OF_RANGE"],
    ["protocolLevel", 32, "ERR_OUT_OF_RANGE"],
    ["initialR2T", "Yes", "ERR_INVALID_ARG_TYPE"],
    ["headerDigest", [], "ERR_INVALID_ARG_VALUE"],
    ["headerDigest", "CRC32C", "ERR_INVALID_ARG_VALUE"],
    ["dataDigest", ["crc32c"], "ERR_INVALID_ARG_VALUE"],
    ["dataDigest", ["None", "None"], "ERR_INVALID_ARG_VALUE"],
    ["maxBurstlength", 512, "ERR_INVALID_ARG_VALUE"],
  ];
  for (const [name, value, expected] of wrong) {
    assert.is(code(() => resolveLimits({ [name]: value })), expected, `${name}: ${value}`);
  }
});

test("options of a login are checked before anything is sent", async () => {
  const wrong: [Partial<LoginOptions>, string][] = [
    [{ initiatorName: "" }, "ERR_INVALID_ARG_VALUE"],
    [{ initiatorName: "me" }, "ERR_INVALID_ARG_VALUE"],
    [{ initiatorName: "iqn.2026-01.test:" + "x".repeat(224) }, "ERR_INVALID_ARG_VALUE"],
    [{ initiatorName: "iqn.2026-01.test:a b" }, "ERR_INVALID_ARG_VALUE"],
    [{ targetName: undefined }, "ERR_INVALID_ARG_VALUE"],
    [{ targetName: "iqn.x\0SessionType=Discovery" }, "ERR_INVALID_ARG_VALUE"],
    [{ sessionType: "discovery" as "Discovery" }, "ERR_INVALID_ARG_VALUE"],
    [{ isid: new Uint8Array(5) }, "ERR_INVALID_ARG_VALUE"],
    [{ tsih: 65536 }, "ERR_OUT_OF_RANGE"],
    [{ tsih: 5 }, "ERR_INVALID_ARG_VALUE"],
    [{ cid: -1 }, "ERR_OUT_OF_RANGE"],
    [{ cmdSN: 2 ** 32 }, "ERR_OUT_OF_RANGE"],
    [{ expectedPortalGroupTag: 65536 }, "ERR_OUT_OF_RANGE"],
    [{ auth: {} as AuthOptions }, "ERR_INVALID_ARG_TYPE"],
    [{ limits: { ...resolveLimits(), maxOutstandingR2T: 0 } }, "ERR_OUT_OF_RANGE"],
  ];
  for (const [changes, expected] of wrong) {
    const target = new TestTarget();
    const error = await rejection(login(target, options(changes)));
    assert.is(error.code, expected, `${JSON.stringify(changes)}: ${error.message}`);
    assert.is(target.seen.length, 0);
  }
});

test("target names that are no iSCSI names can be asked for", async () => {
  const target = new TestTarget();
  assert.is((await login(target, options({ targetName: "disk@vault" }))).kind, "complete");
  assert.is(target.said.get("TargetName"), "disk@vault");
});

test("F-50 names: the three formats and their lengths", () => {
  for (
    const name of [
      "iqn.2001-04.com.example:storage",
      "iqn.2001-04.com.example:größe",
      "eui.02004567A425678D",
      "naa.52004567BA64678D",
      "naa.62004567BA64678D0123456789ABCDEF",
      "iqn." + "a".repeat(219),
    ]
  ) assert.is(isIscsiName(name), true, name);
  for (
    const name of [
      "",
      "iqn.",
      "iqn",
      "disk",
      "eui.02004567A425678",
      "eui.02004567A425678D0",
      "naa.5200",
      "naa.62004567BA64678D0123456789ABCDEG",
      "iqn." + "a".repeat(220),
      "iqn." + "é".repeat(110),
      "iqn.a b",
      "iqn.a\u00a0b",
      "iqn.a\tb",
      "iqn.a\u001b[31mb",
      "iqn.a\u009b31mb",
      "iqn.a\u007fb",
      "iqn.a\u202eb",
      "iqn.a\u200bb",
      "iqn.a\ud800",
    ]
  ) assert.is(isIscsiName(name), false, JSON.stringify(name));
  assert.is(isSafeName("disk"), true);
});

test("text of a peer is escaped and cut before it is shown", () => {
  assert.is(quote('a"b\\c'), '"a\\"b\\\\c"');
  assert.is(quote("\u001b[2J\u202e\u0085\0"), '"\\u{1b}[2J\\u{202e}\\u{85}\\u{0}"');
  assert.is(quote("größe"), '"größe"');
  assert.is(quote("x".repeat(100)), `"${"x".repeat(64)}"… (100 characters)`);
});

test.run();
