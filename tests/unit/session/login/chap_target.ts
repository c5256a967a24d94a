/**
 * A target that wants CHAP, and answers as a test says.
 *
 * @module
 */

import * as assert from "uvu/assert";
import { type AuthOptions, login } from "../../../../src/session/login/mod.ts";
import { type Answer, options, type Seen, TestTarget } from "./login_target.ts";
import { rejection } from "../../../lib/rejections.ts";

export const SECRET = "initiator-secret";
export const TARGET_SECRET = "target-secret-xyz";
export const AUTH: AuthOptions = { username: "Me 0x41", password: SECRET };
export const MUTUAL: AuthOptions = { ...AUTH, target: { username: "disk", password: TARGET_SECRET } };
export const OWN = { username: "disk", password: TARGET_SECRET };

export type Edit = (answer: Answer, seen: Seen, index: number) => Answer | void;

export function target(edit?: Edit, more = {}): TestTarget {
  return new TestTarget({ chap: { secret: SECRET, own: OWN, ...more }, ...(edit === undefined ? {} : { edit }) });
}

/** Replaces keys in the answer with a given index; undefined leaves a key out. */
export function replacing(index: number, changes: Record<string, string | undefined>, more = {}): TestTarget {
  return target((answer, _seen, now) => {
    if (now !== index) return;
    answer.pairs = answer.pairs.filter(([key]) => !(key in changes));
    for (const [key, value] of Object.entries(changes)) if (value !== undefined) answer.pairs.push([key, value]);
  }, more);
}

export async function refused(channel: TestTarget, code: string, auth: AuthOptions | undefined = AUTH): Promise<Error> {
  const error = await rejection(login(channel, options({ auth })));
  assert.is(error.code, code, error.message);
  return error;
}

export const BREACH = "ISCSI_PROTOCOL_ERROR";
export const NO_PROOF = "ISCSI_TARGET_AUTH_FAILED";
/** Answers: 0 AuthMethod, 1 the challenge, 2 the end of the stage. */
export const CHALLENGE = 1;
export const PROOF = 2;
