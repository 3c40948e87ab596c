import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { findConfigRoot } from "../config/find-config-root.ts";
import { readEnvironment } from "../config/read-environments.ts";
import { readPipeline, readPipelines } from "../config/read-pipelines.ts";
import { toError } from "../config/render-issues.ts";
import type { Environment, Pipeline } from "../config/types.ts";
import { type DaySelection, parseDays } from "../days/window.ts";
import { ShardliftError } from "../errors.ts";
import type { Paint } from "../plan/render-plan.ts";
import type { RunChoices, TaskContext } from "../tasks/context.ts";
import { createClock } from "./clock.ts";
import type { Io } from "./io.ts";
import { createPaint } from "./paint.ts";
import { createProgress, type Progress, pickProgressMode } from "./progress.ts";
import { buildPorts, type OpenPorts } from "./wiring.ts";

/** Flags that most commands share; commander fills them. */
export interface SessionFlags {
  pipeline?: string;
  environment: string;
  days?: string;
  all?: boolean;
  outdated?: boolean;
  accept?: boolean;
  again?: boolean;
  yes?: boolean;
  json?: boolean;
  /** Commands that are quick have none. */
  progress?: string;
  verbose?: boolean;
  config?: string;
  now?: string;
}

/** One command's connection to configuration and outside. */
export interface Session {
  context: TaskContext;
  paint: Paint;
  progress: Progress;
  close(): Promise<void>;
}

/** Where the demo keeps its state, and with it its configuration. */
export const demoFolder = ".shardlift/demo";

/**
 * The folder of the configuration: `--config`, `SHARDLIFT_CONFIG`, or the current one. The demo's environment is
 * found without a word, since its last lines tell people to query it.
 */
export function findConfig(flags: Pick<SessionFlags, "config" | "environment">, io: Io): string {
  const named = flags.config ?? io.env.SHARDLIFT_CONFIG;
  const root = resolve(io.cwd, findConfigRoot({ SHARDLIFT_CONFIG: named }));
  const declared = existsSync(join(root, "environments", "demo.yaml"));
  const demo = resolve(io.cwd, demoFolder);
  const isDemo = named === undefined && flags.environment === "demo" && !declared && existsSync(demo);
  return isDemo ? demo : root;
}

export async function loadEnvironment(flags: SessionFlags, io: Io): Promise<Environment> {
  const { environment, issues } = await readEnvironment(findConfig(flags, io), flags.environment);
  if (environment === null) throw toError(issues);
  if (flags.now !== undefined && environment.production) {
    throw new ShardliftError("usage", {
      failed: "--now is not for production.",
      rule: "a clock of one's own is for trials: in production it would call days late or final that are not",
      received: `--now ${flags.now} --environment ${environment.name}`,
      remedy: "leave --now out, or try it in an environment that does not say `production: true`",
    });
  }
  return environment;
}

/** The pipeline asked for; where there is only one it need not be named. */
export async function loadPipeline(flags: SessionFlags, environment: Environment, io: Io): Promise<Pipeline> {
  const root = findConfig(flags, io);
  const name = flags.pipeline ?? (await findOnlyPipeline(root, environment));
  const { pipeline, issues } = await readPipeline(root, name, environment);
  if (pipeline === null) throw toError(issues);
  return pipeline;
}

async function findOnlyPipeline(root: string, environment: Environment): Promise<string> {
  const { pipelines, issues } = await readPipelines(root, environment);
  const [only] = pipelines;
  if (only !== undefined && pipelines.length === 1 && issues.length === 0) return only.name;
  if (pipelines.length === 0 && issues.length > 0) throw toError(issues);
  throw new ShardliftError("usage", {
    failed: "Which pipeline?",
    rule: "--pipeline names one of the files in pipelines/",
    received: `${pipelines.length} pipelines: ${pipelines.map((pipeline) => pipeline.name).join(", ")}`,
    remedy: pipelines.length === 0 ? "make one: shardlift init" : `write --pipeline ${only?.name}`,
  });
}

/** Reads configuration, opens ports and puts a task's context together. */
export async function openSession(flags: SessionFlags, io: Io, signal: AbortSignal): Promise<Session> {
  const environment = await loadEnvironment(flags, io);
  const pipeline = await loadPipeline(flags, environment, io);
  const clock = createClock(flags.now ?? null);
  const opened: OpenPorts = await buildPorts({ environment, clock, signal, env: io.env });
  const errorPaint = createPaint(io.stderr, io.env);
  const mode = pickProgressMode(flags.progress ?? "none", io.stderr);
  const progress = createProgress({ mode, stream: io.stderr, nowMs: () => Date.now(), paint: errorPaint });
  return {
    context: {
      pipeline,
      environment,
      ports: opened.ports,
      selection: readSelection(flags),
      choices: readChoices(flags),
      signal,
      report: (event) => progress.report(event),
    },
    paint: createPaint(io.stdout, io.env),
    progress,
    async close() {
      progress.stop();
      await opened.close();
    },
  };
}

function readSelection(flags: SessionFlags): DaySelection {
  if (flags.days !== undefined && flags.all) {
    throw new ShardliftError("usage", {
      failed: "--days and --all were both given.",
      rule: "a run looks at the lookback window, at fixed days, or at all days",
      remedy: "leave one of them out",
    });
  }
  if (flags.days !== undefined) return { select: "range", range: parseDays(flags.days) };
  return flags.all || flags.outdated ? { select: "all" } : { select: "lookback" };
}

function readChoices(flags: SessionFlags): RunChoices {
  return {
    accept: flags.accept ?? false,
    again: flags.again ?? false,
    goOn: flags.yes ?? false,
    distrust: flags.all ?? false,
    only: flags.outdated ? "outdated" : "all",
  };
}
