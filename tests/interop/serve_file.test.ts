// `lunstream serve --file` while the file is changed, as initiators that are not ours see it.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { noise } from "../lib/bytes.ts";
import { lunstreamCommand } from "../peers/lunstream.ts";
import { needs, peer } from "../peers/peer.ts";
import { run } from "../peers/run.ts";

const it = needs(test, "iscsi-readcapacity16", "iscsi-inq", "qemu-img", "qemu-io");
const MIB = 1 << 20;
const folder = mkdtempSync(join(tmpdir(), "lunstream-serve-"));
const path = join(folder, "disk");
let server: ChildProcessByStdio<null, Readable, null>;
let url: string;

test.before(async () => {
  writeFileSync(path, noise(4 * MIB));
  const [program, first] = lunstreamCommand();
  server = spawn(program, [...first, "serve", "--port", "0", "--file", path], { stdio: ["ignore", "pipe", "inherit"] });
  url = String((await once(server.stdout, "data"))[0]).trim();
});
test.after(async () => {
  server.kill("SIGKILL");
  await once(server, "exit");
  rmSync(folder, { recursive: true });
});

async function sizes(): Promise<[libiscsi: number, qemu: number]> {
  const capacity = await run(peer("iscsi-readcapacity16")!, [url]);
  const last = Number(/RETURNED LOGICAL BLOCK ADDRESS:\s*(\d+)/.exec(capacity.stdout)?.[1]);
  const info = await run(peer("qemu-img")!, ["info", "-f", "raw", "--output", "json", url]);
  return [(last + 1) * 512, JSON.parse(info.stdout)["virtual-size"]];
}

it("libiscsi and qemu see the size of the file as it is: at first, grown, and cut", async () => {
  assert.equal(await sizes(), [4 * MIB, 4 * MIB]);
  truncateSync(path, 6 * MIB);
  assert.equal(await sizes(), [6 * MIB, 6 * MIB]);
  truncateSync(path, 2 * MIB);
  assert.equal(await sizes(), [2 * MIB, 2 * MIB]);
});

it("what the file has lost is an error for qemu, where it has been zeros", async () => {
  truncateSync(path, 4 * MIB);
  const child = spawn(peer("qemu-io")!, ["-f", "raw", "-r", url], { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (bytes: Uint8Array) => text += new TextDecoder().decode(bytes));
  const told = async (what: RegExp): Promise<void> => {
    while (!what.test(text)) await once(child.stdout, "data");
  };
  child.stdin.write("read 0 4096\n");
  await told(/read 4096\/4096 bytes at offset 0/);
  // It has opened the LUN of 4 MiB.
  truncateSync(path, 3 * MIB);
  child.stdin.write(`read ${3 * MIB + 65536} 4096\n`);
  await told(/read failed: (?:Input\/output error|No space)/);
  child.stdin.end("quit\n");
  await once(child, "exit");
});

test.run();
