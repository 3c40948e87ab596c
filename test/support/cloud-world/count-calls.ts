import type { GlueDouble } from "../../doubles/glue/double.ts";
import type { SnowflakeDouble } from "../../doubles/snowflake/double.ts";
import type { AwsProxy } from "../aws-proxy.ts";
import type { CloudGoogle } from "./cloud-google.ts";

/** Calls of one service by their names, each with how often it was made. */
export type Calls = Record<string, number>;

/** What was asked of each service since somebody last looked. */
export interface ServiceCalls {
  /** Tables, jobs and tokens, and streams of rows. */
  bigQuery: Calls;
  /** By commands, and by the Glue script. */
  s3: Calls;
  scriptS3: Calls;
  /** Jobs, runs, catalog and crawlers. */
  glue: Calls;
  logs: Calls;
  /** Sign-ins and statements. */
  snowflake: Calls;
  /** Calls of S3 by commands in their order, with their keys. */
  s3Keys: string[];
}

export interface Counted {
  s3: AwsProxy;
  glue: GlueDouble;
  snowflake: SnowflakeDouble;
  google: CloudGoogle | null;
}

/** @returns a function that tells what was asked since it was called last */
export function createCallCounter({ s3, glue, snowflake, google }: Counted): () => ServiceCalls {
  let from = { s3: 0, glue: 0, statements: 0, requests: 0, rest: 0, read: 0 };
  return () => {
    const signed = s3.calls.slice(from.s3).map((call, index) => ({
      call,
      isScript: /boto/i.test(String(s3.headers[from.s3 + index]?.["user-agent"])),
    }));
    const asked = glue.log.slice(from.glue).map(({ operation }) => operation);
    const statements = snowflake.world.executed.slice(from.statements);
    const signIns = snowflake.log.slice(from.requests).filter(({ path }) => path.includes("login-request"));
    const ofGoogle = [
      ...(google?.bigQuery.log.slice(from.rest) ?? []),
      ...(google?.read.log.slice(from.read) ?? []),
    ].map(({ method }) => method.replace(/^bigquery\./, ""));
    from = {
      s3: s3.calls.length,
      glue: glue.log.length,
      statements: snowflake.world.executed.length,
      requests: snowflake.log.length,
      rest: google?.bigQuery.log.length ?? 0,
      read: google?.read.log.length ?? 0,
    };
    const ofCommands = signed.filter(({ isScript }) => !isScript).map(({ call }) => call);
    return {
      bigQuery: count(ofGoogle),
      s3: count(ofCommands.map(nameCall)),
      scriptS3: count(signed.filter(({ isScript }) => isScript).map(({ call }) => nameCall(call))),
      glue: count(asked.filter((name) => !isOfLogs(name))),
      logs: count(asked.filter(isOfLogs)),
      snowflake: count([...signIns.map(() => "sign-in"), ...statements]),
      s3Keys: ofCommands,
    };
  };
}

function nameCall(call: string): string {
  return call.split(" ", 1)[0]!;
}

function isOfLogs(operation: string): boolean {
  return operation === "DescribeLogStreams" || operation === "GetLogEvents";
}

function count(names: readonly string[]): Calls {
  const counts: Calls = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** One line a service, the most frequent call first. */
export function renderCalls(calls: ServiceCalls): string {
  const lines = [
    ["BigQuery", calls.bigQuery],
    ["S3, commands", calls.s3],
    ["S3, Glue script", calls.scriptS3],
    ["Glue", calls.glue],
    ["CloudWatch Logs", calls.logs],
    ["Snowflake", calls.snowflake],
  ] as const;
  return lines.map(([name, found]) => `  ${name.padEnd(16)} ${renderCounts(found)}\n`).join("");
}

function renderCounts(calls: Calls): string {
  const entries = Object.entries(calls).sort(([, a], [, b]) => b - a);
  return entries.length === 0 ? "none" : entries.map(([name, times]) => `${name} ${times}`).join(", ");
}
