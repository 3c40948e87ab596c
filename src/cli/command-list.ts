import { initQuestions } from "../config/init-questions.ts";
import { familyNames } from "../days/families.ts";
import type { CallCommand } from "./call-command.ts";
import type { FlagName } from "./flags.ts";
import type { Io } from "./io.ts";

/** What a command's file exports. */
export interface CommandModule {
  /** @returns the exit code. `call` runs another command line, as a person would type it. */
  run(flags: never, io: Io, operands: string[], call: CallCommand): Promise<number>;
}

export interface OwnFlag {
  /** As commander writes them: `--to <generation>`. */
  form: string;
  text: string;
  fallback?: string;
}

export interface CommandSpec {
  name: string;
  group: string;
  description: string;
  operands?: readonly { name: string; description: string }[];
  flags: readonly FlagName[];
  /** Flags of this command alone. */
  own?: readonly OwnFlag[];
  examples: readonly string[];
  /** Imports the command only when it is called. */
  load(): Promise<CommandModule>;
}

const base = ["pipeline", "environment", "config", "now"] as const;
const task = [...base, "days", "all", "progress", "json", "verbose"] as const;
const groups = {
  daily: "Every day:",
  look: "Look:",
  mend: "Mend:",
  start: "Begin:",
  airflow: "Airflow:",
  task: "Tasks (for Airflow):",
};

const extractsSamples: Partial<CommandSpec> = {
  own: [{ form: "--sample <rows>", text: "try the rules on some rows of each day, and commit nothing" }],
  examples: [
    "extract --pipeline web-shop --environment local --days 2026-11-20",
    "extract --pipeline web-shop --sample 1000",
  ],
  load: () => import("./commands/extract.ts"),
};

/** Every command, in the order in which help lists them. */
export const commands: readonly CommandSpec[] = [
  {
    name: "plan",
    group: groups.daily,
    description: "show what a run would do, day by day, with reasons",
    flags: [...task, "accept", "outdated"],
    examples: ["plan --pipeline web-shop", "plan --days 2026-11-01..2026-11-20", "plan --all --json"],
    load: () => import("./commands/plan.ts"),
  },
  {
    name: "run",
    group: groups.daily,
    description: "bring lake and warehouse in step with the source",
    flags: [...task, "accept", "yes", "wait"],
    examples: ["run --pipeline web-shop", "run --wait", "run --all --yes", "run --days 2026-11-20 --accept"],
    load: () => import("./commands/run.ts"),
  },
  {
    name: "backfill",
    group: groups.daily,
    description: "run over fixed days, newest first; go on where it stopped",
    flags: [...task, "accept", "again", "yes", "outdated", "dry-run"],
    examples: ["backfill --days 2019-01-01..2025-12-31 --yes", "backfill --outdated --dry-run"],
    load: () => import("./commands/backfill.ts"),
  },
  {
    name: "status",
    group: groups.look,
    description: "days as a calendar of states, with rows",
    flags: [...base, "days", "json"],
    examples: ["status --pipeline web-shop", "status --days 2026-11-01..2026-11-20 --json"],
    load: () => import("./commands/status.ts"),
  },
  {
    name: "reconcile",
    group: groups.look,
    description: "count source, manifest, hot and cold per day and compare",
    flags: task,
    examples: ["reconcile --pipeline web-shop", "reconcile --all --json"],
    load: () => import("./commands/reconcile.ts"),
  },
  {
    name: "query",
    group: groups.look,
    description: "ask the warehouse, read-only",
    operands: [{ name: "[sql]", description: "a statement; without one they are read from stdin" }],
    flags: ["environment", "config", "json"],
    examples: [
      `query "select _day, count(*) from analytics.web_shop_events_all group by 1"`,
      "query --environment demo",
    ],
    load: () => import("./commands/query.ts"),
  },
  {
    name: "repair",
    group: groups.mend,
    description: "show and clean what crashes left and what nobody needs any more",
    flags: [...base, "dry-run", "json", "progress"],
    examples: ["repair --dry-run", "repair --pipeline web-shop"],
    load: () => import("./commands/repair.ts"),
  },
  {
    name: "rollback",
    group: groups.mend,
    description: "bring a kept generation of days back and hold it, or release it",
    flags: [...base, "days", "json", "progress"],
    own: [
      { form: "--to <generation>", text: "a generation that the head keeps (default: the one before)" },
      { form: "--reason <text>", text: "why, for those who find the day held", fallback: "no reason given" },
      { form: "--release", text: "end the hold: the days follow their source again" },
    ],
    examples: [
      `rollback --days 2026-11-20 --reason "consent data wrong"`,
      "rollback --days 2026-11-20 --to 20261121T060000000Z-0123456789ab",
      "rollback --days 2026-11-20 --release",
    ],
    load: () => import("./commands/rollback.ts"),
  },
  {
    name: "init",
    group: groups.start,
    description: "write a pipeline file by answering a few questions",
    flags: ["config"],
    own: [
      ...initQuestions.map(({ flag, text }) => ({ form: `--${flag} <text>`, text })),
      { form: "--force", text: "write over a file that is there" },
    ],
    examples: ["init", "init --name web-shop --dataset analytics_123456789 --time-zone Europe/Berlin"],
    load: () => import("./commands/init.ts"),
  },
  {
    name: "validate",
    group: groups.start,
    description: "check every pipeline with every environment; all problems at once",
    flags: ["config", "json"],
    own: [
      { form: "-e, --environment <name>", text: "look at this one of environments/ alone (default: all)" },
    ],
    examples: ["validate", "validate --environment prod", "validate --config ./my-config"],
    load: () => import("./commands/validate.ts"),
  },
  {
    name: "review",
    group: groups.start,
    description: "tell what changed pipelines would do, as Markdown for a pull request",
    operands: [{ name: "[pipelines...]", description: "names or files of those that are changed" }],
    flags: ["environment", "config", "now"],
    own: [
      { form: "--no-plan", text: "look at the files alone, where nobody is signed in" },
      { form: "--annotate", text: "on stderr, problems as GitHub shows them at their lines" },
    ],
    examples: [
      "review --environment prod web-shop",
      "review --environment prod --no-plan -- pipelines/*.yaml",
    ],
    load: () => import("./commands/review.ts"),
  },
  {
    name: "doctor",
    group: groups.start,
    description: "test an environment step by step, with one pipeline or all, and say what to do",
    flags: [...base, "json"],
    examples: ["doctor", "doctor --environment local --pipeline web-shop"],
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "bootstrap",
    group: groups.start,
    description: "print what Snowflake needs once: role, database, integration, stage, grants; or run it",
    flags: ["environment", "config"],
    own: [
      { form: "--aws-role <arn>", text: "AWS role that Snowflake takes to read the lake" },
      { form: "--readers <role>", text: "role of analysts: may read the views" },
      { form: "--apply", text: "run the statements instead of printing them" },
      { form: "--as-user <user>", text: "with --apply: sign in as (default: the environment's user)" },
      {
        form: "--as-role <role>",
        text: "with --apply: role that may create all this",
        fallback: "ACCOUNTADMIN",
      },
    ],
    examples: [
      "bootstrap --environment prod --aws-role arn:aws:iam::123456789012:role/shardlift-snowflake",
      "bootstrap --environment prod --aws-role arn:aws:iam::123456789012:role/shardlift-snowflake --apply",
    ],
    load: () => import("./commands/bootstrap.ts"),
  },
  {
    name: "generate",
    group: groups.start,
    description: "make export shards to try things with",
    flags: ["progress"],
    own: [
      { form: "--family <family>", text: `one of ${familyNames.join(", ")}`, fallback: "ga4_events" },
      { form: "--days <days>", text: "2026-11-20 or 2026-11-01..2026-11-20" },
      { form: "--rows <count>", text: "rows a day", fallback: "1000" },
      { form: "--to <folder>", text: "root of a files source", fallback: "./data/source" },
      { form: "--dataset <name>", text: "folder below it", fallback: "analytics_123456789" },
      { form: "--time-zone <zone>", text: "of the property", fallback: "Europe/Berlin" },
      { form: "--kind <kind>", text: "daily, fresh or intraday", fallback: "daily" },
      { form: "--format <format>", text: "parquet, jsonl or jsonl.gz", fallback: "parquet" },
      { form: "--seed <number>", text: "equal seeds make equal rows", fallback: "1" },
      {
        form: "--revision <number>",
        text: "2 restates the day, as Google does within 72 hours",
        fallback: "1",
      },
    ],
    examples: ["generate --family ga4_events --days 2026-11-01..2026-11-10 --rows 5000 --to ./data/source"],
    load: () => import("./commands/generate.ts"),
  },
  {
    name: "demo",
    group: groups.start,
    description: "the whole main job on generated data, in .shardlift/demo",
    flags: ["progress"],
    examples: ["demo"],
    load: () => import("./commands/demo.ts"),
  },
  {
    name: "compile",
    group: groups.airflow,
    description: "write the manifest that Airflow's DAGs are drawn from",
    flags: ["environment", "config"],
    own: [{ form: "--to <folder>", text: "folder of the DAGs", fallback: "dags" }],
    examples: ["compile --environment prod", "compile --environment prod --to ./build/dags"],
    load: () => import("./commands/compile.ts"),
  },
  {
    name: "deploy",
    group: groups.airflow,
    description: "bring configuration, Glue script and DAGs of an environment to S3; only what changed",
    flags: ["environment", "config", "dry-run", "verbose", "json"],
    examples: ["deploy --environment prod --dry-run", "deploy --environment prod"],
    load: () => import("./commands/deploy.ts"),
  },
  {
    name: "batches",
    group: groups.airflow,
    description: "cut the work of fixed days into ranges for backfill; one line of JSON",
    flags: [...base, "accept", "dry-run", "verbose", "progress"],
    own: [
      { form: "--first-day <day>", text: "2019-01-01" },
      { form: "--last-day <day>", text: "2025-12-31, included" },
      { form: "--batch-days <count>", text: "days of a batch", fallback: "30" },
      {
        form: "--at-most <count>",
        text: "batches; they get longer where there would be more",
        fallback: "1024",
      },
      { form: "--order <order>", text: "newest or oldest first", fallback: "newest" },
    ],
    examples: ["batches --pipeline web-shop --first-day 2019-01-01 --last-day 2025-12-31"],
    load: () => import("./commands/batches.ts"),
  },
  ...buildTaskSpecs(),
];

/** One command per task; they share their flags and their contract. */
function buildTaskSpecs(): CommandSpec[] {
  const tasks = {
    "push-script": "put the Glue script and its wheels into the lake",
    "ensure-job": "create or update the Glue job and its tags",
    wait: "say which days are ready, late or missing; 75 while not ready",
    extract: "extract the days that differ and commit their heads",
    crawl: "point the catalog's partitions at the current generations",
    load: "bring the hot table to the current generations",
    refresh: "bring the cold table to the current generations",
    prune: "delete days beyond retention from hot, where cold is proven",
  };
  return Object.entries(tasks).map(([name, description]) => ({
    name,
    group: groups.task,
    description,
    flags: [...task, "accept", "yes"],
    examples: [`${name} --pipeline web-shop --environment local --days 2026-11-20`],
    load: async () => {
      const { runTask } = await import("./commands/task.ts");
      return { run: (flags: never, io: Io) => runTask(name, flags, io) };
    },
    ...(name === "extract" ? extractsSamples : {}),
  }));
}
