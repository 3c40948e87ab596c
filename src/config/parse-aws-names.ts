import type { Parsed } from "./issue.ts";

/** Allow-lists for what names things in AWS. */

const bucketPattern = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]";
const pathPattern = "[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*";

/** `s3://bucket/prefix`. @returns with one slash at its end */
export function parseS3Url(text: string, what: string): Parsed<string> {
  const [, bucket, path = ""] =
    new RegExp(`^s3://(${bucketPattern})(?:/(${pathPattern}))?/?$`).exec(text) ?? [];
  if (bucket !== undefined && isPlainPath(path)) {
    return { value: `s3://${bucket}/${path === "" ? "" : `${path}/`}` };
  }
  const rule = "s3://, a bucket and a prefix of letters, digits and _ . - between slashes";
  return { problem: { failed: `is not ${what}`, rule, remedy: 'write it like "s3://shop-lake/shardlift/"' } };
}

function isPlainPath(path: string): boolean {
  return !path.split("/").some((part) => part === "." || part === "..");
}

export function parseBucket(text: string): Parsed<string> {
  if (new RegExp(`^${bucketPattern}$`).test(text) && !text.includes("..")) return { value: text };
  const rule = "3 to 63 lower-case letters, digits, hyphens and dots; the name alone, without s3://";
  return { problem: { failed: "is not a bucket", rule, remedy: 'write it like "shop-lake"' } };
}

/** @returns without slashes at its ends */
export function parsePrefix(text: string): Parsed<string> {
  const path = text.replace(/^\/|\/$/g, "");
  const isPath = path === "" || new RegExp(`^${pathPattern}$`).test(path);
  if (isPath && isPlainPath(path)) return { value: path };
  const rule = "letters, digits and _ . - between slashes";
  return { problem: { failed: "is not a prefix", rule, remedy: 'write it like "shardlift"' } };
}

export function parseRegion(text: string): Parsed<string> {
  if (/^[a-z]{2}(-[a-z]{1,12}){1,3}-\d$/.test(text)) return { value: text };
  const rule = "a region of AWS by its code";
  return { problem: { failed: "is not a region", rule, remedy: 'write it like "eu-central-1"' } };
}

export function parseAccountId(text: string): Parsed<string> {
  if (/^\d{12}$/.test(text)) return { value: text };
  const rule = "12 digits, in quotes: zeros in front count";
  return { problem: { failed: "is not an AWS account", rule, remedy: 'write it like "123456789012"' } };
}

/** `https://host`, with a port where it has one; paths, names and passwords have no place in it. */
export function parseEndpoint(text: string): Parsed<string> {
  const [, address] = /^(https?:\/\/[A-Za-z0-9.-]{1,253}(?::\d{1,5})?)\/?$/.exec(text) ?? [];
  if (address !== undefined && URL.canParse(address)) return { value: address };
  const rule = "https:// or http://, a host and, where it has one, a port";
  return {
    problem: { failed: "is not an endpoint", rule, remedy: 'write it like "https://s3.example.com:9000"' },
  };
}

const arnStart = "arn:aws[a-z-]{0,20}";

export function parseRoleArn(text: string): Parsed<string> {
  if (new RegExp(`^${arnStart}:iam::\\d{12}:role/[A-Za-z0-9_+=,.@/-]{1,512}$`).test(text))
    return { value: text };
  return {
    problem: {
      failed: "is not a role's ARN",
      rule: "arn:aws:iam::, the account and the role",
      remedy: 'write it like "arn:aws:iam::123456789012:role/shardlift-glue"',
    },
  };
}

export function parseKmsKeyArn(text: string): Parsed<string> {
  const isKey = new RegExp(
    `^${arnStart}:kms:[a-z0-9-]+:\\d{12}:(key/[A-Za-z0-9-]{1,64}|alias/[A-Za-z0-9/_-]{1,250})$`,
  );
  if (isKey.test(text)) return { value: text };
  return {
    problem: {
      failed: "is not a KMS key's ARN",
      rule: "arn:aws:kms:, region, account and the key or its alias",
      remedy: 'write it like "arn:aws:kms:eu-central-1:123456789012:alias/shop-lake"',
    },
  };
}

export function isSecretArn(text: string): boolean {
  return new RegExp(`^${arnStart}:secretsmanager:[a-z0-9-]+:\\d{12}:secret:[A-Za-z0-9/_+=.@!-]{1,519}$`).test(
    text,
  );
}

export function parseJobName(text: string): Parsed<string> {
  if (/^[A-Za-z0-9_-]{1,150}$/.test(text)) return { value: text };
  const rule = "up to 150 letters a-z, digits, underscores and hyphens";
  return { problem: { failed: "is not a name for jobs", rule, remedy: 'write it like "shardlift-prod"' } };
}

/** Databases in the Data Catalog are lower-case, whatever is written. */
export function parseDatabasePrefix(text: string): Parsed<string> {
  if (/^[a-z0-9_]{0,60}$/.test(text)) return { value: text };
  const rule = "lower-case letters a-z, digits and underscores";
  return { problem: { failed: "is not a prefix of databases", rule, remedy: 'write it like "prod_"' } };
}

const tagCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+@-]*$/u;

export function isTagKey(text: string): boolean {
  return text.length >= 1 && text.length <= 128 && tagCharacters.test(text) && !/^aws:/i.test(text);
}

export function parseTagValue(text: string): Parsed<string> {
  if (text.length <= 256 && tagCharacters.test(text)) return { value: text };
  const rule = "up to 256 letters, digits, spaces and _ . : / = + - @";
  return { problem: { failed: "is not a value for a tag", rule, remedy: 'write it like "growth"' } };
}

/** `0.44 USD` → 0.44 */
export function parseDollars(text: string): Parsed<number> {
  const [, amount] = /^(\d{1,3}(?:\.\d{1,4})?) USD$/.exec(text) ?? [];
  if (amount !== undefined) return { value: Number(amount) };
  const rule = "an amount and USD: AWS bills in dollars";
  return { problem: { failed: "is not a price", rule, remedy: 'write it like "0.44 USD"' } };
}

/** A folder of another machine, or a place on S3. */
export function parseConfigPlace(text: string): Parsed<string> {
  if (text.startsWith("s3://")) return parseS3Url(text, "a place on S3");
  if (text.startsWith("/") && /^[^\p{C}]{1,1000}$/u.test(text)) return { value: text };
  const rule = "an absolute path on the machine that runs the commands, or s3://bucket/prefix";
  const remedy = 'write it like "/usr/local/airflow/dags/shardlift"';
  return { problem: { failed: "is no place for configuration", rule, remedy } };
}

/** A bucket's root is no folder of DAGs: other things lie there. */
export function parseDagPlace(text: string): Parsed<string> {
  const parsed = parseS3Url(text, "a place on S3");
  if ("problem" in parsed || /^s3:\/\/[^/]+\/./.test(parsed.value)) return parsed;
  const rule = "a prefix of the bucket, as Airflow's DAG folder is";
  return { problem: { failed: "is a whole bucket", rule, remedy: `write it like "${parsed.value}dags"` } };
}

/** The short name, or the ARN, of a cluster, a task definition or a container. */
export function parseEcsName(text: string): Parsed<string> {
  const name = "[A-Za-z0-9_-]{1,255}(:\\d{1,6})?";
  if (new RegExp(`^(${arnStart}:ecs:[a-z0-9-]+:\\d{12}:[a-z-]+/)?${name}$`).test(text))
    return { value: text };
  const rule = "letters a-z, digits, underscores and hyphens, or an ARN of ECS";
  return { problem: { failed: "is not a name in ECS", rule, remedy: 'write it like "shardlift"' } };
}

/** `subnet-0a1b2c3d`, `sg-0a1b2c3d`. */
export function parseNetworkId(text: string, prefix: string): Parsed<string> {
  if (new RegExp(`^${prefix}-[0-9a-f]{8,17}$`).test(text)) return { value: text };
  const rule = `${prefix}- and 8 to 17 hexadecimal digits`;
  return { problem: { failed: "is not an id", rule, remedy: `write it like "${prefix}-0a1b2c3d4e5f67890"` } };
}

export function parseTopicArn(text: string): Parsed<string> {
  if (new RegExp(`^${arnStart}:sns:[a-z0-9-]+:\\d{12}:[A-Za-z0-9_-]{1,256}$`).test(text))
    return { value: text };
  const rule = "arn:aws:sns:, region, account and topic";
  const remedy = 'write it like "arn:aws:sns:eu-central-1:123456789012:shardlift"';
  return { problem: { failed: "is not a topic's ARN", rule, remedy } };
}
