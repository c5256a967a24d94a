/**
 * The result of one key: from the initiator's offer and the target's answer, or from the target's proposal and the
 * initiator's answer (RFC 7143 §6.2.1, §6.2.2).
 *
 * @module
 */

import { ErrorCode, LoginError, ProtocolError } from "../../../errors.ts";
import { Opcode } from "../../../wire/opcodes.ts";
import { parseBoolean, parseList } from "../../../wire/text_values.ts";
import { type KeyDefinition, parseKeyNumber, ReservedAnswer } from "../../../wire/login_keys.ts";
import { quote } from "../../naming/printable.ts";

/** A value of a key: number, boolean, one value of a list, or declared text. */
export type KeyValue = number | boolean | string;

/** The initiator's offer for a key. */
export type Offer = number | boolean | readonly string[];

export function valueText(value: Offer | string): string {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return typeof value === "object" ? value.join(",") : String(value);
}

/** The result that does not depend on the other side, if there is one. */
export function fixedResult(definition: KeyDefinition, value: Offer): boolean | undefined {
  if (definition.rule === "and" && value === false) return false;
  if (definition.rule === "or" && value === true) return true;
  return undefined;
}

/** An answer that the offer does not allow is a breach of the protocol, not a disagreement (RFC 7143 §6.2.1, §6.2.2). */
function notAllowed(key: string, offer: Offer, answer: string): ProtocolError {
  const offered = valueText(offer);
  const shown = quote(answer);
  return new ProtocolError(
    `${key}=${offered} was offered, and the target answered ${shown}, which the offer does not allow`,
    { opcode: Opcode.LoginResponse, field: key, got: shown, limit: offered },
  );
}

/** The error for an answer that takes nothing of the offer. */
function declined(key: string, offer: Offer, answer: string): LoginError {
  const message = `The target answered ${key}=${answer}, and ${valueText(offer)} is demanded`;
  return new LoginError(ErrorCode.NegotiationFailed, message);
}

/**
 * The result of an answer that is not a refusal.
 *
 * @throws {ProtocolError} `ISCSI_PROTOCOL_ERROR`: it cannot be read, or the offer does not allow it
 * @throws {LoginError} `ISCSI_NEGOTIATION_FAILED`: it is the default of a list that was offered without it
 */
export function resultOfAnswer(key: string, definition: KeyDefinition, offer: Offer, text: string): KeyValue {
  switch (definition.rule) {
    case "and":
    case "or": {
      const answer = parseBoolean(key, text);
      const fixed = fixedResult(definition, offer);
      if (fixed !== undefined && answer !== fixed) throw notAllowed(key, offer, text);
      return answer;
    }
    case "min":
    case "max": {
      const answer = parseKeyNumber(key, text);
      const beyond = typeof offer !== "number" || (definition.rule === "min" ? answer > offer : answer < offer);
      if (beyond) throw notAllowed(key, offer, text);
      return answer;
    }
    default:
      if (typeof offer === "object" && offer.includes(text)) return text;
      // tgtd declines a digest so, where it should answer Reject.
      if (text === definition.default) throw declined(key, offer, text);
      throw notAllowed(key, offer, text);
  }
}

/**
 * Checks that the initiator can work with the key's default, which applies after a refusal.
 *
 * @throws {LoginError} `ISCSI_NEGOTIATION_FAILED`
 */
export function checkRefusal(key: string, definition: KeyDefinition, offer: Offer, refusal: ReservedAnswer): void {
  if (definition.rule !== "list" || typeof offer !== "object" || definition.default === undefined) return;
  if (offer.includes(String(definition.default))) return;
  throw declined(key, offer, refusal);
}

/** The answer to a proposal, which is also its result; `Reject` if the value is not acceptable. */
export function answerToProposal(key: string, definition: KeyDefinition, text: string): KeyValue {
  const ours = definition.default;
  try {
    switch (definition.rule) {
      case "and":
        return parseBoolean(key, text) && ours === true;
      case "or":
        return parseBoolean(key, text) || ours === true;
      case "min":
        return Math.min(parseKeyNumber(key, text), Number(ours));
      case "max":
        return Math.max(parseKeyNumber(key, text), Number(ours));
      default: {
        const values = definition.values ?? [];
        return parseList(key, text).find((item) => values.includes(item)) ?? ReservedAnswer.Reject;
      }
    }
  } catch (error) {
    if (error instanceof ProtocolError) return ReservedAnswer.Reject;
    throw error;
  }
}
