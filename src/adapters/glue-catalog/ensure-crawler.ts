import type { CallGlue } from "./client.ts";
import type { CrawlerPlan } from "./crawler-definition.ts";
import { readCrawler } from "./crawler-state.ts";
import { hasName } from "./errors.ts";

/**
 * Makes the crawler what it should be, tags included. UpdateCrawler takes the whole definition, so what somebody
 * edited by hand is put right with it.
 * @returns "busy" where it is crawling, and was left as it is
 */
export async function ensureCrawler(call: CallGlue, plan: CrawlerPlan): Promise<"ready" | "busy"> {
  if ((await readCrawler(call, plan.name)) === null && (await createCrawler(call, plan))) return "ready";
  const state = await updateCrawler(call, plan);
  if (state === "ready") await tagCrawler(call, plan);
  return state;
}

/** @returns false where somebody else made it meanwhile */
async function createCrawler(call: CallGlue, { name, definition, tags }: CrawlerPlan): Promise<boolean> {
  return call(`The crawler ${name} could not be made.`, async (glue, options) => {
    try {
      await glue.createCrawler({ ...definition, Tags: tags }, options);
      return true;
    } catch (error) {
      if (hasName(error, "AlreadyExistsException")) return false;
      throw error;
    }
  });
}

async function updateCrawler(call: CallGlue, { name, definition }: CrawlerPlan): Promise<"ready" | "busy"> {
  return call(`The crawler ${name} could not be given its folders.`, async (glue, options) => {
    try {
      await glue.updateCrawler(definition, options);
      return "ready";
    } catch (error) {
      if (hasName(error, "CrawlerRunningException")) return "busy";
      throw error;
    }
  });
}

/** UpdateCrawler knows no tags. Those that others set stay. */
async function tagCrawler(call: CallGlue, { name, arn, tags }: CrawlerPlan): Promise<void> {
  const failed = `The tags of crawler ${name} could not be`;
  const { Tags = {} } = await call(`${failed} read.`, (glue, options) =>
    glue.getTags({ ResourceArn: arn }, options),
  );
  const missing = Object.entries(tags).filter(([key, value]) => Tags[key] !== value);
  if (missing.length === 0) return;
  const input = { ResourceArn: arn, TagsToAdd: Object.fromEntries(missing) };
  await call(`${failed} set.`, (glue, options) => glue.tagResource(input, options));
}
