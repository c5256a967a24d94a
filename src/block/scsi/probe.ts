/**
 * The queries that are sent to a disk when it is opened.
 *
 * @module
 */

import type { ScsiExecutor } from "../../command.ts";
import { askModePages, modePage6, vpdPage } from "../../scsi/ask/pages.ts";
import { ask, type Question, unlessRefused } from "../../scsi/ask/question.ts";
import { compareAndWrite } from "../../scsi/commands/sbc/compare_and_write.ts";
import { getLbaStatus } from "../../scsi/commands/sbc/get_lba_status.ts";
import { ScsiError } from "../../scsi/errors.ts";
import type { BlockLimits, BlockProvisioning } from "../../scsi/inquiry/vpd_block.ts";
import { decodeModePage } from "../../scsi/mode/pages.ts";
import { CACHING_PAGE } from "../../scsi/mode/pages_block.ts";
import { type RetryOptions, runWithRetry } from "../../scsi/retry.ts";

/** VPD pages B0h and B2h, where the device lists them. */
export async function probeVpd(
  executor: ScsiExecutor,
  options: RetryOptions,
): Promise<{ limits: BlockLimits | undefined; provisioning: BlockProvisioning | undefined }> {
  const page = (code: number) => unlessRefused(ask(executor, vpdPage(code), options));
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
  writeProtected: boolean;
  fua: boolean;
  /** WCE; undefined where the device has no caching page. */
  writeCache: boolean | undefined;
}

/** The caching mode page and the header above it; a device that has neither says nothing. */
export async function probeCaching(
  executor: ScsiExecutor,
  deviceType: number,
  options: RetryOptions,
): Promise<Caching> {
  const mode = await unlessRefused(askModePages(executor, { pageCode: 0x08 }, { deviceType, first: 6 }, options)) ??
    await unlessRefused(ask(executor, modePage6({ pageCode: 0x3f }, { deviceType }), options));
  if (mode === undefined) return { writeProtected: false, fua: false, writeCache: undefined };
  const page = mode.pages.find((one) => one.pageCode === 0x08 && one.subpageCode === 0);
  const enabled = page === undefined ? undefined : decodeModePage(CACHING_PAGE, page)["writeCacheEnable"];
  return {
    writeProtected: mode.writeProtected,
    fua: mode.dpoFua,
    writeCache: typeof enabled === "boolean" ? enabled : undefined,
  };
}

/**
 * Whether COMPARE AND WRITE works: with no blocks it does nothing (SBC-3 5.2). It is tried because some targets list
 * the command among their limits and operation codes but do not implement it.
 */
export async function probeCompareAndWrite(executor: ScsiExecutor, options: RetryOptions): Promise<boolean> {
  try {
    await runWithRetry(executor, compareAndWrite({ lba: 0, blocks: 0, dataOut: new Uint8Array(0) }), options);
    return true;
  } catch (error) {
    if (error instanceof ScsiError) return false;
    throw error;
  }
}

/** Whether GET LBA STATUS works. */
export async function probeLbaStatus(executor: ScsiExecutor, options: RetryOptions): Promise<boolean> {
  const question: Question<boolean> = {
    command: getLbaStatus({ lba: 0, allocationLength: 24 }),
    parse: (bytes) => bytes.length >= 8,
  };
  return await unlessRefused(ask(executor, question, options)) === true;
}
