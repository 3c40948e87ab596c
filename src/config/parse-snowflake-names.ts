import type { Parsed } from "./issue.ts";
import { parseS3Url } from "./parse-aws-names.ts";

/** Allow-lists for what names Snowflake objects in an environment; quoting is the second fence. */

const identifier = "[A-Za-z_][A-Za-z0-9_$]{0,254}";
const namePattern = new RegExp(`^${identifier}$`);
const pathPattern = new RegExp(`^${identifier}\\.${identifier}\\.${identifier}$`);

export function parseSnowflakeName(text: string): Parsed<string> {
  if (namePattern.test(text)) return { value: text };
  const rule = "letters a-z, digits, underscores and $, no digit first; read as if written in capitals";
  return {
    problem: { failed: "is not a name in Snowflake", rule, remedy: 'write it like "SHARDLIFT_LOADER"' },
  };
}

/** `ANALYTICS.SHARDLIFT.LAKE`: stages and formats are found from every schema. */
export function parseSnowflakePath(text: string): Parsed<string> {
  if (pathPattern.test(text)) return { value: text };
  const rule = "database, schema and name, with dots between; letters a-z, digits, underscores and $";
  return {
    problem: {
      failed: "is not a full name in Snowflake",
      rule,
      remedy: 'write it like "ANALYTICS.SHARDLIFT.LAKE"',
    },
  };
}

/** `myorg-shop`, or the older `ab12345.eu-central-1`. */
export function parseSnowflakeAccount(text: string): Parsed<string> {
  if (/^[A-Za-z0-9_-]{1,255}(\.[A-Za-z0-9_-]{1,63}){0,3}$/.test(text)) return { value: text };
  const rule = "organisation, hyphen and account name, without .snowflakecomputing.com";
  return { problem: { failed: "is not an account", rule, remedy: 'write it like "myorg-shop"' } };
}

/** A user's name may be an address. */
export function parseSnowflakeUser(text: string): Parsed<string> {
  if (/^[A-Za-z0-9_.@$+-]{1,255}$/.test(text)) return { value: text };
  const rule = "letters a-z, digits and _ . @ $ + -";
  return { problem: { failed: "is not a user in Snowflake", rule, remedy: 'write it like "SHARDLIFT"' } };
}

/** What the stage shows and the lake writes to. */
export function parseLakeUrl(text: string): Parsed<string> {
  return parseS3Url(text, "the address of a lake on S3");
}

export function parseHost(text: string): Parsed<string> {
  if (/^[A-Za-z0-9.-]{1,253}$/.test(text)) return { value: text };
  return {
    problem: {
      failed: "is not a host",
      rule: "a name or an IPv4 address",
      remedy: 'write it like "127.0.0.1"',
    },
  };
}
