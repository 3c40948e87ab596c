import { Annotations, Match } from "aws-cdk-lib/assertions";
import { CfnTopic } from "aws-cdk-lib/aws-sns";
import { App, Aspects, CfnResource, Stack, Tags } from "aws-cdk-lib/core";
import { expect, test } from "vitest";
import { createTagCheck } from "../src/cost-tags.ts";
import { buildSettings, synthesise } from "./world.ts";

/** AWS has no tags for these, or (policies of roles) bills nothing by them. */
const untagged = [
  "AWS::Glue::Database",
  "AWS::IAM::ManagedPolicy",
  "AWS::IAM::Policy",
  "AWS::KMS::Alias",
  "AWS::Logs::MetricFilter",
  "AWS::S3::BucketPolicy",
  "AWS::SNS::Subscription",
  "AWS::SNS::TopicPolicy",
];

test("everything that can bear a tag has all of them", async () => {
  const { template } = synthesise(await buildSettings());
  const resources = Object.values(template.toJSON().Resources) as {
    Type: string;
    Properties: Record<string, unknown>;
  }[];
  const bare = resources.filter(({ Properties }) => Properties.Tags === undefined).map(({ Type }) => Type);
  expect([...new Set(bare)].toSorted()).toEqual(untagged);
  const tagged = resources.filter(({ Properties }) => Properties.Tags !== undefined);
  expect(tagged.length).toBeGreaterThan(15);
  for (const { Properties } of tagged) {
    expect(Properties.Tags).toEqual([
      { Key: "application", Value: "shardlift" },
      { Key: "cost_centre", Value: "4711" },
      { Key: "environment", Value: "prod" },
      { Key: "team", Value: "data-platform" },
    ]);
  }
});

test("a resource that lacks one is an error", () => {
  const app = new App();
  const stack = new Stack(app, "shop");
  new CfnTopic(stack, "Tagged");
  Tags.of(stack).add("team", "growth");
  const bare = new CfnTopic(stack, "Bare");
  Tags.of(bare).remove("team", { priority: 300 });
  new CfnResource(stack, "Untaggable", {
    type: "AWS::SNS::Subscription",
    properties: { Protocol: "email", TopicArn: bare.ref },
  });
  Aspects.of(app).add(createTagCheck(["team"]), { priority: 1000 });
  const errors = Annotations.fromStack(stack).findError("*", Match.anyValue());
  expect(errors.map(({ id, entry }) => [id, entry.data])).toEqual([
    ["/shop/Bare", "AWS::SNS::Topic lacks the cost tags team"],
  ]);
});
