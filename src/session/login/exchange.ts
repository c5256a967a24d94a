/**
 * Rounds of the login: a whole text out, a whole text back, each over one or more PDUs (C bit), and the checks that
 * every Login Response must pass (RFC 7143 §6.3, §11.12, §11.13).
 *
 * @module
 */

import { serialAdd } from "../../bytes/serial.ts";
import { ProtocolError } from "../../errors.ts";
import { LoginStage } from "../../wire/login_flags.ts";
import { encodeLoginRequest } from "../../wire/login_request.ts";
import { decodeLoginResponse, type LoginResponse } from "../../wire/login_response.ts";
import { opcodeOf } from "../../wire/bhs.ts";
import { Opcode } from "../../wire/opcodes.ts";
import { splitText, TextJoiner } from "../../wire/text_joining.ts";
import { encodeTextKeys, parseTextKeys } from "../../wire/text_keys.ts";
import type { LoginChannel } from "./channel.ts";
import type { TextPair } from "./negotiation/negotiate.ts";
import type { CheckedLoginOptions } from "./options.ts";
import { isRedirection, type LoginRedirection, redirection, statusError } from "./status.ts";

/** Most bytes of data in one Login Request: what a target must accept before it has declared a limit. */
const MAX_REQUEST_DATA = 8192;
/** Most bytes of one text of the target. */
const MAX_TEXT = 65536;
/** Most requests of one login. */
const MAX_ROUNDS = 64;
/** Initiator Task Tag of all requests of a login: no other task is there yet. */
const LOGIN_TAG = 0;

/** One text for the target. */
interface LoginMessage {
  /** The current stage. */
  readonly stage: LoginStage;
  /** The stage to move to; undefined if the initiator is not ready to leave the current one. */
  readonly next?: LoginStage | undefined;
  /** Keys, none for an empty request. */
  readonly pairs: readonly TextPair[];
}

/** The target's reply. */
export interface LoginReply {
  readonly kind: "reply";
  readonly pairs: TextPair[];
  /** Whether it moves to the requested stage. */
  readonly transit: boolean;
  readonly response: LoginResponse;
}

function breach(field: string, message: string, got: number | string, limit: number | string): ProtocolError {
  return new ProtocolError(message, { opcode: Opcode.LoginResponse, field, got, limit });
}

/** The conversation of one login. */
export class LoginExchange {
  readonly #channel: LoginChannel;
  readonly #options: CheckedLoginOptions;
  readonly #warnings = new Set<string>();
  /** Whether CHAP_R has been sent: a refusal is then about the credentials. */
  credentialsShown = false;
  #expStatSN = 0;
  #started = false;
  #rounds = 0;

  constructor(channel: LoginChannel, options: CheckedLoginOptions) {
    this.#channel = channel;
    this.#options = options;
  }

  /** Whether the target has answered at all. */
  get answered(): boolean {
    return this.#started;
  }

  /** Harmless irregularities, as sentences. */
  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  /** Records a harmless irregularity. */
  warn(warning: string): void {
    this.#warnings.add(warning);
  }

  /**
   * Sends a text and waits for the target's.
   *
   * @throws {LoginError} by the status of the response
   * @throws {ProtocolError} `ISCSI_PROTOCOL_ERROR`
   */
  async round(message: LoginMessage): Promise<LoginReply | LoginRedirection> {
    const parts = splitText(encodeTextKeys(message.pairs), MAX_REQUEST_DATA);
    const joiner = new TextJoiner({ limit: MAX_TEXT, opcode: Opcode.LoginResponse });
    let answer: { response: LoginResponse; data: Uint8Array } | LoginRedirection;
    for (let index = 0;; index++) {
      const last = index >= parts.length - 1;
      answer = await this.#exchange(message, parts[index] ?? new Uint8Array(0), {
        last,
        asking: index === parts.length - 1,
      });
      if ("kind" in answer) return answer;
      const { response, data } = answer;
      if (!last) {
        this.#checkAnswerToPart(response, data);
        continue;
      }
      joiner.add(data, { last: !response.continue });
      if (!response.continue) break;
    }
    const { response } = answer;
    if (message.pairs.length === 0 && joiner.length === 0 && !response.transit) {
      throw breach(
        "T",
        "The target neither moves the login on nor says anything",
        "an empty response",
        "a key or a stage",
      );
    }
    return { kind: "reply", pairs: parseTextKeys(joiner.take()), transit: response.transit, response };
  }

  /** One request and its response, checked. Only the last part of the initiator's text may ask to leave the stage. */
  async #exchange(
    message: LoginMessage,
    data: Uint8Array,
    part: { last: boolean; asking: boolean },
  ): Promise<{ response: LoginResponse; data: Uint8Array } | LoginRedirection> {
    if (++this.#rounds > MAX_ROUNDS) {
      throw breach("T", `The login did not end within ${MAX_ROUNDS} requests`, this.#rounds, MAX_ROUNDS);
    }
    const { isid, tsih, cid, cmdSN } = this.#options;
    const asked = part.asking ? message.next : undefined;
    const request = encodeLoginRequest({
      transit: asked !== undefined,
      continue: !part.last,
      currentStage: message.stage,
      nextStage: asked ?? 0,
      versionMax: 0,
      versionMin: 0,
      isid,
      tsih,
      initiatorTaskTag: LOGIN_TAG,
      cid,
      cmdSN,
      expStatSN: this.#expStatSN,
      dataSegmentLength: data.length,
    });
    const pdu = await this.#channel.exchange(request, data);
    const opcode = opcodeOf(pdu.header);
    if (opcode !== Opcode.LoginResponse) {
      const name = opcode === Opcode.Reject
        ? "rejected the Login Request"
        : `sent opcode 0x${opcode.toString(16)} in the login`;
      throw new ProtocolError(`The target ${name}`, {
        opcode,
        field: "opcode",
        got: opcode,
        limit: Opcode.LoginResponse,
      });
    }
    const response = decodeLoginResponse(pdu.header);
    if (response.initiatorTaskTag !== LOGIN_TAG) {
      throw breach(
        "InitiatorTaskTag",
        "The Login Response is for another task",
        response.initiatorTaskTag,
        LOGIN_TAG,
      );
    }
    if (response.statusClass !== 0) return this.#refused(response, pdu.data);
    this.#checkResponse(response, message.stage, asked);
    return { response, data: pdu.data };
  }

  /** With a status class other than 0, nothing else in the header counts (RFC 7143 §11.13.5). */
  #refused(response: LoginResponse, data: Uint8Array): LoginRedirection {
    const { statusClass, statusDetail } = response;
    if (isRedirection(statusClass, statusDetail)) return redirection(statusDetail, data);
    throw statusError(statusClass, statusDetail, {
      targetName: this.#options.targetName,
      initiatorName: this.#options.initiatorName,
      credentials: this.#options.auth === undefined ? "none" : this.credentialsShown ? "shown" : "unused",
    });
  }

  #checkResponse(response: LoginResponse, stage: LoginStage, asked: LoginStage | undefined): void {
    if (this.#started && response.statSN !== this.#expStatSN) {
      throw breach("StatSN", "The StatSN of the Login Response is not the next one", response.statSN, this.#expStatSN);
    }
    this.#started = true;
    this.#expStatSN = serialAdd(response.statSN, 1);
    if (response.versionActive !== 0) {
      throw breach("Version-active", "The target speaks another version of iSCSI", response.versionActive, 0);
    }
    if (response.isid.some((byte, index) => byte !== this.#options.isid[index])) {
      this.warn("The target did not echo the ISID");
    }
    if (response.currentStage !== stage) {
      throw breach("CSG", "The target is in another stage of the login", response.currentStage, stage);
    }
    if (response.transit) {
      if (response.continue) {
        throw breach("C", "The target set the T bit and the C bit together", "T and C", "one of them");
      }
      if (asked === undefined) throw breach("T", "The target left a stage that we did not ask to leave", 1, 0);
      if (response.nextStage !== asked) {
        throw breach("NSG", "The target moved to a stage that we did not ask for", response.nextStage, asked);
      }
    }
    this.#checkTsih(response);
  }

  #checkTsih({ tsih, transit, nextStage }: LoginResponse): void {
    const ours = this.#options.tsih;
    if (transit && nextStage === LoginStage.FullFeature) {
      if (ours === 0 && tsih === 0) throw breach("TSIH", "The target gave the new session no handle", 0, "1 to 65535");
      if (ours !== 0 && tsih !== ours) {
        throw breach("TSIH", "The target put the connection into another session", tsih, ours);
      }
    } else if (tsih !== ours) {
      this.warn("The target set a TSIH before the end of the login");
    }
  }

  /** While the initiator sends with the C bit, the target may only acknowledge. */
  #checkAnswerToPart(response: LoginResponse, data: Uint8Array): void {
    if (data.length > 0 || response.continue) {
      throw breach("DataSegmentLength", "The target answered before our text was complete", data.length, 0);
    }
  }
}
