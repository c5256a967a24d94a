// tshark reads what the target says: every PDU is understood, none is malformed, and every digest is right.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryBacking, startTarget } from "../../src/target/mod.ts";
import { decodeR2T, encodeLogoutRequest, encodeNopOut, Opcode, RESERVED_TAG } from "../../src/wire/mod.ts";
import { needs, peer } from "../peers/peer.ts";
import { run } from "../peers/run.ts";
import { cdb10, Initiator } from "../unit/target/initiator.ts";
import { noise } from "../lib/bytes.ts";
import { pcap, relay } from "./lib/capture.ts";

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
  const data = noise(20480, 3);
  const tag = one.start(cdb10(0x2a, 8, 40), { write: data, immediate: 1000 });
  const r2t = decodeR2T((await one.expect(Opcode.R2T)).header);
  one.dataOut(tag, data.subarray(1000, 9001), { ...r2t, bufferOffset: 1000, final: false });
  one.dataOut(tag, data.subarray(9001), { ...r2t, bufferOffset: 9001, dataSN: 1 });
  assert.is((await one.finish()).status, 0);
  assert.equal((await one.command(cdb10(0x28, 8, 40), { read: 20480 })).data, data);
  assert.is((await one.command(cdb10(0x28, 0x7fffffff, 1), { read: 512 })).code, "5/2100");
  const numbers = { cmdSN: one.cmdSN, expStatSN: one.expStatSN };
  const tags = { lun: 0n, initiatorTaskTag: 900, targetTransferTag: RESERVED_TAG };
  one.send(encodeNopOut({ immediate: true, ...tags, ...numbers, dataSegmentLength: 5 }), noise(5));
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
      writeFileSync(file, pcap(tap.pieces));
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
