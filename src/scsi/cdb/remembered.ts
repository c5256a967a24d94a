import type { CdbLayout } from "./layout.ts";

/** Layouts of the CDBs that builders made for tapes, changers and CDs: their opcodes mean other things on disks. */
const REMEMBERED: WeakMap<Uint8Array, CdbLayout> = new WeakMap();

/** Remembers what a CDB was built as, where its opcode alone does not tell. */
export function rememberLayout(cdb: Uint8Array, layout: CdbLayout): void {
  if (layout.set === "SSC" || layout.set === "SMC" || layout.set === "MMC") REMEMBERED.set(cdb, layout);
}

/** The layout by which one of our builders made this very CDB; undefined for others. */
export function rememberedLayout(cdb: Uint8Array): CdbLayout | undefined {
  return REMEMBERED.get(cdb);
}
