import { type Command, Option } from "commander";

/** Names of flags a command takes; each is declared once, here. */
export type FlagName =
  | "pipeline"
  | "environment"
  | "days"
  | "all"
  | "outdated"
  | "accept"
  | "again"
  | "yes"
  | "wait"
  | "dry-run"
  | "json"
  | "progress"
  | "verbose"
  | "config"
  | "now";

const options: Record<FlagName, () => Option> = {
  pipeline: () =>
    new Option("-p, --pipeline <name>", "a file in pipelines/; may be left out where there is one"),
  environment: () => new Option("-e, --environment <name>", "a file in environments/").default("local"),
  days: () =>
    new Option("-d, --days <days>", "2026-11-20 or 2026-11-01..2026-11-20 instead of the last days"),
  all: () => new Option("-a, --all", "every day, and believe the ledger instead of the heads"),
  outdated: () => new Option("--outdated", "every day whose row rules changed since it was extracted"),
  accept: () => new Option("--accept", "take shards that shrank to less than half"),
  again: () => new Option("--again", "extract unchanged days too"),
  yes: () => new Option("-y, --yes", "go on although max_read is passed"),
  wait: () => new Option("-w, --wait", "ask again until no day is late"),
  "dry-run": () => new Option("--dry-run", "show it, change nothing"),
  json: () => new Option("--json", "print JSON instead of text"),
  progress: () =>
    new Option("--progress <how>", "how long work is shown on stderr")
      .choices(["auto", "bar", "lines", "json", "none"])
      .default("auto"),
  verbose: () => new Option("-v, --verbose", "list unchanged days too"),
  config: () =>
    new Option("-c, --config <folder>", "folder with pipelines/ and environments/").env("SHARDLIFT_CONFIG"),
  now: () => new Option("--now <instant>", "pretend it is 2026-11-20T06:00:00Z (not in production)"),
};

export function addFlags(command: Command, names: readonly FlagName[]): void {
  for (const name of names) command.addOption(options[name]());
}
