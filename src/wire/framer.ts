/**
 * Cuts the byte stream of one connection into PDUs. It says where the next bytes belong, so that big payloads are read
 * straight to their destination.
 *
 * @module
 */

import { checkBoolean, checkInteger, checkKeys, checkOneOf, checkShape, optional, wrongRange } from "../arguments.ts";
import { crc32c } from "../bytes/crc32c.ts";
import { ErrorCode, ProtocolError } from "../errors.ts";
import { BHS_LENGTH, dataSegmentLengthOf, formatError, MAX_DATA_SEGMENT_LENGTH, opcodeOf, paddingOf } from "./bhs.ts";
import { DIGEST_LENGTH, readDigest } from "./digest.ts";
import { checkFirstBytes, type PeerRole } from "./first_bytes.ts";
import { opcodeName } from "./opcodes.ts";

export { encodeDigest } from "./digest.ts";
export type { PeerRole } from "./first_bytes.ts";
export { paddingOf } from "./bhs.ts";

/** Who takes the PDUs. What it throws passes through {@link Framer.received}, and ends the framer's work. */
export interface FramerHandler {
  /**
   * A header is complete, its digest is right and its data segment is not too long. Which opcodes are legal now is for the
   * handler to check.
   *
   * @param header BHS and AHS; valid only during the call
   * @returns where the data segment goes: exactly DataSegmentLength bytes. Undefined: into fresh memory of the framer's
   */
  header(header: Uint8Array): Uint8Array | undefined;
  /**
   * A PDU is complete and its data digest is right.
   *
   * @param header BHS and AHS; valid only during the call
   * @param data the data segment without padding: the destination, or memory that is the handler's from now on
   */
  pdu(header: Uint8Array, data: Uint8Array): void;
}

/** Options of {@link Framer}. */
export interface FramerOptions {
  /** The longest data segment taken, 0 to 2^24-1 bytes. */
  maxDataSegmentLength: number;
  /**
   * Whether headers have digests.
   *
   * @default false
   */
  headerDigest?: boolean | undefined;
  /**
   * Whether data segments have digests.
   *
   * @default false
   */
  dataDigest?: boolean | undefined;
  /**
   * Whose PDUs are received. It only decides which first bytes of the connection are not iSCSI at all.
   *
   * @default "target"
   */
  peer?: PeerRole | undefined;
}

const OPTIONS: readonly (keyof FramerOptions)[] = ["maxDataSegmentLength", "headerDigest", "dataDigest", "peer"];
const PEERS: readonly PeerRole[] = ["initiator", "target"];
const checkPeer = (name: string, value: PeerRole): PeerRole => checkOneOf(name, value, PEERS);

/** Room, in bytes, for what has no destination yet. Also the limit for what may come during a pause. */
const STAGING_LENGTH = 131072;
/**
 * From this length on, in bytes, a payload (or the rest of one) is read straight to its destination. Measured in both
 * runtimes: a read more for each PDU costs as much as copying about 64 KiB.
 */
const DIRECT_LENGTH = 65536;
/** After so many PDUs without data, big payloads are no longer expected to follow. */
const BARE_PDUS = 4;
const EMPTY = new Uint8Array(0);

/**
 * The state machine of one direction of a connection: header (48 bytes, AHS, digest), then data (payload, padding, digest).
 *
 * The transport reads into {@link Framer.nextBuffer} and reports with {@link Framer.received}. A buffer may be held while
 * any other method is called.
 */
export class Framer {
  readonly #handler: FramerHandler;
  readonly #peer: PeerRole;
  #maxDataSegmentLength: number;
  #headerDigest: boolean;
  #dataDigest: boolean;

  /** Bytes received and not yet parsed: [start, end). */
  readonly #staging = new Uint8Array(STAGING_LENGTH);
  /** The view of it that was given last: usually the next one is the same. */
  #offeredStaging: Uint8Array = this.#staging;
  #offeredFrom = 0;
  #start = 0;
  #end = 0;
  /** What `nextBuffer` offered last: how much, and whether it was the payload's destination. */
  #offered = 0;
  #direct = false;

  /** The header of the PDU at hand; without AHS it is always the same memory. */
  readonly #bhs = new Uint8Array(BHS_LENGTH);
  #header: Uint8Array = this.#bhs;
  /** The payload's destination while a data segment is under way. */
  #data: Uint8Array | undefined;
  #filled = 0;
  #padding = 0;
  #digestFollows = false;

  #atStart = true;
  #paused = false;
  #parsing = false;
  #failure: { error: unknown } | undefined;
  /** Big payloads follow one another: read no more than the next header, so that the next payload is not copied. */
  #big = false;
  #barePdus = 0;

  /**
   * Makes a framer that has seen nothing yet.
   *
   * @throws `RangeError` `ERR_OUT_OF_RANGE` for a limit outside 0 to 2^24-1
   * @throws `TypeError` `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` for other handlers and options
   */
  constructor(handler: FramerHandler, options: FramerOptions) {
    checkShape("handler", handler, "FramerHandler", { header: "function", pdu: "function" });
    checkKeys("options", options, OPTIONS);
    this.#handler = handler;
    this.#peer = optional(checkPeer, "peer", options.peer) ?? "target";
    this.#maxDataSegmentLength = checkLimit(options.maxDataSegmentLength);
    this.#headerDigest = optional(checkBoolean, "headerDigest", options.headerDigest) ?? false;
    this.#dataDigest = optional(checkBoolean, "dataDigest", options.dataDigest) ?? false;
  }

  /** Whether the stream stands inside a PDU, or before staged bytes: an end of the connection here cuts something off. */
  get midPdu(): boolean {
    return this.#data !== undefined || this.#end > this.#start;
  }

  /** Sets the digests of the PDUs after the one at hand. */
  setDigests(digests: { header: boolean; data: boolean }): void {
    this.#headerDigest = digests.header;
    this.#dataDigest = digests.data;
  }

  /**
   * Sets the limit for the PDUs after the one at hand, in bytes.
   *
   * @throws `RangeError` `ERR_OUT_OF_RANGE` for a limit outside 0 to 2^24-1
   */
  setMaxDataSegmentLength(length: number): void {
    this.#maxDataSegmentLength = checkLimit(length);
  }

  /** Stops after the PDU at hand. What comes then is staged; 128 KiB or more of it are a `ProtocolError`. */
  pause(): void {
    this.#paused = true;
  }

  /** Goes on after {@link Framer.pause} with what has been staged. Throws as {@link Framer.received} does. */
  resume(): void {
    this.#paused = false;
    if (!this.#parsing) this.#parse();
  }

  /** Memory for the next bytes of the stream, never empty: the payload's own destination where that pays. */
  nextBuffer(): Uint8Array {
    let wanted = BHS_LENGTH + (this.#headerDigest ? DIGEST_LENGTH : 0);
    if (this.#data !== undefined) {
      const rest = this.#data.length - this.#filled;
      if (rest >= DIRECT_LENGTH) {
        this.#direct = true;
        this.#offered = rest;
        return this.#filled === 0 ? this.#data : this.#data.subarray(this.#filled);
      }
      wanted += rest + this.#trailerLength();
    }
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
    } else if (this.#start > 0) {
      // At most a part of a header or trailer is left, or what a pause keeps: it goes to the front only once.
      this.#staging.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    this.#direct = false;
    // A header with AHS wants more than its first 48 bytes: then it is read in steps.
    const next = wanted > this.#end ? wanted : this.#end + BHS_LENGTH;
    const length = (this.#big ? next : STAGING_LENGTH) - this.#end;
    if (this.#offeredFrom !== this.#end || this.#offeredStaging.length !== length) {
      this.#offeredFrom = this.#end;
      this.#offeredStaging = this.#staging.subarray(this.#end, this.#end + length);
    }
    this.#offered = length;
    return this.#offeredStaging;
  }

  /**
   * Takes bytes that are now at the start of what {@link Framer.nextBuffer} gave last, and parses all that is complete.
   *
   * @param length how many, 1 or more
   * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a data segment beyond the limit, or too much during a pause;
   * `ISCSI_HEADER_DIGEST` and `ISCSI_DATA_DIGEST` for wrong digests; `ISCSI_NOT_ISCSI` for first bytes that are no PDU.
   * Whatever the handler throws passes too. After any of these the framer is dead, and throws the same again
   * @throws `RangeError` `ERR_OUT_OF_RANGE` for more bytes than were offered
   */
  received(length: number): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (!(length >= 1 && length <= this.#offered)) {
      throw wrongRange("length", `be 1 to ${this.#offered}, the bytes that were offered`, length);
    }
    this.#offered = 0;
    if (this.#direct) this.#filled += length;
    else this.#end += length;
    this.#parse();
  }

  #parse(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#parsing = true;
    try {
      while (this.#data !== undefined ? this.#takeData(this.#data) : !this.#paused && this.#takeHeader());
      if (this.#end - this.#start === STAGING_LENGTH) {
        const message = `Expected fewer than ${STAGING_LENGTH} bytes while the next step was prepared, got as many`;
        throw new ProtocolError(message, { field: "staged bytes", got: STAGING_LENGTH, limit: STAGING_LENGTH - 1 });
      }
    } catch (error) {
      this.#failure = { error };
      this.#data = undefined;
      this.#start = this.#end = 0;
      throw error;
    } finally {
      this.#parsing = false;
    }
  }

  /** Takes one header; false where more bytes are wanted. */
  #takeHeader(): boolean {
    const staging = this.#staging;
    const start = this.#start;
    const available = this.#end - start;
    if (this.#atStart && available > 0) checkFirstBytes(staging, start, available, this.#peer);
    if (available < BHS_LENGTH) return false;
    // TotalAHSLength alone is used before the digest is checked: it says where the digest is.
    const length = BHS_LENGTH + staging[start + 4]! * 4;
    const total = length + (this.#headerDigest ? DIGEST_LENGTH : 0);
    if (available < total) return false;

    const header = length === BHS_LENGTH ? this.#bhs : new Uint8Array(length);
    for (let i = 0; i < length; i++) header[i] = staging[start + i]!;
    if (this.#headerDigest) {
      checkDigest(ErrorCode.HeaderDigest, header, crc32c(header), readDigest(staging, start + length));
    }
    this.#atStart = false;
    this.#start += total;
    this.#header = header;

    const dataLength = dataSegmentLengthOf(header);
    if (dataLength > this.#maxDataSegmentLength) {
      throw formatError(opcodeOf(header), "DataSegmentLength", dataLength, `at most ${this.#maxDataSegmentLength}`);
    }
    this.#expect(dataLength);
    const destination = this.#handler.header(header);
    if (dataLength === 0) {
      this.#handler.pdu(header, EMPTY);
      return true;
    }
    if (destination !== undefined && destination.length !== dataLength) {
      throw wrongRange("destination", `have ${dataLength} bytes`, destination.length);
    }
    this.#data = destination ?? new Uint8Array(dataLength);
    this.#filled = 0;
    this.#padding = paddingOf(dataLength);
    this.#digestFollows = this.#dataDigest;
    return true;
  }

  /** Takes what there is of the data segment; false where more bytes are wanted. */
  #takeData(data: Uint8Array): boolean {
    const count = Math.min(data.length - this.#filled, this.#end - this.#start);
    if (count > 0) {
      data.set(this.#staging.subarray(this.#start, this.#start + count), this.#filled);
      this.#start += count;
      this.#filled += count;
    }
    const trailer = this.#trailerLength();
    if (this.#filled < data.length || this.#end - this.#start < trailer) return false;
    if (this.#digestFollows) {
      const padding = this.#staging.subarray(this.#start, this.#start + this.#padding);
      const expected = readDigest(this.#staging, this.#start + this.#padding);
      checkDigest(ErrorCode.DataDigest, this.#header, crc32c(padding, crc32c(data)), expected);
    }
    this.#start += trailer;
    this.#data = undefined;
    this.#handler.pdu(this.#header, data);
    return true;
  }

  /** Bytes between the payload and the next header. */
  #trailerLength(): number {
    return this.#padding + (this.#digestFollows ? DIGEST_LENGTH : 0);
  }

  #expect(dataLength: number): void {
    if (dataLength > 0) {
      this.#big = dataLength >= DIRECT_LENGTH;
      this.#barePdus = 0;
    } else if (++this.#barePdus > BARE_PDUS) {
      this.#big = false;
    }
  }
}

function checkLimit(length: number): number {
  return checkInteger("maxDataSegmentLength", length, 0, MAX_DATA_SEGMENT_LENGTH);
}

function checkDigest(code: ErrorCode, header: Uint8Array, computed: number, got: number): void {
  if (computed === got) return;
  const opcode = opcodeOf(header);
  const field = code === ErrorCode.HeaderDigest ? "header digest" : "data digest";
  // With a wrong header digest the opcode is as doubtful as the rest.
  const of = code === ErrorCode.HeaderDigest ? "" : ` of ${opcodeName(opcode)}`;
  const message = `Expected ${field}${of} to be 0x${computed.toString(16)}, got 0x${got.toString(16)}`;
  throw new ProtocolError(message, { opcode, field, got, limit: computed }, { code });
}
