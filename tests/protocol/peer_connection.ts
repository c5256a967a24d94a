/**
 * One connection of a scripted target: it logs an initiator in, and then does nothing by itself.
 *
 * @module
 */

import type { Socket } from "node:net";
import {
  decodeLoginRequest,
  decodeNopOut,
  decodeScsiCommand,
  encodeDataIn,
  encodeLoginResponse,
  encodeNopIn,
  encodeR2T,
  encodeScsiResponse,
  encodeTextKeys,
  Opcode,
  opcodeName,
  parseTextKeys,
  RESERVED_TAG,
  type ScsiCommandPdu,
} from "../../src/wire/mod.ts";
import { cutPdu, framePdu, type Pdu, word } from "./peer_bytes.ts";
import { within } from "./within.ts";

/** A SCSI Command with its immediate data. */
export type Command = ScsiCommandPdu & { data: Uint8Array };

/** How the peer logs an initiator in. */
export interface LoginAnswers {
  /** Values for keys, instead of taking over what is offered; undefined: the key is not answered. */
  keys?: Record<string, string | undefined>;
  /** MaxRecvDataSegmentLength of this target; 262144 where absent. */
  maxRecv?: number;
  /** StatSN of the first response; 0 where absent. */
  statSN?: number;
  /** MaxCmdSN minus CmdSN of the login; 63 where absent. */
  window?: number;
  /** TSIH of the final response; 1 where absent. */
  tsih?: number;
  /** TargetPortalGroupTag; 1 where absent. */
  tag?: number;
  /** Pairs that end the first answer, whatever is offered. */
  more?: [string, string][];
}

const DECLARATIVE = ["InitiatorName", "InitiatorAlias", "TargetName", "SessionType", "MaxRecvDataSegmentLength"];

/** Hex of a serial number, plus an offset. */
export function plus(number: number, offset: number): number {
  return (number + offset) >>> 0;
}

/** One connection of an initiator. */
export class PeerConnection {
  /** The TCP socket. */
  readonly socket: Socket;
  /** Everything that came, in order. */
  readonly log: Pdu[] = [];
  /** Keys that the initiator has sent in its login. */
  readonly offered: Map<string, string> = new Map();
  /** Login Requests. */
  readonly logins: ReturnType<typeof decodeLoginRequest>[] = [];
  /** StatSN of the next answer. */
  statSN = 0;
  /** ExpCmdSN that PDUs carry; follows the commands that come. */
  expCmdSN = 0;
  /** MaxCmdSN minus ExpCmdSN minus -1, kept by PDUs that do not say otherwise. */
  window = 64;
  /** Digests in both directions. */
  headerDigest = false;
  /** Digests in both directions. */
  dataDigest = false;
  /** ExpStatSN of the last PDU. */
  expStatSN = 0;
  /** Resolves when the initiator has closed or reset the connection. */
  readonly closed: Promise<void>;
  /** Whether it has. */
  isClosed = false;
  #buffer: Uint8Array = new Uint8Array(0);
  #queue: Pdu[] = [];
  #waiting: ((pdu: Pdu | undefined) => void) | undefined;

  /** Takes a socket over. */
  constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      const end = () => {
        this.isClosed = true;
        this.#waiting?.(undefined);
        resolve();
      };
      socket.on("end", end);
      socket.on("close", end);
    });
    socket.on("error", () => {});
    socket.on("data", (chunk: Uint8Array) => this.#take(chunk));
  }

  #take(chunk: Uint8Array): void {
    const joined = new Uint8Array(this.#buffer.length + chunk.length);
    joined.set(this.#buffer);
    joined.set(chunk, this.#buffer.length);
    this.#buffer = joined;
    for (;;) {
      const found = cutPdu(this.#buffer, this);
      if (found === undefined) return;
      const { pdu, end } = found;
      this.#buffer = this.#buffer.slice(end);
      this.log.push(pdu);
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting !== undefined) waiting(pdu);
      else this.#queue.push(pdu);
    }
  }

  /** The next PDU. Fails when the connection ends instead, or nothing comes in time. */
  async next(): Promise<Pdu> {
    const pdu = await within(this.following(), () => "a PDU");
    if (pdu === undefined) throw new Error("The initiator closed the connection instead of sending a PDU");
    return pdu;
  }

  /** The next PDU, however long it takes; undefined when the connection ends instead. */
  async following(): Promise<Pdu | undefined> {
    const queued = this.#queue.shift();
    const pdu = queued ??
      (this.isClosed ? undefined : await new Promise<Pdu | undefined>((resolve) => this.#waiting = resolve));
    if (pdu === undefined) return undefined;
    if (pdu.opcode !== Opcode.LoginRequest) this.expStatSN = word(pdu.header, 28);
    const immediate = ((pdu.header[0] as number) & 0x40) !== 0;
    const numbered = pdu.opcode !== Opcode.DataOut && pdu.opcode !== Opcode.Snack && !immediate;
    if (numbered && word(pdu.header, 24) === this.expCmdSN) this.expCmdSN = plus(this.expCmdSN, 1);
    return pdu;
  }

  /** The next PDU, which must be of this kind. */
  async expect(opcode: number): Promise<Pdu> {
    const pdu = await this.next();
    if (pdu.opcode !== opcode) throw new Error(`Expected ${opcodeName(opcode)}, got ${opcodeName(pdu.opcode)}`);
    return pdu;
  }

  /** The next PDU, which must be a SCSI Command. */
  async command(): Promise<Command> {
    const { header, data } = await this.expect(Opcode.ScsiCommand);
    return { ...decodeScsiCommand(header), data };
  }

  /** Checks that nothing has been sent so far: pings, and the answer must be what comes next. */
  async quiet(): Promise<void> {
    const tag = 0x51e7;
    this.nopIn({ targetTransferTag: tag });
    const { header } = await this.expect(Opcode.NopOut);
    const answer = decodeNopOut(header);
    if (answer.targetTransferTag !== tag) throw new Error("The answer to the ping is not the one expected");
  }

  /** Resolves when the initiator has closed the connection; fails in time. */
  async gone(): Promise<void> {
    await within(this.closed, () => "the initiator to close the connection");
  }

  /** MaxCmdSN that PDUs carry. */
  get maxCmdSN(): number {
    return plus(this.expCmdSN, this.window - 1);
  }

  /** Takes one StatSN. */
  takeStatSN(): number {
    const taken = this.statSN;
    this.statSN = plus(taken, 1);
    return taken;
  }

  /** The three numbers of an answer that consumes a StatSN. */
  numbers(): { statSN: number; expCmdSN: number; maxCmdSN: number } {
    return { statSN: this.takeStatSN(), expCmdSN: this.expCmdSN, maxCmdSN: this.maxCmdSN };
  }

  /** Sends one PDU with its pads and digests. */
  send(header: Uint8Array, data: Uint8Array = new Uint8Array(0)): void {
    this.socket.write(this.frame(header, data));
  }

  /** The bytes of one PDU. */
  frame(header: Uint8Array, data: Uint8Array = new Uint8Array(0)): Uint8Array {
    return framePdu(header, data, this);
  }

  /** Logs the initiator in, to the end. */
  async login(answers: LoginAnswers = {}): Promise<void> {
    const { keys = {}, maxRecv = 262144, window = 63, tsih = 1, tag = 1 } = answers;
    this.statSN = answers.statSN ?? 0;
    this.window = window + 1;
    for (let told = false;; told = true) {
      const { header, data } = await this.expect(Opcode.LoginRequest);
      const request = decodeLoginRequest(header);
      this.logins.push(request);
      this.expCmdSN = request.cmdSN;
      const reply: [string, string][] = [];
      if (!told && this.offered.size === 0 && tag >= 0) reply.push(["TargetPortalGroupTag", String(tag)]);
      for (const [key, value] of parseTextKeys(data)) {
        this.offered.set(key, value);
        if (key === "MaxRecvDataSegmentLength") reply.push([key, String(maxRecv)]);
        if (DECLARATIVE.includes(key)) continue;
        const answer = key in keys ? keys[key] : takeOver(key, value);
        if (answer === undefined) continue;
        reply.push([key, answer]);
        if (request.currentStage === 1) this.#agree(key, answer);
      }
      if (!told) reply.push(...answers.more ?? []);
      const final = request.transit && request.nextStage === 3;
      this.send(
        encodeLoginResponse({
          transit: request.transit,
          continue: false,
          currentStage: request.currentStage,
          nextStage: request.nextStage,
          versionMax: 0,
          versionActive: 0,
          isid: request.isid,
          tsih: final ? tsih : request.tsih,
          initiatorTaskTag: request.initiatorTaskTag,
          ...this.numbers(),
          statusClass: 0,
          statusDetail: 0,
          dataSegmentLength: encodeTextKeys(reply).length,
        }),
        encodeTextKeys(reply),
      );
      if (!final) continue;
      this.headerDigest = this.#agreed.get("HeaderDigest") === "CRC32C";
      this.dataDigest = this.#agreed.get("DataDigest") === "CRC32C";
      return;
    }
  }

  readonly #agreed: Map<string, string> = new Map();
  #agree(key: string, value: string): void {
    this.#agreed.set(key, value);
  }

  /** Sends a NOP-In that answers nothing. */
  nopIn(fields: { targetTransferTag?: number; lun?: bigint; expCmdSN?: number; maxCmdSN?: number } = {}): void {
    this.send(encodeNopIn({
      dataSegmentLength: 0,
      lun: 0n,
      initiatorTaskTag: RESERVED_TAG,
      targetTransferTag: RESERVED_TAG,
      statSN: this.statSN,
      expCmdSN: this.expCmdSN,
      maxCmdSN: this.maxCmdSN,
      ...fields,
    }));
  }

  /** Sends a SCSI Response. */
  respond(
    command: { initiatorTaskTag: number },
    fields: Partial<Parameters<typeof encodeScsiResponse>[0]> = {},
    data: Uint8Array = new Uint8Array(0),
  ): void {
    const numbers = fields.statSN === undefined ? this.numbers() : { expCmdSN: this.expCmdSN, maxCmdSN: this.maxCmdSN };
    this.send(
      encodeScsiResponse({
        dataSegmentLength: data.length,
        bidirectionalOverflow: false,
        bidirectionalUnderflow: false,
        overflow: false,
        underflow: false,
        response: 0,
        status: 0,
        initiatorTaskTag: command.initiatorTaskTag,
        snackTag: 0,
        statSN: 0,
        expDataSN: 0,
        bidirectionalResidualCount: 0,
        residualCount: 0,
        ...numbers,
        ...fields,
      }),
      data,
    );
  }

  /** Sends a Data-In; with `status` given, it ends the command. */
  dataIn(
    command: { initiatorTaskTag: number },
    fields: Partial<Parameters<typeof encodeDataIn>[0]>,
    data: Uint8Array,
  ): void {
    this.send(this.dataInHeader(command, fields, data.length), data);
  }

  /** The header of a Data-In. */
  dataInHeader(
    command: { initiatorTaskTag: number },
    fields: Partial<Parameters<typeof encodeDataIn>[0]>,
    length: number,
  ): Uint8Array {
    const ends = fields.status !== undefined || fields.statusPresent === true;
    return encodeDataIn({
      final: ends,
      acknowledge: false,
      overflow: false,
      underflow: false,
      statusPresent: ends,
      status: 0,
      dataSegmentLength: length,
      lun: 0n,
      initiatorTaskTag: command.initiatorTaskTag,
      targetTransferTag: RESERVED_TAG,
      expCmdSN: this.expCmdSN,
      maxCmdSN: this.maxCmdSN,
      statSN: ends && fields.statSN === undefined ? this.takeStatSN() : 0,
      dataSN: 0,
      bufferOffset: 0,
      residualCount: 0,
      ...fields,
    });
  }

  /** Sends an R2T. */
  r2t(
    command: { initiatorTaskTag: number; lun: bigint },
    fields: { bufferOffset: number; desiredDataTransferLength: number; r2tSN?: number; targetTransferTag?: number },
  ): void {
    this.send(encodeR2T({
      lun: command.lun,
      initiatorTaskTag: command.initiatorTaskTag,
      targetTransferTag: 0x77,
      statSN: this.statSN,
      expCmdSN: this.expCmdSN,
      maxCmdSN: this.maxCmdSN,
      r2tSN: 0,
      ...fields,
    }));
  }
}

function takeOver(key: string, value: string): string | undefined {
  if (key === "AuthMethod" || key === "HeaderDigest" || key === "DataDigest") {
    const list = value.split(",");
    return list.includes("None") ? "None" : list[0];
  }
  return value;
}
