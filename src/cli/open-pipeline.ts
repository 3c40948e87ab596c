import { readEnvironment } from "../config/read-environments.ts";
import { readPipeline, readPipelines } from "../config/read-pipelines.ts";
import { toError } from "../config/render-issues.ts";
import type { Environment, Pipeline } from "../config/types.ts";
import { type DaySelection, parseDays } from "../days/window.ts";
import { ShardliftError } from "../errors.ts";
import type { ProgressEvent, RunChoices, TaskContext } from "../tasks/context.ts";
import { createClock } from "./clock.ts";
import { refusePlacesInside } from "./refuse-places-inside.ts";
import { buildPorts } from "./wiring.ts";

/** Which pipeline, in which environment, over which days; what the flags of the same names say. */
export interface OpenOptions {
  /** Folder that holds `pipelines/` and `environments/`. */
  config: string;
  /** Where that folder was fetched from for this command alone, if it was. */
  fetchedFrom?: string | null;
  environment: string;
  /** May be left out where there is only one. */
  pipeline?: string | undefined;
  /** `2026-11-20` or `2026-11-01..2026-11-20`; without it the lookback window. */
  days?: string | undefined;
  all?: boolean | undefined;
  outdated?: boolean | undefined;
  accept?: boolean | undefined;
  again?: boolean | undefined;
  yes?: boolean | undefined;
  /** An instant, in environments that are not production. */
  now?: string | undefined;
  /** Ends the work at the next step that leaves a state the next run repairs. */
  signal?: AbortSignal;
  report?(event: ProgressEvent): void;
  /** The command, for a warehouse that keeps a history of statements. */
  task?: string | undefined;
  /** Where `env:NAME` secrets are looked up. */
  env?: NodeJS.ProcessEnv;
}

export interface OpenPipeline {
  /** What every task takes. */
  context: TaskContext;
  /** Ends connections; to be called whatever happened. */
  close(): Promise<void>;
}

/**
 * Reads configuration and opens the ports it names: the beginning of every command, and of every use as a library.
 * @throws ShardliftError `config` with every problem at its place, `usage` for days or flags that cannot be
 */
export async function openPipeline(options: OpenOptions): Promise<OpenPipeline> {
  const environment = await loadEnvironment(options);
  const pipeline = await loadPipeline(options, environment);
  const clock = createClock(options.now ?? null);
  const signal = options.signal ?? new AbortController().signal;
  const tag = {
    pipeline: pipeline.name,
    task: options.task,
    days: options.days ?? (options.all ? "all" : "lookback"),
  };
  const { ports, close } = await buildPorts({
    environment,
    clock,
    signal,
    env: options.env ?? process.env,
    project: pipeline.property.project,
    tag,
  });
  const report = options.report ?? (() => {});
  const chosen = { selection: readSelection(options), choices: readChoices(options) };
  return { context: { pipeline, environment, ports, ...chosen, signal, report }, close };
}

export async function loadEnvironment(
  options: Pick<OpenOptions, "config" | "fetchedFrom" | "environment" | "now">,
): Promise<Environment> {
  const { environment, issues } = await readEnvironment(options.config, options.environment);
  if (environment === null) throw toError(issues);
  if (options.fetchedFrom) refusePlacesInside(environment, options.config, options.fetchedFrom);
  if (options.now !== undefined && environment.production) {
    throw new ShardliftError("usage", {
      failed: "--now is not for production.",
      rule: "a clock of one's own is for trials: in production it would call days late or final that are not",
      received: `--now ${options.now} --environment ${environment.name}`,
      remedy: "leave --now out, or try it in an environment that does not say `production: true`",
    });
  }
  return environment;
}

/** The pipeline asked for; where there is only one it need not be named. */
async function loadPipeline(
  { config, pipeline: asked }: OpenOptions,
  environment: Environment,
): Promise<Pipeline> {
  const name = asked ?? (await findOnlyPipeline(config, environment));
  const { pipeline, issues } = await readPipeline(config, name, environment);
  if (pipeline === null) throw toError(issues);
  return pipeline;
}

async function findOnlyPipeline(root: string, environment: Environment): Promise<string> {
  const { pipelines, issues } = await readPipelines(root, environment);
  const [only] = pipelines;
  if (only !== undefined && pipelines.length === 1 && issues.length === 0) return only.name;
  if (pipelines.length === 0 && issues.length > 0) throw toError(issues);
  throw buildWhichError(pipelines);
}

/** No pipeline was named, and there is none or more than one. */
export function buildWhichError(pipelines: readonly Pipeline[]): ShardliftError {
  const [first] = pipelines;
  return new ShardliftError("usage", {
    failed: "Which pipeline?",
    rule: "--pipeline names one of the files in pipelines/",
    received: `${pipelines.length} pipelines: ${pipelines.map(({ name }) => name).join(", ")}`,
    remedy: first === undefined ? "make one: shardlift init" : `write --pipeline ${first.name}`,
  });
}

function readSelection(options: OpenOptions): DaySelection {
  if (options.days !== undefined && options.all) {
    throw new ShardliftError("usage", {
      failed: "--days and --all were both given.",
      rule: "a run looks at the lookback window, at fixed days, or at all days",
      remedy: "leave one of them out",
    });
  }
  if (options.days !== undefined) return { select: "range", range: parseDays(options.days) };
  return options.all || options.outdated ? { select: "all" } : { select: "lookback" };
}

function readChoices(options: OpenOptions): RunChoices {
  return {
    accept: options.accept ?? false,
    again: options.again ?? false,
    goOn: options.yes ?? false,
    distrust: options.all ?? false,
    only: options.outdated ? "outdated" : "all",
  };
}
