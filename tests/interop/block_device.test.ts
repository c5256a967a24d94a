// Block devices of the system as ends of a copy: a loop device, where the tests may make one.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fileDevice } from "../../mod.ts";
import { memoryBacking, startTarget, type Target } from "../../src/target/mod.ts";
import { noise, pattern, same } from "../lib/bytes.ts";
import { lunstream } from "../peers/lunstream.ts";
import { where } from "../peers/peer.ts";

const MIB = 1 << 20;
/** No power of two: the size of a device is found without one. */
const DEVICE = 5 * MIB + 512 * 3;
const bytes = noise(3 * MIB);
const rest = pattern(DEVICE);
let folder: string;
let image: string;
let target: Target;
const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), "lunstream-block-"));
  image = join(folder, "image");
  const backing = memoryBacking(bytes.length);
  await backing.write(bytes, 0);
  target = await startTarget({ luns: [{ backing }, { number: 1, backing: memoryBacking(6 * MIB) }] });
});
test.after(async () => {
  await target.close();
  rmSync(folder, { recursive: true });
});

/** Whether this process may make a loop device: not without being root, nor in most containers. */
function canMakeDevices(): boolean {
  try {
    run("losetup", "--detach", run("losetup", "--find", "--show", "--read-only", process.execPath));
    return true;
  } catch {
    return false;
  }
}

const deviceTest = where(canMakeDevices(), "loop devices", test);

/** A test with a device that is full of `rest`; see `where()` where there is none. */
function withDevice(name: string, body: (device: string) => Promise<void>): void {
  deviceTest(name, async () => {
    writeFileSync(image, rest);
    const device = run("losetup", "--find", "--show", image);
    try {
      await body(device);
    } finally {
      run("losetup", "--detach", device);
    }
  });
}

withDevice("a block device is written in place, and keeps what lies beyond the source", async (device) => {
  const { code, stderr } = await lunstream(["cp", target.urls[0]!, device]);
  assert.is(code, 0, stderr);
  const now = readFileSync(image);
  assert.ok(same(now.subarray(0, bytes.length), bytes));
  assert.ok(same(now.subarray(bytes.length), rest.subarray(bytes.length)));
  assert.not(existsSync(`${device}.part`));
});

withDevice("a block device is copied to a LUN, all of it", async (device) => {
  const { code, stderr } = await lunstream(["cp", device, target.urls[1]!]);
  assert.is(code, 0, stderr);
  assert.match(stderr, /^5(?:\.\d+)? MiB copied/m);
});

withDevice("what is too large for a block device is refused before anything is written", async (device) => {
  const { code, stderr } = await lunstream(["cp", target.urls[1]!, device]);
  assert.is(code, 1);
  assert.match(stderr, new RegExp(`has ${6 * MIB} bytes, and ${device} can hold ${DEVICE} .*COPY_SOURCE_TOO_LARGE`));
  assert.ok(same(readFileSync(image), rest));
});

withDevice("one device is the same place under all its names", async (device) => {
  const other = join(folder, "other");
  const [major, minor] = run("stat", "--format", "%Hr %Lr", device).split(" ");
  run("mknod", other, "b", major!, minor!);
  const { code, stderr } = await lunstream(["cp", device, other]);
  assert.is(code, 2, stderr);
  assert.match(stderr, /must be another place than the source/);
  rmSync(other);
});

withDevice("fileDevice() has the size of a block device, and reads and writes it", async (path) => {
  const device = await fileDevice(path, { readOnly: false });
  assert.is(device.size, DEVICE);
  await device.write(bytes.subarray(0, 1000), 123);
  assert.ok(same(await device.read(123, 1000), bytes.subarray(0, 1000)));
  await device.flush();
  await device.close();
});

test.run();
