import { isUnauthorized } from "./api-error.ts";
import type { BigQueryClient } from "./driver.ts";
import { translateError } from "./errors.ts";
import type { Doing } from "./known-errors.ts";
import { createLimiter } from "./limiter.ts";
import { answerMs, type BigQueryOptions } from "./options.ts";
import { createWayIn, type SignedIn, type WayIn } from "./way-in.ts";
import { withinTime } from "./within-time.ts";

/** The API allows 100 a second of one method and 300 at once. */
const perSecond = 80;
const atOnce = 20;

/** One call of the API, signed in and in its turn; errors are ours. */
export type AskBigQuery = <T>(doing: Doing, work: (client: BigQueryClient) => Promise<T>) => Promise<T>;

/** Nothing is loaded, and nobody signs in, before the first call. Who asks again after a fault is src/tasks/retry. */
export function createBigQueryCalls(options: BigQueryOptions, wayIn = createWayIn(options)): AskBigQuery {
  const { clock, signal } = options;
  const limit = createLimiter({ atOnce, perSecond, clock, ...(signal === undefined ? {} : { signal }) });
  return (doing, work) =>
    limit(async () => {
      try {
        return await askSignedIn(options, wayIn, work);
      } catch (error) {
        signal?.throwIfAborted();
        throw translateError(error, { ...doing, principal: doing.principal ?? wayIn.principal() });
      }
    });
}

type Work<T> = (client: BigQueryClient) => Promise<T>;

/** A token may end early: a machine that slept, a key that was changed. Signing in anew, once, tells which it is. */
async function askSignedIn<T>(options: BigQueryOptions, wayIn: WayIn, work: Work<T>): Promise<T> {
  const signedIn = await wayIn.enter();
  try {
    return await askOnce(options, signedIn, work);
  } catch (error) {
    if (!isUnauthorized(error)) throw error;
    await wayIn.leave(signedIn);
  }
  return askOnce(options, await wayIn.enter(), work);
}

function askOnce<T>(options: BigQueryOptions, { client }: SignedIn, work: Work<T>): Promise<T> {
  options.signal?.throwIfAborted();
  return withinTime(work(client), answerMs(options), options.signal);
}
