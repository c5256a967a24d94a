/**
 * A target and an initiator that is logged in, for the time of one test.
 *
 * @module
 */

import { memoryBacking, startTarget, type Target, type TargetOptions } from "../../../src/target/mod.ts";
import { Initiator } from "./initiator.ts";

/** Runs `use` with a target of one memory LUN of 1 MiB, unless `options` say otherwise. */
export async function withSession(
  options: Partial<TargetOptions>,
  use: (initiator: Initiator, target: Target) => Promise<void>,
): Promise<void> {
  const target = await startTarget({ luns: [{ backing: memoryBacking(1024 * 1024) }], ...options });
  try {
    const initiator = await Initiator.login(target.port, target.name, { InitialR2T: "No" });
    await use(initiator, target);
    await initiator.close();
  } finally {
    await target.close();
  }
}

/** A second session of another initiator port. */
export async function secondSession(target: Target, port = 2): Promise<Initiator> {
  const initiator = await Initiator.connect(target.port);
  initiator.isid = Uint8Array.of(0x80, 0, 0, 0, 0, port);
  await initiator.login({ TargetName: target.name, InitialR2T: "No" });
  return initiator;
}
