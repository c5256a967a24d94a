/**
 * The data of a write as a scripted target takes them.
 *
 * @module
 */

import * as assert from "uvu/assert";
import { type DataOut, decodeDataOut, Opcode } from "../../src/wire/mod.ts";
import { pattern } from "../lib/bytes.ts";
import type { Command, PeerConnection } from "./peer_connection.ts";

/** A login that agrees on these keys. */
export const keys = (more: Record<string, string>) => ({ login: { keys: more } });
/** Keys without which nothing is sent unasked. */
export const R2T_ONLY = { InitialR2T: "Yes", ImmediateData: "No" };

/** Takes Data-Out PDUs up to the one with F, and checks what is true of every sequence. */
export async function sequence(
  target: PeerConnection,
  command: Command,
  start: number,
  tag = 0x77,
): Promise<DataOut[]> {
  const all: DataOut[] = [];
  let at = start;
  for (;;) {
    const { header, data } = await target.expect(Opcode.DataOut);
    const pdu = decodeDataOut(header);
    assert.is(header[0], Opcode.DataOut);
    assert.is(pdu.dataSN, all.length);
    assert.is(pdu.bufferOffset, at);
    assert.is(pdu.initiatorTaskTag, command.initiatorTaskTag);
    assert.is(pdu.targetTransferTag, tag);
    assert.is(pdu.expStatSN, target.statSN);
    assert.equal(data, pattern(data.length, at));
    if (!pdu.final) assert.is(data.length % 4, 0);
    at += data.length;
    all.push(pdu);
    if (pdu.final) return all;
  }
}

/** Bytes that they carry together. */
export const total = (pdus: DataOut[]) => pdus.reduce((sum, pdu) => sum + pdu.dataSegmentLength, 0);
