import { Command } from "commander";
import { onAbort } from "../async/on_abort.ts";
import { wrongValue } from "../arguments.ts";
import { isIscsi } from "../copy/open_endpoint.ts";
import { copy, type CopyProgress, type CopySink, type CopySource, openSink, openSource } from "../copy/mod.ts";
import { initiatorOption, Interrupted, interruptible, type LoginCliOptions, portalOption } from "./common.ts";
import { ExitCode } from "./exit_code.ts";
import type { CliIo } from "./io.ts";
import { Progress, type ProgressStyle, TICK } from "./progress.ts";
import { noteRecoveries } from "./recovery_notes.ts";
import { formatSize, parseInteger, parseSize, SIZE_HELP } from "./size.ts";

interface CpOptions extends LoginCliOptions {
  quiet?: true;
  json?: true;
  depth?: number;
  requestSize?: number;
  timeout?: number;
  inplace?: true;
}

/** `lunstream cp SOURCE DEST`. */
export function cpCommand(io: CliIo, done: (code: number) => void): Command {
  return new Command("cp")
    .description("copy a LUN, a file or a pipe to another one")
    .argument("<source>", "iscsi:// URL, path, or - for standard input")
    .argument("<dest>", "iscsi:// URL, path, - for standard output, or null: to measure")
    .addOption(initiatorOption())
    .addOption(portalOption())
    .option("-q, --quiet", "no progress")
    .option("--json", "progress as lines of JSON: transferred, size (bytes), elapsed (seconds), description")
    .option("--depth <n>", "requests in flight", parseInteger(1, 1024))
    .option("--request-size <size>", `bytes of a request (${SIZE_HELP})`, parseRequestSize)
    .option("--timeout <seconds>", "time limit of every SCSI command, from its last progress; 0: none", parseSeconds)
    .option("--inplace", "write into a file that is there, instead of replacing it when the copy is done")
    .addHelpText(
      "after",
      "\nA file is written as NAME.part and gets its name when the copy is done; until then an older one stays as it is.\n" +
        "A LUN or a block device is written in place from its first byte.\n" +
        "The copy is flushed to the medium before it is reported as done.\n\n" +
        "Exit status: 0 done, 1 failed, 2 usage, 128 + signal interrupted.",
    )
    .action(async (source: string, dest: string, options: CpOptions) => {
      done(await interruptible(io, (signal) => cp(io, source, dest, options, signal)));
    });
}

const parseSeconds = parseInteger(0, 2_000_000);

function parseRequestSize(text: string): number {
  const size = parseSize(text);
  parseInteger(512, 64 * 1024 * 1024)(`${size}`);
  return size;
}

/** A portal is one of one target: which, is plain only where one end of the copy is a target. */
function checkPortals(from: string, to: string, { portal }: CpOptions): void {
  const targets = [from, to].filter(isIscsi).length;
  if (portal === undefined || targets === 1) return;
  const wanted = "be given where one of source and destination is an iSCSI URL; a URL can have several hosts itself";
  throw wrongValue("--portal", wanted, targets === 0 ? "none" : "two of them");
}

async function cp(io: CliIo, from: string, to: string, options: CpOptions, signal: AbortSignal): Promise<number> {
  checkPortals(from, to, options);
  let progress: Progress | undefined;
  // Also before and after the copy: without a handler the signal ends Deno, and starts Node's debugger.
  const remove = io.onStatusRequest(() => progress?.tell());
  const { initiatorName, portal: portals, timeout } = options;
  const timeouts = timeout === undefined ? {} : { command: timeout * 1000 };
  const login = { initiatorName, portals, timeouts, signal };
  try {
    const source = await openSource(from, login);
    try {
      const sink = await openSink(to, { ...login, inPlace: options.inplace });
      try {
        progress = new Progress({ style: styleOf(io, options), size: source.size, write: (text) => io.error(text) });
        return await move(io, source, sink, progress, options, signal);
      } finally {
        progress = undefined;
        await sink.close();
      }
    } finally {
      await source.close();
    }
  } finally {
    remove();
  }
}

async function move(
  io: CliIo,
  source: CopySource,
  sink: CopySink,
  progress: Progress,
  { depth, requestSize }: CpOptions,
  signal: AbortSignal,
): Promise<number> {
  let last: CopyProgress = { transferred: 0, contiguous: 0, flushed: 0, size: source.size };
  const onProgress = (now: CopyProgress): void => {
    last = now;
    progress.update(now.transferred);
  };
  // An aborted copy may take long to end, and a second signal does not wait for it.
  onAbort(signal, () => progress.clear());
  const forget = [source, sink].map((end) => noteRecoveries(end, progress));
  const timer = setInterval(() => progress.tick(), TICK);
  try {
    await copy(source, sink, { depth, requestSize, signal, onProgress });
    progress.stop({ done: true });
    return ExitCode.Done;
  } catch (error) {
    progress.stop({ done: false });
    io.error(`lunstream: ${stoppedAt(last, sink, signal)}\n`);
    throw error;
  } finally {
    clearInterval(timer);
    forget.forEach((one) => one());
  }
}

function styleOf(io: CliIo, { quiet, json }: CpOptions): ProgressStyle {
  if (quiet) return "none";
  if (json) return "json";
  return io.terminal ? "bar" : "lines";
}

/** How far a copy came that failed, and what there is of it. */
function stoppedAt({ transferred, contiguous, size }: CopyProgress, sink: CopySink, { reason }: AbortSignal): string {
  const of = size === undefined ? "" : ` of ${formatSize(size)}`;
  const why = reason instanceof Interrupted ? reason.message : "stopped";
  const bytes = contiguous > 0 ? `the first ${contiguous} bytes` : "some bytes, but not the first one,";
  const unsafe = transferred > 0 ? `${bytes} were acknowledged but not flushed, so they may be lost; ` : "";
  const kept = sink.whole
    ? `the copy is not complete and is removed, ${sink.name} is as it was`
    : `${unsafe}the copy is not complete`;
  return `${why} after ${formatSize(transferred)}${of}; ${kept}`;
}
