/**
 * A scripted disk as an executor of the caller's own: no network, no session.
 *
 * @module
 */

import { AbortError, ErrorCode, TimeoutError, TransportError } from "../../src/errors.ts";
import type { ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../../src/command.ts";
import { type ScsiDisk, senseBytes } from "./scsi_disk.ts";

const EMPTY = new Uint8Array(0);

/** Carries commands to a disk. `nexus` is the initiator port that the disk sees. */
export function diskExecutor(disk: ScsiDisk, nexus = "own"): ScsiExecutor {
  return {
    execute: async (command: ScsiCommand, { signal, timeout }: ExecuteOptions = {}): Promise<ScsiResult> => {
      const { cdb, dataIn, dataOut } = command;
      const answer = disk.answer({ cdb: cdb.slice(), data: dataOut?.slice() ?? EMPTY, nexus });
      if (answer.cut === true) throw new TransportError(ErrorCode.ConnectionLost, "The connection was cut");
      await new Promise<void>((resolve, reject) => {
        if (signal?.aborted) reject(new AbortError(signal));
        signal?.addEventListener("abort", () => reject(new AbortError(signal)));
        if (answer.silent === true) {
          const limit = timeout ?? 0;
          const silence = () => reject(new TimeoutError(ErrorCode.CommandTimeout, "No answer came", limit));
          if (limit > 0) setTimeout(silence, limit);
        } else if (typeof answer.after === "number") setTimeout(resolve, answer.after);
        else void Promise.resolve(answer.after).then(() => resolve());
      });
      const { sense, data = EMPTY } = answer;
      if (sense !== undefined) {
        const bytes = sense instanceof Uint8Array ? sense : senseBytes(sense);
        return { status: answer.status ?? 2, sense: bytes, dataIn: EMPTY, underflow: 0, overflow: 0 };
      }
      const room = dataIn?.length ?? 0;
      dataIn?.set(data.subarray(0, room));
      const moved = Math.min(room, data.length);
      return {
        status: answer.status ?? 0,
        sense: EMPTY,
        dataIn: dataIn?.subarray(0, moved) ?? EMPTY,
        underflow: room - moved,
        overflow: Math.max(0, data.length - room),
      };
    },
  };
}
