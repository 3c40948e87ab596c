import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { Glue } from "@aws-sdk/client-glue";
import { type Doing, isExpired, translateError } from "./errors.ts";
import { buildJobName, type GlueOptions } from "./options.ts";

/** Longest wait for one answer, ms; what was asked may have been done all the same. */
const connectMs = 5_000;
const answerMs = 30_000;

/** Glue and CloudWatch Logs as the adapter asks them: each call once, errors turned into ours. */
export interface GlueApi {
  glue<T>(doing: Pick<Doing, "failed" | "action">, work: (client: Glue) => Promise<T>): Promise<T>;
  logs<T>(doing: Pick<Doing, "failed" | "action">, work: (client: CloudWatchLogs) => Promise<T>): Promise<T>;
}

/** The SDK is imported with the first call. Its own retries are off: they would hide that an outcome is not known. */
export function createGlueApi(options: GlueOptions): GlueApi {
  const { engine, logsEndpoint } = options;
  const glue = createLazy(async () => {
    const { Glue } = await import("@aws-sdk/client-glue");
    return new Glue(buildConfig(options, engine.endpoint));
  });
  const logs = createLazy(async () => {
    const { CloudWatchLogs } = await import("@aws-sdk/client-cloudwatch-logs");
    return new CloudWatchLogs(buildConfig(options, logsEndpoint));
  });
  const about = { job: buildJobName(options), region: engine.region, role: engine.role };
  return {
    glue: (doing, work) => ask(glue, { ...about, ...doing }, work),
    logs: (doing, work) => ask(logs, { ...about, ...doing }, work),
  };
}

function buildConfig({ engine, credentials }: GlueOptions, endpoint: string | null) {
  return {
    region: engine.region,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: connectMs, requestTimeout: answerMs, throwOnRequestTimeout: true },
    ...(endpoint === null ? {} : { endpoint }),
    ...(credentials === null ? {} : { credentials }),
  };
}

interface Lazy<T> {
  get(): Promise<T>;
  forget(): void;
}

function createLazy<T>(create: () => Promise<T>): Lazy<T> {
  let made: Promise<T> | null = null;
  return {
    get() {
      made ??= create();
      return made;
    },
    forget() {
      made = null;
    },
  };
}

async function ask<C, T>(client: Lazy<C>, doing: Doing, work: (client: C) => Promise<T>): Promise<T> {
  try {
    return await work(await client.get());
  } catch (error) {
    // A new client looks for credentials anew: somebody may have signed in again meanwhile.
    if (isExpired(error)) client.forget();
    throw translateError(error, doing);
  }
}
