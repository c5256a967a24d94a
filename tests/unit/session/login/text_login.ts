/**
 * Logins whose texts are looked at.
 *
 * @module
 */

import * as assert from "uvu/assert";
import { login, resolveLimits } from "../../../../src/session/login/mod.ts";
import type { LoginComplete, OfferedLimits } from "../../../../src/session/login/mod.ts";
import { rejection } from "../../../lib/rejections.ts";
import { options, type Pair, TestTarget, withKeys } from "./login_target.ts";

export async function complete(target: TestTarget, limits: Partial<OfferedLimits> = {}): Promise<LoginComplete> {
  const outcome = await login(target, options({ limits: resolveLimits(limits) }));
  assert.is(outcome.kind, "complete");
  return outcome as LoginComplete;
}

/** Expects the login to fail on one changed answer, with a code. */
export async function refused(
  changes: Record<string, string | undefined>,
  code: string,
  limits: Partial<OfferedLimits> = {},
): Promise<Error & { code: string }> {
  const error = await rejection(login(withKeys(changes), options({ limits: resolveLimits(limits) })));
  assert.is(error.code, code, `${JSON.stringify(changes)}: ${error.message}`);
  return error;
}

export const DISAGREE = "ISCSI_NEGOTIATION_FAILED";
export const BREACH = "ISCSI_PROTOCOL_ERROR";

/** A target that proposes keys in its first operational answer, and takes our answers. */
export function proposing(...keys: Pair[]): TestTarget {
  return new TestTarget({
    edit: (answer, _seen, index) => {
      if (index === 1) Object.assign(answer, { transit: false, tsih: 0, pairs: [...answer.pairs, ...keys] });
    },
  });
}
