import { ShardliftError } from "../../errors.ts";
import { isUnauthorized } from "./api-error.ts";
import { translateAuthError } from "./auth/auth-errors.ts";
import { createAuthClient } from "./auth/create-auth-client.ts";
import { describeSignIn } from "./auth/describe-sign-in.ts";
import { type AuthClient, type BigQueryClient, loadBigQuery } from "./driver.ts";
import { translateError } from "./errors.ts";
import type { Doing } from "./known-errors.ts";
import { createLimiter } from "./limiter.ts";
import type { BigQueryOptions } from "./options.ts";
import { withinTime } from "./within-time.ts";

/** The API allows 100 a second of one method and 300 at once. */
const perSecond = 80;
const atOnce = 20;

/** Longest wait for one answer, ms. */
const defaultAnswerMs = 60_000;

/** One call of the API, signed in and in its turn; errors are ours. */
export type AskBigQuery = <T>(doing: Doing, work: (client: BigQueryClient) => Promise<T>) => Promise<T>;

interface Opened {
  client: BigQueryClient;
  auth: AuthClient;
}

/** Nothing is loaded, and nobody signs in, before the first call. Who asks again after a fault is src/tasks/retry. */
export function createBigQueryCalls(options: BigQueryOptions): AskBigQuery {
  const { clock, signal } = options;
  const limit = createLimiter({ atOnce, perSecond, clock, ...(signal === undefined ? {} : { signal }) });
  let opening: Promise<Opened> | null = null;
  const open = () => {
    opening ??= openClient(options);
    return opening;
  };
  const forget = () => {
    opening = null;
  };
  return (doing, work) =>
    limit(async () => {
      try {
        return await askOnce(options, open, forget, work);
      } catch (error) {
        if (!isUnauthorized(error)) throw translateError(error, doing);
      }
      // A token may end early: a machine that slept, a key that was changed. Signing in anew tells which it is.
      forget();
      try {
        return await askOnce(options, open, forget, work);
      } catch (error) {
        throw translateError(error, doing);
      }
    });
}

async function askOnce<T>(
  options: BigQueryOptions,
  open: () => Promise<Opened>,
  forget: () => void,
  work: (client: BigQueryClient) => Promise<T>,
): Promise<T> {
  const client = await signIn(options, open).catch((error: unknown) => {
    forget();
    throw error;
  });
  options.signal?.throwIfAborted();
  return withinTime(work(client), options.answerMs ?? defaultAnswerMs, options.signal);
}

/** A token first, so that what fails here is told as a matter of signing in. */
async function signIn({ config }: BigQueryOptions, open: () => Promise<Opened>): Promise<BigQueryClient> {
  try {
    const { client, auth } = await open();
    await auth.getAccessToken();
    return client;
  } catch (error) {
    throw translateAuthError(error, describeSignIn(config));
  }
}

async function openClient(options: BigQueryOptions): Promise<Opened> {
  const { config, env } = options;
  refuseRedirection(env);
  const { BigQuery } = await loadBigQuery();
  const auth = await createAuthClient(options);
  const client = new BigQuery({
    projectId: config.project,
    authClient: auth,
    autoRetry: false,
    ...(config.endpoint === null ? {} : { apiEndpoint: config.endpoint }),
  } as ConstructorParameters<typeof BigQuery>[0]);
  return { client, auth };
}

/** The package would send every request, and its token, to wherever the variable points. */
function refuseRedirection(env: BigQueryOptions["env"]): void {
  if (!env.BIGQUERY_EMULATOR_HOST) return;
  throw new ShardliftError("config", {
    failed: "The variable BIGQUERY_EMULATOR_HOST is set.",
    rule: "what BigQuery is reached by stands in the environment's file, as source.endpoint",
    received: "a variable that redirects every request and its token",
    remedy: "unset it; for trials write source.endpoint",
  });
}
