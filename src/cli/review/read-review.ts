import { sep } from "node:path";
import type { Issue } from "../../config/issue.ts";
import { readEnvironment, readEnvironments } from "../../config/read-environments.ts";
import { listYamlFiles } from "../../config/read-files.ts";
import { readPipelines } from "../../config/read-pipelines.ts";
import { toError } from "../../config/render-issues.ts";
import type { Pipeline } from "../../config/types.ts";
import { isShardliftError } from "../../errors.ts";
import type { Plan } from "../../plan/types.ts";
import type { PipelineReview, Review } from "./types.ts";

export interface ReviewInput {
  /** Folder that holds `pipelines/` and `environments/`. */
  root: string;
  /** Files are named as seen from here. */
  cwd: string;
  environment: string;
  /** Pipelines that are changed, by name. */
  changed: readonly string[];
  /** null: nothing outside is asked. */
  readPlan: ((pipeline: string) => Promise<Plan>) | null;
}

/**
 * Checks every file as `compile` would, and plans the changed pipelines that are right.
 * @throws ShardliftError `config` where there is no such environment
 */
export async function readReview(input: ReviewInput): Promise<Review> {
  const { root, cwd, changed } = input;
  const { environment, issues } = await readEnvironment(root, input.environment);
  const listed = await listYamlFiles(root, "environments");
  if (!listed.names.includes(input.environment)) throw toError(issues);
  const all = await readEnvironments(root);
  const others = all.environments.filter(({ name }) => name !== input.environment);
  const read = await readPipelines(root, environment, others);
  const { names } = await listYamlFiles(root, "pipelines");
  const readPlan = environment === null ? null : input.readPlan;
  const pipelines: PipelineReview[] = [];
  for (const name of changed) {
    const pipeline = read.pipelines.find((candidate) => candidate.name === name);
    if (pipeline === undefined) pipelines.push({ is: names.includes(name) ? "wrong" : "removed", name });
    else pipelines.push(await reviewPipeline(pipeline, readPlan));
  }
  const found = [...all.issues, ...read.issues].map((issue) => shorten(issue, `${cwd}${sep}`));
  return { environment, issues: found, pipelines };
}

/** A source that cannot be asked is told of its pipeline; the others are planned all the same. */
async function reviewPipeline(
  pipeline: Pipeline,
  readPlan: ReviewInput["readPlan"],
): Promise<PipelineReview> {
  if (readPlan === null) return { is: "not planned", pipeline, error: null };
  try {
    return { is: "planned", pipeline, plan: await readPlan(pipeline.name) };
  } catch (error) {
    if (!isShardliftError(error) || error.code === "interrupted" || error.code === "terminated") throw error;
    return { is: "not planned", pipeline, error };
  }
}

/** Readers of a change know its files by their place in it. */
function shorten(issue: Issue, folder: string): Issue {
  const cut = (text: string) => text.replaceAll(folder, "");
  const { file, failed, rule, received, remedy } = issue;
  return {
    ...issue,
    file: cut(file),
    failed: cut(failed),
    rule: cut(rule),
    received: cut(received),
    remedy: cut(remedy),
  };
}
