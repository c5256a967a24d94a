// Lists inside of answers whose own length goes further than what holds them: cut, and told.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as scsi from "../../../src/scsi/mod.ts";

function thirdParty(type: number, ...body: number[]): scsi.VpdPage {
  const size = body.length;
  return scsi.parseVpdPage(
    Uint8Array.of(0, 0x8f, 0, 4 + size, type >> 8, type & 0xff, 0, size, ...body),
  );
}

test("SPC-4 VPD page 8Fh: lists that go past their descriptor", () => {
  for (
    const page of [
      thirdParty(0x0001, 9, 0x83, 1, 0x10), // the list announces 9 bytes
      thirdParty(0x0001, 4, 0x83, 9, 0x10, 0), // the service actions do
      thirdParty(0x0008, 9, 2, 0xe4),
      thirdParty(0x000c, 0, 9, 0xff, 0xff),
      thirdParty(0x000c, 0, 3, 0xff, 0xff, 0xff), // an entry is cut
      thirdParty(0x0108, 0, 0, 0, 64, ...new Array(8).fill(0)),
    ]
  ) assert.ok(page.problems.length > 0, page.kind);
  assert.equal(thirdParty(0x0001, 3, 0x83, 1, 0x10).problems, []);
});

test("SBC-3 RECEIVE ROD TOKEN INFORMATION: tokens and sense data that go past the answer", () => {
  const answer = new Uint8Array(32 + 4 + 514);
  new DataView(answer.buffer).setUint32(0, answer.length - 4);
  new DataView(answer.buffer).setUint32(32, 2 * 514);
  const told = scsi.parseRodTokenInformation(answer);
  assert.is(told.tokens.length, 1);
  assert.is(told.problems.length, 1);
  new DataView(answer.buffer).setUint32(32, 514);
  assert.equal(scsi.parseRodTokenInformation(answer).problems, []);
  answer[14] = 5; // sense data, and a field of 0 bytes for them
  assert.is(scsi.parseRodTokenInformation(answer).problems.length, 1);
});

test("SBC-3 POPULATE TOKEN and WRITE USING TOKEN: ranges that go past the list", () => {
  for (const [action, header] of [[0x10, 16], [0x11, 536]] as const) {
    const list = new Uint8Array(header + 16);
    const view = new DataView(list.buffer);
    view.setUint16(0, list.length - 2);
    view.setUint16(header - 2, 16);
    assert.equal(scsi.parseTokenList(list, action).problems, []);
    view.setUint16(header - 2, 32);
    assert.is(scsi.parseTokenList(list, action).problems.length, 1);
  }
});

test.run();
