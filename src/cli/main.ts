import { Command, CommanderError } from "commander";
import { exitCodes } from "../errors.ts";
import { type CommandSpec, commands } from "./command-list.ts";
import { reportFailure } from "./fail.ts";
import { addFlags } from "./flags.ts";
import type { Io } from "./io.ts";
import { readVersionText } from "./version.ts";

/**
 * Runs one command line and gives its exit code; nothing but signals ends the process.
 * @param args without node and script
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = exitCodes.done;
  const program = buildProgram(io, async (spec, flags, operands) => {
    const { run } = await spec.load();
    exitCode = await run({ ...(flags as object), task: spec.name } as never, io, operands, (line) =>
      main(line, io),
    );
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    return reportFailure(error, io);
  }
}

type Execute = (spec: CommandSpec, flags: never, operands: string[]) => Promise<void>;

function buildProgram(io: Io, execute: Execute): Command {
  const program = new Command("shardlift")
    .description("Keeps Google Analytics and Firebase day shards true in lake and warehouse.")
    .version(readVersionText(), "-V, --version")
    .exitOverride()
    .showHelpAfterError("(see shardlift --help)")
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .addHelpText("after", closingHelp);
  for (const spec of commands) program.addCommand(buildCommand(program, spec, execute));
  program.commandsGroup("Help:");
  return program;
}

function buildCommand(program: Command, spec: CommandSpec, execute: Execute): Command {
  const command = new Command(spec.name)
    .copyInheritedSettings(program)
    .description(spec.description)
    .helpGroup(spec.group);
  for (const operand of spec.operands ?? []) command.argument(operand.name, operand.description);
  addFlags(command, spec.flags);
  for (const { form, text, fallback } of spec.own ?? []) command.option(form, text, fallback);
  command.addHelpText(
    "after",
    `\nExamples:\n${spec.examples.map((example) => `  $ shardlift ${example}`).join("\n")}`,
  );
  command.exitOverride().showHelpAfterError(`(see shardlift ${spec.name} --help)`);
  return command.action(async (...input: unknown[]) => {
    const operands = input
      .slice(0, -2)
      .flat()
      .filter((value): value is string => typeof value === "string");
    await execute(spec, input.at(-2) as never, operands);
  });
}

const closingHelp = `
Exit codes:
  0 done   99 nothing to do (tasks)   75 not ready, ask again   64 usage or configuration
  65 data does not balance or was refused   69 an outside system failed   70 a fault of Shardlift
  130 Ctrl-C   143 SIGTERM`;
