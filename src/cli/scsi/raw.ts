import { joinBytes } from "../../bytes/join.ts";
import { openFile, stdin, writeStdout } from "../../runtime/mod.ts";
import { describeSense, isGood, rawCommand, senseOf, statusName } from "../../scsi/mod.ts";
import { ExitCode } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { bytesOf } from "./offline.ts";
import { hexDump, toJson } from "./print.ts";
import { type UnitOptions, withUnit } from "./unit.ts";

/** Options of `lunstream scsi raw`. */
export interface RawOptions extends UnitOptions {
  /** Most bytes to receive. */
  receive?: number;
  /** File with the bytes to send; `-` is standard input. */
  send?: string;
  /** Bytes to send, in hexadecimal. */
  sendHex?: string;
  /** File for the data-in; `-` is standard output. Without it the data are printed in hexadecimal. */
  output?: string;
  /** Time limit in seconds. */
  timeout?: number;
}

/** Bytes of one read from a file. */
const CHUNK = 65536;

async function readAll(path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of path === "-" ? stdin() : fileChunks(path)) chunks.push(chunk);
  return joinBytes(chunks);
}

/** The file to its end, whatever its size says: a named pipe has none. */
async function* fileChunks(path: string): AsyncGenerator<Uint8Array, void, void> {
  const file = await openFile(path, { mode: "read" });
  try {
    for (let at = 0;;) {
      const buffer = new Uint8Array(CHUNK);
      const count = await file.read(buffer, at);
      if (count === 0) return;
      yield buffer.subarray(0, count);
      at += count;
    }
  } finally {
    await file.close();
  }
}

async function writeAll(path: string, bytes: Uint8Array): Promise<void> {
  if (path === "-") return await writeStdout(bytes);
  const file = await openFile(path, { mode: "write", create: true, truncate: true });
  try {
    await file.write(bytes, 0);
  } finally {
    await file.close();
  }
}

/** `lunstream scsi raw URL CDB…`: sends any CDB, once. The status is 1 unless it ended with GOOD or CONDITION MET. */
export async function sendRaw(io: CliIo, url: string, words: readonly string[], options: RawOptions): Promise<number> {
  const dataOut = options.sendHex !== undefined
    ? bytesOf([options.sendHex])
    : options.send === undefined
    ? undefined
    : await readAll(options.send);
  const command = rawCommand({ cdb: bytesOf(words), dataIn: options.receive, dataOut });
  return await withUnit(io, url, options, async ({ executor, signal }) => {
    const timeout = options.timeout === undefined ? undefined : options.timeout * 1000;
    const result = await executor.execute(command, { signal, timeout });
    const sense = senseOf(result);
    if (options.output !== undefined) await writeAll(options.output, result.dataIn);
    const summary = sense === undefined ? undefined : describeSense(sense);
    const { status, underflow, overflow, dataIn } = result;
    const toStdout = options.output === "-";
    if (options.json && !toStdout) {
      const data = options.output === undefined ? dataIn : undefined;
      await io.out(toJson({ status, statusName: statusName(status), summary, sense, underflow, overflow, data }));
    } else {
      const text = `${statusName(status)}${summary === undefined ? "" : `: ${summary}`}\n`;
      // Standard output may be taken by the data.
      if (toStdout) io.error(text);
      else await io.out(text);
      if (options.output === undefined) await io.out(hexDump(dataIn));
    }
    return isGood(result) ? ExitCode.Done : ExitCode.Fatal;
  });
}
