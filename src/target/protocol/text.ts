/**
 * Text Requests in the full-feature phase: SendTargets, and the few keys that may change there
 * (RFC 7143 §6.4, §11.10, §11.11, Appendix C).
 *
 * @module
 */

import { ProtocolError } from "../../errors.ts";
import {
  encodeTextKeys,
  Opcode,
  parseTextKeys,
  RESERVED_TAG,
  splitText,
  TextJoiner,
  type TextRequest,
} from "../../wire/mod.ts";
import { foldName } from "../../wire/iscsi_name.ts";
import { parseKeyNumber, ReservedAnswer } from "../../wire/login_keys.ts";
import { PORTAL_GROUP_TAG } from "../login/login.ts";
import { type Budget, Lease, takeAll } from "./buffers.ts";
import type { Session } from "./session.ts";

/** The name and address that SendTargets reports. */
interface TextResponder {
  readonly targetName: string;
  /** Address of the portal that was connected to, `host:port`. */
  readonly address: string;
}

interface TextAnswer {
  /** F bit: the exchange ends. */
  readonly final: boolean;
  /** C bit: the text goes on in the next response. */
  readonly continue: boolean;
  readonly tag: number;
  readonly data: Uint8Array;
}

/** Longest text of one request, over all its parts, in bytes. */
const MAX_TEXT = 65536;
/** Most keys of one request. */
const MAX_KEYS = 256;
const EMPTY = new Uint8Array(0);

function newRequest(): TextJoiner {
  return new TextJoiner({ limit: MAX_TEXT, opcode: Opcode.TextRequest });
}

/** The text negotiation of one connection: one at a time. */
export class TextExchange {
  readonly #responder: TextResponder;
  readonly #session: Session;
  /** The memory of what is kept from one request to the next. */
  readonly #lease: Lease;
  #request = newRequest();
  /** The parts of the answer that are still to be sent. */
  #rest: Uint8Array[] = [];
  #tag = RESERVED_TAG;
  #lastTag = 0;

  /** No exchange is open. */
  constructor(responder: TextResponder, session: Session, memory: Budget) {
    this.#responder = responder;
    this.#session = session;
    this.#lease = new Lease(memory);
  }

  /** Whether something is kept until the initiator goes on. */
  get open(): boolean {
    return !this.#lease.empty;
  }

  /** Holds nothing any more. */
  end(): void {
    this.#lease.give();
  }

  /**
   * Handles one request.
   * @throws ProtocolError for a continuation of nothing, or text that cannot be parsed; OutOfMemory
   */
  handle(pdu: TextRequest, data: Uint8Array): TextAnswer {
    const answer = this.#handle(pdu, data);
    this.#lease.give();
    const held = 2 * this.#request.length + this.#rest.reduce((sum, { length }) => sum + length, 0);
    if (held > 0) takeAll(this.#lease, held);
    return answer;
  }

  #handle(pdu: TextRequest, data: Uint8Array): TextAnswer {
    if (pdu.targetTransferTag === RESERVED_TAG) {
      this.#request = newRequest();
      this.#rest = [];
    } else if (pdu.targetTransferTag !== this.#tag) {
      throw new ProtocolError("Expected the tag of the text exchange under way, got another", {
        opcode: Opcode.TextRequest,
        field: "Target Transfer Tag",
        got: pdu.targetTransferTag,
        limit: this.#tag,
      });
    }
    if (this.#rest.length > 0) return this.#next(pdu.final);
    this.#request.add(data, { last: !pdu.continue });
    if (pdu.continue) {
      return { final: false, continue: false, tag: this.#newTag(), data: EMPTY };
    }
    const answer = encodeTextKeys(this.#answer(parseTextKeys(this.#request.take(), MAX_KEYS)));
    this.#rest = splitText(answer, this.#session.negotiated.initiatorMaxRecvDataSegmentLength);
    return this.#next(pdu.final);
  }

  /** The next part of the answer; the exchange ends with the last, unless the initiator has more to ask. */
  #next(final: boolean): TextAnswer {
    const data = this.#rest.shift() ?? EMPTY;
    if (this.#rest.length > 0) return { final: false, continue: true, tag: this.#newTag(), data };
    this.#tag = final ? RESERVED_TAG : this.#newTag();
    return { final, continue: false, tag: this.#tag, data };
  }

  #newTag(): number {
    this.#lastTag = this.#lastTag % 0x7fffffff + 1;
    return this.#tag = this.#lastTag;
  }

  #answer(pairs: readonly [string, string][]): [string, string][] {
    return pairs.flatMap(([key, value]): [string, string][] => {
      switch (key) {
        case "SendTargets":
          return this.#sendTargets(value);
        case "MaxRecvDataSegmentLength":
          this.#session.negotiated.initiatorMaxRecvDataSegmentLength = parseKeyNumber(key, value);
          return [];
        case "InitiatorAlias":
          return [];
        default:
          return [[key, ReservedAnswer.NotUnderstood]];
      }
    });
  }

  /**
   * An empty value, in a normal session, asks for the session's own target. `All` is answered there too, since there is
   * no other target.
   */
  #sendTargets(value: string): [string, string][] {
    const { targetName: name, address } = this.#responder;
    const own = value === "All" || foldName(value) === name || (value === "" && !this.#session.discovery);
    // A value that is not a name is refused; for an unknown name the list is empty.
    if (!own) return /^(iqn|eui|naa)\./i.test(value) ? [] : [["SendTargets", ReservedAnswer.Reject]];
    return [["TargetName", name], ["TargetAddress", `${address},${PORTAL_GROUP_TAG}`]];
  }
}
