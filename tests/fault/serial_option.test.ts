// The option `serial`: another disk that comes while a LUN is opened is not taken for the one that was asked for.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun } from "../../mod.ts";
import { code } from "../lib/rejections.ts";
import { DiskTarget, QUICK } from "../peers/disk_target.ts";
import { naa, ScsiDisk } from "../peers/scsi_disk.ts";

/** What is asked when it comes: operation code, and page of INQUIRY or MODE SENSE. */
const MOMENTS = [[0x12, 0x80], [0x12, 0x83], [0x00, 0], [0x9e, 0], [0x1a, 0x08]] as const;

for (const how of ["a unit attention", "a lost connection"]) {
  for (const [opcode, page] of MOMENTS) {
    const moment = `${opcode.toString(16)}h/${page.toString(16)}h`;
    test(`another disk comes by ${how} while a LUN is opened, at ${moment}`, async () => {
      const disk = new ScsiDisk();
      const target = await DiskTarget.listen(disk);
      try {
        let left = 1;
        disk.rule((command) => {
          const { cdb } = command;
          if (cdb[0] !== opcode || (page > 0 && cdb[2] !== page) || --left !== 0) return undefined;
          const answer = how === "a unit attention" ? disk.carryOut(command) : { cut: true };
          Object.assign(disk.nature, { serial: "serial-2", designators: [naa(0x3000_0000_0000_0002n)] });
          if (how === "a unit attention") disk.attention(0x3f, 0x03);
          return answer;
        });
        const write = async (serial: string): Promise<void> => {
          const lun = await openLun(target.url(), { ...QUICK, serial });
          await lun.write(new Uint8Array(512).fill(7), 0).finally(() => lun.close());
        };
        assert.is(await code(write("serial-1")), "SCSI_IDENTITY_CHANGED");
        assert.is(disk.bytes(0, 1)[0], 0, "nothing is written to the other disk");
        await write("serial-2");
      } finally {
        await target.close();
      }
    });
  }
}

test.run();
