import type { Glue } from "@aws-sdk/client-glue";
import { isThrottled, translateError } from "./errors.ts";
import type { GlueCatalogOptions } from "./options.ts";

/** Longest that one request may take, and that a connection may take to come about, ms. */
const requestMs = 60_000;
const connectMs = 10_000;

/**
 * How long refused requests of one `CallGlue` are waited for in all, ms. Far below what an intent to point a partition
 * lets pass between looking and sending (src/days/request-life.ts).
 */
const patienceMs = 300_000;
const firstWaitMs = 500;
const longestWaitMs = 20_000;

/**
 * Sends one request, and none twice unless it was refused for certain: who asks again where the answer was lost is
 * src/tasks/retry.
 * @param failed for the message: `The table analytics.events could not be read in Glue.`
 */
export type CallGlue = <T>(
  failed: string,
  send: (glue: Glue, options: { abortSignal: AbortSignal }) => Promise<T>,
) => Promise<T>;

/** @returns what gives each undertaking its own patience; the SDK is loaded at the first request. */
export function createGlueCalls(options: GlueCatalogOptions): () => CallGlue {
  let loading: Promise<Glue> | null = null;
  const load = () => {
    loading ??= createClient(options);
    return loading;
  };
  return () => createCall(options, load);
}

/** One layer retries, and it is ours. */
async function createClient({ config, credentials }: GlueCatalogOptions): Promise<Glue> {
  const { Glue } = await import("@aws-sdk/client-glue");
  return new Glue({
    region: config.region,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: requestMs,
      throwOnRequestTimeout: true,
    },
    ...(config.endpoint === null ? {} : { endpoint: config.endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });
}

function createCall({ clock, signal }: GlueCatalogOptions, load: () => Promise<Glue>): CallGlue {
  const abortSignal = signal ?? new AbortController().signal;
  let waitedMs = 0;
  let refusals = 0;
  return async (failed, send) => {
    while (true) {
      abortSignal.throwIfAborted();
      try {
        return await send(await load(), { abortSignal });
      } catch (error) {
        abortSignal.throwIfAborted();
        if (!isThrottled(error) || waitedMs >= patienceMs) throw translateError(error, failed);
        const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** refusals);
        refusals += 1;
        waitedMs += waitMs;
        await clock.sleep(waitMs, abortSignal);
      }
    }
  };
}
