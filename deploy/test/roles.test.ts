import { describe, expect, test } from "vitest";
import { buildBareSettings, buildSettings, readPolicies, readStatements, synthesise } from "./world.ts";

const lake = "arn:aws:s3:::shop-lake/shardlift";
const inAccount = (service: string, resource: string) =>
  `arn:aws:${service}:eu-central-1:123456789012:${resource}`;
const secret = (name: string) => inAccount("secretsmanager", `secret:shardlift/${name}`);
const role = (name: string) => `arn:aws:iam::123456789012:role/shardlift-prod-${name}`;

const listLake =
  'Allow s3:ListBucket on arn:aws:s3:::shop-lake if {"StringLikeIfExists":{"s3:prefix":["shardlift/*"]}}';
const readSources = [
  "Allow s3:GetObject on arn:aws:s3:::shop-exports/bigquery/*",
  "Allow s3:ListBucket on arn:aws:s3:::shop-exports",
];
const config = "arn:aws:s3:::shop-lake/shardlift-config/*";
const guarded = `${config}, ${lake}/_scripts/*`;
const listBoth =
  'Allow s3:ListBucket on arn:aws:s3:::shop-lake if {"StringLikeIfExists":{"s3:prefix":["shardlift/*","shardlift-config/*"]}}';
const catalog = [
  inAccount("glue", "catalog"),
  inAccount("glue", "database/prod_analytics"),
  inAccount("glue", "table/prod_analytics/*"),
].join(", ");
const inCluster = ` if {"ArnEquals":{"ecs:cluster":"${inAccount("ecs", "cluster/shardlift-prod")}"}}`;

describe("with everything that there may be", async () => {
  const world = synthesise(await buildSettings());
  const policies = readPolicies(world);

  test("commands may do this", () => {
    expect(policies["shardlift-prod-command"]).toEqual([
      `Allow s3:AbortMultipartUpload, s3:DeleteObject, s3:GetObject, s3:PutObject on ${lake}/*`,
      `Deny s3:DeleteObject, s3:PutObject on ${lake}/_scripts/*`,
      `Allow s3:GetObject on ${config}`,
      listBoth,
      ...readSources,
      "Allow kms:Decrypt, kms:GenerateDataKey on <LakeKey>",
      `Allow secretsmanager:GetSecretValue on ${secret("hash-key-AbCdEf")}, ${secret("snowflake-key-GhIjKl")}`,
      `Allow glue:BatchStopJobRun, glue:CreateJob, glue:GetJob, glue:GetJobRun, glue:GetJobRuns, glue:GetTags, glue:StartJobRun, glue:TagResource, glue:UntagResource, glue:UpdateJob on ${inAccount("glue", "job/shardlift-prod-*")}`,
      `Allow logs:DescribeLogStreams, logs:GetLogEvents on ${inAccount("logs", "log-group:/aws-glue/jobs/*")}`,
      `Allow glue:BatchCreatePartition, glue:BatchDeletePartition, glue:BatchGetPartition, glue:BatchUpdatePartition, glue:CreateDatabase, glue:CreateTable, glue:GetPartition, glue:GetPartitions, glue:GetTable, glue:UpdateTable on ${catalog}`,
      `Allow glue:CreateCrawler, glue:GetCrawler, glue:GetTags, glue:StartCrawler, glue:StopCrawler, glue:TagResource, glue:UpdateCrawler on ${inAccount("glue", "crawler/shardlift-prod-*")}`,
      `Allow iam:PassRole on ${role("crawler")}, ${role("glue")} if {"StringEquals":{"iam:PassedToService":"glue.amazonaws.com"}}`,
    ]);
  });

  test("ECS may do this before a command begins", () => {
    expect(policies["shardlift-prod-execution"]).toEqual([
      "Allow ecr:GetAuthorizationToken on *",
      `Allow ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer on ${inAccount("ecr", "repository/shardlift")}`,
      `Allow logs:CreateLogStream, logs:PutLogEvents on ${inAccount("logs", "log-group:/ecs/shardlift-prod:*")}`,
    ]);
  });

  test("runs of Glue may do this, and each run's session policy takes some of it away", () => {
    expect(policies["shardlift-prod-glue"]).toEqual([
      `Allow s3:AbortMultipartUpload, s3:GetObject, s3:PutObject on ${lake}/*`,
      `Allow s3:DeleteObject on ${lake}/_runs/*`,
      `Deny s3:PutObject on ${lake}/_scripts/*`,
      listLake,
      ...readSources,
      "Allow kms:Decrypt, kms:GenerateDataKey on <LakeKey>",
      `Allow secretsmanager:GetSecretValue on ${secret("hash-key-AbCdEf")}`,
      `Allow logs:CreateLogGroup, logs:CreateLogStream, logs:PutLogEvents on ${inAccount("logs", "log-group:/aws-glue/*")}`,
    ]);
  });

  test("crawlers may do this", () => {
    expect(policies["shardlift-prod-crawler"]).toEqual([
      `Allow s3:GetObject on ${lake}/*`,
      listLake,
      "Allow kms:Decrypt on <LakeKey>",
      `Allow glue:BatchCreatePartition, glue:BatchGetPartition, glue:CreateTable, glue:GetDatabase, glue:GetPartition, glue:GetTable, glue:GetTables, glue:UpdatePartition, glue:UpdateTable on ${catalog}`,
      `Allow logs:CreateLogGroup, logs:CreateLogStream, logs:PutLogEvents on ${inAccount("logs", "log-group:/aws-glue/crawlers*")}`,
    ]);
  });

  test("whoever deploys may do this", () => {
    expect(policies["shardlift-prod-deploy"]).toEqual([
      `Allow s3:DeleteObject, s3:GetObject, s3:PutObject on ${guarded}`,
      listBoth,
      "Allow kms:Decrypt, kms:GenerateDataKey on <LakeKey>",
      "Allow s3:DeleteObject, s3:GetObject, s3:PutObject on arn:aws:s3:::shop-mwaa/dags/shardlift/*",
      'Allow s3:ListBucket on arn:aws:s3:::shop-mwaa if {"StringLikeIfExists":{"s3:prefix":"dags/shardlift/*"}}',
    ]);
  });

  test("Airflow may do this beside what MWAA asks for", () => {
    expect(policies["shardlift-prod-airflow"]).toEqual([
      "Allow s3:GetObject on arn:aws:s3:::shop-mwaa/dags/shardlift/*",
      "Allow s3:ListBucket on arn:aws:s3:::shop-mwaa",
      `Allow ecs:RunTask on ${inAccount("ecs", "task-definition/shardlift-prod:*")}${inCluster}`,
      `Allow ecs:DescribeTasks, ecs:StopTask on ${inAccount("ecs", "task/shardlift-prod/*")}${inCluster}`,
      `Allow ecs:ListTasks on *${inCluster}`,
      `Allow ecs:TagResource on ${inAccount("ecs", "task/shardlift-prod/*")} if {"StringEquals":{"ecs:CreateAction":"RunTask"}}`,
      `Allow iam:PassRole on ${role("command")}, ${role("execution")} if {"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}`,
      `Allow logs:GetLogEvents on ${inAccount("logs", "log-group:/ecs/shardlift-prod:log-stream:*")}`,
      `Allow secretsmanager:GetSecretValue on ${secret("webhook-MnOpQr")}`,
      `Allow sns:Publish on ${inAccount("sns", "shardlift-prod")}`,
    ]);
  });

  test("Snowflake may do this", () => {
    expect(policies["shardlift-prod-snowflake"]).toEqual([
      `Allow s3:GetObject, s3:GetObjectVersion on ${lake}/*`,
      listLake,
      "Allow s3:GetBucketLocation on arn:aws:s3:::shop-lake",
      "Allow kms:Decrypt on <LakeKey>",
    ]);
  });

  test("those are all, and each role has its own", () => {
    const names = ["airflow", "command", "crawler", "deploy", "execution", "glue", "snowflake"];
    expect(Object.keys(policies).toSorted()).toEqual(names.map((name) => `shardlift-prod-${name}`));
    const owners = [
      ...Object.values(world.find("AWS::IAM::Policy")),
      ...Object.values(world.find("AWS::IAM::ManagedPolicy")),
    ];
    const roleOf = (value: unknown) =>
      typeof value === "string"
        ? value
        : String((value as { Ref: string }).Ref)
            .replace(/Role[0-9A-F]{8}$/, "")
            .toLowerCase();
    expect(
      owners
        .map(({ PolicyName, ManagedPolicyName, Roles }) => [
          PolicyName ?? ManagedPolicyName,
          (Roles as unknown[]).map(roleOf),
        ])
        .toSorted(),
    ).toEqual(names.map((name) => [`shardlift-prod-${name}`, [name === "airflow" ? "shop-mwaa" : name]]));
    expect(
      Object.values(world.find("AWS::IAM::Role")).filter(
        (made) => "ManagedPolicyArns" in made || "Policies" in made,
      ),
    ).toEqual([]);
  });

  test("only these actions are allowed everywhere: AWS has no resource for them", () => {
    const everywhere = Object.values(policies)
      .flat()
      .filter((line) => / on \*( |$)/.test(line));
    expect(everywhere).toEqual([
      "Allow ecr:GetAuthorizationToken on *",
      `Allow ecs:ListTasks on *${inCluster}`,
    ]);
    expect(
      Object.values(policies)
        .flat()
        .filter((line) => /\b[a-z]+:\S*\*/.test(line.split(" on ")[0]!)),
    ).toEqual([]);
  });

  test("these come in", () => {
    const trusts = Object.values(world.find("AWS::IAM::Role")).map((made) => [
      made.RoleName,
      readTrust(made.AssumeRolePolicyDocument),
    ]);
    const task = `Allow sts:AssumeRole {"Service":"ecs-tasks.amazonaws.com"} {"StringEquals":{"aws:SourceAccount":"123456789012"},"ArnLike":{"aws:SourceArn":"${inAccount("ecs", "*")}"}}`;
    const glue = 'Allow sts:AssumeRole {"Service":"glue.amazonaws.com"} {}';
    expect(Object.fromEntries(trusts)).toEqual({
      "shardlift-prod-command": [task],
      "shardlift-prod-execution": [task],
      "shardlift-prod-glue": [glue],
      "shardlift-prod-crawler": [glue],
      "shardlift-prod-deploy": [
        'Allow sts:AssumeRole {"AWS":"arn:aws:iam::123456789012:role/shop-release"} {}',
      ],
      "shardlift-prod-snowflake": [
        'Allow sts:AssumeRole {"AWS":"arn:aws:iam::123456789012:root"} {"StringEquals":{"sts:ExternalId":"0000"}}',
      ],
    });
  });
});

test("a policy that IAM would refuse for its length is refused here, before anything is made", async () => {
  const schemas = Array.from({ length: 60 }, (_, at) => `schema_${at}`);
  const settings = await buildSettings({ catalog: { database_prefix: "prod_", schemas, crawler: false } });
  expect(() => synthesise(settings)).toThrow(
    /^The policy shardlift-prod-command would be too long for IAM\.\n {2}rule: at most 6144 characters\n {2}received: about \d+\n/,
  );
  const { find } = synthesise(await buildSettings());
  const managed = Object.values(find("AWS::IAM::ManagedPolicy"));
  const lengths = managed.map((policy) => JSON.stringify(policy.PolicyDocument).length);
  expect(lengths.filter((length) => length > 6144)).toEqual([]);
});

function readTrust(document: unknown): string[] {
  const { Statement } = document as { Statement: Record<string, unknown>[] };
  return Statement.map(({ Effect, Action, Principal, Condition = {} }) =>
    [Effect, Action, JSON.stringify(Principal), JSON.stringify(Condition)].join(" "),
  );
}

describe("with less", () => {
  test("Snowflake's user comes in by its external id, and nobody else, once both are known", async () => {
    const snowflake = {
      user: "arn:aws:iam::999999999999:user/abc1-b-self1234",
      external_id: "SHOP_SFCRole=2_a123456/s0aBCD=",
    };
    const { find } = synthesise(await buildSettings({ snowflake }));
    const made = Object.values(find("AWS::IAM::Role")).find(
      ({ RoleName }) => RoleName === "shardlift-prod-snowflake",
    );
    expect(readTrust(made?.AssumeRolePolicyDocument)).toEqual([
      'Allow sts:AssumeRole {"AWS":"arn:aws:iam::999999999999:user/abc1-b-self1234"} {"StringEquals":{"sts:ExternalId":"SHOP_SFCRole=2_a123456/s0aBCD="}}',
    ]);
  });

  test("Airflow's workers have the commands' rights where no task runs the commands", async () => {
    const { runner: _, ...settings } = await buildSettings();
    const { find } = synthesise(settings);
    const rights = Object.values(find("AWS::IAM::ManagedPolicy")).map(({ ManagedPolicyName, Roles }) => [
      ManagedPolicyName,
      Roles,
    ]);
    expect(rights).toEqual([
      ["shardlift-prod-command", ["shop-mwaa"]],
      ["shardlift-prod-airflow", ["shop-mwaa"]],
    ]);
    expect(readPolicies({ find })["shardlift-prod-airflow"]?.filter((line) => line.includes("ecs:"))).toEqual(
      [],
    );
  });

  test("a lake alone has a role that deploys, a policy for whoever runs commands, and no more", async () => {
    const { find } = synthesise(await buildBareSettings());
    expect(readPolicies({ find })).toEqual({
      "shardlift-prod-deploy": [
        `Allow s3:DeleteObject, s3:GetObject, s3:PutObject on ${guarded}`,
        listBoth,
        "Allow kms:Decrypt, kms:GenerateDataKey on <LakeKey>",
      ],
      "shardlift-prod-command": [
        `Allow s3:AbortMultipartUpload, s3:DeleteObject, s3:GetObject, s3:PutObject on ${lake}/*`,
        `Deny s3:DeleteObject, s3:PutObject on ${lake}/_scripts/*`,
        `Allow s3:GetObject on ${config}`,
        listBoth,
        "Allow kms:Decrypt, kms:GenerateDataKey on <LakeKey>",
      ],
    });
    expect(Object.keys(find("AWS::IAM::Role"))).toEqual(["DeployRole"]);
  });

  test("names are those of the partition", async () => {
    const settings = await buildSettings({ region: "cn-north-1" });
    const { find } = synthesise(settings);
    const arns = JSON.stringify(readPolicies({ find })).match(/arn:aws[a-z-]*:[a-z0-9]+:/g) ?? [];
    expect([...new Set(arns.filter((arn) => !arn.includes("secretsmanager")))].toSorted()).toEqual(
      ["ecr", "ecs", "glue", "iam", "logs", "s3", "sns"].map((service) => `arn:aws-cn:${service}:`),
    );
  });
});

test("what Deny says is said of statements as of Allow", () => {
  const Statement = [
    {
      Effect: "Deny",
      Action: "s3:PutObject",
      Resource: ["a", { Ref: "KeyABCDEF01" }],
      Principal: { AWS: "*" },
    },
  ];
  expect(readStatements({ Statement })).toEqual(['Deny s3:PutObject on <Key>, a to {"AWS":"*"}']);
});
