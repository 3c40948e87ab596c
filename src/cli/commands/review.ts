import { basename } from "node:path";
import { exitCodes, worstExitCode } from "../../errors.ts";
import type { Plan } from "../../plan/types.ts";
import { runPlan } from "../../tasks/plan.ts";
import type { Io } from "../io.ts";
import { type OpenConfig, withConfig } from "../open-config.ts";
import { openPipeline } from "../open-pipeline.ts";
import { readReview } from "../review/read-review.ts";
import { renderAnnotations } from "../review/render-annotations.ts";
import { renderReview } from "../review/render-review.ts";
import type { Review } from "../review/types.ts";
import { listenForSignals } from "../signals.ts";

interface ReviewFlags {
  environment: string;
  config?: string;
  now?: string;
  /** false with `--no-plan`. */
  plan: boolean;
  annotate?: boolean;
}

/** `shardlift review`: a change of configuration as Markdown for a pull request. Reads; changes nothing. */
export async function run(flags: ReviewFlags, io: Io, operands: string[]): Promise<number> {
  const signals = listenForSignals();
  try {
    return await withConfig(flags, io, async (config) => {
      const { root } = config;
      const changed = readNames(operands);
      const readPlan = flags.plan ? createPlanReader(config, flags, io, signals.signal) : null;
      const { environment } = flags;
      const review = await readReview({ root, cwd: io.cwd, environment, changed, readPlan });
      io.stdout.write(renderReview(review));
      if (flags.annotate) io.stderr.write(renderAnnotations(review.issues));
      return readExitCode(review);
    });
  } finally {
    signals.stop();
  }
}

function createPlanReader(
  { root, fetchedFrom }: OpenConfig,
  flags: ReviewFlags,
  io: Io,
  signal: AbortSignal,
) {
  return async (pipeline: string): Promise<Plan> => {
    const opened = await openPipeline({ ...flags, config: root, fetchedFrom, pipeline, signal, env: io.env });
    try {
      return await runPlan(opened.context);
    } finally {
      await opened.close();
    }
  };
}

/** A pipeline is named, or its file is. */
function readNames(operands: readonly string[]): string[] {
  return [...new Set(operands.map((operand) => basename(operand, ".yaml")))];
}

function readExitCode({ issues, pipelines }: Review): number {
  const failed = pipelines.flatMap((one) =>
    one.is === "not planned" && one.error !== null ? [exitCodes[one.error.code]] : [],
  );
  const wrong = issues.length > 0 ? [exitCodes.config] : [];
  return worstExitCode([exitCodes.done, ...failed, ...wrong]);
}
