import { AnyPrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type LifecycleRule,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Duration, RemovalPolicy, type Stack } from "aws-cdk-lib/core";
import { acknowledge } from "./acknowledge.ts";
import { buildRoleArn, type Names } from "./names.ts";
import { buildPolicyStatement } from "./policies/statement.ts";
import type { Settings } from "./read-settings.ts";

/** More than `keep` of any environment that deletes what it no longer needs. */
const keepRunsDays = 30;
/** Longer than the longest upload; killed commands leave parts that are paid for. */
const keepUploadsDays = 2;

/** The bucket and its key. Both stay where the stack goes: nothing of it can be made again. */
export function createLake(stack: Stack, settings: Settings, names: Names): { key: Key | null } {
  const key = settings.lake.encryption === "kms" ? createKey(stack, names) : null;
  const bucket = new Bucket(stack, "Lake", {
    bucketName: settings.lake.bucket,
    ...(key === null
      ? { encryption: BucketEncryption.S3_MANAGED }
      : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: settings.lake.versions_days !== undefined,
    lifecycleRules: buildLifecycleRules(settings, names),
    removalPolicy: RemovalPolicy.RETAIN,
  });
  guardPrefixes(bucket, settings, names);
  acknowledge(bucket, {
    "AwsSolutions-S1":
      "who read what is told by CloudTrail's data events, which an account has or has not as a whole",
  });
  return { key };
}

function createKey(stack: Stack, names: Names): Key {
  return new Key(stack, "LakeKey", {
    alias: names.keyAlias,
    description: `Objects of the lake of ${names.base}`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

/** Nothing expires but `_runs/` and what a store of versions has put aside: the lake keeps its own time. */
function buildLifecycleRules({ lake }: Settings, names: Names): LifecycleRule[] {
  const rules: LifecycleRule[] = [
    { id: "unfinished-uploads", abortIncompleteMultipartUploadAfter: Duration.days(keepUploadsDays) },
    { id: "runs", prefix: `${names.lakePrefix}_runs/`, expiration: Duration.days(keepRunsDays) },
  ];
  if (lake.versions_days === undefined) return rules;
  const versions = {
    noncurrentVersionExpiration: Duration.days(lake.versions_days),
    expiredObjectDeleteMarker: true,
  };
  return [...rules, { id: "versions", ...versions }];
}

/** Of the bucket itself, so that no policy of a role can open what it closes. */
function guardPrefixes(bucket: Bucket, settings: Settings, names: Names): void {
  const statement = buildPolicyStatement({
    why: "scripts and configuration are the deploy role's to write",
    effect: "Deny",
    actions: ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
    resources: [names.scriptsArn, names.configArn],
    conditions: { ArnNotEquals: { "aws:PrincipalArn": buildRoleArn(settings, names, "deploy") } },
  });
  statement.addPrincipals(new AnyPrincipal());
  bucket.addToResourcePolicy(statement);
}
