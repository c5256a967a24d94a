// Where the standards put single bits, byte by byte: a test that encodes by our own description would not see an error.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as scsi from "../../../src/scsi/mod.ts";

test("SBC-5 GET STREAM STATUS: PERM is bit 7 of a stream's first byte", () => {
  const answer = (first: number): Uint8Array => Uint8Array.of(0, 0, 0, 8, 0, 0, 0, 1, first, 0, 0, 5, 0x3f, 0, 0, 0);
  assert.equal(scsi.parseStreamStatus(answer(0x80)).streams, [{ stream: 5, permanent: true, relativeLifetime: 63 }]);
  assert.is(scsi.parseStreamStatus(answer(0x7f)).streams[0]!.permanent, false);
});

test.run();
