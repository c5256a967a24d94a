/**
 * A small target over one connection of the scripted peer: it logs in, reads, writes with R2T, answers pings, texts and aborts.
 * Small limits, so that every transfer takes several PDUs.
 *
 * @module
 */

import {
  decodeLogoutRequest,
  decodeNopOut,
  decodeScsiCommand,
  decodeTaskManagementRequest,
  decodeTextRequest,
  encodeLogoutResponse,
  encodeNopIn,
  encodeTaskManagementResponse,
  encodeTextKeys,
  encodeTextResponse,
  Opcode,
  RESERVED_TAG,
} from "../../src/wire/mod.ts";
import type { Pdu } from "../protocol/peer_bytes.ts";
import type { LoginAnswers, PeerConnection } from "../protocol/peer_connection.ts";

/** Block size of the disk. */
export const BLOCK = 512;
/** Data-In PDUs carry so many bytes at most: no multiple of 4, so that the last one has padding. */
const MOST_IN = 768;
const BURST = 512;

/** Keys of the login: R2T for everything but the immediate data. */
export const SMALL: LoginAnswers = {
  maxRecv: 512,
  keys: {
    InitialR2T: "Yes",
    ImmediateData: "Yes",
    FirstBurstLength: "512",
    MaxBurstLength: String(BURST),
    DefaultTime2Wait: "0",
  },
};

interface Writing {
  at: number;
  end: number;
  asked: number;
  itt: number;
  lun: bigint;
  r2tSN: number;
}

/** Serves one connection to its end. Never rejects: an initiator that is cut off is no failure of the target. */
export async function serve(connection: PeerConnection, disk: Uint8Array): Promise<void> {
  try {
    await connection.login(SMALL);
    const writes = new Map<number, Writing>();
    for (;;) {
      const pdu = await connection.next();
      if (pdu.opcode === Opcode.LogoutRequest) {
        const { initiatorTaskTag } = decodeLogoutRequest(pdu.header);
        const fields = { response: 0, time2Wait: 0, time2Retain: 0, initiatorTaskTag } as const;
        connection.send(encodeLogoutResponse({ ...fields, ...connection.numbers() }));
        connection.socket.end();
        return;
      }
      answer(connection, pdu, disk, writes);
    }
  } catch {
    connection.socket.destroy();
  }
}

function answer(connection: PeerConnection, pdu: Pdu, disk: Uint8Array, writes: Map<number, Writing>): void {
  switch (pdu.opcode) {
    case Opcode.ScsiCommand:
      return command(connection, pdu, disk, writes);
    case Opcode.DataOut: {
      const view = new DataView(pdu.header.buffer, pdu.header.byteOffset);
      const writing = writes.get(view.getUint32(16));
      const offset = view.getUint32(40);
      if (writing === undefined) return;
      disk.set(pdu.data, writing.at + offset);
      if ((pdu.header[1] as number) & 0x80) ask(connection, writing, writes);
      return;
    }
    case Opcode.NopOut: {
      const { initiatorTaskTag } = decodeNopOut(pdu.header);
      if (initiatorTaskTag === RESERVED_TAG) return;
      const fields = { lun: 0n, initiatorTaskTag, targetTransferTag: RESERVED_TAG, dataSegmentLength: pdu.data.length };
      return connection.send(encodeNopIn({ ...fields, ...connection.numbers() }), pdu.data);
    }
    case Opcode.TextRequest:
      return text(connection, pdu);
    case Opcode.TaskManagementRequest: {
      const { initiatorTaskTag, referencedTaskTag } = decodeTaskManagementRequest(pdu.header);
      writes.delete(referencedTaskTag);
      const header = encodeTaskManagementResponse({ response: 0, initiatorTaskTag, ...connection.numbers() });
      return connection.send(header);
    }
  }
}

function command(connection: PeerConnection, pdu: Pdu, disk: Uint8Array, writes: Map<number, Writing>): void {
  const one = decodeScsiCommand(pdu.header);
  const at = (one.cdb[5] as number) * BLOCK;
  const length = one.expectedDataTransferLength;
  switch (one.cdb[0]) {
    case 0x12: {
      // INQUIRY, and its status comes with its data.
      return connection.dataIn(one, { status: 0 }, disk.slice(0, length));
    }
    case 0x28: {
      let dataSN = 0;
      for (let done = 0; done < length; done += MOST_IN) {
        const end = Math.min(length, done + MOST_IN);
        const fields = { dataSN: dataSN++, bufferOffset: done, final: end === length };
        connection.dataIn(one, fields, disk.slice(at + done, at + end));
      }
      return connection.respond(one, { expDataSN: dataSN });
    }
    case 0x2a: {
      disk.set(pdu.data, at);
      const { initiatorTaskTag: itt, lun } = one;
      const writing = { at, end: length, asked: pdu.data.length, itt, lun, r2tSN: 0 };
      writes.set(itt, writing);
      return ask(connection, writing, writes);
    }
    default:
      return connection.respond(one);
  }
}

function ask(connection: PeerConnection, writing: Writing, writes: Map<number, Writing>): void {
  const { itt: initiatorTaskTag, lun, asked, end } = writing;
  if (asked === end) {
    writes.delete(initiatorTaskTag);
    return connection.respond({ initiatorTaskTag }, { expDataSN: writing.r2tSN });
  }
  const length = Math.min(BURST, end - asked);
  const fields = { bufferOffset: asked, desiredDataTransferLength: length, r2tSN: writing.r2tSN++ };
  connection.r2t({ initiatorTaskTag, lun }, fields);
  writing.asked += length;
}

/** SendTargets, its answer in two parts that break in the middle of a pair. */
function text(connection: PeerConnection, pdu: Pdu): void {
  const request = decodeTextRequest(pdu.header);
  const all = encodeTextKeys([["TargetName", "iqn.2026-01.test.lunstream:scripted"], [
    "TargetAddress",
    "127.0.0.1:3260,1",
  ]]);
  const first = request.targetTransferTag === RESERVED_TAG;
  const data = first ? all.slice(0, 21) : all.slice(21);
  connection.send(
    encodeTextResponse({
      final: !first,
      continue: first,
      dataSegmentLength: data.length,
      lun: 0n,
      initiatorTaskTag: request.initiatorTaskTag,
      targetTransferTag: first ? 0x33 : RESERVED_TAG,
      ...connection.numbers(),
    }),
    data,
  );
}
