import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fileDevice, type FileDeviceOptions } from "../../../src/devices/file.ts";
import { positionalDevice } from "../../../src/devices/positional.ts";
import { code } from "../../lib/rejections.ts";

const bytes = new Uint8Array(4096).map((_, i) => i);
let folder = "";
let path = "";

test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), "lunstream-"));
  path = join(folder, "image");
  writeFileSync(path, bytes);
});
test.after.each(() => rmSync(folder, { recursive: true }));

test("options that are not allowed leave the file as it is", async () => {
  const wrong: FileDeviceOptions[] = [
    { size: -1 },
    { size: NaN },
    { size: 0.5 },
    { size: 1000, blockSize: 512 },
    { size: 1024, blockSize: 0 },
    { size: 1024, blockSize: 3 },
    { size: 5000, readOnly: true },
    { blockSize: 3 },
  ];
  for (const options of wrong) {
    assert.is(await code(fileDevice(path, options)), "ERR_OUT_OF_RANGE", JSON.stringify(options));
    assert.equal(new Uint8Array(readFileSync(path)), bytes, JSON.stringify(options));
  }
  for (const size of ["5", 5n] as never[]) assert.is(await code(fileDevice(path, { size })), "ERR_INVALID_ARG_TYPE");
  assert.equal(new Uint8Array(readFileSync(path)), bytes);
  assert.is(await code(fileDevice(join(folder, "new"), { size: -1 })), "ERR_OUT_OF_RANGE");
  assert.is(await code(fileDevice(join(folder, "new"))), "COPY_FILE");
});

test("what has no positions is refused", async () => {
  assert.is(await code(fileDevice("/dev/null", { readOnly: true })), "COPY_FILE");
  assert.is(await code(fileDevice(folder, { readOnly: true })), "COPY_FILE");
});

test("a file that becomes shorter gives an error, not zeros", async () => {
  const device = await fileDevice(path);
  truncateSync(path, 1000);
  assert.equal(await device.read(0, 1000), bytes.slice(0, 1000));
  assert.is(await code(device.read(990, 20)), "BLOCK_END_OF_DEVICE");
  assert.is(await code(device.read(3000, 20)), "BLOCK_END_OF_DEVICE");
  for (const at of [990, 3000]) {
    assert.is(await code(device.write(bytes.slice(at, at + 20), at)), "BLOCK_END_OF_DEVICE");
    assert.is(
      await code(device.compareAndWrite(bytes.slice(at, at + 20), new Uint8Array(20), at)),
      "BLOCK_END_OF_DEVICE",
    );
  }
  assert.is(statSync(path).size, 1000, "no write makes it longer, with zeros in between");
  await device.close();
});

test("a sync that fails is told to every writer, once", async () => {
  let fail = false;
  const device = positionalDevice({
    isRegular: false,
    size: () => Promise.resolve(4096),
    read: () => Promise.resolve(0),
    write: () => Promise.resolve(),
    // As a file does: once, whoever asks first.
    sync: () => {
      const failed = fail;
      fail = false;
      return failed ? Promise.reject(Object.assign(new Error("EIO"), { code: "COPY_FILE" })) : Promise.resolve();
    },
    close: () => Promise.resolve(),
  }, { size: 4096 });
  const [one, two, three] = [{}, {}, {}];
  const block = new Uint8Array(512);
  for (const writer of [one, two]) await device.write(block, 0, { writer });
  await device.write(block, 0);
  fail = true;
  const flushes = [device.flush({ writer: one }), device.flush({ writer: one }), device.flush({ writer: two })];
  assert.equal(await Promise.all(flushes.map(code)), ["COPY_FILE", "ISCSI_OUTCOME_UNKNOWN", "ISCSI_OUTCOME_UNKNOWN"]);
  await device.flush({ writer: three });
  assert.is(await code(device.flush()), "ISCSI_OUTCOME_UNKNOWN");
  for (const writer of [one, two, undefined]) await device.flush({ writer });
  await device.write(block, 0);
  fail = true;
  assert.is(await code(device.write(block, 0, { fua: true })), "COPY_FILE");
  assert.is(await code(device.flush()), "ISCSI_OUTCOME_UNKNOWN");
  await device.write(block, 0, { fua: true });
});

test.run();
