/**
 * A target for one test, and requests to it beside SCSI commands.
 *
 * @module
 */

import { memoryBacking, startTarget, type Target, type TargetOptions } from "../../../src/target/mod.ts";
import {
  decodeTaskManagementResponse,
  decodeTextResponse,
  encodeLoginRequest,
  encodeTaskManagementRequest,
  encodeTextKeys,
  encodeTextRequest,
  Opcode,
  RESERVED_TAG,
  type TextRequest,
} from "../../../src/wire/mod.ts";
import type { Initiator } from "./initiator.ts";

/** Runs `use` with a target of one memory LUN of 1 MiB, unless `options` say otherwise. */
export async function withTarget(
  options: Partial<TargetOptions>,
  use: (target: Target) => Promise<void>,
): Promise<void> {
  const target = await startTarget({ luns: [{ backing: memoryBacking(1024 * 1024) }], ...options });
  try {
    await use(target);
  } finally {
    await target.close();
  }
}

/** Sends a Text Request, and gives the response with its keys. */
export async function text(initiator: Initiator, keys: Record<string, string>, fields: Partial<TextRequest> = {}) {
  const data = encodeTextKeys(Object.entries(keys));
  const header = encodeTextRequest({
    immediate: true,
    final: true,
    continue: false,
    lun: 0n,
    initiatorTaskTag: initiator.tag++,
    targetTransferTag: RESERVED_TAG,
    cmdSN: initiator.cmdSN,
    expStatSN: initiator.expStatSN,
    ...fields,
    dataSegmentLength: data.length,
  });
  initiator.send(header, data);
  const pdu = await initiator.expect(Opcode.TextResponse);
  return { response: decodeTextResponse(pdu.header), data: pdu.data };
}

/** The header of a Login Request, which has no place in the full-feature phase. */
export function loginRequest({ isid, cmdSN, expStatSN }: Initiator): Uint8Array {
  return encodeLoginRequest({
    transit: true,
    continue: false,
    currentStage: 1,
    nextStage: 3,
    versionMax: 0,
    versionMin: 0,
    isid,
    tsih: 0,
    initiatorTaskTag: 0,
    cid: 1,
    cmdSN,
    expStatSN,
    dataSegmentLength: 0,
  });
}

/** Sends a Task Management Function Request. */
export async function manage(
  initiator: Initiator,
  fn: number,
  referencedTaskTag = RESERVED_TAG,
  lun = 0n,
): Promise<void> {
  initiator.send(encodeTaskManagementRequest({
    immediate: true,
    function: fn,
    lun,
    initiatorTaskTag: initiator.tag++,
    referencedTaskTag,
    cmdSN: initiator.cmdSN,
    expStatSN: initiator.expStatSN,
    refCmdSN: 0,
    expDataSN: 0,
  }));
  await Promise.resolve();
}

/** Takes the response to it, and gives what it says. */
export async function managed(initiator: Initiator): Promise<number> {
  return decodeTaskManagementResponse((await initiator.expect(Opcode.TaskManagementResponse)).header).response;
}
