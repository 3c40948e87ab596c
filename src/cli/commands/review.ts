import { basename } from "node:path";
import { exitCodes, worstExitCode } from "../../errors.ts";
import type { Plan } from "../../plan/types.ts";
import { runPlan } from "../../tasks/plan.ts";
import { findConfig } from "../find-config.ts";
import type { Io } from "../io.ts";
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
  const root = findConfig(flags, io);
  const signals = listenForSignals();
  const readPlan = async (pipeline: string): Promise<Plan> => {
    const { signal } = signals;
    const opened = await openPipeline({ ...flags, config: root, pipeline, signal, env: io.env });
    try {
      return await runPlan(opened.context);
    } finally {
      await opened.close();
    }
  };
  try {
    const review = await readReview({
      root,
      cwd: io.cwd,
      environment: flags.environment,
      changed: readNames(operands),
      readPlan: flags.plan ? readPlan : null,
    });
    io.stdout.write(renderReview(review));
    if (flags.annotate) io.stderr.write(renderAnnotations(review.issues));
    return readExitCode(review);
  } finally {
    signals.stop();
  }
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
