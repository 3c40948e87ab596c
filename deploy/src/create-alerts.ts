import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { FilterPattern, MetricFilter } from "aws-cdk-lib/aws-logs";
import { Subscription, SubscriptionProtocol, Topic } from "aws-cdk-lib/aws-sns";
import { Duration, type Stack } from "aws-cdk-lib/core";
import { acknowledge } from "./acknowledge.ts";
import { createEventRules } from "./create-event-rules.ts";
import type { RunnerParts } from "./create-runner.ts";
import type { Names } from "./names.ts";
import { buildPolicyStatement } from "./policies/statement.ts";
import type { Settings } from "./read-settings.ts";

const hourMs = 3_600_000;

/** Whom AWS tells: of runs and tasks that ended badly, of days that are missing, and of silence. */
export function createAlerts(
  stack: Stack,
  settings: Settings,
  names: Names,
  runner: RunnerParts | null,
): void {
  const topic = createTopic(stack, settings, names);
  createEventRules(stack, settings, topic, runner);
  if (runner === null) return;
  const action = new SnsAction(topic);
  createMissingAlarm(stack, names, runner).addAlarmAction(action);
  createQuietAlarm(stack, settings, names).addAlarmAction(action);
}

function createTopic(stack: Stack, { alerts, account }: Settings, names: Names): Topic {
  const topic = new Topic(stack, "Alerts", {
    topicName: names.base,
    displayName: names.base,
    enforceSSL: true,
  });
  alerts.emails.forEach((endpoint, at) => {
    new Subscription(stack, `Email${at + 1}`, { topic, protocol: SubscriptionProtocol.EMAIL, endpoint });
  });
  // With a policy of its own the topic no longer has the one that lets alarms in.
  const statement = buildPolicyStatement({
    why: "alarms of this account",
    actions: ["sns:Publish"],
    resources: [names.topicArn],
    conditions: { StringEquals: { "aws:SourceAccount": account } },
  });
  statement.addPrincipals(new ServicePrincipal("cloudwatch.amazonaws.com"));
  topic.addToResourcePolicy(statement);
  acknowledge(topic, {
    "AwsSolutions-SNS2": "messages name pipelines and days, hold no row, and leave by e-mail",
  });
  return topic;
}

/** `wait` counts in its line the days that are missing: no shard came within `late_after`. */
function createMissingAlarm(stack: Stack, names: Names, { logGroup }: RunnerParts): Alarm {
  const filter = new MetricFilter(stack, "MissingDays", {
    logGroup,
    filterName: `${names.base}-missing-days`,
    filterPattern: FilterPattern.all(
      FilterPattern.stringValue("$.task", "=", "wait"),
      FilterPattern.numberValue("$.days.missing", ">", 0),
    ),
    metricNamespace: "Shardlift",
    metricName: `${names.base}-missing-days`,
    metricValue: "$.days.missing",
  });
  return new Alarm(stack, "MissingDaysAlarm", {
    alarmName: `${names.base}-missing-days`,
    alarmDescription: "Days have no shard although late_after has passed: shardlift status names them.",
    metric: filter.metric({ statistic: Stats.MAXIMUM, period: Duration.hours(1) }),
    threshold: 0,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}

/** A scheduler that has stopped says nothing itself. */
function createQuietAlarm(stack: Stack, { alerts }: Settings, names: Names): Alarm {
  return new Alarm(stack, "QuietAlarm", {
    alarmName: `${names.base}-quiet`,
    alarmDescription: "No command has run for long: look whether Airflow and its DAGs are on.",
    metric: new Metric({
      namespace: "AWS/Logs",
      metricName: "IncomingLogEvents",
      dimensionsMap: { LogGroupName: names.logGroup },
      statistic: Stats.SUM,
      period: Duration.hours(1),
    }),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: Math.ceil(alerts.quiet_after / hourMs),
    treatMissingData: TreatMissingData.BREACHING,
  });
}
