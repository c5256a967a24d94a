// What the options of many builders have in common.
import fc from "fast-check";
import { blob, flag, record, u, u64 } from "../writer.ts";

/** A builder and options for it. */
export interface BuilderCase {
  /** Name of the export. */
  name: string;
  /** Name of the command. */
  command: string;
  options: fc.Arbitrary<unknown>;
  replay: string;
  set?: string;
  /** Its length field does not count bytes. */
  otherUnits?: boolean;
}
export const BLOCK = 8;
export const opt = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined });
const common = { control: opt(u(8)), attribute: opt(fc.integer({ min: 0, max: 4 })) };
export type Model = Record<string, fc.Arbitrary<unknown>>;
export const make = (model: Model): fc.Arbitrary<Record<string, unknown>> =>
  record({ ...common, ...model }) as fc.Arbitrary<Record<string, unknown>>;
/** Options with a count of blocks and a buffer that holds them. */
export function blocks(model: Model, buffers: string[], max: number = 300, min: number = 0, times: number = 1) {
  return make({ ...model, blocks: fc.integer({ min, max }) }).map((options) => ({
    ...options,
    ...Object.fromEntries(buffers.map((name) => [name, new Uint8Array((options["blocks"] as number) * BLOCK * times)])),
  }));
}
export const alloc = (model: Model = {}, bits: number = 8): fc.Arbitrary<unknown> =>
  fc.oneof(make({ ...model, allocationLength: opt(u(bits)) }), make({ ...model, dataIn: blob(0, 200) }));
export const one = (
  name: string,
  command: string,
  replay: string,
  options: fc.Arbitrary<unknown>,
  set?: string,
): BuilderCase => ({
  name,
  command,
  replay,
  options,
  ...(set === undefined ? {} : { set }),
});
export const lba21 = u(21);
export const lba32 = u(32);
export const lba64 = fc.oneof(u64(), u(53));
export const IMMED = { immediate: opt(flag()) };
export const key = u64();
