import { isShardliftError } from "../../errors.ts";
import type { GlueApi } from "./api.ts";
import { redact } from "./redact.ts";

/** What the script prints. */
export const outputGroup = "/aws-glue/jobs/output";
/** First that, then what Spark and Glue say. */
const groups = [outputGroup, "/aws-glue/jobs/error"];
const maxLines = 12;
const maxLineLength = 400;

/** Last lines of a run's driver, oldest first; none where there are none or they cannot be read. */
export async function readLastLines(api: GlueApi, runId: string): Promise<string[]> {
  for (const group of groups) {
    const lines = await readGroup(api, group, runId);
    if (lines.length > 0) return lines;
  }
  return [];
}

async function readGroup(api: GlueApi, logGroupName: string, runId: string): Promise<string[]> {
  const failed = "The log of the run could not be read.";
  try {
    const { logStreams = [] } = await api.logs({ failed, action: "logs:DescribeLogStreams" }, (logs) =>
      logs.describeLogStreams({ logGroupName, logStreamNamePrefix: runId }),
    );
    const stream = chooseDriver(
      logStreams.map(({ logStreamName = "" }) => logStreamName),
      runId,
    );
    if (stream === undefined) return [];
    const { events = [] } = await api.logs({ failed, action: "logs:GetLogEvents" }, (logs) =>
      logs.getLogEvents({ logGroupName, logStreamName: stream, limit: maxLines, startFromHead: false }),
    );
    return events.map(({ message = "" }) => cut(redact(message.trimEnd()))).filter((line) => line !== "");
  } catch (error) {
    // It only explains another error: without it that one is told all the same.
    if (isShardliftError(error)) return [];
    throw error;
  }
}

/** Executors have streams of their own beside the driver's. */
function chooseDriver(streams: readonly string[], runId: string): string | undefined {
  return streams.find((name) => name === runId || name === `${runId}-driver`) ?? streams[0];
}

function cut(line: string): string {
  return line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line;
}
