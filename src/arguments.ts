/**
 * The checks of what callers pass, with one form of message for all: `NAME must WANTED, got WHAT`. The errors are a
 * `TypeError` or a `RangeError` with a code. A correct value costs no allocation. Functions named `...Problem` return
 * the error, for callers that reject with it; the others throw it.
 *
 * @module
 */

import { ErrorCode, rangeError, typeError } from "./errors.ts";

/** A caller's mistake. */
type ArgumentError = (TypeError | RangeError) & { code: ErrorCode };

const LONGEST_QUOTE = 60;
const MAX = Number.MAX_SAFE_INTEGER;

/** What may be a secret in a text that should have been something else, each to be replaced by `…`. */
const SECRETS: readonly RegExp[] = [
  // All behind `iscsi://`, or what was to be that, unless it can only be a host and names.
  /(?<=^\W*iscsi\W+)[^]*[:%@?][^]*/i,
  // `user:password@` and libiscsi's `user%password@`, with whatever is before it in that segment.
  /[^/\\?]*[:%][^]*@/,
  // The values of a query, and of settings: `?key=value`, `password=value`, `"password": "value"`.
  /(?<=[?&;])[^/\\]*=[^]*/,
  /(?<=pass(?:word|wd|phrase)?|secret|chap\w*|pw|token)["']?\s*[=:][^]*/i,
];

/** A text of the caller's for a message, such as a path or a host, without what may be a secret: a malformed URL has some. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((rest, secret) => rest.replace(secret, "…"), text);
}

/** A text in quotation marks, cut if it is long. */
function quoted(whole: string): string {
  const text = withoutSecrets(whole);
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);
}

/** The kind of a value, such as `a string`, without its content. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  if (Array.isArray(value)) return "an array";
  const { constructor } = value;
  const named = typeof constructor === "function" && constructor !== Object && constructor.name !== "";
  return named ? `an instance of ${constructor.name}` : "an object";
}

/** What a value is, for the end of the sentence: a number as it is, a text in quotation marks. Not for secrets. */
export function described(value: unknown): string {
  switch (typeof value) {
    case "string":
      return quoted(value);
    case "bigint":
      return `${value}n`;
    case "number":
    case "boolean":
      return String(value);
    default:
      return kindOf(value);
  }
}

/** {@link described}, with the content of arrays. */
export function listed(value: unknown): string {
  return Array.isArray(value) ? `[${value.slice(0, 8).map(described).join(", ")}]` : described(value);
}

/** An error for a value of the wrong type: `name` must `wanted` (`be a string`), got `got`. */
export function wrongType(name: string, wanted: string, got: string): ArgumentError {
  return typeError(ErrorCode.InvalidArgType, `${name} must ${wanted}, got ${got}`);
}

/** An error for a value that is not allowed: `name` must `wanted`, got `got`. */
export function wrongValue(name: string, wanted: string, got: string): ArgumentError {
  return typeError(ErrorCode.InvalidArgValue, `${name} must ${wanted}, got ${got}`);
}

/** An error for a number, or a size, outside its range: `name` must `wanted`, got `got`. */
export function wrongRange(name: string, wanted: string, got: string | number): ArgumentError {
  return rangeError(`${name} must ${wanted}, got ${got}`);
}

/** What an integer of a range is called. */
function integerFrom(min: number | bigint, max: number | bigint): string {
  return max === MAX ? `be an integer of at least ${min}` : `be an integer from ${min} to ${max}`;
}

/**
 * Checks an integer from `min` to `max`, both inclusive, that may be a `bigint`.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, RangeError `ERR_OUT_OF_RANGE`
 */
export function checkAnyInteger(
  name: string,
  value: unknown,
  min: number | bigint,
  max: number | bigint,
): number | bigint {
  if (typeof value === "number" ? Number.isSafeInteger(value) : typeof value === "bigint") {
    if ((value as number) >= min && (value as number) <= max) return value as number | bigint;
  } else if (typeof value !== "number") throw wrongType(name, integerFrom(min, max), described(value));
  throw wrongRange(name, integerFrom(min, max), described(value));
}

/**
 * Checks a number: an integer from `min` to `max`, both inclusive.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, RangeError `ERR_OUT_OF_RANGE`
 */
export function checkInteger(name: string, value: unknown, min: number, max: number = MAX): number {
  if (typeof value !== "number") throw wrongType(name, integerFrom(min, max), described(value));
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw wrongRange(name, integerFrom(min, max), value);
  }
  return value;
}

/** {@link checkInteger}, or `fallback` if the value is undefined. */
export function integerOption(
  name: string,
  value: unknown,
  fallback: number,
  min: number,
  max: number = MAX,
): number {
  return value === undefined ? fallback : checkInteger(name, value, min, max);
}

/** Checks an integer that is a power of two. @throws TypeError `ERR_INVALID_ARG_TYPE`, RangeError `ERR_OUT_OF_RANGE` */
export function checkPowerOfTwo(name: string, value: unknown, min: number, max: number): number {
  const integer = checkInteger(name, value, min, max);
  if (!Number.isInteger(Math.log2(integer))) throw wrongRange(name, "be a power of two", integer);
  return integer;
}

/** Checks that a size is a multiple of another, both in bytes. @throws RangeError `ERR_OUT_OF_RANGE` */
export function checkMultiple(name: string, size: number, unit: number): number {
  if (size % unit !== 0) throw wrongRange(name, `be a multiple of ${unit} bytes`, size);
  return size;
}

/** Checks one of the values of an enumeration. @throws TypeError `ERR_INVALID_ARG_VALUE` */
export function checkOneOf<Value extends string | number>(
  name: string,
  value: unknown,
  allowed: readonly Value[],
): Value {
  if (allowed.includes(value as Value)) return value as Value;
  const list = allowed.map((one) => JSON.stringify(one)).join(", ");
  throw wrongValue(name, `be one of ${list}`, described(value));
}

/** An error for a value that is not a boolean (the text "false" must not count as true), or undefined. */
export function booleanProblem(name: string, value: unknown): ArgumentError | undefined {
  return typeof value === "boolean" ? undefined : wrongType(name, "be true or false", described(value));
}

/** Checks a boolean. @throws TypeError `ERR_INVALID_ARG_TYPE` */
export function checkBoolean(name: string, value: unknown): boolean {
  const problem = booleanProblem(name, value);
  if (problem !== undefined) throw problem;
  return value as boolean;
}

/** Checks a text. Says of another value only what kind it is: it may be a secret. @throws TypeError `ERR_INVALID_ARG_TYPE` */
export function checkString(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw wrongType(name, "be a string", kindOf(value));
}

/** Checks a function. @throws TypeError `ERR_INVALID_ARG_TYPE` */
export function checkFunction<Value>(name: string, value: Value): Value {
  if (typeof value === "function") return value;
  throw wrongType(name, "be a function", described(value));
}

/** Checks an array. @throws TypeError `ERR_INVALID_ARG_TYPE` */
export function checkArray(name: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrongType(name, "be an array", kindOf(value));
}

/**
 * An error for a value that is not an object of options, or undefined. An array, and an object of the platform (an
 * `AbortSignal`, a `Map`), is none: it was passed in the wrong place. Of the value the message gives only the kind,
 * since it may contain a secret.
 */
function objectProblem(name: string, value: unknown): ArgumentError | undefined {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    // A module may hold a program's settings: `import * as settings`.
    if (!(Symbol.toStringTag in value) || value[Symbol.toStringTag] === "Module") return undefined;
  }
  return wrongType(name, "be an object", kindOf(value));
}

/** An error for a value that is no object of any kind: one that is told apart by its identity. */
export function identityProblem(name: string, value: unknown): ArgumentError | undefined {
  return typeof value === "object" && value !== null ? undefined : wrongType(name, "be an object", kindOf(value));
}

/** Checks an object of options, whatever its keys. @throws TypeError `ERR_INVALID_ARG_TYPE` */
export function checkObject(name: string, value: unknown): object {
  const problem = objectProblem(name, value);
  if (problem !== undefined) throw problem;
  return value as object;
}

/** The members that an object must have, by their type. */
export type Shape<Member extends string = string> = Readonly<
  Record<Member, "string" | "number" | "boolean" | "object" | "function">
>;

/**
 * Checks an object of an interface by its members, where there is no class that every one is of.
 *
 * @param kind name of the interface
 * @throws TypeError `ERR_INVALID_ARG_TYPE`
 */
export function checkShape(name: string, value: unknown, kind: string, shape: Shape): void {
  if (typeof value !== "object" || value === null) throw wrongType(name, `be a ${kind}`, kindOf(value));
  const object = value as Readonly<Record<string, unknown>>;
  for (const [member, type] of Object.entries(shape)) {
    if (typeof object[member] !== type || object[member] === null) {
      throw wrongType(name, `be a ${kind}`, `${kindOf(value)} whose ${member} is ${kindOf(object[member])}`);
    }
  }
}

/** An error for a key that an options object does not have. */
export function unknownKey(name: string, known: Iterable<string>, key: string): ArgumentError {
  return wrongValue(name, `have no keys but ${[...known].join(", ")}`, quoted(key));
}

/**
 * An error for a value that is not an object of options, or has another key than those known; or undefined. Correct
 * options cost no allocation.
 */
export function optionsProblem(name: string, value: unknown, known: readonly string[]): ArgumentError | undefined {
  const problem = objectProblem(name, value);
  if (problem !== undefined) return problem;
  // Unlike Object.keys(), this makes no array.
  for (const key in value as object) {
    if (!known.includes(key) && Object.hasOwn(value as object, key)) return unknownKey(name, known, key);
  }
  return undefined;
}

/**
 * Checks options: an object without unknown keys. A misspelt limit must not go unnoticed.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 */
export function checkKeys(name: string, value: unknown, known: readonly string[]): void {
  const problem = optionsProblem(name, value, known);
  if (problem !== undefined) throw problem;
}

/** An error for a value that is not an `AbortSignal` (one of another library or realm is accepted), or undefined. */
export function signalProblem(name: string, value: unknown): ArgumentError | undefined {
  const signal = value as AbortSignal | null;
  if (typeof signal === "object" && typeof signal?.aborted === "boolean" && "addEventListener" in signal) {
    return undefined;
  }
  return wrongType(name, "be an AbortSignal", described(value));
}

/** Checks a signal, if there is one. @throws TypeError `ERR_INVALID_ARG_TYPE` */
export function checkSignal(name: string, value: unknown): void {
  const problem = value === undefined ? undefined : signalProblem(name, value);
  if (problem !== undefined) throw problem;
}

/** An error for a value that is not a byte array (a `Buffer` of Node is one), or undefined. */
export function bytesProblem(name: string, value: unknown): ArgumentError | undefined {
  return value instanceof Uint8Array ? undefined : wrongType(name, "be a Uint8Array", described(value));
}

function count(bytes: number): string {
  return bytes === 1 ? "1 byte" : `${bytes} bytes`;
}

/**
 * Checks a byte array of `min` to `max` bytes, both inclusive.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, RangeError `ERR_OUT_OF_RANGE`
 */
export function checkBytes(name: string, value: unknown, min: number = 0, max: number = MAX): Uint8Array {
  const problem = bytesProblem(name, value);
  if (problem !== undefined) throw problem;
  const bytes = value as Uint8Array;
  if (bytes.length < min || bytes.length > max) {
    const wanted = max === MAX ? `at least ${count(min)}` : min === max ? count(min) : `${min} to ${count(max)}`;
    throw wrongRange(name, `have ${wanted}`, bytes.length);
  }
  return bytes;
}

/** An error for a range that is not inside `[0, size)`, or undefined. All in bytes. */
export function rangeProblem(size: number, position: unknown, length: unknown): ArgumentError | undefined {
  if (typeof position !== "number") return wrongType("position", integerFrom(0, size), described(position));
  if (typeof length !== "number") return wrongType("length", integerFrom(0, MAX), described(length));
  if (!Number.isSafeInteger(position) || position < 0 || position > size) {
    return wrongRange("position", integerFrom(0, size), position);
  }
  if (!Number.isSafeInteger(length) || length < 0) return wrongRange("length", integerFrom(0, MAX), length);
  // Subtraction, because position + length may not be a safe integer.
  if (length > size - position) {
    return wrongRange("position + length", `be at most ${size}, the size in bytes`, `${position} + ${length}`);
  }
  return undefined;
}

/** The value, checked unless it is undefined: `optional(checkBoolean, "readOnly", options.readOnly)`. */
export function optional<Value, Checked>(
  check: (name: string, value: Value) => Checked,
  name: string,
  value: Value | undefined,
): Checked | undefined {
  return value === undefined ? undefined : check(name, value);
}
