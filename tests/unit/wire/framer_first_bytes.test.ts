// What the framer takes for a peer that does not speak iSCSI.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex } from "../../../src/bytes/hex.ts";
import type { FramerOptions } from "../../../src/wire/framer.ts";
import { Opcode } from "../../../src/wire/opcodes.ts";
import { caught, feed, headerOf, join, nopIn, setup } from "./framer_support.ts";

// First bytes

const foreign = (options: Partial<FramerOptions>, bytes: Uint8Array) => {
  // The peer greets and waits: the answer must come without a whole header, and however it is cut.
  for (const size of [1, 3, 100]) {
    const { framer, recorder } = setup(options);
    const error = caught(() => {
      for (let i = 0; i < bytes.length; i += size) feed(framer, bytes.subarray(i, i + size));
    });
    assert.is(error.code, "ISCSI_NOT_ISCSI", `reads of ${size}: ${error.message}`);
    assert.is(error.name, "ProtocolError");
    assert.match(error.message, /^[\x20-\x7e]+$/);
    assert.is(recorder.headers.length, 0);
  }
};
const text = (line: string) => new TextEncoder().encode(line);

for (
  const [name, bytes] of [
    ["HTTP", text("HTTP/1.1 400 Bad Request\r\n")],
    ["SSH", text("SSH-2.0-OpenSSH_9.2p1\r\n")],
    ["SMTP, whose 2 is an opcode", text("220 mx.example.com ESMTP\r\n")],
    ["a line that begins with #, the Login Response", text("# welcome\n")],
    ["a line that begins with $, the Text Response", text("$5\r\nhello\r\n")],
    ["a line that begins with %, the Data-In", text("%PDF-1.7\n")],
    ["a line that begins with ?, the Reject", text("?OK?\r\n")],
    ["IMAP", text("* OK IMAP4 ready\r\n")],
    ["POP3", text("+OK ready\r\n")],
    ["VNC", text("RFB 003.008\n")],
    ["a TLS alert", fromHex("15030300020228")],
    ["MySQL", fromHex("4a0000000a382e30")],
    ["Telnet", fromHex("fffd18fffd20")],
    ["zeros, the NOP-Out of an initiator", new Uint8Array(48)],
    ["an initiator", fromHex("43870000 00000000")],
    ["an opcode of nobody", fromHex("27800000")],
    ["a vendor's opcode", fromHex("3c800000")],
    ["a NOP-In with the I bit", fromHex("60800000")],
    ["a NOP-In with the reserved bit of byte 0", fromHex("a0800000")],
    ["an R2T without its fixed bit", fromHex("31000000")],
  ] as const
) test(`no target: ${name}`, () => foreign({}, bytes));

for (
  const [name, bytes] of [
    ["HTTP", text("GET / HTTP/1.1\r\n")],
    ["an HTTP proxy's client, whose C is a Login Request", text("CONNECT example.com:443 HTTP/1.1\r\n")],
    ["HTTP/2", text("PRI * HTTP/2.0\r\n")],
    ["SSH", text("SSH-2.0-PuTTY\r\n")],
    ["SMTP", text("EHLO example.com\r\n")],
    ["TLS", fromHex("1603010200010001fc0303")],
    ["a target", fromHex("23870000")],
    ["an opcode of nobody", fromHex("07800000")],
  ] as const
) test(`no initiator: ${name}`, () => foreign({ peer: "initiator" }, bytes));

test("every target opcode passes as a first PDU, and so does every initiator's, with and without I", () => {
  for (const opcode of Object.values(Opcode)) {
    const target = opcode >= 0x20;
    const { framer, recorder } = setup({ peer: target ? "target" : "initiator" });
    feed(framer, headerOf({ opcode, data: 0, mark: 0 }));
    assert.is(recorder.pdus.length, 1);
    if (target) continue;
    const immediate = setup({ peer: "initiator" });
    feed(immediate.framer, headerOf({ opcode: opcode | 0x40, data: 0, mark: 0 }));
    assert.is(immediate.recorder.pdus.length, 1);
  }
});

test("a Login Response of any stage passes as a first PDU", () => {
  for (let flags = 0; flags < 256; flags++) {
    if ((flags & 0x30) !== 0) continue;
    const header = headerOf({ opcode: Opcode.LoginResponse, data: 0, mark: 0 });
    header[1] = flags;
    const { framer, recorder } = setup();
    feed(framer, header);
    assert.is(recorder.pdus.length, 1);
  }
});

test("only the first header is checked so: later ones are for the handler", () => {
  const { framer, recorder } = setup();
  feed(framer, join(headerOf(nopIn), headerOf({ opcode: 0x1c, data: 0, mark: 0x30 })));
  assert.is(recorder.pdus.length, 2);
});

test.run();
