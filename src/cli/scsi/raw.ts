import { joinBytes } from "../../bytes/join.ts";
import type { ScsiCommand, ScsiResult } from "../../command.ts";
import { fileSink } from "../../copy/mod.ts";
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

async function writeAll(path: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  if (path === "-") return await writeStdout(bytes);
  const sink = await fileSink(path);
  try {
    await sink.begin?.();
    await sink.write(bytes, 0, { signal });
    await sink.finish({ signal });
  } finally {
    await sink.close();
  }
}

/** What the residual count says of a command whose lengths did not fit (RFC 7143 §11.4.5); undefined where they did. */
function misfit({ dataIn, dataOut }: ScsiCommand, result: ScsiResult): string | undefined {
  const { overflow, underflow } = result;
  const sent = dataOut?.length ?? 0;
  if (overflow > 0) {
    return sent > 0
      ? `the target wanted or had ${overflow} bytes more than it was sent or asked for`
      : `the last ${overflow} bytes of the answer are cut off: there was room for ${dataIn?.length ?? 0} (--receive)`;
  }
  // An answer that is shorter than the room for it is nothing to report, nor is what a failed command left.
  if (underflow === 0 || sent === 0 || !isGood(result)) return undefined;
  return `the target did not move ${underflow} of the bytes that it was sent or asked for`;
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
    const problem = misfit(command, result);
    if (problem !== undefined) io.error(`lunstream: ${problem}\n`);
    if (options.output !== undefined) await writeAll(options.output, result.dataIn, signal);
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
