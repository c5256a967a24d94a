import { inspect } from "node:util";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatIscsiUrl } from "../../../src/client/url_format.ts";
import { type IscsiUrl, parseIscsiUrl } from "../../../src/client/url.ts";

const IQN = "iqn.2026-01.com.example:disk";

/** The parts of a URL, passwords included. */
function parts(text: string, environment: Record<string, string> = {}): Record<string, unknown> {
  const url = parseIscsiUrl(text, { env: (name) => environment[name] });
  const all: Record<string, unknown> = {};
  for (const name of Object.getOwnPropertyNames(url)) all[name] = url[name as keyof IscsiUrl];
  return all;
}

const GOOD: [string, Record<string, unknown>][] = [
  [`iscsi://h/${IQN}/0`, { host: "h", port: 3260, targetName: IQN, lun: 0 }],
  [`iscsi://192.0.2.10:3261/${IQN}/16383`, { host: "192.0.2.10", port: 3261, targetName: IQN, lun: 16383 }],
  [`ISCSI://h/${IQN}/007`, { host: "h", port: 3260, targetName: IQN, lun: 7 }],
  [`iscsi://a-b.c_d.example/${IQN}`, { host: "a-b.c_d.example", port: 3260, targetName: IQN }],
  ["iscsi://h", { host: "h", port: 3260 }],
  ["iscsi://h/", { host: "h", port: 3260 }],
  ["iscsi://h:65535", { host: "h", port: 65535 }],
  ["iscsi://h:1?auth=md5", { host: "h", port: 1, chapAlgorithms: ["MD5"] }],
  ["iscsi://[::1]", { host: "::1", port: 3260 }],
  [`iscsi://[2001:db8::a:1]:3261,7/${IQN}/1`, {
    host: "2001:db8::a:1",
    port: 3261,
    portalGroupTag: 7,
    targetName: IQN,
    lun: 1,
  }],
  ["iscsi://[::ffff:192.0.2.1]", { host: "::ffff:192.0.2.1", port: 3260 }],
  ["iscsi://[1:2:3:4:5:6:7:8]", { host: "1:2:3:4:5:6:7:8", port: 3260 }],
  ["iscsi://[fe80::1%25eth0]:1", { host: "fe80::1%eth0", port: 1 }],
  ["iscsi://[fe80::1%eth0]", { host: "fe80::1%eth0", port: 3260 }],
  ["iscsi://h,0", { host: "h", port: 3260, portalGroupTag: 0 }],
  [`iscsi://h:3260,65535/${IQN}/1`, { host: "h", port: 3260, portalGroupTag: 65535, targetName: IQN, lun: 1 }],
  [`iscsi://h1,h2:3261,[2001:db8::1],[::1]:5/${IQN}/1`, {
    host: "h1",
    port: 3260,
    portals: [{ host: "h2", port: 3261 }, { host: "2001:db8::1", port: 3260 }, { host: "::1", port: 5 }],
    targetName: IQN,
    lun: 1,
  }],
  ["iscsi://h1,h2,7", { host: "h1", port: 3260, portalGroupTag: 7, portals: [{ host: "h2", port: 3260 }] }],
  // As SendTargets has them.
  ["iscsi://192.0.2.1:3260,7,[::1]:3261,7", {
    host: "192.0.2.1",
    port: 3260,
    portalGroupTag: 7,
    portals: [{ host: "::1", port: 3261 }],
  }],
  ["iscsi://h,7,h2", { host: "h", port: 3260, portalGroupTag: 7, portals: [{ host: "h2", port: 3260 }] }],
  [`iscsi://u,1:p,2@h1,h2/${IQN}`, {
    host: "h1",
    port: 3260,
    portals: [{ host: "h2", port: 3260 }],
    username: "u,1",
    password: "p,2",
    targetName: IQN,
  }],
  ["iscsi://h/iqn.2026-01.com.example:user@host/1", {
    host: "h",
    port: 3260,
    targetName: "iqn.2026-01.com.example:user@host",
    lun: 1,
  }],
  ["iscsi://h/iqn.x%3Aa%2Fbc", { host: "h", port: 3260, targetName: "iqn.x:a/bc" }],
  ["iscsi://h/iqn.2026-01.com.example:%E2%82%AC/1", {
    host: "h",
    port: 3260,
    targetName: "iqn.2026-01.com.example:€",
    lun: 1,
  }],
  [`iscsi://h/${IQN}/0x4001000000000000`, { host: "h", port: 3260, targetName: IQN, lun: 0x4001000000000000n }],
  [`iscsi://h/${IQN}/0XFFFFFFFFFFFFFFFF`, { host: "h", port: 3260, targetName: IQN, lun: 2n ** 64n - 1n }],
  [`iscsi://h/${IQN}/1?header_digest=crc32c&data_digest=none`, {
    host: "h",
    port: 3260,
    targetName: IQN,
    lun: 1,
    headerDigest: "CRC32C",
    dataDigest: "None",
  }],
  [`iscsi://h/${IQN}/1?force_usn=a%20b&auth=SHA3-256,sha-256,sha1`, {
    host: "h",
    port: 3260,
    targetName: IQN,
    lun: 1,
    forceUsn: "a b",
    chapAlgorithms: ["SHA3-256", "SHA-256", "SHA1"],
  }],
  [`iscsi://u:p@h/${IQN}/1?target_user=t&target_password=a=b%26c@d?e/f`, {
    host: "h",
    port: 3260,
    username: "u",
    password: "p",
    targetName: IQN,
    lun: 1,
    targetUsername: "t",
    targetPassword: "a=b&c@d?e/f",
  }],
];
for (const [text, expected] of GOOD) test(`${text} is parsed`, () => assert.equal(parts(text), expected));

/** User and password before the `@`: what they are, and why where it is not plain. */
const CREDENTIALS: [string, string, string, string?][] = [
  ["user%secret", "user", "secret", "libiscsi's form"],
  ["user:secret", "user", "secret"],
  ["user%secret%40x", "user", "secret@x"],
  ["user:secret%40x", "user", "secret@x"],
  ["user:secret@x", "user", "secret@x", "the last @ ends the password"],
  ["user%secret@x", "user", "secret@x"],
  ["a%40b:secret", "a@b", "secret"],
  ["a%40b%secret", "a@b", "secret", "the first % that is no escape separates"],
  ["a%3Ab:c", "a:b", "c"],
  ["user%pa:ss", "user", "pa:ss", "a % that is no escape goes before a :"],
  ["user:pa%3Ass%25", "user", "pa:ss%"],
  ["iqn.2026-01.com.example:me%secret", "iqn.2026-01.com.example:me", "secret", "an iSCSI name as the user"],
  ["iqn.2026-01.com.example%3Ame:secret%40", "iqn.2026-01.com.example:me", "secret@"],
  ["iqn%2E2026-01.com.example:secret%40", "iqn.2026-01.com.example", "secret@"],
  ["iqn.2026-01.com.example:secret", "iqn.2026-01.com.example", "secret"],
  ["user%40secret", "user", "40secret", "without another separator the first % is one, as in libiscsi"],
  ["user%deadbeef%21", "user", "deadbeef!"],
  ["user%pa%ss", "user", "pa%ss", "a second % that is no escape can only mean itself"],
  ["user:pa%ss", "user:pa", "ss", "libiscsi's reading; the other needs %25"],
  ["user:pa%25ss", "user", "pa%ss"],
  ["us%C3%A9r:p%E2%82%AC", "usér", "p€"],
  ["user:a+b#c%3F", "user", "a+b#c?"],
];
for (const [text, username, password, why = "plain"] of CREDENTIALS) {
  test(`${text}@ is user and password (${why})`, () => {
    const parsed = parts(`iscsi://${text}@h:1/${IQN}/1`);
    assert.equal([parsed["username"], parsed["password"]], [username, password]);
    assert.equal([parsed["host"], parsed["port"], parsed["lun"]], ["h", 1, 1]);
  });
}

const URL = "Not an iSCSI URL: ";
const KNOWN = "auth, header_digest, data_digest, target_user, target_password, force_usn";
const BAD: [string, string][] = [
  ["", `${URL}it does not begin with iscsi://`],
  ["http://h/", `${URL}it does not begin with iscsi://`],
  [" iscsi://h", `${URL}it does not begin with iscsi://`],
  ["iscsi:/h", `${URL}it does not begin with iscsi://`],
  ["iscsi://", `${URL}it has no host`],
  [`iscsi:///${IQN}/1`, `${URL}it has no host`],
  ["iscsi://:3260", `${URL}it has no host`],
  ["iscsi://u:s3cret@", `${URL}it has no host`],
  ["iscsi://@h", `${URL}it has an @ before the host, and no user name before that`],
  ["iscsi://:s3cret@h", `${URL}it has an @ before the host, and no user name before that`],
  ["iscsi://%s3cret@h", `${URL}it has an @ before the host, and no user name before that`],
  ["iscsi://h:0", `${URL}the port after the host must be a number from 1 to 65535`],
  ["iscsi://h:65536", `${URL}the port after the host must be a number from 1 to 65535`],
  ["iscsi://h:", `${URL}the port after the host must be a number from 1 to 65535`],
  ["iscsi://h:x", `${URL}the port after the host must be a number from 1 to 65535`],
  ["iscsi://h:-1", `${URL}the port after the host must be a number from 1 to 65535`],
  ["iscsi://h:3260x", `${URL}the port after the host must be a number from 1 to 65535`],
  ["iscsi://[::1]:", `${URL}the port after the host must be a number from 1 to 65535`],
  ["iscsi://[::1]x", `${URL}the port after the host must be a number from 1 to 65535`],
  ["iscsi://::1/x/1", `${URL}an IPv6 address must be in brackets, as in iscsi://[::1]:3260`],
  ["iscsi://[::1", `${URL}the [ of its IPv6 address is not closed`],
  ["iscsi://[]", `${URL}what is between the brackets must be an IPv6 address`],
  ["iscsi://[1:2:3]", `${URL}what is between the brackets must be an IPv6 address`],
  ["iscsi://[1::2::3]", `${URL}what is between the brackets must be an IPv6 address`],
  ["iscsi://[1:2:3:4:5:6:7:8:9]", `${URL}what is between the brackets must be an IPv6 address`],
  ["iscsi://[::12345]", `${URL}what is between the brackets must be an IPv6 address`],
  ["iscsi://[192.0.2.1]", `${URL}what is between the brackets must be an IPv6 address`],
  ["iscsi://[fe80::1%]", `${URL}what is between the brackets must be an IPv6 address`],
  ["iscsi://h,65536", `${URL}the portal group tag after the comma must be a number from 0 to 65535`],
  ["iscsi://h,", `${URL}the portal group tag after the comma must be a number from 0 to 65535`],
  ["iscsi://h,1,2", `${URL}the portal group tag after the comma must be a number from 0 to 65535`],
  ["iscsi://h,,h2", `${URL}the portal group tag after the comma must be a number from 0 to 65535`],
  ["iscsi://h,h2,", `${URL}the portal group tag after the comma must be a number from 0 to 65535`],
  ["iscsi://,h2", `${URL}it has no host`],
  ["iscsi://h,:3260", `${URL}it has no host`],
  ["iscsi://h,1,h2,2", `${URL}its portals must be of one portal group`],
  ["iscsi://h,h2:0", `${URL}the port after the host must be a number from 1 to 65535`],
  ["iscsi://h,2001:db8::1", `${URL}an IPv6 address must be in brackets, as in iscsi://[::1]:3260`],
  ["iscsi://h,[::1", `${URL}the [ of its IPv6 address is not closed`],
  [
    "iscsi://h h",
    `${URL}the host must be a host name or an address; in a user name or password the characters : % @ / ? must be escaped`,
  ],
  ...["user:s3cret@t", "user%s3cret@t"].map((name): [string, string] => [
    `iscsi://h/${name}/1`,
    `${URL}user and password belong before the host, as in iscsi://user:password@host/target/lun`,
  ]),
  ["iscsi://h//1", `${URL}the target name is empty`],
  ["iscsi://h/%20/1", `${URL}the target name has spaces or control characters in it`],
  ["iscsi://h/iqn%00/1", `${URL}the target name has spaces or control characters in it`],
  [`iscsi://h/${"x".repeat(224)}/1`, `${URL}the target name is longer than 223 bytes`],
  [
    "iscsi://h/iqn%zz/1",
    `${URL}the target name has a % that is not the start of an escape of UTF-8, and must be written as %25`,
  ],
  [
    "iscsi://h/iqn%ff/1",
    `${URL}the target name has a % that is not the start of an escape of UTF-8, and must be written as %25`,
  ],
  [
    "iscsi://h/iqn/1/",
    `${URL}what is behind the host must be a target name and a LUN; a / inside of them is %2F`,
  ],
  ...["", "x", "-1", "1.5", "16384", "0x1", "0x40010000000000000", "1e3", "99999999999"].map((
    lun,
  ): [string, string] => [
    `iscsi://h/iqn/${lun}`,
    `${URL}the LUN must be a number from 0 to 16383, or 0x and the 16 hexadecimal digits of its eight bytes`,
  ]),
  ["iscsi://h/iqn/1?auth=sha512", `${URL}auth must be one of md5, sha1, sha-256, sha3-256`],
  ["iscsi://h/iqn/1?auth=md5,", `${URL}auth must be one of md5, sha1, sha-256, sha3-256`],
  ["iscsi://h/iqn/1?auth=toString", `${URL}auth must be one of md5, sha1, sha-256, sha3-256`],
  ["iscsi://h/iqn/1?header_digest=yes", `${URL}header_digest must be one of crc32c, none`],
  ["iscsi://h/iqn/1?data_digest=", `${URL}its query has data_digest without a value`],
  ["iscsi://h/iqn/1?force_usn", `${URL}its query has force_usn without a value`],
  ["iscsi://h/iqn/1?auth=md5&auth=md5", `${URL}its query has auth twice`],
  ["iscsi://u:p@h?target_user=t", `${URL}target_user needs target_password, or LIBISCSI_CHAP_TARGET_PASSWORD`],
  ["iscsi://h?target_password=s3cret", `${URL}target_user and target_password need a user and password of our own`],
  ["iscsi://u@h", `${URL}it has a user and no password; give one behind the user, or in LIBISCSI_CHAP_PASSWORD`],
  ["iscsi://u:@h", `${URL}it has a user and no password; give one behind the user, or in LIBISCSI_CHAP_PASSWORD`],
  [
    "iscsi://u:s3%FFcret@h",
    `${URL}the password has a % that is not the start of an escape of UTF-8, and must be written as %25`,
  ],
  [
    "iscsi://iqn.2026-01.com.example:me%deadbeef@h",
    `${URL}the user and password can be read in two ways; write a : of the user name as %3A, or where it has none its first . as %2E`,
  ],
  [`iscsi://h/${"x".repeat(9000)}`, `${URL}it has more than 8192 characters`],
];
for (const [text, message] of BAD) {
  test(`${text.slice(0, 60)} is refused`, () => {
    try {
      parseIscsiUrl(text);
    } catch (error) {
      assert.instance(error, TypeError);
      assert.is((error as Error & { code: string }).code, "ISCSI_URL_INVALID");
      assert.is((error as Error).message, message);
      return;
    }
    assert.unreachable();
  });
}

const UNKNOWN: [string, string][] = [
  ["iscsi://h/iqn/1?foo=1", "the key foo"],
  ["iscsi://h/iqn/1?auth=md5&Auth=md5", "the key Auth"],
  ["iscsi://h?toString=1", "the key toString"],
  ["iscsi://h?=1", "a key"],
  ["iscsi://u:1?s3cret@h/iqn/1", "a key"],
  [`iscsi://h?${"k".repeat(60)}=1`, "a key"],
  ["iscsi://h/iqn/1?target_user=u&target_password=pw&rest", "a key"],
  ["iscsi://h/iqn/1?target_password=pw&rest=1&target_user=u", "a key"],
];
for (const [text, named] of UNKNOWN) {
  test(`${text} has an unknown key`, () => {
    try {
      parseIscsiUrl(text);
    } catch (error) {
      assert.is((error as Error & { code: string }).code, "ISCSI_URL_UNKNOWN_KEY");
      assert.is(
        (error as Error).message,
        `The query of the iSCSI URL has ${named} that is not known; the known ones are ${KNOWN}`,
      );
      return;
    }
    assert.unreachable();
  });
}

test("something else than a string is refused", () => {
  assert.throws(
    () => parseIscsiUrl(5 as unknown as string),
    (error: { code: string }) => error.code === "ERR_INVALID_ARG_TYPE",
  );
});

const ENV = {
  LIBISCSI_CHAP_USERNAME: "eu",
  LIBISCSI_CHAP_PASSWORD: "ep%40",
  LIBISCSI_CHAP_TARGET_USERNAME: "tu",
  LIBISCSI_CHAP_TARGET_PASSWORD: "tp",
};

test("credentials come from the environment where the URL has none, and are not decoded", () => {
  const { username, password, targetUsername, targetPassword } = parts("iscsi://h", ENV);
  assert.equal([username, password, targetUsername, targetPassword], ["eu", "ep%40", "tu", "tp"]);
});

test("the URL goes before the environment, each on its own", () => {
  const whole = parts("iscsi://u:p@h?target_user=a&target_password=b", ENV);
  assert.equal([whole["username"], whole["password"]], ["u", "p"]);
  assert.equal([whole["targetUsername"], whole["targetPassword"]], ["a", "b"]);
  const user = parts("iscsi://u@h", ENV);
  assert.equal([user["username"], user["password"]], ["u", "ep%40"]);
  const target = parts("iscsi://u:p@h?target_user=a", ENV);
  assert.equal([target["targetUsername"], target["targetPassword"]], ["a", "tp"]);
});

test("half an environment is no credentials", () => {
  assert.equal(parts("iscsi://h", { LIBISCSI_CHAP_USERNAME: "eu" }), { host: "h", port: 3260 });
  assert.equal(parts("iscsi://h", { LIBISCSI_CHAP_PASSWORD: "ep" }), { host: "h", port: 3260 });
  assert.equal(parts("iscsi://h", { LIBISCSI_CHAP_TARGET_PASSWORD: "ep" }), { host: "h", port: 3260 });
  assert.equal(parts("iscsi://h", { LIBISCSI_CHAP_USERNAME: "", LIBISCSI_CHAP_PASSWORD: "" }), {
    host: "h",
    port: 3260,
  });
});

test("the environment plays no part unless it is given", () => {
  assert.is(parseIscsiUrl("iscsi://h").username, undefined);
});

test("passwords are not shown", () => {
  const url = parseIscsiUrl("iscsi://u:s3cret@h?target_password=s3cret2");
  assert.is(url.password, "s3cret");
  assert.is(url.targetPassword, "s3cret2");
  for (
    const shown of [inspect(url), JSON.stringify(url), String(url), JSON.stringify({ ...url }), formatIscsiUrl(url)]
  ) {
    assert.not.match(shown, "s3cret");
  }
});

const FORMATTED: [string, string][] = [
  [`iscsi://u:p@h:3260/${IQN}/1?auth=md5`, `iscsi://h/${IQN}/1`],
  ["iscsi://[::1]:1,2", "iscsi://[::1]:1,2"],
  ["iscsi://h1:3260,[fe80::1%eth0]:1,h2:3260,9/x", "iscsi://h1,[fe80::1%25eth0]:1,h2,9/x"],
  ["iscsi://h,9,h2,9", "iscsi://h,h2,9"],
  ["iscsi://[fe80::1%eth0]/x", "iscsi://[fe80::1%25eth0]/x"],
  ["iscsi://h/a:b%40c/0", "iscsi://h/a:b%40c/0"],
  ["iscsi://h/a%2Fb%3Fc@d%23/0x0001000000000000", "iscsi://h/a%2Fb%3Fc@d%23/0x0001000000000000"],
];
for (const [text, shown] of FORMATTED) {
  test(`${text} is shown as ${shown}`, () => assert.is(formatIscsiUrl(parseIscsiUrl(text)), shown));
}

test.run();
