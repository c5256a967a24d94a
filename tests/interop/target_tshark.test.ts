// tshark reads what the target says: every PDU is understood, none is malformed, and every digest is right.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryBacking, startTarget, type Target } from "../../src/target/mod.ts";
import { decodeR2T, encodeLogoutRequest, encodeNopOut, Opcode, RESERVED_TAG } from "../../src/wire/mod.ts";
import { needs, peer } from "../peers/peer.ts";
import { run } from "../peers/run.ts";
import { cdb10, Initiator, pattern } from "../unit/target/initiator.ts";

/** One piece of a TCP stream. */
interface Piece {
  fromTarget: boolean;
  bytes: Uint8Array;
}

/** A relay to the target that notes what passes. */
async function relay(target: Target): Promise<{ port: number; pieces: Piece[]; close(): void }> {
  const pieces: Piece[] = [];
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    const pass = (fromTarget: boolean, to: typeof client) => (chunk: Uint8Array) => {
      pieces.push({ fromTarget, bytes: new Uint8Array(chunk) });
      to.write(chunk);
    };
    client.on("data", pass(false, upstream));
    upstream.on("data", pass(true, client));
    for (const [one, other] of [[client, upstream], [upstream, client]] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.end());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, pieces, close: () => void server.close() };
}

/** A capture file (pcap, raw IPv4) of one connection between ports 40000 and 3260. */
function capture(pieces: Piece[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, 0xa1b2c3d4);
  header.setUint16(4, 2);
  header.setUint16(6, 4);
  header.setUint32(16, 262144);
  header.setUint32(20, 101);
  parts.push(new Uint8Array(header.buffer));
  const sequence = [1, 1];
  let time = 0;
  for (const { fromTarget, bytes } of pieces) {
    for (let at = 0; at < bytes.length; at += 60000) {
      const data = bytes.subarray(at, at + 60000);
      const from = Number(fromTarget);
      const packet = new DataView(new ArrayBuffer(16 + 40));
      packet.setUint32(4, time++);
      packet.setUint32(8, 40 + data.length);
      packet.setUint32(12, 40 + data.length);
      packet.setUint16(16, 0x4500);
      packet.setUint16(18, 40 + data.length);
      packet.setUint16(24, 0x4006);
      packet.setUint32(28, 0x7f000001);
      packet.setUint32(32, 0x7f000001);
      packet.setUint16(36, fromTarget ? 3260 : 40000);
      packet.setUint16(38, fromTarget ? 40000 : 3260);
      packet.setUint32(40, sequence[from]!);
      packet.setUint32(44, sequence[1 - from]!);
      packet.setUint16(48, 0x5018);
      packet.setUint16(50, 0xffff);
      sequence[from]! += data.length;
      parts.push(new Uint8Array(packet.buffer), data);
    }
  }
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** A session with a bit of everything. */
async function talk(port: number, name: string, digest: string): Promise<void> {
  const one = await Initiator.connect(port);
  await one.login({
    TargetName: name,
    InitialR2T: "No",
    HeaderDigest: digest,
    DataDigest: digest,
    MaxRecvDataSegmentLength: "2048",
  });
  await one.command([0x12, 0, 0, 0, 96, 0], { read: 96 });
  await one.command([0xa0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0], { read: 256 });
  const data = pattern(20480, 3);
  const tag = one.start(cdb10(0x2a, 8, 40), { write: data, immediate: 1000 });
  const r2t = decodeR2T((await one.expect(Opcode.R2T)).header);
  one.dataOut(tag, data.subarray(1000, 9001), { ...r2t, bufferOffset: 1000, final: false });
  one.dataOut(tag, data.subarray(9001), { ...r2t, bufferOffset: 9001, dataSN: 1 });
  assert.is((await one.finish()).status, 0);
  assert.equal((await one.command(cdb10(0x28, 8, 40), { read: 20480 })).data, data);
  assert.is((await one.command(cdb10(0x28, 0x7fffffff, 1), { read: 512 })).code, "5/2100");
  const numbers = { cmdSN: one.cmdSN, expStatSN: one.expStatSN };
  const tags = { lun: 0n, initiatorTaskTag: 900, targetTransferTag: RESERVED_TAG };
  one.send(encodeNopOut({ immediate: true, ...tags, ...numbers, dataSegmentLength: 5 }), pattern(5));
  await one.expect(Opcode.NopIn);
  one.send(encodeLogoutRequest({ immediate: true, reason: 0, cid: 0, initiatorTaskTag: 901, ...numbers }));
  await one.expect(Opcode.LogoutResponse);
  await one.closed;
}

for (const digest of ["None", "CRC32C"]) {
  needs(test, "tshark")(`digests ${digest}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "lunstream-tshark-"));
    const target = await startTarget({ luns: [{ backing: memoryBacking(65536) }] });
    const tap = await relay(target);
    try {
      await talk(tap.port, target.name, digest);
      const file = join(folder, "session.pcap");
      writeFileSync(file, capture(tap.pieces));
      const options = ["-r", file, "-d", "tcp.port==3260,iscsi", "-o", "tcp.check_checksum:FALSE"];
      const { stdout } = await run(peer("tshark")!, [...options, "-V"], { check: true, env: { LC_ALL: "C" } });
      for (
        const name of [
          "Login Response",
          "SCSI Data In",
          "Ready To Transfer",
          "SCSI Response",
          "NOP In",
          "Logout Response",
        ]
      ) {
        assert.ok(stdout.includes(`Opcode: ${name}`), name);
      }
      assert.not.match(stdout, /malformed/i);
      assert.not.match(stdout, /Bad CRC32|incorrect/i);
      const count = (what: RegExp) => stdout.match(what)?.length ?? 0;
      const digests = [count(/HeaderDigest: .*Good CRC32/g), count(/DataDigest: .*Good CRC32/g)];
      // All PDUs after the login, and those of them that have data.
      assert.equal(digests, digest === "None" ? [0, 0] : [26, 18]);
    } finally {
      tap.close();
      await target.close();
      rmSync(folder, { recursive: true });
    }
  });
}

test.run();
