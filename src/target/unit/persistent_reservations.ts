/**
 * Persistent reservations of one logical unit (SPC-4 §5.13): registrations, and at most one reservation.
 * They live as long as the target does (no APTPL).
 *
 * @module
 */

import { ReservationType } from "../../scsi/commands/spc/persistent_reserve_in.ts";

/**
 * What a reservation of another initiator does to a command (SPC-4 §5.13, SPC-2 §5.5.1): `always` runs; `attribute`
 * conflicts with RESERVE(6) only; `read` and `write` conflict as the type of the persistent reservation says.
 */
export type Access = "always" | "attribute" | "read" | "write";

const TYPES: ReadonlySet<number> = new Set(Object.values(ReservationType));

/** Whether the target knows this type. */
export function isReservationType(type: number): type is ReservationType {
  return TYPES.has(type);
}

/** Most registrations of one logical unit: a bound on memory. */
export const MOST_REGISTRATIONS = 256;

/** Registrations and the reservation. Keys have 64 bits; 0 is not a key. */
export class PersistentReservations {
  generation = 0;
  /** Reservation key by nexus. */
  readonly registrations: Map<string, bigint> = new Map();
  /** Type of the reservation, where there is one. */
  type: ReservationType | undefined = undefined;
  /** Nexus that holds it; undefined for the all-registrants types. */
  holder: string | undefined = undefined;

  /** Whether the reservation belongs to all registrants. */
  get forAll(): boolean {
    return this.type === ReservationType.WriteExclusiveAllRegistrants ||
      this.type === ReservationType.ExclusiveAccessAllRegistrants;
  }

  /** Whether registrants of any kind share the access. */
  get registrantsShare(): boolean {
    return this.type !== undefined && this.type >= ReservationType.WriteExclusiveRegistrantsOnly;
  }

  /** Whether this nexus holds the reservation. */
  isHolder(nexus: string): boolean {
    if (this.type === undefined) return false;
    return this.forAll ? this.registrations.has(nexus) : this.holder === nexus;
  }

  /** Key that READ RESERVATION shows: 0 for the all-registrants types. */
  get holderKey(): bigint {
    return this.holder === undefined ? 0n : this.registrations.get(this.holder) ?? 0n;
  }

  /** Whether a command of this nexus conflicts with the reservation (SPC-4 table 63). */
  conflicts(nexus: string, access: Access): boolean {
    if (this.type === undefined || access === "always" || access === "attribute" || this.isHolder(nexus)) return false;
    if (this.registrantsShare && this.registrations.has(nexus)) return false;
    const exclusive = this.type === ReservationType.ExclusiveAccess ||
      this.type === ReservationType.ExclusiveAccessRegistrantsOnly ||
      this.type === ReservationType.ExclusiveAccessAllRegistrants;
    return exclusive || access === "write";
  }

  reserve(nexus: string, type: ReservationType): void {
    this.type = type;
    this.holder = type >= ReservationType.WriteExclusiveAllRegistrants ? undefined : nexus;
  }

  release(): void {
    this.type = undefined;
    this.holder = undefined;
  }

  /**
   * Removes a registration, and the reservation if it ends with it. Returns whether a reservation of a registrants type
   * ended, so that the other registrants must be told.
   */
  unregister(nexus: string): boolean {
    const held = this.isHolder(nexus);
    this.registrations.delete(nexus);
    if (!held || (this.forAll && this.registrations.size > 0)) return false;
    const told = this.registrantsShare;
    this.release();
    return told;
  }

  /** Counts a change of the registrations. */
  bump(): void {
    this.generation = (this.generation + 1) >>> 0;
  }
}
