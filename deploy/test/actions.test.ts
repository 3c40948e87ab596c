import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { buildNames } from "../src/names.ts";
import { buildAirflowStatements } from "../src/policies/airflow.ts";
import { buildCommandStatements } from "../src/policies/command.ts";
import { buildDeployStatements } from "../src/policies/deploy.ts";
import { buildGlueStatements } from "../src/policies/glue.ts";
import type { PolicyInput } from "../src/policies/shared.ts";
import type { Statement } from "../src/policies/statement.ts";
import { buildSettings } from "./world.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** IAM's action for each operation of S3 whose name is another; the rest are called as they are. */
const s3Actions: Record<string, string> = {
  HeadObject: "s3:GetObject",
  CreateMultipartUpload: "s3:PutObject",
  UploadPart: "s3:PutObject",
  CompleteMultipartUpload: "s3:PutObject",
  DeleteObjects: "s3:DeleteObject",
  ListObjectsV2: "s3:ListBucket",
};

/** Actions that nobody calls by name, and why they are allowed. */
const besides = {
  "kms:Decrypt": "S3 asks for it in the role's name",
  "kms:GenerateDataKey": "S3 asks for it in the role's name",
  "iam:PassRole": "a job, a crawler or a task is made with a role",
};

function nameS3Action(operation: string): string {
  return s3Actions[operation] ?? `s3:${operation}`;
}

function readTexts(folder: string, ending: string): string[] {
  const names = readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(`${root}${folder}/${name}`, "utf8"));
}

function match(texts: readonly string[], pattern: RegExp): string[] {
  return texts.flatMap((text) => [...text.matchAll(pattern)].map(([, found]) => found!));
}

/** `get_object` and `getObject` → `GetObject`. */
function toOperation(name: string): string {
  return name.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Every operation that the adapters ask of AWS, as IAM's actions. */
function listAdapterActions(): string[] {
  const commands = match(readTexts("src/adapters/s3", ".ts"), /\bnew (\w+)Command\(/g);
  const secrets = match(readTexts("src/adapters/secrets-manager", ".ts"), /\bnew (\w+)Command\(/g);
  const glue = ["glue", "glue-catalog"].flatMap((folder) =>
    match(readTexts(`src/adapters/${folder}`, ".ts"), /\bglue\.([a-z]\w+)\(/g),
  );
  const logs = match(readTexts("src/adapters/glue", ".ts"), /\blogs\.([a-z]\w+)\(/g);
  return unite([
    ...commands.map(nameS3Action),
    ...secrets.map((name) => `secretsmanager:${name}`),
    ...glue.map((name) => `glue:${toOperation(name)}`),
    ...logs.map((name) => `logs:${toOperation(name)}`),
  ]);
}

/** The same of the Glue script: calls of boto3's clients, by name or handed to what calls them. */
function listScriptActions(): string[] {
  const texts = readTexts("glue-scripts", ".py");
  const s3 = [
    ...match(texts, /\bclient\.([a-z0-9_]+)\b(?!_paginator)/g),
    ...match(texts, /\b_call\(\s*"([a-z0-9_]+)"/g),
    ...match(texts, /get_paginator\("([a-z0-9_]+)"\)/g),
  ].filter((name) => /_(object|objects|upload|part|v2)$/.test(name));
  const secrets = match(texts, /\bsecrets\.([a-z_]*_secret_[a-z_]+)\b/g);
  const actions = s3.map((name) => nameS3Action(toOperation(name)));
  return unite([...actions, ...secrets.map((name) => `secretsmanager:${toOperation(name)}`)]);
}

function unite(actions: readonly string[]): string[] {
  return [...new Set(actions)].toSorted();
}

function listAllowed(statements: readonly Statement[]): string[] {
  return unite(statements.filter(({ effect }) => effect !== "Deny").flatMap(({ actions }) => actions));
}

const settings = await buildSettings();
const input: PolicyInput = {
  settings,
  names: buildNames(settings),
  keyArn: "arn:aws:kms:eu-central-1:123456789012:key/1",
};
const extra = Object.keys(besides);

test("commands may do what the adapters call, and nothing else", () => {
  expect(listAllowed(buildCommandStatements(input))).toEqual(unite([...listAdapterActions(), ...extra]));
});

test("the adapters' calls are found: there are many, of four services", () => {
  const actions = listAdapterActions();
  expect(unite(actions.map((action) => action.split(":")[0]!))).toEqual([
    "glue",
    "logs",
    "s3",
    "secretsmanager",
  ]);
  expect(actions.filter((action) => action.startsWith("s3:"))).toEqual(
    ["AbortMultipartUpload", "DeleteObject", "GetObject", "ListBucket", "PutObject"].map(
      (name) => `s3:${name}`,
    ),
  );
  expect(actions.length).toBeGreaterThan(25);
});

test("every client of AWS that the adapters load is looked at", () => {
  const clients = match(readTexts("src/adapters", ".ts"), /"@aws-sdk\/client-([a-z0-9-]+)"/g);
  expect(unite(clients)).toEqual(["cloudwatch-logs", "glue", "s3", "secrets-manager", "sts"]);
  // AWS answers it to whoever asks: no policy can allow or deny it.
  expect(unite(match(readTexts("src/adapters/sts", ".ts"), /\bnew (\w+)Command\(/g))).toEqual([
    "GetCallerIdentity",
  ]);
});

test("runs of Glue may do what the script calls, write their log, and nothing else", () => {
  const logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
  const needed = unite([
    ...listScriptActions(),
    ...logs,
    ...extra.filter((action) => action.startsWith("kms:")),
  ]);
  expect(listAllowed(buildGlueStatements(input))).toEqual(needed);
});

test("whoever deploys needs nothing of AWS that commands are not allowed", () => {
  const commands = listAllowed(buildCommandStatements(input));
  expect(listAllowed(buildDeployStatements(input)).filter((action) => !commands.includes(action))).toEqual(
    [],
  );
});

test("every statement says why it is there", () => {
  const statements = [
    buildCommandStatements,
    buildGlueStatements,
    buildDeployStatements,
    buildAirflowStatements,
  ].flatMap((build) => build(input));
  expect(statements.filter(({ why }) => why.length < 10)).toEqual([]);
});

const operator = `${root}.cache/airflow3/lib/python3.11/site-packages/airflow/providers/amazon/aws/operators/ecs.py`;

describe("Airflow", () => {
  test.skipIf(!existsSync(operator))(
    "may call what the provider's operator calls for a task (skipped without an installed Airflow: npm test installs it)",
    () => {
      const text = readFileSync(operator, "utf8");
      const own = text.slice(text.indexOf("class EcsRunTaskOperator"));
      const calls = match([own], /\bself\.client\.([a-z_]+)\(/g).filter((name) => name !== "get_waiter");
      const allowed = listAllowed(buildAirflowStatements(input));
      const ecs = unite(calls.map((name) => `ecs:${toOperation(name)}`));
      expect(ecs.length).toBeGreaterThan(2);
      expect(allowed.filter((action) => action.startsWith("ecs:"))).toEqual(
        unite([...ecs, "ecs:TagResource"]),
      );
    },
  );

  test("may call what the DAGs' alerts call", () => {
    const calls = match(readTexts("dags", ".py"), /boto3\.client\("(\w+)"/g);
    const services = unite(listAllowed(buildAirflowStatements(input)).map((action) => action.split(":")[0]!));
    expect(unite(calls)).toEqual(["secretsmanager", "sns"]);
    expect(services).toEqual(expect.arrayContaining(["secretsmanager", "sns"]));
  });
});
