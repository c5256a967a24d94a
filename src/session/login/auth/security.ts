/**
 * The security stage: choosing the authentication method and running it (RFC 7143 §6.3.2, §12.1).
 *
 * @module
 */

import { ErrorCode, LoginError, ProtocolError } from "../../../errors.ts";
import { LoginStage } from "../../../wire/login_flags.ts";
import { Opcode } from "../../../wire/opcodes.ts";
import type { Chap } from "./chap.ts";
import type { LoginExchange } from "../exchange.ts";
import type { Negotiation, TextPair } from "../negotiation/negotiate.ts";
import type { CheckedLoginOptions } from "../options.ts";
import { quote } from "../../naming/printable.ts";
import type { LoginRedirection } from "../status.ts";

/** One login while it runs. */
export interface LoginRun {
  readonly options: CheckedLoginOptions;
  readonly exchange: LoginExchange;
  readonly negotiation: Negotiation;
  /** The authentication, if credentials were given. */
  readonly chap: Chap | undefined;
}

/**
 * The authentication methods to offer. `None` besides CHAP only if the policy allows it, and never if the target must
 * prove itself.
 */
export function authMethods({ auth, sessionType }: CheckedLoginOptions): readonly string[] {
  if (auth === undefined) return ["None"];
  const allowNone = auth.target === undefined && (auth.allowNone ?? sessionType === "Discovery");
  return allowNone ? ["CHAP", "None"] : ["CHAP"];
}

/** The keys of the first request, which identifies the initiator (RFC 7143 §6.3.1). */
function firstPairs({ options, negotiation }: LoginRun): TextPair[] {
  const pairs: TextPair[] = [["InitiatorName", options.initiatorName]];
  if (options.targetName !== undefined) pairs.push(["TargetName", options.targetName]);
  if (options.tsih === 0) pairs.push(["SessionType", options.sessionType]);
  pairs.push(negotiation.offer("AuthMethod", authMethods(options)));
  return pairs;
}

/** Turns an answer to AuthMethod that ends the login into an error that says what to do about it. */
function checkMethod(answer: string, { options }: LoginRun): void {
  const { auth } = options;
  if (
    answer === "NotUnderstood" || answer === "Irrelevant" ? auth === undefined : authMethods(options).includes(answer)
  ) {
    return;
  }
  if (auth === undefined) {
    throw new LoginError(
      ErrorCode.LoginAuthRequired,
      `The target demands authentication (AuthMethod=${quote(answer)}), and no credentials were given`,
    );
  }
  if (auth.target !== undefined) {
    throw new LoginError(
      ErrorCode.TargetAuthFailed,
      `The target must prove its identity by CHAP, and answered AuthMethod=${quote(answer)}`,
    );
  }
  throw new LoginError(
    ErrorCode.NegotiationFailed,
    answer === "None"
      ? "The target wants no authentication, and CHAP was asked for: set allowNone to go on without"
      : `The target does not take CHAP, and answered AuthMethod=${quote(answer)}`,
  );
}

/**
 * Checks that the portal belongs to the expected portal group (RFC 7143 §13.9). The target must declare the tag with
 * its first response.
 *
 * @throws {LoginError} `ISCSI_LOGIN_FAILED`
 */
export function checkPortalGroup({ options, negotiation, exchange }: LoginRun): void {
  const { expectedPortalGroupTag: expected } = options;
  if (!negotiation.has("TargetPortalGroupTag")) {
    if (options.targetName !== undefined) exchange.warn("The first answer of the target has no TargetPortalGroupTag");
    return;
  }
  const tag = negotiation.number("TargetPortalGroupTag");
  if (expected !== undefined && tag !== expected) {
    throw new LoginError(
      ErrorCode.LoginFailed,
      `Portal group ${expected} of the target was expected at this address, and portal group ${tag} answered`,
    );
  }
}

/**
 * Runs the stage up to the operational one.
 *
 * @returns the redirection, if the target sends one
 * @throws {LoginError} see {@link login}
 * @throws {ProtocolError} see {@link login}
 */
export async function securityStage(run: LoginRun): Promise<LoginRedirection | undefined> {
  const { exchange, negotiation, chap } = run;
  let pairs = firstPairs(run);
  let ready = chap === undefined;
  for (;;) {
    const reply = await exchange.round({
      stage: LoginStage.Security,
      next: ready ? LoginStage.Operational : undefined,
      pairs,
    });
    if (reply.kind === "redirect") return reply;
    for (const [key, value] of reply.pairs) if (key === "AuthMethod") checkMethod(value, run);
    const settledBefore = negotiation.text("AuthMethod");
    negotiation.receive(reply.pairs, { stage: "security", ending: reply.transit });
    checkPortalGroup(run);

    pairs = negotiation.takeAnswers();
    const chapKeys = negotiation.takeChap();
    if (chap !== undefined && negotiation.text("AuthMethod") === "CHAP") {
      const answer = chap.receive(chapKeys);
      pairs.push(...(settledBefore === undefined ? chap.start() : answer));
      ready = exchange.credentialsShown = chap.proved;
    } else {
      for (const key of chapKeys.keys()) {
        const details = { opcode: Opcode.LoginResponse, field: key, got: "a CHAP key", limit: "none" };
        throw new ProtocolError(`The target sent ${key}, and CHAP was not agreed on`, details);
      }
      ready = chap === undefined || negotiation.text("AuthMethod") === "None";
    }
    if (reply.transit) {
      if (chap !== undefined && negotiation.text("AuthMethod") === "CHAP") chap.finish();
      negotiation.finish("security");
      return undefined;
    }
  }
}
