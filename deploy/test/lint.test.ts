import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManagedPolicy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { CfnBucket } from "aws-cdk-lib/aws-s3";
import { CfnResource, type Stack, Validations } from "aws-cdk-lib/core";
import { AwsSolutionsChecks } from "cdk-nag";
import { expect, onTestFinished, test } from "vitest";
import { buildApp } from "../src/build-app.ts";
import type { Settings } from "../src/read-settings.ts";
import { buildBareSettings, buildSettings } from "./world.ts";

interface Report {
  pluginReports: { pluginName: string; violations: { ruleName: string }[] }[];
}

/** Rules that are broken, by the checks of cdk-nag and by CloudFormation's own schemas. */
async function lint(settings: Settings, spoil: (stack: Stack) => void = () => {}): Promise<string[]> {
  const outdir = await mkdtemp(join(tmpdir(), "shardlift-cdk-"));
  onTestFinished(() => rm(outdir, { recursive: true, force: true }));
  const { app, stack } = buildApp(settings, { outdir });
  spoil(stack);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  try {
    app.synth();
  } catch (error) {
    // The report is what counts: it names the rules one by one.
    if (!(error as Error).message.includes(outdir)) throw error;
  }
  const report = JSON.parse(await readFile(join(outdir, "validation-report.json"), "utf8")) as Report;
  return report.pluginReports
    .flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName))
    .toSorted();
}

test("nothing of it breaks a rule that it does not say the reason for", async () => {
  expect(await lint(await buildSettings())).toEqual([]);
  expect(await lint(await buildBareSettings())).toEqual([]);
});

test("what breaks one is found", async () => {
  const found = await lint(await buildSettings(), (stack) => {
    new CfnBucket(stack, "Open", { bucketName: "open", tags: [] });
    new ManagedPolicy(stack, "All", {
      statements: [new PolicyStatement({ actions: ["s3:*"], resources: ["*"] })],
    });
  });
  expect(found).toEqual([
    "AwsSolutions-IAM5[Action::s3:*]",
    "AwsSolutions-IAM5[Resource::*]",
    "AwsSolutions-S1",
    "AwsSolutions-S10",
  ]);
});

test("a template that CloudFormation would refuse is found", async () => {
  const found = await lint(await buildSettings(), (stack) => {
    new CfnResource(stack, "Half", {
      type: "AWS::SNS::Subscription",
      properties: { Protocol: "email", Topic: "a" },
    });
  });
  expect(found).toEqual(["F3002", "F3003"]);
});
