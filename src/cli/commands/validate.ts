import { readEnvironment, readEnvironments } from "../../config/read-environments.ts";
import { readPipelines } from "../../config/read-pipelines.ts";
import { renderIssues } from "../../config/render-issues.ts";
import { exitCodes } from "../../errors.ts";
import { formatPlural } from "../../plan/format.ts";
import type { Io } from "../io.ts";
import { withConfig } from "../open-config.ts";

interface ValidateFlags {
  config?: string;
  json?: boolean;
  environment?: string;
}

/**
 * `shardlift validate`: every pipeline and environment, all problems at once; each pipeline with each environment, since
 * commands run it in any. `--environment` looks at one environment, as its own commands do.
 */
export function run(flags: ValidateFlags, io: Io): Promise<number> {
  return withConfig({ ...flags, environment: flags.environment ?? "" }, io, ({ root }) =>
    validate(root, flags, io),
  );
}

async function validate(root: string, flags: ValidateFlags, io: Io): Promise<number> {
  const environments = await readChosen(root, flags.environment);
  const pipelines = await readPipelines(root, null, environments.environments);
  const issues = [...pipelines.issues, ...environments.issues];
  const counts = { pipelines: pipelines.pipelines.length, environments: environments.environments.length };
  if (flags.json) io.stdout.write(`${JSON.stringify({ ...counts, issues })}\n`);
  else if (issues.length > 0) io.stderr.write(`${renderIssues(issues)}\n`);
  else {
    const found = [
      formatPlural(counts.pipelines, "pipeline"),
      formatPlural(counts.environments, "environment"),
    ];
    io.stdout.write(`${found.join(" and ")}, all valid\n`);
  }
  return issues.length > 0 ? exitCodes.config : exitCodes.done;
}

async function readChosen(root: string, name: string | undefined): ReturnType<typeof readEnvironments> {
  if (name === undefined) return readEnvironments(root);
  const { environment, issues } = await readEnvironment(root, name);
  return { environments: environment === null ? [] : [environment], issues };
}
