// Wrong values for what users call: whatever is said of them is said in one form, and has a code.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as lunstream from "../../mod.ts";
import { fromHex } from "../../src/bytes/mod.ts";
import { copy, deviceSink, deviceSource, openSink, openSource } from "../../src/copy/mod.ts";
import * as handles from "../../src/handles/mod.ts";
import * as scsi from "../../src/scsi/mod.ts";
import { resolveOptions } from "../../src/session/options.ts";
import * as streams from "../../src/streams/mod.ts";
import { fileBacking, memoryBacking, startTarget, type TargetOptions } from "../../src/target/mod.ts";

const WRONG: readonly unknown[] = [undefined, null, {}, NaN, "1", -1];
/** What no message may have in it: words of JavaScript instead of English, and the forms of before. */
const UNWANTED =
  /\b[Aa] (undefined|object|array|instance)\b|\ban undefined|a null\b|\[object|was passed|were wanted|was wanted|^Expected|\bcame$/;
/** Nothing listens there. */
const URL = "iscsi://127.0.0.1:1/iqn.2026-01.com.example:disk/0";

/** A call with a wrong value in one place; `any`, as a caller without a type checker has it. */
// deno-lint-ignore no-explicit-any
type Call = (wrong: any) => unknown;

const device = lunstream.memoryDevice(4096);
const bytes = new Uint8Array(512);
const session = { host: "127.0.0.1", initiatorName: "iqn.2026-01.com.example:host", targetName: "disk" };
const gone = () => Promise.reject(new lunstream.IscsiError("ISCSI_SESSION_CLOSED", "The session has been closed"));
const opened = () => handles.fileHandle(device);
const resolved = (more: Record<string, unknown>) =>
  resolveOptions({ ...session, ...more } as unknown as Parameters<typeof resolveOptions>[0]);
const started = async (more: Record<string, unknown>): Promise<void> => {
  const luns = [{ backing: memoryBacking(4096) }];
  await (await startTarget({ luns, ...more } as TargetOptions)).close();
};

const CALLS: Record<string, Record<string, Call>> = {
  client: {
    "openLun url": (wrong) => lunstream.openLun(wrong),
    "openLun options": (wrong) => lunstream.openLun(URL, wrong),
    "connect options": (wrong) => lunstream.connect(URL, wrong),
    "discover options": (wrong) => lunstream.discover(URL, wrong),
    "parseIscsiUrl text": (wrong) => lunstream.parseIscsiUrl(wrong),
    ...Object.fromEntries(
      ["signal", "env", "auth", "limits", "timeouts", "keepalive", "recovery", "isid"]
        .map(
          (name): [string, Call] => [`openLun ${name}`, (wrong) => lunstream.openLun(URL, { [name]: wrong })],
        ),
    ),
  },
  session: {
    options: (wrong) => resolveOptions(wrong),
    ...Object.fromEntries(
      ["host", "port", "portals", "targetName", "initiatorName", "sessionType", "portalGroupTag", "tap", "redirect"]
        .map(
          (name): [string, Call] => [name, (wrong) => resolved({ [name]: wrong })],
        ),
    ),
    portal: (wrong) => resolved({ portals: [wrong] }),
    "timeouts.login": (wrong) => resolved({ timeouts: { login: wrong } }),
    "keepalive.interval": (wrong) => resolved({ keepalive: { interval: wrong } }),
    "limits.headerDigest": (wrong) => resolved({ limits: { headerDigest: wrong } }),
    "limits.maxBurstLength": (wrong) => resolved({ limits: { maxBurstLength: wrong } }),
    "limits.initialR2T": (wrong) => resolved({ limits: { initialR2T: wrong } }),
    "recovery.maxAttempts": (wrong) => resolved({ recovery: { maxAttempts: wrong } }),
    "recovery.verify": (wrong) => resolved({ recovery: { verify: wrong } }),
    "recovery.replayWrites": (wrong) => resolved({ recovery: { replayWrites: wrong } }),
    "auth.username": (wrong) => resolved({ auth: { username: wrong, password: "a secret of length" } }),
    "auth.password": (wrong) => resolved({ auth: { username: "user", password: wrong } }),
    "auth.target": (wrong) => resolved({ auth: { username: "user", password: "a secret of length", target: wrong } }),
    "auth.algorithms": (wrong) =>
      resolved({ auth: { username: "user", password: "a secret of length", algorithms: wrong } }),
  },
  devices: {
    "memoryDevice size": (wrong) => lunstream.memoryDevice(wrong),
    "memoryDevice options": (wrong) => lunstream.memoryDevice(4096, wrong),
    "memoryDevice blockSize": (wrong) => lunstream.memoryDevice(4096, { blockSize: wrong }),
    "fileDevice path": (wrong) => lunstream.fileDevice(wrong, { readOnly: true }),
    "fileDevice readOnly": (wrong) => lunstream.fileDevice("/dev/null", { readOnly: wrong }),
    "httpDevice url": (wrong) => lunstream.httpDevice(wrong),
    "httpDevice timeout": (wrong) => lunstream.httpDevice("http://127.0.0.1:1/", { timeout: wrong, retries: 0 }),
    ...Object.fromEntries(
      ["depth", "readOnly", "atomic", "signal"].map(
        (name): [string, Call] => [
          `openScsiBlockDevice ${name}`,
          (wrong) => lunstream.openScsiBlockDevice({ execute: gone }, { [name]: wrong }),
        ],
      ),
    ),
    "slice position": (wrong) => lunstream.slice(device, wrong, 512),
    "slice length": (wrong) => lunstream.slice(device, 0, wrong),
    "cached capacity": (wrong) => lunstream.cached(device, { capacity: wrong }),
    "readOnly options": (wrong) => lunstream.readOnly(device, wrong),
    "readInto buffer": (wrong) => device.readInto(wrong, 0),
    "readInto position": (wrong) => device.readInto(bytes, wrong),
    "read length": (wrong) => device.read(0, wrong),
    "write buffer": (wrong) => device.write(wrong, 0),
    "write signal": (wrong) => device.write(bytes, 0, { signal: wrong }),
    "compareAndWrite data": (wrong) => device.compareAndWrite(bytes, wrong, 0),
  },
  "streams, handles, copies": {
    "createReadStream start": (wrong) => streams.createReadStream(device, { start: wrong }),
    "createReadStream end": (wrong) => streams.createReadStream(device, { end: wrong }),
    "createReadStream encoding": (wrong) => streams.createReadStream(device, { encoding: wrong }),
    "createWriteStream depth": (wrong) => streams.createWriteStream(device, { depth: wrong }),
    "readable position": (wrong) => streams.readable(device, { position: wrong }),
    "writable length": (wrong) => streams.writable(device, { length: wrong }),
    "writable signal": (wrong) => streams.writable(device, { signal: wrong }),
    "a chunk": (wrong) => streams.writable(device).getWriter().write(wrong),
    "FileHandle.read offset": (wrong) => opened().read(bytes, wrong),
    "FileHandle.read position": (wrong) => opened().read(bytes, 0, 1, wrong),
    "FileHandle.write data": (wrong) => opened().write(wrong),
    "copy options": (wrong) =>
      copy(deviceSource(device, { name: "a" }), deviceSink(lunstream.memoryDevice(4096), { name: "b" }), wrong),
    "copy depth": (wrong) =>
      copy(deviceSource(device, { name: "a" }), deviceSink(lunstream.memoryDevice(4096), { name: "b" }), {
        depth: wrong,
      }),
    openSource: async (wrong) => await (await openSource(wrong)).close(),
    openSink: (wrong) => wrong === "1" ? openSink("") : openSink(wrong),
  },
  scsi: {
    "read10 lba": (wrong) => scsi.read10({ lba: wrong, blocks: 1, dataIn: bytes }),
    "read10 blocks": (wrong) => scsi.read10({ lba: 0, blocks: wrong, dataIn: bytes }),
    "read10 dataIn": (wrong) => scsi.read10({ lba: 0, blocks: 1, dataIn: wrong }),
    "read10 fua": (wrong) => scsi.read10({ lba: 0, blocks: 1, dataIn: bytes, fua: wrong }),
    "inquiry allocationLength": (wrong) => scsi.inquiry({ allocationLength: wrong }),
    "writeSame16 dataOut": (wrong) => scsi.writeSame16({ lba: 0, blocks: 1, dataOut: wrong }),
    "readSmallest smallest": (wrong) => scsi.readSmallest({ lba: 0, blocks: 1, dataIn: bytes, smallest: wrong }),
    fromHex: (wrong) => fromHex(wrong),
  },
  target: {
    options: async (wrong) => await (await startTarget(wrong)).close(),
    "memoryBacking size": (wrong) => memoryBacking(wrong),
    "memoryBacking options": (wrong) => memoryBacking(4096, wrong),
    "fileBacking path": (wrong) => fileBacking(wrong),
    ...Object.fromEntries(
      ["luns", "port", "targetName", "auth", "queueDepth", "loginTimeout", "maxBurstLength"].map(
        (name): [string, Call] => [name, (wrong) => started({ [name]: wrong })],
      ),
    ),
    "a serial": (wrong) => started({ luns: [{ backing: memoryBacking(4096), serial: wrong }] }),
  },
};

for (const [group, calls] of Object.entries(CALLS)) {
  test(`wrong values, ${group}`, async () => {
    for (const [name, call] of Object.entries(calls)) {
      let refused = 0;
      for (const wrong of WRONG) {
        const where = `${name} = ${typeof wrong === "string" ? `"${wrong}"` : wrong}`;
        try {
          await call(wrong);
        } catch (error) {
          const { code, message } = error as { code?: unknown; message: string };
          assert.type(code, "string", `${where} has no code: ${message}`);
          assert.not.match(message, UNWANTED, `${where}: ${message}`);
          if (String(code).startsWith("ERR_")) {
            refused++;
            assert.match(message, / must .*, got /, `${where}: ${message}`);
          }
        }
      }
      assert.ok(refused > 0, `${name} takes whatever it is given`);
    }
  });
}

test("no secret is repeated, whatever it is given for", () => {
  const secret = "hunter2-hunter2";
  const wrong: Record<string, unknown>[] = [
    { auth: secret },
    { auth: { username: "user", password: [secret] } },
    { auth: { username: "user", password: secret.slice(0, 8) } },
    { auth: { username: "user", password: secret, target: { password: secret } } },
    { auth: { username: "user", password: secret, target: secret } },
  ];
  for (const options of wrong) {
    assert.throws(() => resolved(options), (error: Error) => !error.message.includes("hunter"));
  }
});

test.run();
