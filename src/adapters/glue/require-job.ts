import { ShardliftError } from "../../errors.ts";
import type { FieldDifference } from "../../ports.ts";
import type { GlueApi } from "./api.ts";
import { compareDefinitions } from "./compare-definition.ts";
import { buildJobDefinition } from "./job-definition.ts";
import { buildJobName, type GlueOptions } from "./options.ts";
import { type PushedScript, requireScript } from "./require-script.ts";

const namedFields = 5;

/**
 * A run does what its job says, not what we say: nothing is started with a job that somebody has edited, or that
 * still has another release's script. Rejects with `config`.
 */
export async function requireJob(api: GlueApi, options: GlueOptions & PushedScript): Promise<void> {
  const JobName = buildJobName(options);
  const doing = { failed: "No run could be started.", action: "glue:GetJob" };
  const { Job: is = {} } = await api.glue(doing, (glue) => glue.getJob({ JobName }));
  const ought = buildJobDefinition(options, await requireScript(options));
  const differences = compareDefinitions(is, ought);
  if (differences.length > 0) throw buildDriftError(JobName, differences);
}

function buildDriftError(job: string, differences: readonly FieldDifference[]): ShardliftError {
  const named = differences.slice(0, namedFields).map(({ name, is }) => `${name} is ${is ?? "not there"}`);
  const more = differences.length - named.length;
  return new ShardliftError("config", {
    failed: `The job ${job} is not as this release and environment define it; no run was started.`,
    rule: "runs are started only of a job that is in order: it decides which script runs, and as whom",
    received: `${named.join("; ")}${more > 0 ? `; and ${more} more` : ""}`,
    remedy: "run `shardlift ensure-job`: it shows what differs and puts it right",
  });
}
