/**
 * An initiator for tests that sends exactly the PDUs it is told to, right or wrong.
 *
 * @module
 */

import { connect, type Socket } from "node:net";
import { crc32c } from "../../../src/bytes/mod.ts";
import {
  dataSegmentLengthOf,
  decodeDataIn,
  decodeLoginResponse,
  decodeScsiResponse,
  decodeScsiResponseData,
  encodeDataOut,
  encodeDigest,
  encodeLoginRequest,
  encodeScsiCommand,
  encodeTextKeys,
  type LoginRequest,
  type LoginResponse,
  Opcode,
  opcodeOf,
  paddingOf,
  parseTextKeys,
  RESERVED_TAG,
  type ScsiCommandPdu,
  totalAhsLengthOf,
} from "../../../src/wire/mod.ts";

/** One PDU from the target. */
export interface Pdu {
  header: Uint8Array;
  data: Uint8Array;
}

/** How a command ended. */
export interface Outcome {
  status: number;
  sense: Uint8Array;
  /** `key/ascq` in hex, as `5/2400`; empty without sense. */
  code: string;
  data: Uint8Array;
  /** Positive: overflow; negative: underflow. */
  residual: number;
  /** Data-In PDUs. */
  pdus: number;
  /** Whether the status came with the data. */
  collapsed: boolean;
}

/** What a test may change in a command. */
export type CommandFields = Partial<Omit<ScsiCommandPdu, "cdb" | "dataSegmentLength">>;

/** One connection. */
export class Initiator {
  readonly socket: Socket;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  cmdSN = 1;
  expStatSN = 0;
  tag = 1;
  isid: Uint8Array = Uint8Array.of(0x80, 0, 0, 0, 0, 1);
  tsih = 0;
  headerDigest = false;
  dataDigest = false;
  maxCmdSN = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #queue: Pdu[] = [];
  #waiting: ((pdu: Pdu | undefined) => void)[] = [];
  #ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk: Uint8Array) => this.#take(chunk));
    this.closed = new Promise((resolve) =>
      socket.on("close", () => {
        this.#ended = true;
        for (const wake of this.#waiting.splice(0)) wake(undefined);
        resolve();
      })
    );
  }

  /** Connects to a target of this machine. */
  static connect(port: number, host = "127.0.0.1"): Promise<Initiator> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host, noDelay: true }, () => resolve(new Initiator(socket)));
      socket.once("error", reject);
    });
  }

  /** Connects, and logs in without security. */
  static async login(port: number, name: string, keys: Record<string, string> = {}): Promise<Initiator> {
    const initiator = await Initiator.connect(port);
    await initiator.login({ TargetName: name, ...keys });
    return initiator;
  }

  /** Sends a header with data, padding and the digests in use. */
  send(header: Uint8Array, data: Uint8Array = new Uint8Array(0)): void {
    const parts = [header];
    if (this.headerDigest) parts.push(encodeDigest(crc32c(header)));
    if (data.length > 0) {
      const padded = new Uint8Array(data.length + paddingOf(data.length));
      padded.set(data);
      parts.push(padded);
      if (this.dataDigest) parts.push(encodeDigest(crc32c(padded)));
    }
    for (const part of parts) this.socket.write(part);
  }

  /** The next PDU; undefined when the connection has ended. Rejects after a while without one. */
  next(limit = 5000): Promise<Pdu | undefined> {
    const pdu = this.#queue.shift();
    if (pdu !== undefined || this.#ended) return Promise.resolve(pdu);
    return new Promise((resolve, reject) => {
      const wake = (got: Pdu | undefined) => {
        clearTimeout(timer);
        resolve(got);
      };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((waiting) => waiting !== wake);
        reject(new Error("The target sent nothing in time"));
      }, limit);
      this.#waiting.push(wake);
    });
  }

  /** The next PDU, which must have this opcode. */
  async expect(opcode: number): Promise<Pdu> {
    const pdu = await this.next();
    if (pdu === undefined) throw new Error(`Expected opcode ${opcode}, but the connection ended`);
    if (opcodeOf(pdu.header) !== opcode) throw new Error(`Expected opcode ${opcode}, got ${opcodeOf(pdu.header)}`);
    return pdu;
  }

  /** One Login Request and its answer. */
  async loginStep(
    keys: Record<string, string> | Uint8Array,
    fields: Partial<LoginRequest> = {},
  ): Promise<{ response: LoginResponse; keys: Record<string, string> }> {
    const text = keys instanceof Uint8Array ? keys : encodeTextKeys(Object.entries(keys));
    const header = encodeLoginRequest({
      transit: true,
      continue: false,
      currentStage: 1,
      nextStage: 3,
      versionMax: 0,
      versionMin: 0,
      isid: this.isid,
      tsih: this.tsih,
      initiatorTaskTag: 0,
      cid: 1,
      cmdSN: this.cmdSN,
      expStatSN: this.expStatSN,
      ...fields,
      dataSegmentLength: text.length,
    });
    this.send(header, text);
    const pdu = await this.expect(Opcode.LoginResponse);
    const response = decodeLoginResponse(pdu.header);
    this.expStatSN = response.statSN + 1;
    this.maxCmdSN = response.maxCmdSN;
    return { response, keys: Object.fromEntries(parseTextKeys(pdu.data)) };
  }

  /** Logs in with one request; throws where that fails. */
  async login(keys: Record<string, string>): Promise<Record<string, string>> {
    const all = { InitiatorName: "iqn.2026-01.example:test", ...keys };
    const { response, keys: answers } = await this.loginStep(all);
    if (response.statusClass !== 0 || !response.transit) {
      throw new Error(`Login ended with ${response.statusClass}/${response.statusDetail}`);
    }
    this.tsih = response.tsih;
    this.headerDigest = answers["HeaderDigest"] === "CRC32C";
    this.dataDigest = answers["DataDigest"] === "CRC32C";
    return answers;
  }

  /** Sends a SCSI Command and returns its tag. `write`: data that the command is to move; `immediate`: how many go with it. */
  start(
    cdb: number[],
    options: { read?: number; write?: Uint8Array; immediate?: number; lun?: number; fields?: CommandFields } = {},
  ): number {
    const tag = this.tag++;
    const immediate = options.write?.subarray(0, options.immediate ?? options.write.length);
    const header = encodeScsiCommand({
      immediate: false,
      final: true,
      read: options.read !== undefined,
      write: options.write !== undefined,
      attribute: 1,
      lun: BigInt(options.lun ?? 0) << 48n,
      initiatorTaskTag: tag,
      expectedDataTransferLength: options.read ?? options.write?.length ?? 0,
      cmdSN: this.cmdSN,
      expStatSN: this.expStatSN,
      ...options.fields,
      cdb: Uint8Array.from(cdb),
      dataSegmentLength: immediate?.length ?? 0,
    });
    if (options.fields?.immediate !== true && options.fields?.cmdSN === undefined) this.cmdSN++;
    this.send(header, immediate);
    return tag;
  }

  /** Sends one Data-Out. */
  dataOut(tag: number, data: Uint8Array, fields: Partial<Parameters<typeof encodeDataOut>[0]> = {}): void {
    const header = encodeDataOut({
      final: true,
      lun: 0n,
      initiatorTaskTag: tag,
      targetTransferTag: RESERVED_TAG,
      expStatSN: this.expStatSN,
      dataSN: 0,
      bufferOffset: 0,
      ...fields,
      dataSegmentLength: data.length,
    });
    this.send(header, data);
  }

  /** Takes PDUs until a command has ended. */
  async finish(): Promise<Outcome> {
    const parts: Uint8Array[] = [];
    for (;;) {
      const pdu = await this.next();
      if (pdu === undefined) throw new Error("The connection ended before the command did");
      if (opcodeOf(pdu.header) === Opcode.DataIn) {
        const dataIn = decodeDataIn(pdu.header);
        parts.push(pdu.data);
        if (!dataIn.statusPresent) continue;
        this.expStatSN = dataIn.statSN + 1;
        this.maxCmdSN = dataIn.maxCmdSN;
        return outcome(dataIn.status, new Uint8Array(0), parts, dataIn, true);
      }
      if (opcodeOf(pdu.header) !== Opcode.ScsiResponse) throw new Error(`Got opcode ${opcodeOf(pdu.header)}`);
      const response = decodeScsiResponse(pdu.header);
      this.expStatSN = response.statSN + 1;
      this.maxCmdSN = response.maxCmdSN;
      const sense = pdu.data.length === 0 ? pdu.data : decodeScsiResponseData(pdu.data).sense;
      return outcome(response.status, sense, parts, response, false);
    }
  }

  /** One command from start to end. */
  command(cdb: number[], options: Parameters<Initiator["start"]>[1] = {}): Promise<Outcome> {
    this.start(cdb, options);
    return this.finish();
  }

  /** Ends the connection, and resolves when it has ended. */
  close(): Promise<void> {
    this.socket.destroy();
    return this.closed;
  }

  #take(chunk: Uint8Array): void {
    const bytes = new Uint8Array(this.#bytes.length + chunk.length);
    bytes.set(this.#bytes);
    bytes.set(chunk, this.#bytes.length);
    this.#bytes = bytes;
    for (let pdu = this.#cut(); pdu !== undefined; pdu = this.#cut()) {
      const wake = this.#waiting.shift();
      if (wake === undefined) this.#queue.push(pdu);
      else wake(pdu);
    }
  }

  /** Cuts the first PDU off, checking its digests. */
  #cut(): Pdu | undefined {
    if (this.#bytes.length < 48) return undefined;
    const headerLength = 48 + totalAhsLengthOf(this.#bytes);
    const length = dataSegmentLengthOf(this.#bytes);
    const dataStart = headerLength + (this.headerDigest ? 4 : 0);
    const dataEnd = dataStart + length + paddingOf(length);
    const end = dataEnd + (this.dataDigest && length > 0 ? 4 : 0);
    if (this.#bytes.length < end) return undefined;
    const header = this.#bytes.slice(0, headerLength);
    if (this.headerDigest) check(header, this.#bytes.subarray(headerLength, dataStart));
    if (this.dataDigest && length > 0) {
      check(this.#bytes.subarray(dataStart, dataEnd), this.#bytes.subarray(dataEnd, end));
    }
    const data = this.#bytes.slice(dataStart, dataStart + length);
    this.#bytes = this.#bytes.slice(end);
    return { header, data };
  }
}

function check(bytes: Uint8Array, digest: Uint8Array): void {
  if (String(encodeDigest(crc32c(bytes))) !== String(digest)) throw new Error("The target sent a wrong digest");
}

function outcome(
  status: number,
  sense: Uint8Array,
  parts: Uint8Array[],
  pdu: { overflow: boolean; underflow: boolean; residualCount: number },
  collapsed: boolean,
): Outcome {
  const data = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  const residual = pdu.overflow ? pdu.residualCount : pdu.underflow ? -pdu.residualCount : 0;
  return { status, sense, code: senseCode(sense), data, residual, pdus: parts.length, collapsed };
}

/** Sense key and code of sense data in either format. */
export function senseCode(sense: Uint8Array): string {
  if (sense.length < 8) return "";
  const fixed = (sense[0]! & 0x7f) < 0x72;
  const [key, high, low] = fixed ? [sense[2]!, sense[12]!, sense[13]!] : [sense[1]!, sense[2]!, sense[3]!];
  return `${(key & 15).toString(16)}/${((high << 8) | low).toString(16).padStart(4, "0")}`;
}

/** CDB of READ (10) or WRITE (10), or their like. */
export function cdb10(opcode: number, lba: number, blocks: number): number[] {
  return [opcode, 0, lba >>> 24, (lba >>> 16) & 255, (lba >>> 8) & 255, lba & 255, 0, blocks >> 8, blocks & 255, 0];
}
