import type { Crawler as GlueCrawler } from "@aws-sdk/client-glue";
import { isShardliftError, ShardliftError } from "../../errors.ts";
import type { Clock } from "../../ports.ts";
import type { CallGlue } from "./client.ts";
import { hasName } from "./errors.ts";

/** What waiting for a crawler needs. */
export interface CrawlWait {
  beginCalls: () => CallGlue;
  clock: Clock;
  signal: AbortSignal;
  /** Instant (ms) after which nothing is waited for any more. */
  deadlineMs: number;
}

const pollMs = 10_000;

/** Looks in a row that may fail before the wait is given up: a crawl takes minutes, and lives on without us. */
const maxFaults = 6;

/** null where there is no such crawler. */
export async function readCrawler(call: CallGlue, name: string): Promise<GlueCrawler | null> {
  return call(`The crawler ${name} could not be looked at.`, async (glue, options) => {
    try {
      return (await glue.getCrawler({ Name: name }, options)).Crawler ?? null;
    } catch (error) {
      if (hasName(error, "EntityNotFoundException")) return null;
      throw error;
    }
  });
}

/**
 * Looks at the crawler until it is as wanted.
 * @param buildLate what to reject with when the time is up
 */
export async function waitForCrawler(
  wait: CrawlWait,
  name: string,
  isAsWanted: (crawler: GlueCrawler) => boolean,
  buildLate: (state: string) => ShardliftError,
): Promise<GlueCrawler> {
  let faults = 0;
  let state = "unknown";
  while (true) {
    try {
      const crawler = await readCrawler(wait.beginCalls(), name);
      if (crawler === null) throw buildGone(name);
      if (isAsWanted(crawler)) return crawler;
      faults = 0;
      state = crawler.State ?? state;
    } catch (error) {
      faults += 1;
      if (!isShardliftError(error) || !error.retryable || faults >= maxFaults) throw error;
    }
    if (wait.clock.now() >= wait.deadlineMs) throw buildLate(state);
    await wait.clock.sleep(pollMs, wait.signal);
  }
}

export function isReady({ State }: GlueCrawler): boolean {
  return State === "READY";
}

function buildGone(name: string): ShardliftError {
  return new ShardliftError("outside", {
    failed: `The crawler ${name} was deleted while it was waited for.`,
    rule: "Shardlift makes the crawler, and nobody removes it while it runs",
    received: "EntityNotFoundException",
    remedy: "look who removed it; the next run that moves a partition makes it anew",
  });
}
