/**
 * The target's side of the login of one connection (RFC 7143 §6.3, §11.12, §11.13). No I/O: one request in, one reply
 * out.
 *
 * @module
 */

import { foldName } from "../../wire/iscsi_name.ts";
import { type LoginRequest, LoginStage, Opcode, parseTextKeys, TextJoiner } from "../../wire/mod.ts";
import type { TargetAuth } from "../options.ts";
import type { OutstandingChallenges } from "./chap.ts";
import { LoginFailure, LoginStatus } from "./failure.ts";
import type { Limits, Negotiated } from "./limits.ts";
import { Operational } from "./operational.ts";
import { Security, SECURITY_KEYS } from "./security.ts";

/** Longest text of the initiator in one step of the login, over all its parts, in bytes. */
const MAX_TEXT = 65536;
/** Longest text of the initiator in the whole login, in bytes: all its keys are kept. */
const MAX_LOGIN = 2 * MAX_TEXT;
/** Requests that one login may take. */
const MAX_ROUNDS = 64;
/** The target's only portal group. */
export const PORTAL_GROUP_TAG = 1;
/** Longest name, in bytes (RFC 7143 §4.2.7.2). */
const MAX_NAME = 223;

/** What a login needs to know of its target. */
export interface LoginEnvironment {
  /** Folded, as all names here (RFC 3722). */
  readonly targetName: string;
  /** Who may log in; anyone where undefined. */
  readonly auth: TargetAuth | undefined;
  /** Names of the initiators that may log in; any where undefined. */
  readonly initiators: ReadonlySet<string> | undefined;
  readonly limits: Limits;
  /** Challenges on all connections of the target. */
  readonly challenges: OutstandingChallenges;
}

/** Who has logged in, and on what terms. */
export interface LoginResult {
  /** iSCSI name of the initiator, folded. */
  readonly initiatorName: string;
  /** A discovery session: no commands. */
  readonly discovery: boolean;
  /** What was agreed on. */
  readonly negotiated: Negotiated;
}

/** The answer to one Login Request. */
export interface LoginReply {
  /** T bit: the stage ends. */
  readonly transit: boolean;
  /** NSG; 0 without `transit`. */
  readonly nextStage: number;
  /** Text keys to send. */
  readonly pairs: readonly [string, string][];
  /** The login is complete with this reply. */
  readonly result?: LoginResult | undefined;
}

/** Keys that are allowed in any stage, and may be repeated with the same value. */
const NAMES: ReadonlySet<string> = new Set(["InitiatorName", "TargetName", "SessionType", "InitiatorAlias"]);

/** The state of one login. */
export class Login {
  readonly #environment: LoginEnvironment;
  readonly #text = new TextJoiner({ limit: MAX_TEXT, opcode: Opcode.LoginRequest });
  readonly #seen = new Map<string, string>();
  #first: LoginRequest | undefined;
  #stage: number = LoginStage.Security;
  #rounds = 0;
  /** Bytes of all texts of the initiator. */
  #length = 0;
  #initiatorName = "";
  #discovery = false;
  #security: Security | undefined;
  #operational: Operational | undefined;

  /** Waits for the first request. */
  constructor(environment: LoginEnvironment) {
    this.#environment = environment;
  }

  /**
   * Handles one request.
   * @throws LoginFailure with the status to answer; ProtocolError for text that cannot be parsed
   */
  handle(request: LoginRequest, data: Uint8Array): LoginReply {
    this.#checkRequest(request);
    this.#length += data.length;
    if (this.#length > MAX_LOGIN) throw new LoginFailure(LoginStatus.InitiatorError);
    this.#text.add(data, { last: !request.continue });
    if (request.continue) return { transit: false, nextStage: 0, pairs: [] };
    const keys = this.#takeKeys(parseTextKeys(this.#text.take(), 1024));
    const opening = this.#security === undefined;
    if (opening) this.#begin(request, keys);
    const pairs: [string, string][] = opening && !this.#discovery
      ? [["TargetPortalGroupTag", String(PORTAL_GROUP_TAG)]]
      : [];
    const ready = this.#stage === LoginStage.Security
      ? this.#handleSecurity(keys, request, pairs)
      : this.#handleOperational(keys, request, pairs);
    if (!ready) return { transit: false, nextStage: 0, pairs };
    this.#stage = request.nextStage;
    const complete = request.nextStage === LoginStage.FullFeature;
    return { transit: true, nextStage: request.nextStage, pairs, result: complete ? this.#result() : undefined };
  }

  /** Drops the outstanding challenge: the login is over, one way or the other. */
  end(): void {
    this.#security?.end();
  }

  #checkRequest(request: LoginRequest): void {
    const first = this.#first ??= request;
    if (request.versionMin > 0) throw new LoginFailure(LoginStatus.UnsupportedVersion);
    const same = request.tsih === first.tsih && request.cid === first.cid &&
      request.initiatorTaskTag === first.initiatorTaskTag && request.isid.every((byte, i) => byte === first.isid[i]);
    if (!same || ++this.#rounds > MAX_ROUNDS) throw new LoginFailure(LoginStatus.InvalidRequest);
    if (request === first) this.#stage = request.currentStage;
    const { currentStage, nextStage } = request;
    const known = currentStage === LoginStage.Security || currentStage === LoginStage.Operational;
    if (!known || currentStage !== this.#stage || (request.transit && nextStage <= currentStage)) {
      throw new LoginFailure(LoginStatus.InvalidRequest);
    }
  }

  /** A key may come once; a name may be repeated with the same value. */
  #takeKeys(pairs: readonly [string, string][]): Map<string, string> {
    const keys = new Map<string, string>();
    for (const [key, value] of pairs) {
      const before = this.#seen.get(key);
      if (before !== undefined && !(NAMES.has(key) && before === value)) {
        throw new LoginFailure(LoginStatus.InitiatorError);
      }
      this.#seen.set(key, value);
      keys.set(key, value);
    }
    return keys;
  }

  #begin(request: LoginRequest, keys: ReadonlyMap<string, string>): void {
    const { auth, initiators, limits, targetName, challenges } = this.#environment;
    const name = keys.get("InitiatorName");
    if (name === undefined || name === "") throw new LoginFailure(LoginStatus.MissingParameter);
    if (new TextEncoder().encode(name).length > MAX_NAME) throw new LoginFailure(LoginStatus.InitiatorError);
    this.#initiatorName = foldName(name);
    const type = keys.get("SessionType") ?? "Normal";
    if (type !== "Normal" && type !== "Discovery") throw new LoginFailure(LoginStatus.SessionTypeUnsupported);
    this.#discovery = type === "Discovery";
    const wanted = keys.get("TargetName");
    if (!this.#discovery && wanted === undefined) throw new LoginFailure(LoginStatus.MissingParameter);
    if (wanted !== undefined && foldName(wanted) !== targetName) throw new LoginFailure(LoginStatus.TargetNotFound);
    if (initiators?.has(this.#initiatorName) === false) throw new LoginFailure(LoginStatus.AuthorizationFailed);
    const required = this.#discovery && auth?.discovery === false ? undefined : auth;
    if (required !== undefined && request.currentStage !== LoginStage.Security) {
      throw new LoginFailure(LoginStatus.AuthenticationFailed);
    }
    this.#security = new Security(required, challenges);
    this.#operational = new Operational(limits, this.#discovery);
  }

  /** Whether the stage may end. */
  #handleSecurity(keys: ReadonlyMap<string, string>, request: LoginRequest, pairs: [string, string][]): boolean {
    const security = this.#security!;
    for (const key of keys.keys()) {
      if (!SECURITY_KEYS.has(key) && !NAMES.has(key)) throw new LoginFailure(LoginStatus.InvalidRequest);
    }
    pairs.push(...security.handle(keys));
    // An initiator that wants to leave the stage without having offered a method will not authenticate at all.
    if (request.transit && !security.done && !this.#seen.has("AuthMethod")) {
      throw new LoginFailure(LoginStatus.AuthenticationFailed);
    }
    return request.transit && security.done;
  }

  #handleOperational(keys: ReadonlyMap<string, string>, request: LoginRequest, pairs: [string, string][]): boolean {
    const operational = this.#operational!;
    for (const key of keys.keys()) if (SECURITY_KEYS.has(key)) throw new LoginFailure(LoginStatus.InvalidRequest);
    pairs.push(...operational.handle(keys), ...operational.declarations());
    if (!request.transit) return false;
    pairs.push(...operational.proposals());
    return !operational.waiting;
  }

  #result(): LoginResult {
    const negotiated = this.#operational!.result;
    return { initiatorName: this.#initiatorName, discovery: this.#discovery, negotiated };
  }
}
