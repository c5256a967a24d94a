// Values of the wrong type, from callers without a type checker: each is refused with a code of ours, before anything is sent,
// and nothing is left behind.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connect, discover, type Lun, openLun } from "../../../mod.ts";
import { memoryBacking, startTarget, type Target } from "../../../src/target/mod.ts";
import { IscsiSession } from "../../../src/client/iscsi_session.ts";

let target: Target;
let lun: Lun;
const unhandled: unknown[] = [];

test.before(async () => {
  globalThis.addEventListener?.("unhandledrejection", (event: Event) => unhandled.push(event));
  target = await startTarget({ port: 0, luns: [{ number: 0, backing: memoryBacking(1 << 20) }] });
  lun = await openLun(target.urls[0]!);
});

async function codeOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return "no error";
}

const NO_SIGNALS = [null, 5, "x", {}, { aborted: true }] as unknown as AbortSignal[];

for (const signal of NO_SIGNALS) {
  test(`${JSON.stringify(signal)} is no signal`, async () => {
    const url = target.urls[0]!;
    const bytes = new Uint8Array(512);
    const calls: Record<string, () => unknown> = {
      openLun: () => openLun(url, { signal }),
      connect: () => connect(url, { signal }),
      discover: () => discover(url, { signal }),
      recovery: () => openLun(url, { recovery: { signal } }),
      execute: () => lun.session.execute(0, { cdb: new Uint8Array(6), replay: "safe" }, { signal }),
      read: () => lun.read(0, 512, { signal }),
      readInto: () => lun.readInto(bytes, 0, { signal }),
      write: () => lun.write(bytes, 0, { signal }),
      "odd write": () => lun.write(bytes, 1, { signal }),
      flush: () => lun.flush({ signal }),
      createReadStream: () => lun.createReadStream({ signal }),
      createWriteStream: () => lun.createWriteStream({ signal }),
      readable: () => lun.readable({ signal }),
      writable: () => lun.writable({ signal }),
    };
    for (const [name, call] of Object.entries(calls)) assert.is(await codeOf(call), "ERR_INVALID_ARG_TYPE", name);
  });
}

const OPTIONS: [name: string, value: unknown, code: string][] = [
  ["env", 5, "ERR_INVALID_ARG_TYPE"],
  ["isid", 5, "ERR_INVALID_ARG_TYPE"],
  ["isid", new Uint8Array(5), "ERR_INVALID_ARG_VALUE"],
  ["portals", 5, "ERR_INVALID_ARG_TYPE"],
  ["portals", [null], "ERR_INVALID_ARG_VALUE"],
  ["redirect", 5, "ERR_INVALID_ARG_TYPE"],
  ["recovery", { verify: 5 }, "ERR_INVALID_ARG_TYPE"],
  ["recovery", 5, "ERR_INVALID_ARG_TYPE"],
  ["recovery", null, "ERR_INVALID_ARG_TYPE"],
  ["recovery", { replayWrites: "no" }, "ERR_INVALID_ARG_TYPE"],
  ["depth", "3", "ERR_INVALID_ARG_TYPE"],
  ["readOnly", "false", "ERR_INVALID_ARG_TYPE"],
  ["atomic", 1, "ERR_INVALID_ARG_TYPE"],
  // A write to what the caller believes to be open for reading only must not happen for want of a capital letter.
  ["readonly", true, "ERR_INVALID_ARG_VALUE"],
];
for (const [name, value, code] of OPTIONS) {
  test(`option ${name} = ${JSON.stringify(value)}: ${code}`, async () => {
    assert.is(await codeOf(() => openLun(target.urls[0]!, { [name]: value })), code);
  });
}

for (const options of [null, 5, "x"] as never[]) {
  test(`${options} for the options`, async () => {
    for (const work of [openLun, connect, discover]) {
      assert.is(await codeOf(() => work(target.urls[0]!, options)), "ERR_INVALID_ARG_TYPE");
    }
  });
}

for (const reason of [undefined, "why", new Error("why"), new DOMException("why", "TimeoutError")]) {
  test(`an abort while TCP connects is ABORT_ERR, and its reason ${String(reason)} the cause`, async () => {
    const abort = new AbortController();
    try {
      await IscsiSession.connect({
        host: "192.0.2.1",
        targetName: "iqn.2026-01.com.example:disk",
        initiatorName: "iqn.2026-01.com.example:host",
        signal: abort.signal,
        connectTcp: ({ signal }) =>
          new Promise((_, reject) => {
            signal!.addEventListener("abort", () => reject(signal!.reason));
            queueMicrotask(() => abort.abort(reason));
          }),
      });
      assert.unreachable();
    } catch (error) {
      assert.is((error as { code?: unknown }).code, "ABORT_ERR");
      assert.is((error as Error).cause, abort.signal.reason);
    }
  });
}

test.after(async () => {
  await lun.close();
  await target.close();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(unhandled, []);
});

test.run();
