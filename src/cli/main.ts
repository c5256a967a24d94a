/**
 * The command line, as a function: `lunstream ls`, `cp`, `serve`, `scsi`, `version`.
 *
 * @module
 */

import { Command, CommanderError } from "commander";
import { cpCommand } from "./cp.ts";
import { describeError, ExitCode, exitCodeOf } from "./exit_code.ts";
import { type CliIo, processIo } from "./io.ts";
import { lsCommand } from "./ls.ts";
import { scsiCommand } from "./scsi.ts";
import { serveCommand } from "./serve.ts";
import { VERSION, versionCommand } from "./version.ts";

export type { CliIo } from "./io.ts";

const COMMANDS = [lsCommand, cpCommand, serveCommand, scsiCommand, versionCommand];

/**
 * Runs a command line.
 *
 * @param argv the arguments, without the program
 * @param io where the output goes; default: the process's own streams
 * @returns the exit status: 0 done, 1 failed, 2 usage, 128 + signal
 */
export async function main(argv: readonly string[], io: CliIo = processIo()): Promise<number> {
  let code: number = ExitCode.Done;
  let output = "";
  const program = new Command("lunstream");
  const configure = (command: Command): Command => {
    command.exitOverride().configureOutput({
      writeOut: (text) => output += text,
      writeErr: (text) => io.error(withoutSecrets(text)),
    }).showHelpAfterError("(--help tells more)");
    command.commands.forEach(configure);
    return command;
  };
  configure(program)
    .description("iSCSI LUNs as streams")
    .version(`lunstream ${VERSION}`, "-V, --version");
  for (const make of COMMANDS) program.addCommand(configure(make(io, (status) => code = status)));
  try {
    try {
      await program.parseAsync([...argv], { from: "user" });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      await io.out(output);
      code = error.exitCode === 0 ? ExitCode.Done : ExitCode.Usage;
    }
  } catch (error) {
    io.error(describeError(error));
    return exitCodeOf(error);
  }
  return code;
}

/**
 * Commander's message about a wrong argument, without what may be a secret: a URL, and the value of an unknown option.
 */
function withoutSecrets(text: string): string {
  return text.replace(/(iscsi:|'--?[\w-]+=)[^]*(?=')/i, "$1…");
}
