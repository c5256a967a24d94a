/**
 * Whether a LUN is still the one it was: checked after a reconnect, before anything is sent to it again
 * (a target that came back may have another disk at the same number).
 *
 * @module
 */
import { toHex } from "../bytes/hex.ts";
import { ErrorCode, IscsiError } from "../errors.ts";
import { askCapacityIfAny } from "../scsi/ask/capacity.ts";
import { inquiry } from "../scsi/commands/spc/inquiry.ts";
import { isGood } from "../scsi/errors.ts";
import type { ScsiExecutor } from "../command.ts";
import { parseVpdPage } from "../scsi/inquiry/vpd.ts";
import { executeWithRetry } from "../scsi/retry.ts";

/** What identifies a LUN. */
export interface LunIdentity {
  /** Unit serial number (VPD page 80h); undefined where the LUN has none. */
  readonly serial: string | undefined;
  /** Bytes of the device identification (VPD page 83h) in hex; undefined where the LUN has none. */
  readonly designators: string | undefined;
  /** Last block and block size; undefined where the LUN has no capacity. */
  readonly capacity: string | undefined;
}

export async function readIdentity(executor: ScsiExecutor): Promise<LunIdentity> {
  const serialPage = await vpd(executor, 0x80);
  const designators = await vpd(executor, 0x83);
  return {
    serial: serialPage === undefined ? undefined : serialOf(serialPage),
    designators: designators === undefined ? undefined : toHex(designators),
    capacity: await capacityOf(executor),
  };
}

/** The identities that the open LUNs of one session had when they were opened. */
export class Identities {
  readonly #known: Map<bigint, Set<LunIdentity>> = new Map();
  /** How many of a LUN are being opened, whose identity is not known yet. */
  readonly #opening: Map<bigint, number> = new Map();

  /** Remembers the identity of a LUN. `lun` has the eight bytes of the LUN field. */
  add(lun: bigint, identity: LunIdentity): void {
    const known = this.#known.get(lun);
    if (known === undefined) this.#known.set(lun, new Set([identity]));
    else known.add(identity);
  }

  /** Forgets it again. */
  remove(lun: bigint, identity: LunIdentity): void {
    const known = this.#known.get(lun);
    if (known?.delete(identity) === true && known.size === 0) this.#known.delete(lun);
  }

  /** A LUN is being opened, until the function that is returned is called. */
  opening(lun: bigint): () => void {
    this.#opening.set(lun, (this.#opening.get(lun) ?? 0) + 1);
    return () => {
      const others = (this.#opening.get(lun) ?? 1) - 1;
      if (others > 0) this.#opening.set(lun, others);
      else this.#opening.delete(lun);
    };
  }

  /** Whether a LUN is open, or being opened. */
  has(lun: bigint): boolean {
    return this.#known.has(lun) || this.#opening.has(lun);
  }

  /**
   * Compares a LUN with its remembered identity. A LUN that is not open, to which the caller sends commands through the
   * session, has none.
   *
   * @throws {IscsiError} `SCSI_IDENTITY_CHANGED` where it differs
   */
  async verify(lun: bigint, executor: ScsiExecutor): Promise<void> {
    if (!this.#known.has(lun)) return;
    const now = await readIdentity(executor);
    for (const before of this.#known.get(lun) ?? []) requireSame(before, now);
  }
}

function requireSame(before: LunIdentity, now: LunIdentity): void {
  for (const field of ["serial", "designators", "capacity"] as const) {
    if (now[field] === before[field]) continue;
    throw new IscsiError(
      ErrorCode.IdentityChanged,
      `The LUN is not the one it was before the reconnect: its ${field} was ${before[field]} and is ${now[field]}`,
    );
  }
}

/**
 * Compares a LUN's serial number with the one that the caller wants.
 *
 * @throws {IscsiError} `SCSI_IDENTITY_CHANGED` where it differs
 */
export async function requireSerial(executor: ScsiExecutor, wanted: string): Promise<void> {
  const page = await vpd(executor, 0x80);
  const serial = page === undefined ? undefined : serialOf(page);
  if (serial === wanted) return;
  throw new IscsiError(
    ErrorCode.IdentityChanged,
    `The LUN's unit serial number must be ${JSON.stringify(wanted)} and is ${JSON.stringify(serial ?? "absent")}`,
  );
}

async function vpd(executor: ScsiExecutor, vpdPage: number): Promise<Uint8Array | undefined> {
  const command = inquiry({ vpdPage, allocationLength: 255 });
  const result = await executeWithRetry(executor, command);
  return isGood(result) ? result.dataIn : undefined;
}

function serialOf(page: Uint8Array): string | undefined {
  const parsed = parseVpdPage(page, 0x80);
  return parsed.kind === "unitSerialNumber" ? parsed.serialNumber : undefined;
}

async function capacityOf(executor: ScsiExecutor): Promise<string | undefined> {
  const capacity = await askCapacityIfAny(executor, {});
  return capacity === undefined ? undefined : `${capacity.blocks - 1n} of ${capacity.blockSize} bytes`;
}
