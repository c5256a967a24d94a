/**
 * The way of a command from the caller to the connection and back: `execute()` of a session, and reads and writes of a LUN.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { IscsiSession } from "../../mod.ts";
import { read10 } from "../../src/scsi/mod.ts";
import type { MicroCase } from "./micro_case.ts";
import { preparedConnect, type PreparedTcp } from "./prepared_tcp.ts";

const KIB = 1024;

/** So many operations, so many of them at a time. */
function lanes(
  name: string,
  depth: number,
  operations: number,
  operation: (position: number) => Promise<unknown>,
): MicroCase {
  return {
    name: `commands: ${name}, depth ${depth}`,
    operations,
    run: async () => {
      let next = 0;
      const lane = async (): Promise<void> => {
        while (next < operations) await operation(next++);
      };
      await Promise.all(Array.from({ length: depth }, lane));
      return next;
    },
  };
}

/** 4 KiB and 256 KiB, one and 32 at a time. */
export async function commandCases(): Promise<MicroCase[]> {
  let connection: PreparedTcp | undefined;
  const session = await IscsiSession.connect({
    host: "127.0.0.1",
    targetName: "iqn.2026-01.test.lunstream:scripted",
    initiatorName: "iqn.2026-01.test.lunstream:micro",
    keepalive: false,
    connectTcp: preparedConnect((tcp) => connection = tcp),
  });
  const lun = await session.openLun(0);
  connection?.prepare();

  const turn: MicroCase = {
    name: "commands: a turn of the event loop, for comparison",
    operations: 32,
    run: async () => {
      for (let i = 0; i < 32; i++) await new Promise((resolve) => setImmediate(resolve));
      return 0;
    },
  };
  const small = new Uint8Array(4 * KIB);
  const execute = (position: number): Promise<unknown> =>
    session.execute(0, read10({ lba: position * 8, blocks: 8, dataIn: small }));
  const sized = [4 * KIB, 256 * KIB].flatMap((size) => {
    const buffers = Array.from({ length: 32 }, () => new Uint8Array(size).fill(1));
    const at = (index: number): number => (index % 32) * size;
    const ways: Record<string, (index: number) => Promise<unknown>> = {
      readInto: (index) => lun.readInto(buffers[index % 32]!, at(index)),
      read: (index) => lun.read(at(index), size),
      write: (index) => lun.write(buffers[index % 32]!, at(index)),
    };
    return Object.entries(ways).flatMap(([way, operation]) => [
      lanes(`${way} of ${size / KIB} KiB`, 1, 32, operation),
      lanes(`${way} of ${size / KIB} KiB`, 32, 256, operation),
    ]);
  });
  return [
    turn,
    lanes("execute READ (10) of 4 KiB", 1, 32, execute),
    lanes("execute READ (10) of 4 KiB", 32, 256, execute),
    ...sized,
  ];
}
