import type { Issue } from "../../config/issue.ts";
import type { Environment, Pipeline } from "../../config/types.ts";
import type { ShardliftError } from "../../errors.ts";
import type { Plan } from "../../plan/types.ts";

/** What a change makes of one pipeline. */
export type PipelineReview =
  | { is: "planned"; pipeline: Pipeline; plan: Plan }
  | { is: "not planned"; pipeline: Pipeline; error: ShardliftError | null }
  /** Its file, or the environment's, has problems. */
  | { is: "wrong"; name: string }
  /** There is no such file any more. */
  | { is: "removed"; name: string };

export interface Review {
  /** null where its file has problems. */
  environment: Environment | null;
  /** Of all files, not of the changed ones alone: one wrong pipeline keeps all DAGs from being compiled. */
  issues: Issue[];
  pipelines: PipelineReview[];
}
