import { ShardliftError } from "../../errors.ts";
import { runPrefix } from "../../lake/keys.ts";
import { type GlueOptions, parseRoleArn } from "./options.ts";

/** Of STS. */
const maxLength = 2048;

interface Statement {
  Effect: "Allow";
  Action: string[];
  Resource: string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/**
 * Narrows the job's role to what one run may touch: its own spec and reports, the scripts, the pipeline's shards, and
 * new generations of its pipeline; heads and manifests it can neither write nor delete, and nothing of other
 * pipelines. Throws `config` where names are too long for STS.
 */
export function buildSessionPolicy(options: GlueOptions, runKey: string): string {
  const { pipeline, lake, sourceArns } = options;
  const { partition } = parseRoleArn(options.engine.role);
  const bucket = `arn:${partition}:s3:::${lake.bucket}`;
  const root = `${bucket}/${lake.prefix === "" ? "" : `${lake.prefix}/`}`;
  const run = `${root}${runPrefix(runKey)}*`;
  const statements: Statement[] = [
    allow(["s3:GetObject"], [`${root}_scripts/*`, ...sourceArns]),
    // Removed rows are below it too: a star stands for slashes as well. A file that may be there is looked at.
    allow(["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], [run, `${root}${pipeline}/*/day=*`]),
    // What its tasks hand to each other. Its generations are nobody's to delete but repair's.
    allow(["s3:DeleteObject"], [run]),
    // Without it a missing object is told as a forbidden one.
    allow(["s3:ListBucket"], [bucket, ...listBuckets(sourceArns)]),
    ...allowLogs(options),
    ...allowKey(options),
    ...allowSecrets(options),
  ];
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  if (policy.length > maxLength) throw buildLengthError(policy.length);
  return policy;
}

function buildLengthError(length: number): ShardliftError {
  return new ShardliftError("config", {
    failed: "The rights of a run cannot be written down; no run was started.",
    rule: `a run's session policy has at most ${maxLength} characters`,
    received: `${length} characters`,
    remedy: "choose shorter names: lake.prefix, the source's prefix, the secret, the key",
  });
}

function allow(Action: string[], Resource: string[], Condition?: Statement["Condition"]): Statement {
  return { Effect: "Allow", Action, Resource, ...(Condition ? { Condition } : {}) };
}

function listBuckets(arns: readonly string[]): string[] {
  return [...new Set(arns.map((arn) => arn.split("/")[0]!))];
}

function allowLogs({ engine }: GlueOptions): Statement[] {
  const { partition, account } = parseRoleArn(engine.role);
  const groups = `arn:${partition}:logs:${engine.region}:${account}:log-group:/aws-glue/*`;
  return [allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], [groups])];
}

/** An alias is no resource of its own: it is named by a condition on the account's keys. */
function allowKey({ lake }: GlueOptions): Statement[] {
  if (lake.kmsKey === null) return [];
  const [place, alias] = lake.kmsKey.split(/:(?=alias\/)/);
  const actions = ["kms:Decrypt", "kms:GenerateDataKey"];
  if (alias === undefined) return [allow(actions, [lake.kmsKey])];
  const condition = { "ForAnyValue:StringEquals": { "kms:ResourceAliases": alias } };
  return [allow(actions, [`${place}:key/*`], condition)];
}

/** Google asks AWS who the role is, and needs no right for that; a key of Google's is read as ours is. */
function allowSecrets({ hashKey, google }: GlueOptions): Statement[] {
  const googleKey = google?.auth.type === "service_account" ? google.auth.key : null;
  const arns = [hashKey, googleKey].flatMap((one) => (one?.from === "aws-secret" ? [one.arn] : []));
  return arns.length === 0 ? [] : [allow(["secretsmanager:GetSecretValue"], arns)];
}
