// Opening asks politely: what is optional may be refused, fail or stay silent, and nothing is sent that could change a medium.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun } from "../../mod.ts";
import {
  decodeScsiCommand,
  decodeTaskManagementRequest,
  encodeTaskManagementResponse,
  Opcode,
} from "../../src/wire/mod.ts";
import { noise } from "../lib/bytes.ts";
import { reject } from "../protocol/answers.ts";
import type { Pdu } from "../protocol/peer_bytes.ts";
import type { PeerConnection } from "../protocol/peer_connection.ts";
import { outcome, rejection } from "../lib/rejections.ts";
import { withDisk } from "../peers/disk_rig.ts";
import { DiskTarget, QUICK } from "../peers/disk_target.ts";
import { type Answer, type DiskCommand, ScsiDisk } from "../peers/scsi_disk.ts";

/** Short, for targets that say nothing. */
const open = { questionTimeout: 40 };

const ILLEGAL: Answer = { sense: { key: 5, asc: 0x20, ascq: 0 } };
const REFUSALS: [string, Answer][] = [
  ["an unknown command", ILLEGAL],
  ["an invalid field", { sense: { key: 5, asc: 0x24, ascq: 0 } }],
  ["a LUN that is not supported", { sense: { key: 5, asc: 0x25, ascq: 0 } }],
  ["no medium", { sense: { key: 2, asc: 0x3a, ascq: 0 } }],
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

/** What only an optional question may meet without end. */
const ATTENTIONS: [string, Answer][] = [
  ["UNIT ATTENTION 29/00 for ever", { sense: { key: 6, asc: 0x29, ascq: 0 } }],
  ["UNIT ATTENTION 2A/01 for ever", { sense: { key: 6, asc: 0x2a, ascq: 1 } }],
];

const vpd = (page: number) => ({ cdb }: DiskCommand) => cdb[0] === 0x12 && (cdb[1]! & 1) === 1 && cdb[2] === page;
const QUESTIONS: [string, (command: DiskCommand) => boolean][] = [
  ["VPD page 00h", vpd(0x00)],
  ["VPD page B0h", vpd(0xb0)],
  ["VPD page B2h", vpd(0xb2)],
  ["VPD page 80h", vpd(0x80)],
  ["VPD page 83h", vpd(0x83)],
  ["MODE SENSE", ({ cdb }) => cdb[0] === 0x1a || cdb[0] === 0x5a],
  ["MODE SENSE(6)", ({ cdb }) => cdb[0] === 0x1a],
  ["READ CAPACITY(16)", ({ cdb }) => cdb[0] === 0x9e],
  ["everything optional", ({ cdb }) => cdb[0] === 0x12 ? (cdb[1]! & 1) === 1 : [0x1a, 0x5a, 0x9e].includes(cdb[0]!)],
];

/** Operation codes of an opening: INQUIRY, TEST UNIT READY, READ CAPACITY(10) and (16), MODE SENSE(6) and (10). */
const POLITE = new Set(["12", "00", "25", "9e", "1a", "5a"]);

const nature = { compareAndWrite: 1, unmap: true, writeSame: true, thin: true, readsZeros: true };

for (const [question, meant] of QUESTIONS) {
  for (const [how, answer] of [...REFUSALS, ...ATTENTIONS]) {
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

/** How often questions of that operation code were asked. */
const count = (disk: ScsiDisk, opcode: string) => disk.opcodes.filter((one) => one === opcode).length;

/** Task management functions that the target got. */
function management({ target }: { target: DiskTarget }, response: number | undefined): number[] {
  const seen: number[] = [];
  target.script.pdu = (connection, { opcode, header }) => {
    if (opcode !== Opcode.TaskManagementRequest) return false;
    const { initiatorTaskTag, function: fn } = decodeTaskManagementRequest(header);
    seen.push(fn);
    if (response !== undefined) {
      connection.send(encodeTaskManagementResponse({ response, initiatorTaskTag, ...connection.numbers() }));
    }
    return true;
  };
  return seen;
}

const ABORTS: [string, number | undefined][] = [
  ["done", 0],
  ["no such task", 1],
  ["not supported", 5],
  ["rejected", 255],
  ["silence", undefined],
];
for (const [how, response] of ABORTS) {
  let aborts: number[] = [];
  let late: () => void = () => {};
  const before = (rig: { disk: ScsiDisk; target: DiskTarget }) => {
    aborts = management(rig, response);
    const after = new Promise<void>((resolve) => late = resolve);
    rig.disk.on(0x1a, { after, data: Uint8Array.of(3, 0, 0x80, 0) });
  };
  withDisk(
    `a silent MODE SENSE(6), ABORT TASK answered by ${how}: nothing more is sent for it`,
    { open, before },
    async (rig) => {
      const { disk, target, lun } = rig;
      assert.equal(aborts, [1]);
      assert.is(count(disk, "1a"), 1);
      assert.is(count(disk, "5a"), 1);
      await lun.write(noise(512), 0);
      // Not asked again, neither on demand nor after a reconnect.
      await lun.refresh();
      target.cut();
      await lun.read(0, 512);
      assert.is(count(disk, "1a"), 1);
      assert.ok(count(disk, "5a") > 2);
      await lun.close();
    },
  );
  // Who has aborted the task may not answer it any more.
  if (response === 0) continue;
  withDisk(
    `a late answer after ABORT TASK answered by ${how} does no harm`,
    { open, before },
    async ({ target, lun }) => {
      late();
      await lun.session.ping();
      await lun.write(noise(512), 0);
      assert.is(target.connections.length, 1);
      assert.is(lun.readOnly, false);
      const closed = performance.now();
      await lun.close();
      assert.ok(performance.now() - closed < 2000);
    },
  );
}

const FAILURES: [string, (connection: PeerConnection, pdu: Pdu) => void][] = [
  ["a Reject", (connection, { header }) => reject(connection, 0x05, header)],
  ["a Reject that wants it later", (connection, { header }) => reject(connection, 0x0a, header)],
  ["an iSCSI failure", (connection, { header }) => connection.respond(decodeScsiCommand(header), { response: 1 })],
];
for (const [how, answer] of FAILURES) {
  const before = ({ target }: { target: DiskTarget }) => {
    target.script.pdu = (connection, pdu) => {
      if (pdu.opcode !== Opcode.ScsiCommand || decodeScsiCommand(pdu.header).cdb[0] !== 0x1a) return false;
      answer(connection, pdu);
      return true;
    };
  };
  withDisk(`MODE SENSE(6) answered by ${how}: (10) is asked`, { open, before }, async ({ target, lun }) => {
    assert.is(lun.supports.fua, true);
    await lun.close();
    assert.is(target.connections.length, 1);
  });
}

withDisk("a command that may change something is not left unanswered", { open }, async (rig) => {
  const seen = management(rig, 5);
  rig.disk.on(0x2a, { silent: true });
  const command = { cdb: Uint8Array.of(0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0), dataOut: new Uint8Array(512) };
  const write = rig.lun.session.execute(0, command, { timeout: 30, optional: true });
  assert.is(await outcome(write), "ISCSI_OUTCOME_UNKNOWN");
  assert.equal(seen.slice(0, 2), [1, 5]);
});

withDisk("a session is closed at once, whatever its target has not answered", {
  open,
  before: ({ disk, target }) => {
    target.script.management = false;
    disk.on(0x1a, { silent: true });
  },
}, async ({ lun }) => {
  const closed = performance.now();
  await lun.close();
  assert.ok(performance.now() - closed < 2000);
});

for (const [question, meant] of QUESTIONS) {
  const before = ({ disk }: { disk: ScsiDisk }) =>
    void disk.rule((command) => meant(command) ? { cut: true } : undefined);
  withDisk(
    `a target that drops the connection at ${question} is opened without the answer`,
    { nature, open, before },
    async ({ lun }) => {
      assert.is(lun.size, 2048 * 512);
      await lun.close();
    },
  );
}

withDisk("a page that is not the one asked for says nothing", {
  before: ({ disk }) => {
    disk.rule((command) =>
      vpd(0xb0)(command) ? { data: Uint8Array.of(0, 0xb1, 0, 8, ...new Array(8).fill(1)) } : undefined
    );
    disk.on(0x1a, { data: Uint8Array.of(7, 0, 0x10, 0, 0x01, 2, 0xff, 0xff) });
  },
  nature: { compareAndWrite: 1 },
}, async ({ disk, lun }) => {
  assert.is(lun.supports.compareAndWrite, false);
  await lun.write(new Uint8Array(512), 0);
  await lun.flush();
  assert.is(disk.cache.size, 0);
  assert.is(count(disk, "5a"), 0);
});

withDisk("without a caching page the header of any page will do, by the same form", {
  before: ({ disk }) =>
    void disk.on(
      0x1a,
      ({ cdb }) => cdb[2] === 0x08 ? { sense: { key: 5, asc: 0x24, ascq: 0 } } : { data: Uint8Array.of(3, 0, 0x80, 0) },
    ),
}, ({ disk, lun }) => {
  assert.is(lun.readOnly, true);
  assert.is(count(disk, "5a"), 0);
  return Promise.resolve();
});

// TEST UNIT READY

for (const [how, answer] of REFUSALS) {
  if (answer.silent === true || answer.data !== undefined || answer.status === 0x08 || answer.status === 0x28) continue;
  if (/^not ready|^no medium|^a LUN/.test(how)) continue;
  withDisk(`TEST UNIT READY answered by ${how}: a disk that can be read is opened`, {
    before: ({ disk }) => void disk.on(0x00, answer),
  }, async ({ lun }) => {
    await lun.read(0, 512);
    await lun.close();
  });
}

/** Opens a disk; the error's code where it cannot be opened. */
async function opening(disk: ScsiDisk, options: object = {}): Promise<string | undefined> {
  const target = await DiskTarget.listen(disk);
  try {
    return await outcome(openLun(target.url(), { ...QUICK, ...open, ...options }).then((lun) => lun.close()));
  } finally {
    await target.close();
  }
}

test("a disk that says that it is not ready, has no medium, or is not there is not opened", async () => {
  const cases: [Answer, string][] = [
    [{ sense: { key: 2, asc: 0x04, ascq: 0x02 } }, "SCSI_NOT_READY"],
    [{ sense: { key: 2, asc: 0x3a, ascq: 0 } }, "SCSI_MEDIUM_NOT_PRESENT"],
    [{ sense: { key: 5, asc: 0x25, ascq: 0 } }, "SCSI_LUN_NOT_FOUND"],
  ];
  for (const [answer, expected] of cases) {
    const disk = new ScsiDisk();
    disk.on(0x00, answer);
    assert.is(await opening(disk), expected);
  }
});

// READ CAPACITY

withDisk("a disk before SPC-3 is asked by READ CAPACITY(10) alone", { nature: { version: 4 } }, ({ disk, lun }) => {
  assert.is(lun.size, 2048 * 512);
  assert.is(count(disk, "9e"), 0);
  return Promise.resolve();
});

withDisk("a disk before SPC-3 that announces its provisioning is asked by READ CAPACITY(16)", {
  nature: { ...nature, version: 4 },
}, ({ disk, lun }) => {
  assert.is(lun.supports.discard, true);
  assert.is(count(disk, "25"), 0);
  return Promise.resolve();
});

const LARGE = { blocks: 2 ** 32 + 5 };
for (const version of [0, 2, 4, 5, 6]) {
  withDisk(`2^32-1 of READ CAPACITY(10) means: ask (16), also of VERSION ${version}`, {
    nature: { version },
    before: ({ disk }) => {
      disk.on(0x25, { data: Uint8Array.of(255, 255, 255, 255, 0, 0, 2, 0) });
      // Once silent: by then it must be answered.
      disk.on(0x9e, { silent: true }, version >= 5 ? 1 : 0);
      disk.on(0x9e, capacity16(LARGE.blocks));
    },
    open,
  }, ({ lun }) => {
    assert.is(lun.size, LARGE.blocks * 512);
    return Promise.resolve();
  });
}

/** The answer to READ CAPACITY(16). */
function capacity16(blocks: number, blockSize = 512): Answer {
  const data = new Uint8Array(32);
  const view = new DataView(data.buffer);
  view.setBigUint64(0, BigInt(blocks - 1));
  view.setUint32(8, blockSize);
  return { data };
}

for (const [how, answer] of REFUSALS) {
  withDisk(`READ CAPACITY(10) of an old disk answered by ${how}: (16) decides`, {
    nature: { version: 4 },
    before: ({ disk }) => void disk.on(0x25, answer),
    open,
  }, async ({ lun }) => {
    assert.is(lun.size, 2048 * 512);
    await lun.close();
  });
}

test("a disk whose size cannot be had is not opened, with the error that says why", async () => {
  const reserved = new ScsiDisk();
  reserved.on(0x9e, { status: 0x18 });
  reserved.on(0x25, ILLEGAL);
  assert.is(await opening(reserved), "SCSI_RESERVATION_CONFLICT");
  const small = new ScsiDisk();
  small.on(0x9e, ILLEGAL);
  small.on(0x25, { data: Uint8Array.of(255, 255, 255, 255, 0, 0, 2, 0) });
  assert.is(await opening(small), "BLOCK_UNSUPPORTED");
  assert.is(count(small, "9e"), 1);
});

test("an opening whose signal fires ends at once, though the target answers neither the command nor its abort", async () => {
  for (const opcode of [0x00, 0x12, 0x9e]) {
    const disk = new ScsiDisk();
    const target = await DiskTarget.listen(disk);
    target.script.management = false;
    const controller = new AbortController();
    disk.on(opcode, () => {
      controller.abort();
      return { silent: true };
    });
    try {
      const began = performance.now();
      const { code } = await rejection(openLun(target.url(), { ...QUICK, signal: controller.signal }));
      assert.is(code, "ABORT_ERR");
      assert.ok(performance.now() - began < 8000, "it does not wait for the answer to its ABORT TASK");
    } finally {
      await target.close();
    }
  }
});

// Block sizes

test("blocks above 64 KiB are refused unless they are allowed, and what is no power of two is refused always", async () => {
  const disk = (blockSize: number) => {
    const made = new ScsiDisk({ blocks: 4 });
    const short = new Uint8Array(8);
    new DataView(short.buffer).setBigUint64(0, 3n << 32n | BigInt(blockSize));
    made.on(0x25, { data: short });
    made.on(0x9e, capacity16(4, blockSize));
    return made;
  };
  assert.is(await opening(disk(65_536)), undefined);
  for (const blockSize of [131_072, 2 ** 28, 2 ** 31]) {
    assert.is(await opening(disk(blockSize)), "BLOCK_UNSUPPORTED");
    assert.is(await opening(disk(blockSize), { maxBlockSize: blockSize - 1 }), "BLOCK_UNSUPPORTED");
    assert.is(await opening(disk(blockSize), { maxBlockSize: blockSize }), undefined);
  }
  for (const blockSize of [520, 528, 4104, 4224, 2 ** 31 + 512]) {
    assert.is(await opening(disk(blockSize), { maxBlockSize: 2 ** 31 }), "BLOCK_UNSUPPORTED");
  }
  assert.is(await opening(disk(4096), { maxBlockSize: 512 }), "BLOCK_UNSUPPORTED");
  for (const maxBlockSize of [0, 2 ** 31 + 1, 0.5]) {
    assert.is(await opening(disk(512), { maxBlockSize }), "ERR_OUT_OF_RANGE");
  }
  assert.is(await opening(disk(512), { questionTimeout: -1 }), "ERR_OUT_OF_RANGE");
  assert.is(await opening(disk(512), { maxBlockSize: "4096" }), "ERR_INVALID_ARG_TYPE");
});

test.run();
