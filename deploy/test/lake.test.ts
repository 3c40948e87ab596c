import { describe, expect, test } from "vitest";
import { buildBareSettings, buildSettings, readStatements, synthesise, type World } from "./world.ts";

function readBucket({ find }: World): Record<string, unknown> {
  const { Lake } = find("AWS::S3::Bucket");
  return Lake!;
}

describe("the bucket", async () => {
  const world = synthesise(await buildSettings());

  test("is closed to the public, owned, encrypted, and expires runs and torn uploads only", () => {
    const { Tags: _, ...bucket } = readBucket(world);
    expect(bucket).toEqual({
      BucketName: "shop-lake",
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: {
              SSEAlgorithm: "aws:kms",
              KMSMasterKeyID: { "Fn::GetAtt": [expect.stringMatching(/^LakeKey/), "Arn"] },
            },
          },
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      LifecycleConfiguration: {
        Rules: [
          {
            Id: "unfinished-uploads",
            Status: "Enabled",
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
          },
          { Id: "runs", Status: "Enabled", Prefix: "shardlift/_runs/", ExpirationInDays: 30 },
        ],
      },
    });
  });

  test("takes no request without TLS 1.2, and scripts and configuration from the deploy role alone", () => {
    const [policy] = Object.values(world.find("AWS::S3::BucketPolicy"));
    const guarded = "arn:aws:s3:::shop-lake/shardlift-config/*, arn:aws:s3:::shop-lake/shardlift/_scripts/*";
    const whole = '<Lake>, {"Fn::Join":["",[{"Fn::GetAtt":["LakeID","Arn"]},"/*"]]}';
    expect(
      readStatements(policy?.PolicyDocument).map((line) => line.replace(/Lake[0-9A-F]{8}/, "LakeID")),
    ).toEqual([
      `Deny s3:* on ${whole} to {"AWS":"*"} if {"Bool":{"aws:SecureTransport":"false"}}`,
      `Deny s3:* on ${whole} to {"AWS":"*"} if {"NumericLessThan":{"s3:TlsVersion":1.2}}`,
      `Deny s3:DeleteObject, s3:DeleteObjectVersion, s3:PutObject on ${guarded} to {"AWS":"*"} if {"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/shardlift-prod-deploy"}}`,
    ]);
  });

  test("stays where the stack goes, as do its key, the databases and the log; the stack itself is protected", () => {
    const kept = ["AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Glue::Database", "AWS::Logs::LogGroup"];
    for (const type of kept) {
      const found = Object.values(world.template.findResources(type));
      expect(
        found.map(({ DeletionPolicy, UpdateReplacePolicy }) => [type, DeletionPolicy, UpdateReplacePolicy]),
      ).toEqual([[type, "Retain", "Retain"]]);
    }
    const [stack] = world.app.synth().stacks;
    expect([stack?.stackName, stack?.terminationProtection]).toEqual(["shardlift-prod", true]);
  });

  test("has a key of its own that is renewed each year", () => {
    const { LakeKey } = world.find("AWS::KMS::Key");
    expect(LakeKey?.EnableKeyRotation).toBe(true);
    expect(Object.values(world.find("AWS::KMS::Alias")).map(({ AliasName }) => AliasName)).toEqual([
      "alias/shardlift-prod-lake",
    ]);
  });
});

test("no rule ever expires or moves rows, manifests or heads", async () => {
  const { lake, ...settings } = await buildSettings();
  for (const prefix of ["shardlift", "a/b"]) {
    const bucket = readBucket(synthesise({ ...settings, lake: { ...lake, prefix, versions_days: 7 } }));
    const { Rules } = bucket.LifecycleConfiguration as { Rules: Record<string, unknown>[] };
    const expiring = Rules.filter(
      (rule) => "ExpirationInDays" in rule || "Transitions" in rule || "NoncurrentVersionTransitions" in rule,
    );
    expect(expiring.map(({ Prefix }) => Prefix)).toEqual([`${prefix}/_runs/`]);
  }
});

test("versions are kept where somebody asks for it, and expire", async () => {
  const { lake, ...settings } = await buildBareSettings();
  const bucket = readBucket(synthesise({ ...settings, lake: { ...lake, versions_days: 7 } }));
  expect(bucket.VersioningConfiguration).toEqual({ Status: "Enabled" });
  const { Rules } = bucket.LifecycleConfiguration as { Rules: unknown[] };
  expect(Rules.at(-1)).toEqual({
    Id: "versions",
    Status: "Enabled",
    NoncurrentVersionExpiration: { NoncurrentDays: 7 },
    ExpiredObjectDeleteMarker: true,
  });
});

test("S3 encrypts by itself where no key is wanted", async () => {
  const { lake, ...settings } = await buildBareSettings();
  const world = synthesise({ ...settings, lake: { ...lake, encryption: "s3" } });
  expect(readBucket(world).BucketEncryption).toEqual({
    ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
  });
  expect(world.find("AWS::KMS::Key")).toEqual({});
});

test("each schema has a database of the name that crawl looks for", async () => {
  const catalog = { database_prefix: "prod_", schemas: ["analytics", "apps"], crawler: false };
  const { find } = synthesise(await buildSettings({ catalog }));
  expect(Object.values(find("AWS::Glue::Database")).map(({ DatabaseInput }) => DatabaseInput)).toEqual([
    { Name: "prod_analytics", Description: "Days of Shardlift's lake, environment prod" },
    { Name: "prod_apps", Description: "Days of Shardlift's lake, environment prod" },
  ]);
});
