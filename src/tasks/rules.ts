import type { PipelineFamily } from "../config/types.ts";
import { families } from "../days/families.ts";
import type { Rules } from "../sql/hash-rules.ts";
import type { TaskContext } from "./context.ts";

/** What decides the rows of one family of the pipeline. */
export function buildRules({ pipeline }: TaskContext, { family }: { family: PipelineFamily }): Rules {
  return {
    family: families[family.family],
    duplicates: family.duplicates,
    columns: pipeline.columns,
    filter: pipeline.filter,
  };
}
