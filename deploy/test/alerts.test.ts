import { describe, expect, test } from "vitest";
import { parseDay } from "../../src/days/day.ts";
import { exitCodes } from "../../src/errors.ts";
import type { TaskContext } from "../../src/tasks/context.ts";
import { buildOutput } from "../../src/tasks/output.ts";
import { badExitCodes } from "../src/create-event-rules.ts";
import { buildBareSettings, buildSettings, readStatements, synthesise } from "./world.ts";

describe("people are told", async () => {
  const world = synthesise(await buildSettings());
  const rules = world.find("AWS::Events::Rule");

  test("of runs, crawls and tasks that ended badly, and of tasks that did not begin", () => {
    const stopped = { clusterArn: [{ "Fn::GetAtt": ["Cluster", "Arn"] }], lastStatus: ["STOPPED"] };
    const task = { source: ["aws.ecs"], "detail-type": ["ECS Task State Change"] };
    const patterns = Object.entries(rules).map(([id, { EventPattern }]) => [id, EventPattern]);
    expect(Object.fromEntries(patterns)).toEqual({
      FailedRuns: {
        source: ["aws.glue"],
        "detail-type": ["Glue Job State Change"],
        detail: { jobName: [{ prefix: "shardlift-prod-" }], state: ["FAILED", "TIMEOUT"] },
      },
      FailedCrawls: {
        source: ["aws.glue"],
        "detail-type": ["Glue Crawler State Change"],
        detail: { crawlerName: [{ prefix: "shardlift-prod-" }], state: ["Failed"] },
      },
      BadEnds: { ...task, detail: { ...stopped, containers: { exitCode: [64, 65, 70, 137, 139] } } },
      FailedStarts: { ...task, detail: { ...stopped, stopCode: ["TaskFailedToStart"] } },
    });
  });

  test("all by one topic, in words", () => {
    const targets = Object.values(rules).map(({ Targets }) => Targets as Record<string, unknown>[]);
    expect(
      targets.map((all) => all.map(({ Arn }) => JSON.stringify(Arn).replace(/[0-9A-F]{8}/, ""))),
    ).toEqual(Array(4).fill(['{"Ref":"Alerts"}']));
    const [run] = targets[0]!;
    expect(run?.InputTransformer).toEqual({
      InputPathsMap: {
        "detail-jobName": "$.detail.jobName",
        "detail-jobRunId": "$.detail.jobRunId",
        "detail-message": "$.detail.message",
        "detail-state": "$.detail.state",
      },
      InputTemplate: '"Run <detail-jobRunId> of job <detail-jobName>: <detail-state>. <detail-message>"',
    });
  });

  test("by the topic's own policy: alarms and events of AWS, by TLS", () => {
    const [policy] = Object.values(world.find("AWS::SNS::TopicPolicy"));
    expect(readStatements(policy?.PolicyDocument)).toEqual([
      'Deny sns:Publish on <Alerts> to * if {"Bool":{"aws:SecureTransport":"false"}}',
      'Allow sns:Publish on arn:aws:sns:eu-central-1:123456789012:shardlift-prod to {"Service":"cloudwatch.amazonaws.com"} if {"StringEquals":{"aws:SourceAccount":"123456789012"}}',
      'Allow sns:Publish on <Alerts> to {"Service":"events.amazonaws.com"}',
    ]);
  });

  test("by e-mail", () => {
    const told = Object.values(world.find("AWS::SNS::Subscription")).map(({ Protocol, Endpoint }) => [
      Protocol,
      Endpoint,
    ]);
    expect(told).toEqual([["email", "data-platform@example.com"]]);
  });

  test("of missing days within an hour, and of silence", () => {
    const alarms = Object.values(world.find("AWS::CloudWatch::Alarm")).map((alarm) => [
      [
        alarm.AlarmName,
        alarm.Namespace,
        alarm.MetricName,
        alarm.Statistic,
        alarm.ComparisonOperator,
        alarm.Threshold,
      ],
      [
        alarm.Period,
        alarm.EvaluationPeriods,
        alarm.TreatMissingData,
        (alarm.AlarmActions as unknown[]).length,
      ],
    ]);
    expect(alarms).toEqual([
      [
        [
          "shardlift-prod-missing-days",
          "Shardlift",
          "shardlift-prod-missing-days",
          "Maximum",
          "GreaterThanThreshold",
          0,
        ],
        [3600, 1, "notBreaching", 1],
      ],
      [
        ["shardlift-prod-quiet", "AWS/Logs", "IncomingLogEvents", "Sum", "LessThanThreshold", 1],
        [3600, 26, "breaching", 1],
      ],
    ]);
  });
});

test("the line of wait counts missing days where the filter looks for them", async () => {
  const { find } = synthesise(await buildSettings());
  expect(find("AWS::Logs::MetricFilter").MissingDays).toMatchObject({
    FilterPattern: '{ ($.task = "wait") && ($.days.missing > 0) }',
    MetricTransformations: [
      {
        MetricName: "shardlift-prod-missing-days",
        MetricNamespace: "Shardlift",
        MetricValue: "$.days.missing",
      },
    ],
  });
  const context = { pipeline: { name: "web-shop" }, environment: { name: "prod" } } as TaskContext;
  const missing = (on: string) => {
    return {
      task: "wait",
      family: "ga4_events",
      day: parseDay(on)!,
      outcome: "missing",
      reason: "late",
      exitCode: 99,
    } as const;
  };
  const { line } = buildOutput("wait", context, [missing("2026-11-20"), missing("2026-11-21")]);
  expect(line).toMatchObject({ task: "wait", days: { missing: 2 } });
});

test("no end that is no fault, or that is run again by itself, is told of", () => {
  const { done, nothing, outside, interrupted, terminated } = exitCodes;
  const quiet = [done, nothing, outside, exitCodes["not-ready"], interrupted, terminated];
  const loud = [...new Set(Object.values(exitCodes))].filter(
    (code) => !quiet.some((other) => other === code),
  );
  expect(badExitCodes.filter((code) => code < 128)).toEqual(loud.toSorted((one, other) => one - other));
});

test("a lake alone has a topic and nothing that tells", async () => {
  const { find } = synthesise(await buildBareSettings());
  expect([find("AWS::Events::Rule"), find("AWS::CloudWatch::Alarm"), find("AWS::SNS::Subscription")]).toEqual(
    [{}, {}, {}],
  );
  expect(Object.keys(find("AWS::SNS::Topic"))).toEqual(["Alerts"]);
});

test("hours of silence are rounded up", async () => {
  const alerts = { emails: [], quiet_after: 90 * 60_000 };
  const { find } = synthesise(await buildSettings({ alerts }));
  expect(find("AWS::CloudWatch::Alarm").QuietAlarm?.EvaluationPeriods).toBe(2);
});
