import { Command } from "commander";
import { crc32cProvider, loadNativeCrc32c } from "../bytes/mod.ts";
import { runtimeName } from "../runtime/mod.ts";
import { ExitCode } from "./exit_code.ts";
import type { CliIo } from "./io.ts";

/** The version of lunstream. */
export const VERSION: string = "0.1.0";

export function versionCommand(io: CliIo, done: (code: number) => void): Command {
  return new Command("version")
    .description("print the versions of lunstream and the runtime, and which CRC32C is in use")
    .action(async () => {
      await loadNativeCrc32c();
      await io.out(`lunstream ${VERSION}\nruntime ${runtimeName()}\ncrc32c ${crc32cProvider()}\n`);
      done(ExitCode.Done);
    });
}
