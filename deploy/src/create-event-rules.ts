import { EventField, type EventPattern, Match, Rule, RuleTargetInput } from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import type { Topic } from "aws-cdk-lib/aws-sns";
import type { Stack } from "aws-cdk-lib/core";
import type { RunnerParts } from "./create-runner.ts";
import type { Settings } from "./read-settings.ts";

/**
 * Ends that a person must look at: 64 wrong configuration, 65 data that does not balance, 70 a bug, 137 and 139 killed,
 * for lack of memory mostly. 69 is not among them: Airflow runs such a task again, and tells when it gives up.
 */
export const badExitCodes = [64, 65, 70, 137, 139] as const;

interface Alert {
  id: string;
  description: string;
  pattern: EventPattern;
  /** What people read; values of the event come in. */
  text: string;
}

/** Tells of ends that no command is left to tell of. */
export function createEventRules(
  stack: Stack,
  settings: Settings,
  topic: Topic,
  runner: RunnerParts | null,
): void {
  const alerts = [...listGlueAlerts(settings), ...(runner === null ? [] : listTaskAlerts(runner.clusterArn))];
  for (const { id, description, pattern, text } of alerts) {
    new Rule(stack, id, {
      description,
      eventPattern: pattern,
      targets: [new SnsTopic(topic, { message: RuleTargetInput.fromText(text) })],
    });
  }
}

function listGlueAlerts({ environment, glue, catalog }: Settings): Alert[] {
  const at = EventField.fromPath;
  const runs: Alert = {
    id: "FailedRuns",
    description: "A run of Glue ended badly",
    pattern: {
      source: ["aws.glue"],
      detailType: ["Glue Job State Change"],
      detail: { jobName: Match.prefix(`${glue?.job}-`), state: ["FAILED", "TIMEOUT"] },
    },
    text: `Run ${at("$.detail.jobRunId")} of job ${at("$.detail.jobName")}: ${at("$.detail.state")}. ${at("$.detail.message")}`,
  };
  const crawls: Alert = {
    id: "FailedCrawls",
    description: "A crawler failed",
    pattern: {
      source: ["aws.glue"],
      detailType: ["Glue Crawler State Change"],
      detail: { crawlerName: Match.prefix(`shardlift-${environment}-`), state: ["Failed"] },
    },
    text: `Crawler ${at("$.detail.crawlerName")} failed. ${at("$.detail.message")}`,
  };
  return [...(glue === undefined ? [] : [runs]), ...(catalog?.crawler ? [crawls] : [])];
}

function listTaskAlerts(clusterArn: string): Alert[] {
  const at = EventField.fromPath;
  const stopped = { clusterArn: [clusterArn], lastStatus: ["STOPPED"] };
  const base = { source: ["aws.ecs"], detailType: ["ECS Task State Change"] };
  const text = `Task ${at("$.detail.taskArn")} of ${at("$.detail.group")}: ${at("$.detail.stopCode")}. ${at("$.detail.stoppedReason")} Its log says why.`;
  return [
    {
      id: "BadEnds",
      description: "A command ended in a way that running it again does not mend",
      pattern: { ...base, detail: { ...stopped, containers: { exitCode: [...badExitCodes] } } },
      text,
    },
    {
      id: "FailedStarts",
      description: "A command did not begin: image, network or rights are missing",
      pattern: { ...base, detail: { ...stopped, stopCode: ["TaskFailedToStart"] } },
      text,
    },
  ];
}
