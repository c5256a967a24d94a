/**
 * The command line, as a function: `lunstream ls`, `cp`, `serve`, `scsi`, `version`.
 *
 * @module
 */

import { Command, CommanderError } from "commander";
import { cpCommand } from "./cp.ts";
import { describeError, ExitCode, exitCodeOf } from "./exit_code.ts";
import { type CliIo, OutputEnded, processIo } from "./io.ts";
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
      writeErr: (text) => io.error(withoutArguments(text)),
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
      // A mistake of usage has nothing for standard output, and does not need one.
      if (output !== "") await io.out(output);
      code = error.exitCode === 0 ? ExitCode.Done : ExitCode.Usage;
    }
  } catch (error) {
    if (error instanceof OutputEnded) return ExitCode.OutputEnded;
    io.error(describeError(error));
    return exitCodeOf(error);
  }
  return code;
}

/** Words of the command line that a message may repeat: names of options and commands, and numbers with a unit. */
const HARMLESS =
  /^(?:--?[a-z]|--(?!pass|secret)[a-z][a-z-]{0,30}|[a-z][a-z-]{0,15}|-?[\d.,]+ ?[a-z]{0,3}|0x[\da-f]+)$/i;

/** Commander's message about a wrong argument. The word that it repeats may be a secret, in a wrong place or misspelt. */
function withoutArguments(text: string): string {
  return text.replace(
    /((?:unknown option|unknown command|argument|value) )'([^]*)'(?= is invalid|\n|$)/,
    (_all, what: string, word: string) => {
      const [name = ""] = word.split("=", 1);
      const rest = name === word ? "" : "=…";
      return `${what}'${HARMLESS.test(name) ? `${name}${rest}` : "…"}'`;
    },
  );
}
