/**
 * The checks of a target's options: keys that do not exist are refused, as are values of another type.
 *
 * @module
 */

import {
  checkArray,
  checkBoolean,
  checkFunction,
  checkInteger,
  checkKeys,
  checkMultiple,
  checkObject,
  checkOneOf,
  checkPowerOfTwo,
  checkShape,
  checkString,
  described,
  optional,
  type Shape,
  wrongValue,
} from "../arguments.ts";
import { foldName } from "../wire/iscsi_name.ts";
import { CHAP_ALGORITHMS } from "../wire/chap.ts";
import type { Backing } from "./backing.ts";
import { DEFAULT_TARGET_NAME, type TargetAuth, type TargetLun, type TargetOptions } from "./options.ts";

/** The keys of options: a record, so that none can be forgotten. */
type Keys<Options> = Readonly<Record<keyof Options, true>>;

const TARGET: Keys<TargetOptions> = {
  host: true,
  port: true,
  targetName: true,
  luns: true,
  auth: true,
  initiators: true,
  queueDepth: true,
  maxSessions: true,
  maxMemory: true,
  loginTimeout: true,
  pingInterval: true,
  measureInterval: true,
  unitAttentionAtLogin: true,
  maxRecvDataSegmentLength: true,
  maxBurstLength: true,
  firstBurstLength: true,
  initialR2T: true,
  immediateData: true,
  maxOutstandingR2T: true,
  headerDigest: true,
  dataDigest: true,
};
const LUN: Keys<TargetLun> = {
  number: true,
  backing: true,
  readOnly: true,
  removable: true,
  mediumPresent: true,
  closeBacking: true,
  physicalBlockSize: true,
  serial: true,
  vendor: true,
  product: true,
  revision: true,
};
const AUTH: Keys<TargetAuth> = { username: true, password: true, target: true, algorithms: true, discovery: true };
const MUTUAL: Keys<NonNullable<TargetAuth["target"]>> = { username: true, password: true };
const BACKING: Shape<"readInto" | "write" | "flush"> = { readInto: "function", write: "function", flush: "function" };
const ALGORITHMS = CHAP_ALGORITHMS.map(({ name }) => name);

/**
 * Checks what is not a number: keys, host, initiators and flags.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 */
export function checkTargetOptions(options: TargetOptions): void {
  checkKeys("options", options, Object.keys(TARGET));
  checkArray("luns", options.luns);
  // An empty address would mean all of them.
  if (checkString("host", options.host ?? "127.0.0.1") === "") {
    throw wrongValue("host", "be an address or a name", described(options.host));
  }
  // A single text is iterable too, and would allow each of its characters.
  optional(checkArray, "initiators", options.initiators)?.forEach((name, i) => checkString(`initiators[${i}]`, name));
  for (const key of ["unitAttentionAtLogin", "initialR2T", "immediateData"] as const) {
    checkBoolean(key, options[key] ?? false);
  }
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` */
export function checkLun(name: string, lun: TargetLun): void {
  checkKeys(name, lun, Object.keys(LUN));
  for (const key of ["readOnly", "removable", "mediumPresent", "closeBacking"] as const) {
    checkBoolean(`${name}.${key}`, lun[key] ?? false);
  }
}

/**
 * Checks a backing by its members.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, RangeError `ERR_OUT_OF_RANGE` for a size outside its range
 */
export function checkBacking(number: number, backing: Backing): void {
  const name = `backing of LUN ${number}`;
  checkShape(name, backing, "Backing", {});
  const { blockSize, size, readOnly, supports } = backing;
  checkPowerOfTwo(`blockSize of LUN ${number}`, blockSize, 512, 65536);
  checkMultiple(`size of LUN ${number}`, checkInteger(`size of LUN ${number}`, size, blockSize), blockSize);
  checkShape(name, backing, "Backing", BACKING);
  checkBoolean(`readOnly of the ${name}`, readOnly ?? false);
  checkObject(`supports of the ${name}`, supports ?? {});
  for (const key of ["writeZeroes", "extents", "measure", "close"] as const) {
    if (backing[key] !== undefined && backing[key] !== null) checkFunction(`${key} of the ${name}`, backing[key]);
  }
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, without the secrets in it */
export function checkAuth(auth: TargetAuth): TargetAuth {
  checkKeys("auth", auth, Object.keys(AUTH));
  const { target } = auth;
  if (target !== undefined) checkKeys("auth.target", target, Object.keys(MUTUAL));
  for (const [name, side] of [["auth", auth], ["auth.target", target]] as const) {
    for (const key of ["username", "password"] as const) {
      if (side !== undefined && checkString(`${name}.${key}`, side[key]) === "") {
        throw wrongValue(`${name}.${key}`, "not be empty", "an empty string");
      }
    }
  }
  if (target?.password === auth.password) {
    throw wrongValue("auth.target.password", "differ from auth.password", "the same");
  }
  checkBoolean("auth.discovery", auth.discovery ?? false);
  if (auth.algorithms !== undefined && auth.algorithms !== null) {
    checkChoices("auth.algorithms", auth.algorithms, ALGORITHMS);
  }
  return auth;
}

/** Checks a list with one or more of the values that are allowed. @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` */
export function checkChoices<Value extends string>(
  name: string,
  values: readonly Value[],
  allowed: readonly Value[],
): readonly Value[] {
  if (checkArray(name, values).length === 0) throw wrongValue(name, "have one or more", "none");
  values.forEach((value, i) => checkOneOf(`${name}[${i}]`, value, allowed));
  return values;
}

/**
 * iSCSI names of RFC 7143 §4.2.7: the three kinds, in characters that no text key or URL would change.
 *
 * @returns the name as it is compared (RFC 3722): in lower case
 */
export function checkName(name: string): string {
  const folded = foldName(checkString("targetName", name));
  if (folded.length <= 223 && /^(iqn|eui|naa)\.[a-z0-9.:-]+$/.test(folded)) return folded;
  throw wrongValue("targetName", `be an iSCSI name such as ${DEFAULT_TARGET_NAME}`, described(name));
}
