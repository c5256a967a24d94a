// Opening asks politely: what is optional may be refused, fail or stay silent, and nothing is sent that could change a medium.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun } from "../../mod.ts";
import { decodeTaskManagementRequest, encodeTaskManagementResponse, Opcode } from "../../src/wire/mod.ts";
import { noise } from "../lib/bytes.ts";
import { code, rejection } from "../lib/rejections.ts";
import { withDisk } from "../peers/disk_rig.ts";
import { DiskTarget, QUICK } from "../peers/disk_target.ts";
import { type Answer, type DiskCommand, ScsiDisk } from "../peers/scsi_disk.ts";

/** Short, for targets that say nothing. */
const open = { questionTimeout: 40 };

const ILLEGAL: Answer = { sense: { key: 5, asc: 0x20, ascq: 0 } };
const REFUSALS: [string, Answer][] = [
  ["an unknown command", ILLEGAL],
  ["an invalid field", { sense: { key: 5, asc: 0x24, ascq: 0 } }],
  ["a reservation conflict", { status: 0x18 }],
  ["an aborted command 0B/00", { sense: { key: 0xb, asc: 0, ascq: 0 } }],
  ["an internal failure 04/44", { sense: { key: 4, asc: 0x44, ascq: 0 } }],
  ["not ready 02/04/02", { sense: { key: 2, asc: 0x04, ascq: 2 } }],
  ["a CHECK CONDITION without sense", { sense: new Uint8Array(0) }],
  ["a CHECK CONDITION with garbage", { sense: new Uint8Array(18).fill(0x55) }],
  ["a deferred error", { sense: { key: 3, asc: 0x0c, ascq: 0, deferred: true } }],
  ["TASK ABORTED", { status: 0x40 }],
  ["BUSY", { status: 0x08 }],
  ["TASK SET FULL", { status: 0x28 }],
  ["no data", {}],
  ["two bytes", { data: Uint8Array.of(0, 0) }],
  ["garbage", { data: new Uint8Array(252).fill(0x5a) }],
  ["silence", { silent: true }],
];

const vpd = (page: number) => ({ cdb }: DiskCommand) => cdb[0] === 0x12 && (cdb[1]! & 1) === 1 && cdb[2] === page;
const QUESTIONS: [string, (command: DiskCommand) => boolean][] = [
  ["VPD page 00h", vpd(0x00)],
  ["VPD page B0h", vpd(0xb0)],
  ["VPD page B2h", vpd(0xb2)],
  ["MODE SENSE", ({ cdb }) => cdb[0] === 0x1a || cdb[0] === 0x5a],
  ["MODE SENSE(6)", ({ cdb }) => cdb[0] === 0x1a],
  ["READ CAPACITY(16)", ({ cdb }) => cdb[0] === 0x9e],
  [
    "everything optional",
    (command) =>
      command.cdb[0] === 0x12
        ? [0, 0xb0, 0xb2].some((page) => vpd(page)(command))
        : [0x1a, 0x5a, 0x9e].includes(command.cdb[0]!),
  ],
];

/** Operation codes of an opening: INQUIRY, TEST UNIT READY, READ CAPACITY(10) and (16), MODE SENSE(6) and (10). */
const POLITE = new Set(["12", "00", "25", "9e", "1a", "5a"]);

const nature = { compareAndWrite: 1, unmap: true, writeSame: true, thin: true, readsZeros: true };

for (const [question, meant] of QUESTIONS) {
  for (const [how, answer] of REFUSALS) {
    const before = ({ disk }: { disk: ScsiDisk }) => void disk.rule((command) => meant(command) ? answer : undefined);
    withDisk(
      `${question} answered by ${how}: the disk is opened, read, written and flushed`,
      { nature, open, before },
      async (rig) => {
        const { disk, lun } = rig;
        assert.equal(disk.opcodes.filter((opcode) => !POLITE.has(opcode)), []);
        assert.ok(disk.log.every(({ cdb }) => cdb[0] !== 0x9e || cdb[1] === 0x10));
        assert.is(lun.size, 2048 * 512);
        const data = noise(3000);
        await lun.write(data, 700, { fua: true });
        assert.equal(disk.medium.slice(700, 3700), data);
        assert.equal(await lun.read(700, 3000), data);
        await lun.write(data, 5000);
        await lun.flush();
        assert.equal(disk.medium.slice(5000, 8000), data);
        assert.is(lun.session.state, "connected");
      await lun.close();
      },
    );
  }
}
test.run();
