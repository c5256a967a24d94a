import { Command, Option } from "commander";
import { wrongValue } from "../arguments.ts";
import { env } from "../runtime/mod.ts";
import type { TargetAuth, TargetLun } from "../target/mod.ts";
import { DEFAULT_MEMORY, DEFAULT_TARGET_NAME } from "../target/options.ts";
import { ExitCode } from "./exit_code.ts";
import type { CliIo } from "./io.ts";
import { parseInteger, parseSize, SIZE_HELP } from "./size.ts";

const MAX_BLOCK = 65536;

interface ServeOptions {
  host: string;
  port: number;
  size: number;
  file?: string;
  readOnly?: true;
  luns: number;
  blockSize: number;
  maxMemory: number;
  targetName: string;
  initiatorName?: string;
  user?: string;
  password?: string;
}

export function serveCommand(io: CliIo, done: (code: number) => void): Command {
  return new Command("serve")
    .description("serve LUNs from memory or a file, for tests and demonstrations, until interrupted")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <n>", "port to listen on, 0 for any free one", parseInteger(0, 65535), 3260)
    .addOption(
      new Option("--size <size>", `size of each LUN in memory (${SIZE_HELP})`).argParser(parseSize).default(
        2 ** 30,
        "1GiB",
      ),
    )
    .addOption(new Option("--file <path>", "serve this file as the LUN").conflicts(["size", "luns"]))
    .option("--read-only", "refuse writes")
    .option("--luns <n>", "number of LUNs", parseInteger(1, 256), 1)
    .option("--block-size <bytes>", "logical block size, a power of two", parseBlockSize, 512)
    .option("--target-name <name>", "iSCSI name of the target", DEFAULT_TARGET_NAME)
    .addOption(
      new Option("--max-memory <size>", "most memory for what the initiators together read, write, ask and do not read")
        .argParser(parseSize).default(DEFAULT_MEMORY, "256MiB"),
    )
    .option("-i, --initiator-name <name>", "let only this initiator log in")
    .option("--user <name>", "demand CHAP with this user name")
    .option(
      "--password <secret>",
      "the user's secret; better in LIBISCSI_CHAP_PASSWORD, where no process list shows it",
    )
    .action(async (options: ServeOptions) => done(await serve(io, options)));
}

function parseBlockSize(text: string): number {
  const size = parseSize(text);
  parseInteger(512, MAX_BLOCK)(`${size}`);
  return size;
}

async function serve(io: CliIo, options: ServeOptions): Promise<number> {
  const { host, port, targetName, maxMemory } = options;
  const auth = authOf(options);
  // The other commands start faster without it.
  const { startTarget } = await import("../target/mod.ts");
  let stop!: () => void;
  const stopped = new Promise<void>((resolve) => stop = resolve);
  const remove = io.onInterrupt(stop);
  try {
    const initiators = options.initiatorName === undefined ? undefined : [options.initiatorName];
    const target = await startTarget({
      host,
      port,
      targetName,
      maxMemory,
      auth,
      initiators,
      luns: await lunsOf(options),
    });
    try {
      await io.out(target.urls.map((url) => `${url}\n`).join(""), { needed: false });
      await stopped;
    } finally {
      await target.close();
    }
  } finally {
    remove();
  }
  return ExitCode.Done;
}

function authOf({ user: username, password }: ServeOptions): TargetAuth | undefined {
  if (username === undefined && password === undefined) return undefined;
  const secret = password ?? env("LIBISCSI_CHAP_PASSWORD");
  if (username !== undefined && secret) return { username, password: secret };
  throw wrongValue("--user and --password", "be given together", "one of them");
}

async function lunsOf({ file, size, luns, blockSize, readOnly }: ServeOptions): Promise<TargetLun[]> {
  const { fileBacking, memoryBacking } = await import("../target/mod.ts");
  if (file !== undefined) return [{ number: 0, backing: await fileBacking(file, { blockSize, readOnly }) }];
  return Array.from(
    { length: luns },
    (_, number) => ({ number, readOnly, backing: memoryBacking(size, { blockSize }) }),
  );
}
