import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { findConfigRoot } from "../config/find-config-root.ts";
import type { Paint } from "../plan/render-plan.ts";
import type { ProgressEvent, TaskContext } from "../tasks/context.ts";
import type { Io } from "./io.ts";
import { openPipeline } from "./open-pipeline.ts";
import { createPaint } from "./paint.ts";
import { createProgress, type Progress, pickProgressMode } from "./progress.ts";

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
  /** The command itself; set by `main`. */
  task?: string;
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

/** Opens the pipeline, with progress on stderr and colour where it is wanted. */
export async function openSession(flags: SessionFlags, io: Io, signal: AbortSignal): Promise<Session> {
  const mode = pickProgressMode(flags.progress ?? "none", io.stderr);
  const paint = createPaint(io.stderr, io.env);
  const progress = createProgress({ mode, stream: io.stderr, nowMs: () => Date.now(), paint });
  const report = (event: ProgressEvent) => progress.report(event);
  const config = findConfig(flags, io);
  const opened = await openPipeline({ ...flags, config, signal, report, env: io.env });
  return {
    context: opened.context,
    paint: createPaint(io.stdout, io.env),
    progress,
    async close() {
      progress.stop();
      await opened.close();
    },
  };
}
