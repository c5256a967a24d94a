// `lunstream scsi` in this process: decoding without a session, and the rest against the embedded target.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryBacking, startTarget, type Target } from "../../../src/target/mod.ts";
import { decodeLogoutRequest, decodeScsiCommand, encodeLogoutResponse, Opcode } from "../../../src/wire/mod.ts";
import { Peer } from "../../protocol/peer.ts";
import { cli, scratch, withoutCredentials } from "./fixtures.ts";

withoutCredentials();
const files = scratch();
let target: Target;
let url: string;

test.before(async () => {
  target = await startTarget({
    luns: [{ backing: memoryBacking(1 << 20) }, { number: 3, backing: memoryBacking(1 << 20) }],
  });
  url = `iscsi://127.0.0.1:${target.port}/${target.name}/3`;
});
test.after(async () => {
  await target.close();
  files.remove();
});

async function ok(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli("scsi", ...argv);
  assert.is(code, 0, `${argv.join(" ")}: ${stderr}`);
  return stdout;
}

test("sense: as text and as JSON, in any way that hexadecimal digits are written", async () => {
  const text = "ILLEGAL REQUEST: INVALID FIELD IN CDB (24/00), byte 2 of the CDB\n";
  for (
    const words of [
      ["70", "00", "05", "00", "00", "00", "00", "0a", "00", "00", "00", "00", "24", "00", "00", "c0", "00", "02"],
      ["70000500", "0000000a", "0000000024", "0000c00002"],
      ["0x70,0x00,0x05,0,0,0,0,0x0a,0,0,0,0,0x24,0,0,0xc0,0,2"],
    ]
  ) assert.ok((await ok("sense", ...words)).startsWith(text), words.join(" "));
  const json = JSON.parse(await ok("sense", "--json", "72 06 29 00 00 00 00 00"));
  assert.equal([json.format, json.senseKey, json.asc, json.summary], [
    "descriptor",
    6,
    0x29,
    "UNIT ATTENTION: POWER ON, RESET, OR BUS DEVICE RESET OCCURRED (29/00)",
  ]);
});

test("sense: what is cut is told on standard error", async () => {
  const { code, stdout, stderr } = await cli("scsi", "sense", "70 00 03 00 00 00 00 0a 00 00");
  assert.is(code, 0);
  assert.match(stdout, "MEDIUM ERROR");
  assert.match(stderr, "Sense data announces 18 bytes, 10 came");
});

test("cdb: fields, device types, JSON", async () => {
  const text = await ok("cdb", "28 08 12 34 56 78 00 00 08 00");
  assert.match(text, /^READ\(10\) \(opcode 0x28, 10 bytes\)\n/);
  assert.match(text, "  LBA: 305419896\n");
  assert.match(text, "  FUA: yes\n");
  assert.match(await ok("cdb", "1b0000000100"), "START STOP UNIT");
  assert.match(await ok("cdb", "--type", "tape", "1b0000000100"), "LOAD UNLOAD");
  assert.match(await ok("cdb", "c1"), "not known (opcode 0xc1, 1 bytes)");
  const json = JSON.parse(await ok("cdb", "--json", "8800ffffffffffffffff00000001" + "0000"));
  assert.equal([json.name, json.fields.lba, json.fields.blocks], ["READ(16)", "18446744073709551615", 1]);
});

test("bad hexadecimal and bad usage have status 2, a CDB that is too short 1", async () => {
  const cases: [string[], number, RegExp][] = [
    [["cdb", "zz"], 2, /ERR_INVALID_ARG_VALUE/],
    [["cdb", "123"], 2, /ERR_INVALID_ARG_VALUE/],
    [["cdb", "--type", "toaster", "00"], 2, /must be one of disk, tape, cd, changer/],
    [["cdb", "28"], 1, /READ\(10\) must have 10 bytes, got 1 \[SCSI_BAD_DATA\]/],
    [["sense", "7f0000"], 1, /SCSI_BAD_DATA/],
    [["sense"], 2, /missing required argument/],
    [["vpd", "-p", "0x100", "iscsi://127.0.0.1/x"], 2, /must be a number from 0 to 255/],
    [["modes", "-p", "1,2,3", "iscsi://127.0.0.1/x"], 2, /must be a page/],
    [["modes", "--values", "other", "iscsi://127.0.0.1/x"], 2, /Allowed choices/],
    [["pr", "--key", "key", "iscsi://127.0.0.1/x"], 2, /reservation key of 64 bits/],
    [["pr", "--type", "shared", "iscsi://127.0.0.1/x"], 2, /must be one of write-exclusive, exclusive-access/],
    [["nonsense"], 2, /unknown command/],
    [["inquiry", "http://127.0.0.1"], 2, /ISCSI_URL_INVALID/],
  ];
  for (const [argv, status, message] of cases) {
    const { code, stderr } = await cli("scsi", ...argv);
    assert.is(code, status, argv.join(" "));
    assert.match(stderr, message);
  }
});

test("--help of the group and of each subcommand", async () => {
  const help = await ok("--help");
  for (const name of ["raw", "inquiry", "vpd", "modes", "log", "sense", "cdb", "pr", "rtpg", "opcodes", "luns"]) {
    assert.match(help, new RegExp(`^  ${name} `, "m"));
    assert.match(await ok(name, "--help"), `Usage: lunstream scsi ${name}`);
  }
});

test("inquiry", async () => {
  const text = await ok("inquiry", url);
  assert.match(text, /^Device type: 0x00 disk$/m);
  const json = JSON.parse(await ok("inquiry", "--json", url));
  assert.is(json.deviceType, 0);
  assert.type(json.vendor, "string");
});

test("vpd: all pages of the list, or one", async () => {
  const json: { page: number; kind: string }[] = JSON.parse(await ok("vpd", "--json", url));
  assert.is(json[0]!.kind, "supportedPages");
  assert.ok(json.some((page) => page.kind === "deviceIdentification"));
  assert.match(await ok("vpd", url), /^0x83 Device Identification$/m);
  assert.is(JSON.parse(await ok("vpd", "-p", "0xb0", "--json", url)).kind, "blockLimits");
  const { code, stderr } = await cli("scsi", "vpd", "-p", "0xc7", url);
  assert.is(code, 1);
  assert.match(stderr, /INQUIRY failed: ILLEGAL REQUEST: INVALID FIELD IN CDB .*\[SCSI_ILLEGAL_REQUEST\]/);
});

test("modes", async () => {
  const json = JSON.parse(await ok("modes", "-p", "8", "--json", url));
  assert.equal([json.pages[0].name, json.pages[0].pageCode], ["Caching", 8]);
  assert.type(json.pages[0].fields.writeCacheEnable, "boolean");
  assert.match(await ok("modes", url), /^0x08 Caching/m);
});

test("luns and opcodes", async () => {
  assert.is(await ok("luns", url), "0000000000000000  peripheral  LUN 0\n0003000000000000  peripheral  LUN 3\n");
  assert.equal(JSON.parse(await ok("luns", "--json", url)).map((one: { lun: number }) => one.lun), [0, 3]);
});

test("raw: bytes both ways, to files and as JSON; the status of the command is that of the program", async () => {
  const block = new Uint8Array(512).map((_, i) => i & 255);
  writeFileSync(files.path("out.bin"), block);
  const write = "2a 00 00 00 00 05 00 00 01 00".split(" ");
  const read = "28 00 00 00 00 05 00 00 01 00".split(" ");
  assert.is(await ok("raw", "-s", files.path("out.bin"), url, ...write), "GOOD\n");
  assert.is(await ok("raw", "-r", "512", "-o", files.path("in.bin"), url, ...read), "GOOD\n");
  assert.equal(new Uint8Array(readFileSync(files.path("in.bin"))), block);
  assert.match(await ok("raw", "-r", "512", url, ...read), "01f0  f0 f1 f2 f3");
  const json = JSON.parse(await ok("raw", "--json", "-r", "512", url, ...read));
  assert.equal([json.status, json.statusName, json.data.slice(0, 8)], [0, "GOOD", "00010203"]);
  const bad = await cli("scsi", "raw", "--json", url, "c1", "00", "00", "00", "00", "00");
  assert.is(bad.code, 1);
  assert.equal([JSON.parse(bad.stdout).status, JSON.parse(bad.stdout).sense.asc], [2, 0x20]);
  const text = await cli("scsi", "raw", url, "c1", "00", "00", "00", "00", "00");
  assert.is(text.code, 1);
  assert.match(text.stdout, /^CHECK CONDITION: ILLEGAL REQUEST: INVALID COMMAND OPERATION CODE \(20\/00\)/);
  assert.is((await cli("scsi", "raw", "-s", files.path("absent"), url, "00")).code, 1);
  assert.is((await cli("scsi", "raw", "-s", "a", "--send-hex", "00", url, "00")).code, 2);
});

test("raw: what of an answer was cut off is told on standard error, and an answer that fits is silent", async () => {
  const inquiry = "12 00 00 00 24 00".split(" ");
  for (const [room, cut] of [[undefined, 36], ["10", 26]] as const) {
    for (const more of [[], ["--json"], ["-o", files.path("answer")]]) {
      const { code, stderr } = await cli(
        ...["scsi", "raw", ...more, ...(room === undefined ? [] : ["-r", room]), url, ...inquiry],
      );
      assert.is(code, 0);
      assert.is(
        stderr,
        `lunstream: the last ${cut} bytes of the answer are cut off: there was room for ${room ?? 0} (--receive)\n`,
      );
    }
  }
  for (const room of ["36", "200"]) {
    assert.is((await cli("scsi", "raw", "-r", room, url, ...inquiry)).stderr, "");
  }
});

test("raw: what the target did not take, or wanted more, is told too", async () => {
  const write = "2a 00 00 00 00 07 00 00 01 00".split(" ");
  const more = await cli("scsi", "raw", "--send-hex", "00".repeat(1024), url, ...write);
  assert.is(more.stderr, "lunstream: the target did not move 512 of the bytes that it was sent or asked for\n");
  const less = await cli(
    "scsi",
    "raw",
    "--send-hex",
    "00".repeat(512),
    url,
    ..."2a 00 00 00 00 07 00 00 02 00".split(" "),
  );
  assert.is(less.stderr, "lunstream: the target wanted or had 512 bytes more than it was sent or asked for\n");
});

test("raw: the bytes to send come from a named pipe, to its end", async () => {
  execFileSync("mkfifo", [files.path("pipe")]);
  const [, sent] = await Promise.all([
    writeFile(files.path("pipe"), new Uint8Array(1024).fill(0x5a)),
    ok("raw", "-s", files.path("pipe"), url, ..."2a 00 00 00 00 07 00 00 02 00".split(" ")),
  ]);
  assert.is(sent, "GOOD\n");
  const read = await ok("raw", "--json", "-r", "1024", url, ..."28 00 00 00 00 07 00 00 02 00".split(" "));
  assert.is(JSON.parse(read).data, "5a".repeat(1024));
});

/** Runs a subcommand against a target that gives these answers, for which no target at hand has the commands. */
async function against(
  answer: (cdb: Uint8Array) => Uint8Array | undefined,
  name: string,
  ...argv: string[]
): Promise<string> {
  const peer = await Peer.listen();
  try {
    const printed = ok(name, `iscsi://127.0.0.1:${peer.port}/iqn.2026-01.test:target/0`, ...argv);
    const connection = await peer.accept();
    await connection.login();
    for (;;) {
      const { opcode, header } = await connection.next();
      if (opcode === Opcode.LogoutRequest) {
        const { initiatorTaskTag } = decodeLogoutRequest(header);
        const fields = { response: 0, time2Wait: 0, time2Retain: 0, initiatorTaskTag } as const;
        connection.send(encodeLogoutResponse({ ...fields, ...connection.numbers() }));
        connection.socket.end();
        return await printed;
      }
      const command = decodeScsiCommand(header);
      const wanted = command.expectedDataTransferLength;
      if (wanted === 0) {
        connection.respond(command);
        continue;
      }
      const data = answer(command.cdb)?.subarray(0, wanted);
      if (data === undefined) {
        const sense = Uint8Array.of(0, 18, 0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0, 0, 0, 0, 0);
        connection.respond(command, { status: 2, underflow: true, residualCount: wanted }, sense);
        continue;
      }
      const residualCount = wanted - data.length;
      connection.dataIn(command, { final: true }, data);
      connection.respond(command, { underflow: residualCount > 0, residualCount, expDataSN: 1 });
    }
  } finally {
    await peer.close();
  }
}

test("log: one page, or all of the list", async () => {
  const pages: Record<number, Uint8Array> = {
    0x00: Uint8Array.of(0, 0, 0, 3, 0x00, 0x0d, 0x2f),
    0x0d: Uint8Array.of(0x0d, 0, 0, 12, 0, 0, 3, 2, 0, 31, 0, 1, 3, 2, 0, 65),
    0x2f: Uint8Array.of(0x2f, 0, 0, 8, 0, 0, 3, 4, 0x5d, 0x10, 33, 0),
  };
  const answer = (cdb: Uint8Array): Uint8Array => {
    assert.equal([cdb[0], cdb[2]! >> 6], [0x4d, 1], "LOG SENSE, cumulative values");
    return pages[cdb[2]! & 0x3f]!;
  };
  const text = await against(answer, "log");
  assert.match(text, /^0x00 Supported Log Pages\n {2}Pages: .*0x0d Temperature, 0x2f Informational Exceptions$/m);
  assert.match(text, /^0x0d Temperature\n {2}Current: 31\n {2}Reference: 65$/m);
  assert.match(text, /^0x2f Informational Exceptions\n(?: {2}.*\n)* {2}Temperature: 33$/m);
  const all = JSON.parse(await against(answer, "log", "--json"));
  assert.equal(all.map((page: { kind: string }) => page.kind), [
    "supportedPages",
    "temperature",
    "informationalExceptions",
  ]);
  const one = JSON.parse(await against(answer, "log", "-p", "0x0d", "--json"));
  assert.equal([one.kind, one.current, one.reference], ["temperature", 31, 65]);
});

test("log and vpd: a page that is listed and then refused does not hide the others", async () => {
  const log = (cdb: Uint8Array): Uint8Array | undefined =>
    [Uint8Array.of(0, 0, 0, 3, 0x00, 0x06, 0x0d), undefined, Uint8Array.of(0x0d, 0, 0, 6, 0, 0, 3, 2, 0, 31)][
      [0x00, 0x06, 0x0d].indexOf(cdb[2]! & 0x3f)
    ];
  assert.match(await against(log, "log"), /^0x0d Temperature\n {2}Current: 31$/m);
  const vpd = (cdb: Uint8Array): Uint8Array | undefined =>
    [Uint8Array.of(0, 0, 0, 3, 0x00, 0x80, 0xb1), undefined, Uint8Array.of(0, 0xb1, 0, 4, 0x1c, 0x20, 0, 0)][
      [0x00, 0x80, 0xb1].indexOf(cdb[2]!)
    ];
  assert.match(await against(vpd, "vpd"), /^ {2}Rotation rate: 7200$/m);
  assert.is(JSON.parse(await against(vpd, "vpd", "--json")).length, 2);
});

test("rtpg: groups, their states and ports", async () => {
  const answer = (cdb: Uint8Array): Uint8Array => {
    assert.equal([cdb[0], cdb[1]], [0xa3, 0x0a]);
    // deno-fmt-ignore
    return Uint8Array.of(0, 0, 0, 24,
      0x80, 0x8f, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1,
      0x01, 0x8f, 0, 2, 0, 1, 0, 1, 0, 0, 0, 2);
  };
  const text = await against(answer, "rtpg");
  assert.match(text, /^Group 0x0001: active\/optimized\n {2}Preferred: yes$/m);
  assert.match(text, /^Group 0x0002: active\/non-optimized\n {2}Preferred: no$/m);
  const { groups } = JSON.parse(await against(answer, "rtpg", "--json"));
  assert.equal(
    groups.map(({ group, state, ports }: { group: number; state: number; ports: number[] }) => [
      group,
      state,
      ports,
    ]),
    [[1, 0, [1]], [2, 1, [2]]],
  );
});

test.run();
