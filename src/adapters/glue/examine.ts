import { type ExaminedStep, tryStep } from "../examine-step.ts";
import { createGlueApi, type GlueApi } from "./api.ts";
import { isMissing } from "./errors.ts";
import { buildJobName, type GlueOptions } from "./options.ts";
import { outputGroup } from "./read-log.ts";

/**
 * What following a run takes, beside the job itself: its list of runs and its log. Nothing is started: that the role may
 * do so, and hand the job's role to Glue, only a run could tell.
 */
export async function* examineGlueRuns(options: GlueOptions): AsyncGenerator<ExaminedStep> {
  const api = createGlueApi(options);
  yield await tryStep("runs", () => lookAtRuns(api, options));
  yield await tryStep("logs", () => lookAtLogs(api));
}

async function lookAtRuns(api: GlueApi, options: GlueOptions): Promise<string> {
  const JobName = buildJobName(options);
  const doing = { failed: "The job's runs could not be listed.", action: "glue:GetJobRuns" };
  try {
    const { JobRuns = [] } = await api.glue(doing, (glue) => glue.getJobRuns({ JobName, MaxResults: 1 }));
    const [newest] = JobRuns;
    const seen = newest === undefined ? "no run yet" : `the newest is ${newest.Id}, ${newest.JobRunState}`;
    return `runs of ${JobName} can be listed: ${seen}`;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return `runs of ${JobName} can be listed, when ensure-job has made it`;
  }
}

async function lookAtLogs(api: GlueApi): Promise<string> {
  const doing = { failed: "Logs of runs could not be read.", action: "logs:DescribeLogStreams" };
  try {
    await api.logs(doing, (logs) => logs.describeLogStreams({ logGroupName: outputGroup, limit: 1 }));
    return `${outputGroup} can be read: a run that fails is told with its last lines`;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return `${outputGroup} is not there yet: Glue makes it with the first run of the account`;
  }
}
