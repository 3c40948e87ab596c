import type { Paint } from "../plan/render-plan.ts";
import type { ProgressEvent, TaskContext } from "../tasks/context.ts";
import type { Io } from "./io.ts";
import { openConfig } from "./open-config.ts";
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

/** Opens the pipeline, with progress on stderr and colour where it is wanted. */
export async function openSession(flags: SessionFlags, io: Io, signal: AbortSignal): Promise<Session> {
  const mode = pickProgressMode(flags.progress ?? "none", io.stderr);
  const paint = createPaint(io.stderr, io.env);
  const progress = createProgress({ mode, stream: io.stderr, nowMs: () => Date.now(), paint });
  const report = (event: ProgressEvent) => progress.report(event);
  const config = await openConfig(flags, io, signal);
  const { root, fetchedFrom } = config;
  const asked = { ...flags, config: root, fetchedFrom, signal, report, env: io.env };
  const opened = await openPipeline(asked).catch(async (error) => {
    await config.close();
    throw error;
  });
  return {
    context: opened.context,
    paint: createPaint(io.stdout, io.env),
    progress,
    async close() {
      progress.stop();
      try {
        await opened.close();
      } finally {
        await config.close();
      }
    },
  };
}
