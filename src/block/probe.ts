/**
 * The questions that are put to a disk when it is opened.
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../errors.ts";
import { compareAndWrite } from "../scsi/commands/sbc/compare_and_write.ts";
import { getLbaStatus } from "../scsi/commands/sbc/get_lba_status.ts";
import { inquiry } from "../scsi/commands/spc/inquiry.ts";
import { modeSense10, modeSense6 } from "../scsi/commands/spc/mode_sense.ts";
import {
  parseReadCapacity10,
  parseReadCapacity16,
  readCapacity10,
  readCapacity16,
} from "../scsi/commands/sbc/read_capacity.ts";
import { ScsiError } from "../scsi/errors.ts";
import type { ScsiCommand, ScsiExecutor } from "../command.ts";
import { parseVpdPage } from "../scsi/inquiry/vpd.ts";
import type { BlockLimits, BlockProvisioning } from "../scsi/inquiry/vpd_block.ts";
import { decodeModePage } from "../scsi/mode/pages.ts";
import { CACHING_PAGE } from "../scsi/mode/pages_block.ts";
import { type ModeData, parseModeSense10, parseModeSense6 } from "../scsi/mode/parse.ts";
import { type RetryOptions, runWithRetry } from "../scsi/retry.ts";

/** Puts questions; a refused one has the answer undefined. */
export class Prober {
  readonly #executor: ScsiExecutor;
  readonly #options: RetryOptions;

  /** `options` go with every command. */
  constructor(executor: ScsiExecutor, options: RetryOptions) {
    this.#executor = executor;
    this.#options = options;
  }

  /** The data of a command. @throws ScsiError */
  async ask(command: ScsiCommand): Promise<Uint8Array> {
    return (await runWithRetry(this.#executor, command, this.#options)).dataIn;
  }

  /** The data of a command; undefined where the device refuses the command, or has no sensible data. */
  async tryAsk<T>(command: ScsiCommand, parse: (bytes: Uint8Array) => T): Promise<T | undefined> {
    try {
      return parse(await this.ask(command));
    } catch (error) {
      const code = (error as IscsiError).code;
      if (code === ErrorCode.ScsiIllegalRequest || code === ErrorCode.ScsiBadData) return undefined;
      throw error;
    }
  }
}

/** How large a disk is. */
export interface Capacity {
  blocks: bigint;
  blockSize: number;
  /** 2^this logical blocks a physical one. */
  physicalExponent: number;
  thinProvisioned: boolean;
  unmappedReadsZeros: boolean;
}

/** READ CAPACITY(16), or (10) where the device has no other. `only10`: the device type knows nothing else. */
export async function probeCapacity(prober: Prober, only10: boolean): Promise<Capacity> {
  const large = only10 ? undefined : await prober.tryAsk(readCapacity16(), parseReadCapacity16);
  if (large !== undefined) {
    return {
      blocks: large.lastLba + 1n,
      blockSize: large.blockSize,
      physicalExponent: large.logicalBlocksPerPhysicalExponent,
      thinProvisioned: large.thinProvisioned,
      unmappedReadsZeros: large.unmappedReadsZeros,
    };
  }
  const small = parseReadCapacity10(await prober.ask(readCapacity10()));
  if (small.tooLarge) {
    // Its real size is in the answer to a command that it refused.
    throw new IscsiError(
      ErrorCode.Unsupported,
      "The disk has 2^32 blocks or more and does not answer READ CAPACITY(16)",
    );
  }
  return {
    blocks: BigInt(small.lastLba) + 1n,
    blockSize: small.blockSize,
    physicalExponent: 0,
    thinProvisioned: false,
    unmappedReadsZeros: false,
  };
}

/** VPD pages B0h and B2h, where the device lists them. */
export async function probeVpd(
  prober: Prober,
): Promise<{ limits: BlockLimits | undefined; provisioning: BlockProvisioning | undefined }> {
  const supported = await prober.tryAsk(inquiry({ vpdPage: 0x00 }), (bytes) => parseVpdPage(bytes, 0x00));
  const pages = supported?.kind === "supportedPages" ? supported.pages : [];
  // Pages that are not listed are not asked for: some devices answer with anything then.
  const page = (code: number) =>
    pages.includes(code)
      ? prober.tryAsk(inquiry({ vpdPage: code }), (bytes) => parseVpdPage(bytes, code))
      : Promise.resolve(undefined);
  const limits = await page(0xb0);
  const provisioning = await page(0xb2);
  return {
    limits: limits?.kind === "blockLimits" ? limits : undefined,
    provisioning: provisioning?.kind === "blockProvisioning" ? provisioning : undefined,
  };
}

/** What MODE SENSE tells. */
export interface Caching {
  writeProtected: boolean;
  fua: boolean;
  /** WCE; undefined where the device has no caching page. */
  writeCache: boolean | undefined;
}

/** The caching mode page and the header above it; a device that has neither says nothing. */
export async function probeCaching(prober: Prober, deviceType: number): Promise<Caching> {
  const parse6 = (bytes: Uint8Array): ModeData => parseModeSense6(bytes, { deviceType });
  const mode = await prober.tryAsk(modeSense6({ pageCode: 0x08 }), parse6) ??
    await prober.tryAsk(modeSense10({ pageCode: 0x08 }), (bytes) => parseModeSense10(bytes, { deviceType })) ??
    await prober.tryAsk(modeSense6({ pageCode: 0x3f }), parse6);
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
 * Whether COMPARE AND WRITE works: with no blocks it does nothing (SBC-3 5.2). Asked because there are targets that list the
 * command among their limits and operation codes, and do not have it.
 */
export async function probeCompareAndWrite(prober: Prober): Promise<boolean> {
  try {
    await prober.ask(compareAndWrite({ lba: 0, blocks: 0, dataOut: new Uint8Array(0) }));
    return true;
  } catch (error) {
    if (error instanceof ScsiError) return false;
    throw error;
  }
}

/** Whether GET LBA STATUS works. */
export async function probeLbaStatus(prober: Prober): Promise<boolean> {
  return await prober.tryAsk(getLbaStatus({ lba: 0, allocationLength: 24 }), (bytes) => bytes.length >= 8) === true;
}
