import type { Parsed } from "../../src/config/issue.ts";
import { parsePrefix } from "../../src/config/parse-aws-names.ts";

/** Allow-lists for names that only this app takes; those of environment files are theirs. */

/** The lake has a place of its own in the bucket: what is deployed lies beside it. */
export function parseLakePrefix(text: string): Parsed<string> {
  const prefix = parsePrefix(text);
  if (!("value" in prefix) || prefix.value !== "") return prefix;
  const rule = "the lake lies below a prefix: deployed configuration lies beside it in the bucket";
  return { problem: { failed: "is empty", rule, remedy: 'write it like "shardlift"' } };
}

/** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`, or `@sha256:<digest>`. */
const imagePattern =
  /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([a-z0-9][a-z0-9._/-]{1,255})(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64})$/;

export interface Image {
  uri: string;
  account: string;
  region: string;
  repository: string;
}

export function parseImage(text: string): Parsed<Image> {
  const [, account, region, repository] = imagePattern.exec(text) ?? [];
  if (account !== undefined && region !== undefined && repository !== undefined) {
    return { value: { uri: text, account, region, repository } };
  }
  return {
    problem: {
      failed: "is not an image",
      rule: "an image in ECR, with its tag or its digest: what runs is never whatever is newest",
      remedy: 'write it like "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shardlift:0.1.0"',
    },
  };
}

/** A user or a role; an account as a whole is nobody in particular. */
export function parsePrincipalArn(text: string): Parsed<string> {
  if (/^arn:aws[a-z-]{0,20}:iam::\d{12}:(role|user)\/[A-Za-z0-9_+=,.@/-]{1,512}$/.test(text))
    return { value: text };
  return {
    problem: {
      failed: "is not a user's or a role's ARN",
      rule: "arn:aws:iam::, the account and the role or the user",
      remedy: 'write it like "arn:aws:iam::123456789012:role/shop-release"',
    },
  };
}

/** As the Data Catalog has it: in lower case. */
export function parseSchemaName(text: string): Parsed<string> {
  if (/^[a-z_][a-z0-9_]{0,127}$/.test(text)) return { value: text };
  const rule = "lower-case letters a-z, digits and underscores, as the Data Catalog folds names";
  return { problem: { failed: "is not a schema", rule, remedy: 'write it like "analytics"' } };
}

export function parseEmail(text: string): Parsed<string> {
  if (/^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}$/.test(text)) return { value: text };
  const rule = "one e-mail address, without a name";
  return {
    problem: { failed: "is not an e-mail address", rule, remedy: 'write it like "data@example.com"' },
  };
}
