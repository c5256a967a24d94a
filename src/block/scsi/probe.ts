/**
 * The optional questions to a disk: what it does not answer is taken for the case in which nothing can go wrong.
 *
 * @module
 */

import type { ScsiExecutor } from "../../command.ts";
import { ErrorCode } from "../../errors.ts";
import type { OptionalQuestions } from "../../scsi/ask/optional.ts";
import { modePageForms, vpdPage } from "../../scsi/ask/pages.ts";
import { DeviceType } from "../../scsi/inquiry/device_type.ts";
import type { BlockLimits, BlockProvisioning } from "../../scsi/inquiry/vpd_block.ts";
import { decodeModePage } from "../../scsi/mode/pages.ts";
import { CACHING_PAGE } from "../../scsi/mode/pages_block.ts";
import type { ModeData } from "../../scsi/mode/parse.ts";
import { isUnknownCommand, isUnsupported } from "../../scsi/refusal.ts";
import type { RetryOptions } from "../../scsi/retry.ts";

/** What VPD pages B0h and B2h say; undefined where there is none. */
export interface VpdAnswers {
  readonly limits: BlockLimits | undefined;
  readonly provisioning: BlockProvisioning | undefined;
}

/** VPD pages B0h and B2h, where the device lists them; those of a CD are none of these. */
export async function probeVpd(
  executor: ScsiExecutor,
  deviceType: number,
  questions: OptionalQuestions,
  options: RetryOptions,
): Promise<VpdAnswers> {
  if (deviceType === DeviceType.Cd) return { limits: undefined, provisioning: undefined };
  const page = (code: number) => questions.ask(executor, vpdPage(code), options);
  const supported = await page(0x00);
  // Pages that are not listed are not requested: some devices answer such a request with garbage.
  const pages = supported?.kind === "supportedPages" ? supported.pages : [];
  const limits = pages.includes(0xb0) ? await page(0xb0) : undefined;
  const provisioning = pages.includes(0xb2) ? await page(0xb2) : undefined;
  return {
    limits: limits?.kind === "blockLimits" ? limits : undefined,
    provisioning: provisioning?.kind === "blockProvisioning" ? provisioning : undefined,
  };
}

/** What MODE SENSE reports. */
export interface Caching {
  /** WP; false where the device did not say: it refuses the writes itself. */
  readonly writeProtected: boolean;
  /** DPOFUA; false where it did not say: forced writes are flushed then. */
  readonly fua: boolean;
  /** WCE; undefined where it did not say: then there may be a volatile cache. */
  readonly writeCache: boolean | undefined;
}

/**
 * The caching mode page and the header above it, by MODE SENSE(6) or (10); a device that has neither says nothing. Where it has
 * no caching page, any page will do for the header.
 */
export async function probeCaching(
  executor: ScsiExecutor,
  deviceType: number,
  questions: OptionalQuestions,
  options: RetryOptions,
): Promise<Caching> {
  const mode = await askMode(executor, deviceType, questions, options);
  if (mode === undefined) return { writeProtected: false, fua: false, writeCache: undefined };
  const page = mode.pages.find((one) => one.pageCode === 0x08 && one.subpageCode === 0);
  const enabled = page === undefined ? undefined : decodeModePage(CACHING_PAGE, page)["writeCacheEnable"];
  return {
    writeProtected: mode.writeProtected,
    fua: mode.dpoFua,
    writeCache: typeof enabled === "boolean" ? enabled : undefined,
  };
}

async function askMode(
  executor: ScsiExecutor,
  deviceType: number,
  questions: OptionalQuestions,
  options: RetryOptions,
): Promise<ModeData | undefined> {
  const caching = modePageForms({ pageCode: 0x08 }, { deviceType, first: 6 });
  const all = modePageForms({ pageCode: 0x3f }, { deviceType, first: 6 });
  for (const form of [0, 1] as const) {
    const { answer, error } = await questions.try(executor, caching[form], options);
    if (error === undefined) return answer;
    // Whoever holds the unit, or keeps it busy, does so for the other form too.
    if (error.code === ErrorCode.ScsiReservationConflict || error.code === ErrorCode.ScsiBusy) return undefined;
    if (isUnknownCommand(error) || !isUnsupported(error)) continue;
    const header = await questions.ask(executor, all[form], options);
    if (header !== undefined) return header;
  }
  return undefined;
}
