// Listing targets and LUNs ends as soon as its signal fires, or Ctrl-C is pressed, whatever is waited for.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/main.ts";
import { discover } from "../../src/client/discover.ts";
import { decodeTextRequest, encodeTextResponse, Opcode } from "../../src/wire/mod.ts";
import { rejection } from "../lib/rejections.ts";
import { DiskTarget } from "../peers/disk_target.ts";
import { lunstreamCommand } from "../peers/lunstream.ts";
import { ScsiDisk } from "../peers/scsi_disk.ts";
import type { PeerConnection } from "../protocol/peer_connection.ts";
import type { Pdu } from "../protocol/peer_bytes.ts";
import { FakeIo } from "../unit/cli/fixtures.ts";

/** Milliseconds that the end may take on a busy machine: far below every time limit that an answer has. */
const SOON = 3_000;

/** Where a target gets stuck; `reached` is called when it is. */
type Stuck = (target: DiskTarget, disk: ScsiDisk, reached: () => void) => void;

/** PDUs of this kind are not answered, but for the first so many. */
function silent(opcode: number, answered = 0): Stuck {
  return (target, _disk, reached) => {
    let left = answered;
    target.script.pdu = (_connection, pdu) => {
      if (pdu.opcode !== opcode || left-- > 0) return false;
      reached();
      return true;
    };
  };
}

/** The answer to a text comes byte by byte, and has no end. */
function trickle(connection: PeerConnection, { header }: Pdu): void {
  const { initiatorTaskTag } = decodeTextRequest(header);
  setTimeout(() => {
    if (connection.isClosed) return;
    const fields = { final: false, continue: true, lun: 0n, initiatorTaskTag, targetTransferTag: 7 };
    const pdu = encodeTextResponse({ ...fields, dataSegmentLength: 1, ...connection.numbers() });
    connection.send(pdu, Uint8Array.of(0x54));
  }, 2);
}

function command(opcode: number, answer: { silent?: boolean; status?: number }): Stuck {
  return (target, disk, reached) => {
    // An abort of the command is not answered either.
    target.script.management = false;
    disk.on(opcode, () => {
      reached();
      return answer;
    });
  };
}

const PHASES: [string, Stuck][] = [
  ["in the text exchange, with a silent target", silent(Opcode.TextRequest)],
  ["in the text exchange, with an answer that trickles", (target, _disk, reached) => {
    let parts = 0;
    target.script.pdu = (connection, pdu) => {
      if (pdu.opcode !== Opcode.TextRequest) return false;
      if (++parts === 20) reached();
      trickle(connection, pdu);
      return true;
    };
  }],
  ["in the logout of the discovery session", silent(Opcode.LogoutRequest)],
  ["in REPORT LUNS", command(0xa0, { silent: true })],
  ["in INQUIRY", command(0x12, { silent: true })],
  ["in READ CAPACITY", command(0x9e, { silent: true })],
  ["while a LUN is busy for ever", command(0x9e, { status: 0x08 })],
  ["in the logout of the session with the target", silent(Opcode.LogoutRequest, 1)],
];

/** Gets a target stuck, interrupts what waits for it, and gives the milliseconds until that had ended. */
async function interrupted(stuck: Stuck, work: (url: string) => { run: Promise<unknown>; stop: () => void }) {
  const disk = new ScsiDisk();
  const target = await DiskTarget.listen(disk);
  try {
    const reached = new Promise<void>((resolve) => stuck(target, disk, resolve));
    const { run, stop } = work(`iscsi://127.0.0.1:${target.port}`);
    run.catch(() => {});
    await reached;
    const began = performance.now();
    stop();
    const outcome = await run.catch((error) => error);
    return { outcome, took: performance.now() - began };
  } finally {
    await target.close();
  }
}

for (const [what, stuck] of PHASES) {
  test(`discover() ends with its signal ${what}`, async () => {
    const abort = new AbortController();
    const { outcome, took } = await interrupted(stuck, (url) => ({
      run: discover(url, { luns: true, signal: abort.signal }),
      stop: () => abort.abort(),
    }));
    assert.is((outcome as { code?: string }).code, "ABORT_ERR");
    assert.ok(took < SOON, `${took} ms`);
  });

  test(`the first Ctrl-C ends lunstream ls ${what}`, async () => {
    const io = new FakeIo();
    const { outcome, took } = await interrupted(stuck, (url) => ({
      run: main(["ls", "-s", url], io),
      stop: () => io.interrupt("SIGINT"),
    }));
    assert.is(outcome, 130);
    assert.ok(took < SOON, `${took} ms`);
  });
}

for (
  const [name, opcode, args] of [["inquiry", 0x12, []], ["raw", 0xa8, ["a8 00 00 00 00 00 00 00 00 00 00 00"]]] as const
) {
  test(`the first Ctrl-C ends lunstream scsi ${name} of a target that does not answer`, async () => {
    const io = new FakeIo();
    const { outcome, took } = await interrupted(command(opcode, { silent: true }), (url) => ({
      run: main(["scsi", name, `${url}/iqn.2026-01.test.lunstream:scripted/0`, ...args], io),
      stop: () => io.interrupt("SIGINT"),
    }));
    assert.is(outcome, 130);
    assert.ok(took < SOON, `${took} ms`);
  });
}

test("discover() ends with its signal in a login that is not answered", async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const abort = new AbortController();
  const connected = new Promise((resolve) =>
    server.on("connection", (socket) => (socket.on("error", () => {}), resolve(socket)))
  );
  const run = discover(`iscsi://127.0.0.1:${port}`, { signal: abort.signal });
  run.catch(() => {});
  await connected;
  abort.abort();
  assert.is((await rejection(run)).code, "ABORT_ERR");
  server.close();
});

test("the first Ctrl-C ends lunstream ls when nobody takes what it prints", async () => {
  const target = await DiskTarget.listen(new ScsiDisk());
  const io = new FakeIo();
  const printing = new Promise<void>((resolve) => {
    io.out = () => {
      resolve();
      return new Promise<void>(() => {});
    };
  });
  const run = main(["ls", `iscsi://127.0.0.1:${target.port}`], io);
  await printing;
  io.interrupt("SIGINT");
  assert.is(await run, 130);
  await target.close();
});

test("one SIGINT ends the program lunstream ls, while it waits for a text", async () => {
  const target = await DiskTarget.listen(new ScsiDisk());
  const [program, first] = lunstreamCommand();
  const child = spawn(program, [...first, "ls", `iscsi://127.0.0.1:${target.port}`], { stdio: "ignore" });
  const ended = once(child, "exit");
  await new Promise<void>((resolve) =>
    target.script.pdu = (_connection, { opcode }) => {
      if (opcode === Opcode.TextRequest) resolve();
      return opcode === Opcode.TextRequest;
    }
  );
  const began = performance.now();
  // Not `child.kill()`: after that Deno reports the signal as what ended the child, whatever did.
  process.kill(child.pid!, "SIGINT");
  assert.equal(await ended, [130, null]);
  assert.ok(performance.now() - began < SOON);
  await target.close();
});

test.run();
