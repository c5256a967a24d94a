/**
 * The operational stage: the offers, and the resulting parameters of the session (RFC 7143 §13).
 *
 * @module
 */

import { ErrorCode, LoginError, ProtocolError } from "../../../errors.ts";
import { LoginStage } from "../../../wire/login_flags.ts";
import { Opcode } from "../../../wire/opcodes.ts";
import type { LoginReply } from "../exchange.ts";
import type { TextPair } from "./negotiate.ts";
import type { SessionParameters } from "./parameters.ts";
import { checkPortalGroup, type LoginRun } from "../auth/security.ts";
import type { LoginRedirection } from "../status.ts";

/**
 * The initiator's offers. Keys of the session are offered only in its leading login, and keys about data not in a
 * discovery session.
 */
function offers({ options, negotiation }: LoginRun): TextPair[] {
  const { limits } = options;
  const pairs: TextPair[] = [
    negotiation.offer("HeaderDigest", limits.headerDigest),
    negotiation.offer("DataDigest", limits.dataDigest),
    ["MaxRecvDataSegmentLength", String(limits.maxRecvDataSegmentLength)],
  ];
  if (options.tsih !== 0) return pairs;
  pairs.push(
    negotiation.offer("DefaultTime2Wait", limits.defaultTime2Wait),
    negotiation.offer("DefaultTime2Retain", limits.defaultTime2Retain),
    negotiation.offer("ErrorRecoveryLevel", 0),
  );
  if (options.sessionType === "Discovery") return pairs;
  pairs.push(
    negotiation.offer("InitialR2T", limits.initialR2T),
    negotiation.offer("ImmediateData", limits.immediateData),
    negotiation.offer("MaxBurstLength", limits.maxBurstLength),
    negotiation.offer("FirstBurstLength", limits.firstBurstLength),
    negotiation.offer("MaxOutstandingR2T", limits.maxOutstandingR2T),
    negotiation.offer("MaxConnections", 1),
    negotiation.offer("DataPDUInOrder", limits.dataPduInOrder),
    negotiation.offer("DataSequenceInOrder", limits.dataSequenceInOrder),
  );
  if (limits.protocolLevel !== 1) pairs.push(negotiation.offer("iSCSIProtocolLevel", limits.protocolLevel));
  return pairs;
}

/**
 * Runs the stage up to the full-feature phase.
 *
 * @returns the final reply, or the redirection
 * @throws {LoginError} see {@link login}
 * @throws {ProtocolError} see {@link login}
 */
export async function operationalStage(run: LoginRun): Promise<LoginReply | LoginRedirection> {
  const { exchange, negotiation } = run;
  let pairs = offers(run);
  for (;;) {
    const reply = await exchange.round({ stage: LoginStage.Operational, next: LoginStage.FullFeature, pairs });
    if (reply.kind === "redirect") return reply;
    negotiation.receive(reply.pairs, { stage: "operational", ending: reply.transit });
    checkPortalGroup(run);
    pairs = negotiation.takeAnswers();
    if (reply.transit) {
      negotiation.finish("operational");
      return reply;
    }
  }
}

/** MaxBurstLength and FirstBurstLength. Contradictory results fail the login; a default is adjusted. */
function bursts({ negotiation }: LoginRun): { maxBurstLength: number; firstBurstLength: number } {
  const maxBurstLength = negotiation.number("MaxBurstLength");
  const firstBurstLength = negotiation.number("FirstBurstLength");
  const isVoid = negotiation.boolean("InitialR2T") && !negotiation.boolean("ImmediateData");
  const answered = negotiation.has("FirstBurstLength") && negotiation.refusal("FirstBurstLength") === undefined;
  const limited = negotiation.has("MaxBurstLength") && negotiation.refusal("MaxBurstLength") === undefined;
  if (firstBurstLength > maxBurstLength && answered && limited && !isVoid) {
    throw new ProtocolError(
      `The target answered FirstBurstLength=${firstBurstLength}, which exceeds its MaxBurstLength=${maxBurstLength}`,
      { opcode: Opcode.LoginResponse, field: "FirstBurstLength", got: firstBurstLength, limit: maxBurstLength },
    );
  }
  return { maxBurstLength, firstBurstLength: Math.min(firstBurstLength, maxBurstLength) };
}

/** The parameters that the negotiation has led to. */
export function agreedParameters(run: LoginRun): SessionParameters {
  const { options, negotiation } = run;
  if (negotiation.number("ErrorRecoveryLevel") !== 0) {
    throw new LoginError(ErrorCode.NegotiationFailed, "The target does not take ErrorRecoveryLevel=0");
  }
  const connection = {
    maxRecvDataSegmentLength: options.limits.maxRecvDataSegmentLength,
    targetMaxRecvDataSegmentLength: negotiation.number("MaxRecvDataSegmentLength"),
    headerDigest: negotiation.text("HeaderDigest") === "CRC32C",
    dataDigest: negotiation.text("DataDigest") === "CRC32C",
  };
  if (options.tsih !== 0 && options.established !== undefined) return { ...options.established, ...connection };
  const parameters: SessionParameters = {
    ...connection,
    ...bursts(run),
    initialR2T: negotiation.boolean("InitialR2T"),
    immediateData: negotiation.boolean("ImmediateData"),
    maxOutstandingR2T: negotiation.number("MaxOutstandingR2T"),
    defaultTime2Wait: negotiation.number("DefaultTime2Wait"),
    defaultTime2Retain: negotiation.number("DefaultTime2Retain"),
    errorRecoveryLevel: 0,
    dataPduInOrder: negotiation.boolean("DataPDUInOrder"),
    dataSequenceInOrder: negotiation.boolean("DataSequenceInOrder"),
    protocolLevel: negotiation.number("iSCSIProtocolLevel"),
  };
  const alias = negotiation.text("TargetAlias");
  if (alias !== undefined) parameters.targetAlias = alias;
  if (negotiation.has("TargetPortalGroupTag")) {
    parameters.targetPortalGroupTag = negotiation.number("TargetPortalGroupTag");
  }
  return parameters;
}
