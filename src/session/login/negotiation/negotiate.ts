/**
 * The initiator's side of the negotiation of text keys (RFC 7143 §6.2): its offers, the target's answers and proposals,
 * and the results.
 *
 * @module
 */

import { ErrorCode, LoginError, ProtocolError } from "../../../errors.ts";
import { Opcode } from "../../../wire/opcodes.ts";
import { parseNumber } from "../../../wire/text_values.ts";
import { isReservedAnswer, type KeyDefinition, KEYS, type KeyStage, ReservedAnswer } from "../../../wire/login_keys.ts";
import {
  answerToProposal,
  checkRefusal,
  fixedResult,
  type KeyValue,
  type Offer,
  resultOfAnswer,
  valueText,
} from "./key_result.ts";
import { quote } from "../../naming/printable.ts";

/** One key and its value as text. */
export type TextPair = readonly [string, string];

/** Longest value of a key that is not binary, in bytes of UTF-8 (RFC 7143 §6.1). */
const MAX_VALUE_BYTES = 255;

/** The point of the login at which keys arrive. */
interface KeyContext {
  /** Stage of the response that holds them. */
  readonly stage: "security" | "operational";
  /** Whether that response ends the stage, so that the initiator cannot answer any more. */
  readonly ending: boolean;
}

/** Options of a {@link Negotiation}. */
interface NegotiationOptions {
  /** Whether this is a discovery session. */
  readonly discovery: boolean;
  /** Whether this is the first login of a session. */
  readonly leading: boolean;
  /** Told of harmless irregularities, as sentences. */
  readonly warn: (warning: string) => void;
}

interface Offered {
  readonly value: Offer;
  readonly stage: KeyStage;
  answered: boolean;
}

function breach(key: string, message: string, got: string, limit: string): ProtocolError {
  return new ProtocolError(message, { opcode: Opcode.LoginResponse, field: key, got, limit });
}

/** The negotiation of one login, over both stages. */
export class Negotiation {
  readonly #options: NegotiationOptions;
  readonly #offers = new Map<string, Offered>();
  readonly #results = new Map<string, KeyValue>();
  readonly #refusals = new Map<string, ReservedAnswer>();
  /** Keys that have come, with their values. */
  readonly #received = new Map<string, string>();
  #answers: TextPair[] = [];
  #chap = new Map<string, string>();

  constructor(options: NegotiationOptions) {
    this.#options = options;
  }

  /** Records an offer and returns the pair to send. */
  offer(key: string, value: Offer): TextPair {
    const definition = KEYS.get(key);
    if (definition === undefined) throw new Error(`${key} is not in the table of keys`);
    this.#offers.set(key, { value, stage: definition.stage, answered: false });
    return [key, valueText(value)];
  }

  /**
   * Handles the keys of one whole text of the target. Answers to its proposals are kept for {@link
   * Negotiation.takeAnswers}.
   */
  receive(pairs: Iterable<TextPair>, context: KeyContext): void {
    for (const [key, value] of pairs) this.#receiveOne(key, value, context);
  }

  /** The answers to the target's proposals, each returned once. */
  takeAnswers(): TextPair[] {
    const answers = this.#answers;
    this.#answers = [];
    return answers;
  }

  /** The CHAP keys received since the last call. */
  takeChap(): Map<string, string> {
    const chap = this.#chap;
    this.#chap = new Map();
    return chap;
  }

  /** Checks at the end of a stage that every offer has a result. @throws {LoginError} `ISCSI_NEGOTIATION_FAILED` */
  finish(stage: "security" | "operational"): void {
    const missing: string[] = [];
    for (const [key, offered] of this.#offers) {
      if (offered.answered || offered.stage !== stage) continue;
      const definition = KEYS.get(key);
      const fixed = definition === undefined ? undefined : fixedResult(definition, offered.value);
      if (fixed === undefined) missing.push(key);
      else this.#results.set(key, fixed);
    }
    if (missing.length > 0) {
      throw new LoginError(
        ErrorCode.NegotiationFailed,
        `The target ended the ${stage} stage without an answer to ${missing.join(", ")}`,
      );
    }
  }

  /** The reserved answer to an offer, if it got one. */
  refusal(key: string): ReservedAnswer | undefined {
    return this.#refusals.get(key);
  }

  /** Whether the target has sent this key. */
  has(key: string): boolean {
    return this.#received.has(key);
  }

  /** The number negotiated for a key, else its default. */
  number(key: string): number {
    const value = this.#results.get(key) ?? KEYS.get(key)?.default;
    return typeof value === "number" ? value : 0;
  }

  /** The boolean negotiated for a key, else its default. */
  boolean(key: string): boolean {
    const value = this.#results.get(key) ?? KEYS.get(key)?.default;
    return value === true;
  }

  /** The text negotiated for a key, else its default, else undefined. */
  text(key: string): string | undefined {
    const value = this.#results.get(key) ?? KEYS.get(key)?.default;
    return typeof value === "string" ? value : undefined;
  }

  #receiveOne(key: string, value: string, context: KeyContext): void {
    const definition = KEYS.get(key);
    const before = this.#received.get(key);
    if (before !== undefined && definition?.repeats !== true) {
      if (before !== value) {
        throw breach(key, `The target sent the key ${quote(key)} twice, with different values`, "repeated", "once");
      }
      // Forbidden (RFC 7143 §6.2), and without any effect.
      this.#options.warn(`The target sent the key ${quote(key)} twice, with the same value`);
      return;
    }
    this.#received.set(key, value);
    if (definition === undefined) {
      // In the last response of a stage it can only be meant as a declaration, which needs no answer.
      if (!context.ending) this.#answers.push([key, ReservedAnswer.NotUnderstood]);
      return;
    }
    if (definition.initiatorOnly === true || definition.stage === "fullFeature") {
      throw breach(key, `The target sent ${key}, which only an initiator may send`, quote(value), "not from a target");
    }
    if (definition.stage !== "any" && definition.stage !== context.stage) {
      throw breach(key, `The target sent ${key} in the ${context.stage} stage`, context.stage, definition.stage);
    }
    if (definition.rule === "chap") {
      this.#chap.set(key, value);
      return;
    }
    if (value.length > MAX_VALUE_BYTES || new TextEncoder().encode(value).length > MAX_VALUE_BYTES) {
      throw breach(
        key,
        `The value of ${key} exceeds ${MAX_VALUE_BYTES} bytes`,
        quote(value),
        `${MAX_VALUE_BYTES} bytes`,
      );
    }
    const offered = this.#offers.get(key);
    if (offered !== undefined) {
      offered.answered = true;
      this.#takeAnswer(key, definition, offered.value, value);
      return;
    }
    if (isReservedAnswer(value)) {
      throw breach(key, `The target sent ${key}=${value} unasked`, value, "an answer to an offer");
    }
    if (definition.rule === "declare") this.#takeDeclaration(key, definition, value);
    else this.#takeProposal(key, definition, value, context);
  }

  #takeDeclaration(key: string, definition: KeyDefinition, value: string): void {
    if (definition.repeats === true) return;
    if (definition.min !== undefined && definition.max !== undefined) {
      this.#results.set(key, parseNumber(key, value, { min: definition.min, max: definition.max }));
    } else this.#results.set(key, value);
  }

  /** An answer to an offer. After a refusal the default applies. */
  #takeAnswer(key: string, definition: KeyDefinition, offer: Offer, value: string): void {
    if (!isReservedAnswer(value)) {
      this.#results.set(key, resultOfAnswer(key, definition, offer, value));
      return;
    }
    checkRefusal(key, definition, offer, value);
    this.#refusals.set(key, value);
    const fixed = fixedResult(definition, offer);
    if (fixed !== undefined) this.#results.set(key, fixed);
  }

  /** A proposal of the target for a key that the initiator did not offer. */
  #takeProposal(key: string, definition: KeyDefinition, value: string, context: KeyContext): void {
    if (definition.rule === "obsolete" || this.#isVoid(definition)) {
      // Inapplicable keys and markers have no effect whatever was proposed, so an answer that can no longer be sent is
      // not missed.
      const answer = definition.rule === "obsolete" ? ReservedAnswer.Reject : ReservedAnswer.Irrelevant;
      if (!context.ending) this.#answers.push([key, answer]);
      return;
    }
    const settled = (definition.rule === "and" && value === "No") || (definition.rule === "or" && value === "Yes");
    if (context.ending && !settled) {
      const message = `The target ended the stage with a proposal for ${key} that needs an answer`;
      throw breach(key, message, quote(value), "none");
    }
    const answer = answerToProposal(key, definition, value);
    if (answer !== ReservedAnswer.Reject) this.#results.set(key, answer);
    if (!context.ending) this.#answers.push([key, valueText(answer)]);
  }

  /** Whether a key does not apply in this login. */
  #isVoid(definition: KeyDefinition): boolean {
    return (this.#options.discovery && definition.notInDiscovery === true) ||
      (!this.#options.leading && definition.leading === true);
  }
}
