import { Template } from "aws-cdk-lib/assertions";
import type { App } from "aws-cdk-lib/core";
import { buildApp } from "../src/build-app.ts";
import { readSettings, type Settings } from "../src/read-settings.ts";

/** The example, with all that it could have: exports on S3, a crawler, and secrets for each reader. */
export async function buildSettings(differs: Partial<Settings> = {}): Promise<Settings> {
  const settings = await readSettings("prod");
  return {
    ...settings,
    sources: ["s3://shop-exports/bigquery/"],
    secrets: [
      { arn: buildSecretArn("hash-key-AbCdEf"), readers: ["commands", "glue"] },
      { arn: buildSecretArn("snowflake-key-GhIjKl"), readers: ["commands"] },
      { arn: buildSecretArn("webhook-MnOpQr"), readers: ["airflow"] },
    ],
    catalog: { database_prefix: "prod_", schemas: ["analytics"], crawler: true },
    ...differs,
  };
}

/** An environment that needs a lake and somebody who deploys, and nothing else. */
export async function buildBareSettings(): Promise<Settings> {
  const { account, region, tags, lake, deployers, environment } = await readSettings("prod");
  const bare = { account, region, tags, lake, deployers, environment };
  return { ...bare, sources: [], secrets: [], alerts: { emails: [], quiet_after: 26 * 3_600_000 } };
}

function buildSecretArn(name: string): string {
  return `arn:aws:secretsmanager:eu-central-1:123456789012:secret:shardlift/${name}`;
}

export interface World {
  app: App;
  template: Template;
  /** Properties of the resources of a type, by their logical ids without CDK's hash. */
  find(type: string): Record<string, Record<string, unknown>>;
}

export function synthesise(settings: Settings): World {
  const { app, stack } = buildApp(settings);
  const template = Template.fromStack(stack);
  return {
    app,
    template,
    find(type) {
      const found = Object.entries(template.findResources(type));
      return Object.fromEntries(
        found.map(([id, { Properties }]) => [id.replace(/[0-9A-F]{8}$/, ""), Properties]),
      );
    },
  };
}

/** `Allow s3:GetObject, s3:PutObject on ARN, ARN if {"StringEquals":…}`: a statement as one line. */
export function renderStatement(statement: Record<string, unknown>): string {
  const { Effect, Action, Resource, Condition, Principal } = statement;
  const parts = [
    `${Effect} ${renderList(Action)} on ${renderList(Resource)}`,
    Principal === undefined ? "" : ` to ${renderName(Principal)}`,
    Condition === undefined ? "" : ` if ${JSON.stringify(Condition)}`,
  ];
  return parts.join("");
}

function renderList(value: unknown): string {
  return [value].flat().map(renderName).toSorted().join(", ");
}

/** What only AWS knows stands by the name that the template has for it. */
function renderName(value: unknown): string {
  if (typeof value === "string") return value;
  const { Ref, "Fn::GetAtt": got } = value as { Ref?: string; "Fn::GetAtt"?: [string, string] };
  const id = Ref ?? got?.[0];
  return id === undefined ? JSON.stringify(value) : `<${id.replace(/[0-9A-F]{8}$/, "")}>`;
}

/** Statements of every policy that roles have, by the policy's name. */
export function readPolicies({ find }: Pick<World, "find">): Record<string, string[]> {
  const policies = [
    ...Object.values(find("AWS::IAM::Policy")),
    ...Object.values(find("AWS::IAM::ManagedPolicy")),
  ];
  return Object.fromEntries(
    policies.map((policy) => [
      String(policy.PolicyName ?? policy.ManagedPolicyName),
      readStatements(policy.PolicyDocument),
    ]),
  );
}

export function readStatements(document: unknown): string[] {
  return (document as { Statement: Record<string, unknown>[] }).Statement.map(renderStatement);
}
