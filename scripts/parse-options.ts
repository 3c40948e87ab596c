import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/** Reads a script's options; `--help` shows how it is used, and so does a mistake, with exit code 64. */
export function parseOptions<const Options extends ParseArgsOptionsConfig>(usage: string, options: Options) {
  if (process.argv.includes("--help")) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    process.exit(64);
  }
}
