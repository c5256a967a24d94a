/**
 * What a scripted target says beside data and status: asynchronous messages, Rejects,
 * refused logins, and the answers to Logout and task management.
 *
 * @module
 */

import {
  decodeTaskManagementRequest,
  encodeAsyncMessage,
  encodeLoginResponse,
  encodeLogoutResponse,
  encodeReject,
  encodeTaskManagementResponse,
  Opcode,
  type TaskManagementRequest,
} from "../../src/wire/mod.ts";
import type { PeerConnection } from "./peer_connection.ts";

/** Sends an Asynchronous Message. */
export function message(
  target: PeerConnection,
  asyncEvent: number,
  more: Partial<Parameters<typeof encodeAsyncMessage>[0]> = {},
  data: Uint8Array = new Uint8Array(0),
): void {
  target.send(
    encodeAsyncMessage({
      dataSegmentLength: data.length,
      lun: 0n,
      asyncEvent,
      asyncVCode: 0,
      parameter1: 0,
      parameter2: 0,
      parameter3: 0,
      ...target.numbers(),
      ...more,
    }),
    data,
  );
}

/** Sends a Reject of the PDU with that header. */
export function reject(target: PeerConnection, reason: number, header: Uint8Array): void {
  target.send(encodeReject({ dataSegmentLength: header.length, reason, ...target.numbers(), dataSN: 0 }), header);
}

/** Ends a login with a status, and what goes with it (RFC 7143 §11.13.5). */
export async function refuseLogin(
  target: PeerConnection,
  statusClass: number,
  statusDetail: number,
  data: Uint8Array = new Uint8Array(0),
): Promise<void> {
  const { header } = await target.expect(Opcode.LoginRequest);
  target.send(
    encodeLoginResponse({
      transit: false,
      continue: false,
      currentStage: 1,
      nextStage: 0,
      versionMax: 0,
      versionActive: 0,
      isid: header.slice(8, 14),
      tsih: 0,
      initiatorTaskTag: new DataView(header.buffer).getUint32(16),
      ...target.numbers(),
      statusClass,
      statusDetail,
      dataSegmentLength: data.length,
    }),
    data,
  );
}

/** Answers the Logout Request with that header. */
export function answerLogout(target: PeerConnection, header: Uint8Array): void {
  target.send(encodeLogoutResponse({
    response: 0,
    initiatorTaskTag: new DataView(header.buffer).getUint32(16),
    time2Wait: 0,
    time2Retain: 0,
    ...target.numbers(),
  }));
}

/** Takes a Logout Request, answers it, and closes. */
export async function logout(target: PeerConnection): Promise<void> {
  const { header } = await target.expect(Opcode.LogoutRequest);
  answerLogout(target, header);
  target.socket.end();
}

/** Takes a Task Management Function Request. */
export async function tmf(target: PeerConnection): Promise<TaskManagementRequest> {
  return decodeTaskManagementRequest((await target.expect(Opcode.TaskManagementRequest)).header);
}

/** Answers it. */
export function answer(target: PeerConnection, request: TaskManagementRequest, response: number): void {
  target.send(
    encodeTaskManagementResponse({ response, initiatorTaskTag: request.initiatorTaskTag, ...target.numbers() }),
  );
}
