/**
 * What of a disk may change while it is open: who it is, its size, its caching and its write protection. It is asked in one way
 * when the disk is opened and whenever it may have changed.
 *
 * @module
 */

import type { ScsiExecutor } from "../../command.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import type { OptionalQuestions } from "../../scsi/ask/optional.ts";
import { ask, type Question } from "../../scsi/ask/question.ts";
import { inquiry } from "../../scsi/commands/spc/inquiry.ts";
import { testUnitReady } from "../../scsi/commands/spc/test_unit_ready.ts";
import { ScsiError } from "../../scsi/errors.ts";
import { PeripheralQualifier } from "../../scsi/inquiry/device_type.ts";
import { type InquiryData, parseInquiry } from "../../scsi/inquiry/standard.ts";
import { type RetryOptions, runWithRetry } from "../../scsi/retry.ts";
import type { SenseData } from "../../scsi/sense/parse.ts";
import { ScsiStatus } from "../../scsi/status.ts";
import { askGeometry, type GeometryRules } from "./ask_geometry.ts";
import type { Geometry } from "./geometry.ts";
import { type LunIdentity, notThere, readIdentity } from "./identity.ts";
import { probeVpd, type VpdAnswers } from "./probe.ts";

/** How often everything is asked again because a unit attention came in between. */
const ROUNDS = 8;

/** A disk as it was during one moment. */
export interface Condition {
  readonly standard: InquiryData;
  readonly identity: LunIdentity;
  /** Its limits: asked when it is opened. */
  readonly pages: VpdAnswers;
  readonly geometry: Geometry;
  /** The unit attentions that came while it was asked. */
  readonly met: readonly SenseData[];
}

/** How a disk is asked. */
export interface Asking {
  /** What it has left unanswered is not asked again. */
  readonly questions: OptionalQuestions;
  readonly rules: GeometryRules;
  readonly retry: RetryOptions;
}

/** Standard INQUIRY data. */
export const STANDARD: Question<InquiryData> = { command: inquiry(), parse: parseInquiry };

/**
 * Asks for the condition of a disk, until no unit attention comes in between: what was asked before one may be old.
 *
 * @param known what need not be asked, or is compared later; `standard` only where it was asked just before
 * @throws {ScsiError} where it does not answer; what {@link askGeometry} and {@link readIdentity} throw
 */
export async function askCondition(
  executor: ScsiExecutor,
  known: { readonly [Fact in "standard" | "identity" | "pages"]?: Condition[Fact] | undefined },
  { questions, rules, retry }: Asking,
): Promise<Condition> {
  const met: SenseData[] = [];
  const options: RetryOptions = {
    ...retry,
    onUnitAttention: (sense) => {
      met.push(sense);
      return retry.onUnitAttention?.(sense);
    },
  };
  for (let round = 1;; round++) {
    // Those that wait are about what was before.
    await waitUntilReady(executor, options);
    const waiting = met.length;
    const standard = (round === 1 ? known.standard : undefined) ?? await ask(executor, STANDARD, options);
    const { qualifier, deviceType } = standard;
    if (qualifier !== PeripheralQualifier.Connected) throw notThere(qualifier);
    const identity = await readIdentity(executor, standard, known.identity, questions, options);
    const pages = known.pages ?? await probeVpd(executor, deviceType, questions, options);
    const geometry = await askGeometry(executor, standard, pages, questions, rules, options);
    if (met.length === waiting) return { standard, identity, pages, geometry, met };
    if (round === ROUNDS) {
      const [status, sense] = [ScsiStatus.CheckCondition, met.at(-1)];
      const message = "The logical unit keeps reporting unit attentions while it is asked what it is";
      throw new ScsiError(ErrorCode.ScsiUnitAttention, message, { status, sense, cdb: testUnitReady().cdb });
    }
  }
}

/** Errors of TEST UNIT READY that say nothing of whether the disk can be read: that will be seen. */
const ODD: ReadonlySet<string> = new Set([
  ErrorCode.ScsiCheckCondition,
  ErrorCode.ScsiIllegalRequest,
  ErrorCode.ScsiMediumError,
  ErrorCode.ScsiReservationConflict,
  ErrorCode.ScsiStatus,
  ErrorCode.TargetFailure,
  ErrorCode.Rejected,
]);

/** Waits until the disk is ready, and clears the unit attentions that wait. */
async function waitUntilReady(executor: ScsiExecutor, options: RetryOptions): Promise<void> {
  try {
    await runWithRetry(executor, testUnitReady(), options);
  } catch (error) {
    if (!(error instanceof IscsiError) || !ODD.has(error.code)) throw error;
  }
}
