import type { CdbLayout } from "./layout.ts";

/** Layouts of the CDBs that builders made for tapes, changers and CDs: their opcodes mean other things on disks. */
const REMEMBERED: WeakMap<Uint8Array, CdbLayout> = new WeakMap();

/** Remembers the layout of a CDB whose opcode alone does not determine it. */
export function rememberLayout(cdb: Uint8Array, layout: CdbLayout): void {
  if (layout.set === "SSC" || layout.set === "SMC" || layout.set === "MMC") REMEMBERED.set(cdb, layout);
}

/** The layout by which a builder made this very CDB; undefined for others. */
export function rememberedLayout(cdb: Uint8Array): CdbLayout | undefined {
  return REMEMBERED.get(cdb);
}
