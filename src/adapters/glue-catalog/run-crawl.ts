import type { Crawler as GlueCrawler, LastCrawlInfo } from "@aws-sdk/client-glue";
import { ShardliftError } from "../../errors.ts";
import type { CrawlerPlan } from "./crawler-definition.ts";
import { type CrawlWait, isReady, readCrawler, waitForCrawler } from "./crawler-state.ts";
import { ensureCrawler } from "./ensure-crawler.ts";
import { hasName } from "./errors.ts";

/**
 * Gives the crawler its folders, starts it, and waits until a crawl that began afterwards has ended. A crawl of
 * somebody else is waited for first: while it is on, the crawler takes neither folders nor a start.
 * @throws ShardliftError `not-ready` where it is busy for too long, `outside` where ours failed or did not end
 */
export async function runCrawl(wait: CrawlWait, plan: CrawlerPlan, region: string): Promise<void> {
  const { name } = plan;
  while (true) {
    const call = wait.beginCalls();
    if ((await ensureCrawler(call, plan)) === "ready") {
      const before = readStartMs(await readCrawler(call, name));
      if ((await startCrawler(wait, name)) === "started") {
        const ended = await waitForEnd(wait, name, before);
        return checkEnd(name, ended.LastCrawl, region);
      }
    }
    await waitForCrawler(wait, name, isReady, (state) => buildBusy(name, state));
  }
}

/** StartCrawler has no token and returns no id: where its answer is lost, the state tells. */
async function startCrawler({ beginCalls }: CrawlWait, name: string): Promise<"started" | "busy"> {
  return beginCalls()(`The crawler ${name} could not be started.`, async (glue, options) => {
    try {
      await glue.startCrawler({ Name: name }, options);
      return "started";
    } catch (error) {
      if (hasName(error, "CrawlerRunningException")) return "busy";
      throw error;
    }
  });
}

/** Two of Glue's own times are compared, so that its clock and ours need not agree. */
async function waitForEnd(wait: CrawlWait, name: string, before: number | null): Promise<GlueCrawler> {
  const hasEnded = (crawler: GlueCrawler) => {
    const startMs = readStartMs(crawler);
    return isReady(crawler) && startMs !== null && (before === null || startMs > before);
  };
  let late: ShardliftError | null = null;
  const buildLate = (state: string) => {
    late = buildEndless(name, state);
    return late;
  };
  try {
    return await waitForCrawler(wait, name, hasEnded, buildLate);
  } catch (error) {
    if (error === late) await stopCrawler(wait, name);
    throw error;
  }
}

/** A crawl that never ends is paid for; whether the stop is heard changes nothing of the message. */
async function stopCrawler({ beginCalls }: CrawlWait, name: string): Promise<void> {
  const failed = `The crawler ${name} could not be stopped.`;
  await beginCalls()(failed, (glue, options) => glue.stopCrawler({ Name: name }, options)).catch(() => {});
}

function readStartMs(crawler: GlueCrawler | null): number | null {
  return crawler?.LastCrawl?.StartTime?.getTime() ?? null;
}

function checkEnd(name: string, last: LastCrawlInfo | undefined, region: string): void {
  if (last?.Status === "SUCCEEDED") return;
  const how = last?.Status === "CANCELLED" ? "was stopped by somebody" : "failed";
  throw new ShardliftError("outside", {
    failed: `The crawl of ${name} ${how}.`,
    rule: "a crawl looks through all folders that it is given, with a role that may read them",
    received: last?.ErrorMessage ?? `status ${last?.Status ?? "unknown"}, and no message`,
    remedy: `read its log, ${renderLogLink(last, region)}; the readers' table does not depend on it`,
  });
}

/** The console's address of the log stream: slashes are encoded twice, with $ for the outer %. */
export function renderLogLink(last: LastCrawlInfo | undefined, region: string): string {
  const { LogGroup, LogStream } = last ?? {};
  if (LogGroup === undefined || LogStream === undefined) return "log group /aws-glue/crawlers";
  const encode = (text: string) => encodeURIComponent(encodeURIComponent(text)).replaceAll("%", "$");
  const page = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}`;
  return `${page}#logsV2:log-groups/log-group/${encode(LogGroup)}/log-events/${encode(LogStream)}`;
}

function buildBusy(name: string, state: string): ShardliftError {
  return new ShardliftError(
    "not-ready",
    {
      failed: `The crawler ${name} is busy with another crawl, and was waited for in vain.`,
      rule: "a crawler does one crawl at a time, and takes no folders meanwhile",
      received: `state ${state}`,
      remedy: "look in Glue what it is at, and stop it where it hangs; the days are pointed all the same",
    },
    { retryable: true },
  );
}

function buildEndless(name: string, state: string): ShardliftError {
  return new ShardliftError("outside", {
    failed: `The crawl of ${name} did not end in time, and was stopped.`,
    rule: "a crawl of changed days ends within an hour",
    received: `state ${state}`,
    remedy:
      "look at its log in CloudWatch, group /aws-glue/crawlers; the readers' table does not depend on it",
  });
}
