/**
 * What tells a logical unit from others for as long as it lives: the names of the unit itself, its serial number, and where it has
 * neither, its vendor and product. What belongs to a port, a group or a path is no part of it: it differs from portal to portal.
 *
 * @module
 */
import { toHex } from "../../bytes/hex.ts";
import type { ScsiExecutor } from "../../command.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import { isSilence, type OptionalQuestions } from "../../scsi/ask/optional.ts";
import { ask, type Question } from "../../scsi/ask/question.ts";
import { inquiry } from "../../scsi/commands/spc/inquiry.ts";
import { ScsiError } from "../../scsi/errors.ts";
import { Association, type Designator } from "../../scsi/inquiry/designator.ts";
import type { InquiryData } from "../../scsi/inquiry/standard.ts";
import { parseVpdPage, type VpdPage } from "../../scsi/inquiry/vpd.ts";
import { isInvalidField } from "../../scsi/refusal.ts";
import type { RetryOptions } from "../../scsi/retry.ts";
import { SenseKey } from "../../scsi/sense/keys.ts";

/** A VPD page with the bytes after its header. */
type Page = VpdPage & { readonly body: Uint8Array };

/** Values of designators by their type (SPC-5 §7.7.6), in hex. */
type Names = ReadonlyMap<number, ReadonlySet<string>>;

/** What identifies a logical unit. Of the facts that may be missing, null: the unit has none; undefined: it could not be had. */
export interface LunIdentity {
  /** Peripheral device type, vendor and product of standard INQUIRY. */
  readonly deviceType: number;
  readonly vendor: string;
  readonly product: string;
  /** Whether the INQUIRY data were cut, or say neither. */
  readonly vague: boolean;
  /** Whether VPD page 00h says which pages there are. */
  readonly listed: boolean;
  /** Unit serial number (VPD page 80h), a character a byte; empty where it is not available, as spaces say (SPC-5 §7.7.20). */
  readonly serial: string | null | undefined;
  /** Designators of the unit that last (VPD page 83h). */
  readonly names: Names | null | undefined;
}

/**
 * Designator types that last: T10 vendor ID, EUI-64, NAA, MD5, SCSI name string, UUID. A relative port, a port group and a group
 * of units may change at any time, and what is vendor specific promises nothing (SPC-5 §7.7.6).
 */
const LASTING: ReadonlySet<number> = new Set([1, 2, 3, 7, 8, 10]);

/** So many characters of a fact are told in a message. */
const MOST_TOLD = 200;
/** Bytes that are asked for at first: old units hang on more. */
const FIRST = 255;

/**
 * Asks for the VPD pages that identify a unit.
 *
 * When a disk is opened (`known` is undefined) a page that cannot be had leaves its fact undefined, and that one is never
 * asked for again. Later every other fact must be answered, by a page or by a definite refusal.
 *
 * @param standard the standard INQUIRY data, asked just before
 * @throws {ScsiError} later: where a page could not be had; {IscsiError} `SCSI_BAD_DATA` where it makes no sense any more
 */
export async function readIdentity(
  executor: ScsiExecutor,
  standard: InquiryData,
  known: LunIdentity | undefined,
  questions: OptionalQuestions,
  options: RetryOptions,
): Promise<LunIdentity> {
  const { deviceType, vendor, product } = standard;
  const pages = known?.listed === false ? undefined : await listPages(executor, known, questions, options);
  const fact = async <T>(code: number, before: T | null | undefined, read: (page: Page) => T | null) => {
    if (known !== undefined && before === undefined) return undefined;
    if (pages !== undefined && !pages.includes(code)) return null;
    try {
      if (known !== undefined) return read(await askPage(code, (question) => ask(executor, question, options)));
      const page = await askPage(code, async (question) => {
        const { answer, error } = await questions.try(executor, question, options);
        if (error !== undefined) throw error;
        return answer;
      });
      // There is such a fact, whatever it is.
      return page.missing > 0 ? undefined : read(page);
    } catch (error) {
      return known === undefined ? unhad(error) : missing(error, before !== null);
    }
  };
  return {
    deviceType,
    vendor,
    product,
    vague: standard.missing > 0 || vendor + product === "",
    listed: known?.listed ?? pages !== undefined,
    serial: await fact(0x80, known?.serial, serialOf),
    names: await fact(0x83, known?.names, namesOf),
  };
}

/** The codes of VPD page 00h; undefined where the unit refuses it. One that has answered it once must answer it. */
async function listPages(
  executor: ScsiExecutor,
  known: LunIdentity | undefined,
  questions: OptionalQuestions,
  options: RetryOptions,
): Promise<readonly number[] | undefined> {
  let list: VpdPage | undefined;
  if (known === undefined) list = await questions.ask(executor, pageQuestion(0x00), options);
  else {
    try {
      list = await ask(executor, pageQuestion(0x00), options);
    } catch (error) {
      missing(error, false);
    }
  }
  // A list that was cut does not say what is not on it.
  return list?.kind === "supportedPages" && list.missing === 0 && list.pages.length > 0 ? list.pages : undefined;
}

/** A page of any length. */
async function askPage(code: number, ask: (question: Question<Page>) => Promise<Page>): Promise<Page> {
  const first = await ask(pageQuestion(code));
  return first.missing === 0 ? first : await ask(pageQuestion(code, Math.min(FIRST + first.missing, 0xffff)));
}

function pageQuestion(code: number, length = FIRST): Question<Page> {
  return {
    command: inquiry({ vpdPage: code, allocationLength: length }),
    parse: (bytes) => {
      const page = parseVpdPage(bytes, code);
      if (page.qualifier !== 0) throw notThere(page.qualifier);
      return { ...page, body: bytes.subarray(4, 4 + (((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0))) };
    },
  };
}

/** The error for a peripheral qualifier other than 0: the target does not reach the unit now, or there is none (SPC-5 §6.6.2). */
export function notThere(qualifier: number): ScsiError {
  const { cdb } = inquiry();
  const message = `The target says by peripheral qualifier ${qualifier} that it has no such logical unit, or not now`;
  return new ScsiError(ErrorCode.ScsiLunNotFound, message, { status: 0, sense: undefined, cdb });
}

/** What a page that could not be had when the disk was opened says: null, if it was refused or made no sense. */
function unhad(error: unknown): null | undefined {
  if (error instanceof ScsiError) return isRefusal(error) ? null : undefined;
  const { code } = error as IscsiError;
  if (code === ErrorCode.ScsiBadData) return null;
  if (isSilence(error) || code === ErrorCode.TargetFailure || code === ErrorCode.Rejected) return undefined;
  throw error;
}

/** What it says later. `had`: it had been there, so that only INVALID FIELD IN CDB takes it away. */
function missing(error: unknown, had: boolean): null {
  if (error instanceof ScsiError && isRefusal(error) && (!had || isInvalidField(error))) return null;
  if (!had && (error as IscsiError).code === ErrorCode.ScsiBadData) return null;
  throw error;
}

function isRefusal({ sense }: ScsiError): boolean {
  return sense?.senseKey === SenseKey.IllegalRequest && !sense.deferred && sense.asc !== 0x25;
}

function short(what: string): IscsiError {
  return new IscsiError(ErrorCode.ScsiBadData, `${what} of the logical unit came in part, or not at all`);
}

function serialOf(page: Page): string {
  if (page.missing > 0) throw short("The unit serial number");
  return textOf(page);
}

/** A serial number without its padding on either side: spaces or, against the standard, NULs. */
function textOf({ body }: Page): string {
  const own = (byte: number): boolean => byte !== 0x20 && byte !== 0;
  return String.fromCharCode(...body.subarray(Math.max(0, body.findIndex(own)), body.findLastIndex(own) + 1));
}

function namesOf(page: Page): Names | null {
  if (page.missing > 0) throw short("The device identification");
  const names = new Map<number, Set<string>>();
  const designators = page.kind === "deviceIdentification" ? page.designators : [];
  for (const designator of designators) {
    if (!isName(designator)) continue;
    const values = names.get(designator.type) ?? new Set();
    names.set(designator.type, values.add(toHex(designator.data)));
  }
  return names.size === 0 ? null : names;
}

/** Whether a designator names one unit and no other, for ever. */
function isName({ association, type, data }: Designator): boolean {
  if (association !== Association.LogicalUnit || !LASTING.has(type)) return false;
  // A vendor without anything of its own to say.
  const own = type === 1 ? data.subarray(8) : data;
  return own.some((byte) => byte !== 0 && byte !== 0x20);
}

/**
 * Whether a unit is the one that it was: of each fact that both have, something must agree. Returns what to keep.
 *
 * Where no lasting fact agrees because one side has none, it is another unit; where neither has one, vendor and product decide.
 *
 * @throws {IscsiError} `SCSI_IDENTITY_CHANGED` where it is another one; `SCSI_BAD_DATA` where that cannot be told now
 */
export function sameUnit(before: LunIdentity, now: LunIdentity): LunIdentity {
  if (now.deviceType !== before.deviceType) changed("device type", before.deviceType, now.deviceType);
  const serials = before.serial && now.serial;
  if (serials && before.serial !== now.serial) changed("serial number", before.serial, now.serial);
  const names = new Map(before.names ?? []);
  let agrees = Boolean(serials);
  for (const [type, values] of now.names ?? []) {
    const old = names.get(type);
    names.set(type, values);
    if (old === undefined) continue;
    if (![...values].some((value) => old.has(value))) changed(`designator of type ${type}`, [...old], [...values]);
    agrees = true;
  }
  if (!agrees) requireAlike(before, now);
  return { ...now, serial: now.serial || before.serial, names: names.size === 0 ? now.names : names };
}

/** Whether two units are known to be one: they have a name in common, and nothing says otherwise. */
export function areOne(one: LunIdentity, other: LunIdentity): boolean {
  try {
    sameUnit(one, other);
  } catch {
    return false;
  }
  // Of a type that both have, a name is the same then.
  return [...one.names?.keys() ?? []].some((type) => other.names?.has(type));
}

/** No lasting fact could be compared. */
function requireAlike(before: LunIdentity, now: LunIdentity): void {
  if (before.serial && now.serial === "") {
    throw new IscsiError(ErrorCode.ScsiBadData, "The unit serial number is not available now");
  }
  const [had, has] = [lasting(before), lasting(now)];
  if (had !== undefined || has !== undefined) changed("identification", had, has);
  if (now.vague && !before.vague) throw short("The INQUIRY data");
  for (const field of ["vendor", "product"] as const) {
    if (now[field] !== before[field]) changed(field, before[field], now[field]);
  }
}

/** What there is that lasts, for a message; undefined: nothing. */
function lasting({ serial, names }: LunIdentity): unknown {
  return serial || (names ? [...names.values()].flatMap((values) => [...values]) : undefined);
}

/** A fact in a message. A page may have 64 KiB. */
function told(fact: unknown): string {
  const text = JSON.stringify(fact) ?? "absent";
  return text.length <= MOST_TOLD ? text : `${text.slice(0, MOST_TOLD)} …`;
}

function changed(what: string, before: unknown, now: unknown): never {
  throw new IscsiError(
    ErrorCode.IdentityChanged,
    `The logical unit is not the one it was: its ${what} was ${told(before)} and is ${told(now)}`,
  );
}

/**
 * Compares a unit's serial number with the one that the caller wants.
 *
 * @throws {IscsiError} `SCSI_IDENTITY_CHANGED` where it differs
 * @throws {ScsiError} where it could not be asked for
 */
export async function requireSerial(executor: ScsiExecutor, wanted: string, options: RetryOptions): Promise<void> {
  let serial: string | undefined;
  try {
    serial = textOf(await askPage(0x80, (question) => ask(executor, question, options)));
  } catch (error) {
    if (!(error instanceof ScsiError) || !isRefusal(error)) throw error;
  }
  if (serial === wanted) return;
  throw new IscsiError(
    ErrorCode.IdentityChanged,
    `The LUN's unit serial number must be ${told(wanted)} and is ${told(serial)}`,
  );
}
