import { randomUUID } from "node:crypto";
import { AwsError, missEntity, refuseInput } from "../errors.ts";
import { checkTags } from "../jobs/tags.ts";
import type { Operations } from "../operations.ts";
import { findDatabase, invalid, readText, refuseUnknown } from "./checks.ts";
import { type CrawledFolder, lookThrough, writeFindings } from "./crawl.ts";
import type { CatalogModel, CrawlerRecord } from "./model.ts";

type Input = Record<string, unknown>;

const members = [
  ...["Name", "Role", "DatabaseName", "Description", "Targets", "Schedule", "Classifiers", "TablePrefix"],
  ...["SchemaChangePolicy", "RecrawlPolicy", "LineageConfiguration", "LakeFormationConfiguration"],
  ...["Configuration", "CrawlerSecurityConfiguration"],
];

/** Assumed: AWS names no number. */
const maxPaths = 100;

export function createCrawlerOperations(model: CatalogModel): Operations {
  const { crawlers, clock } = model;
  const find = (input: Input): CrawlerRecord => {
    const name = readText(input, "Name");
    const found = crawlers.get(name);
    if (found === undefined) throw missEntity(`Crawler entry with name ${name} does not exist`);
    return found;
  };
  return {
    CreateCrawler({ Tags = {}, ...input }) {
      const name = checkDefinition(model, input);
      if (crawlers.has(name))
        throw new AwsError("AlreadyExistsException", `Crawler with name ${name} already exists`);
      const arn = `arn:aws:glue:${model.region}:${model.account}:crawler/${name}`;
      model.tags.set(arn, checkTags(Tags as Record<string, string>));
      crawlers.set(name, {
        definition: input,
        state: "READY",
        last: null,
        forgetEnd: () => {},
        startedMs: 0,
      });
      return {};
    },
    UpdateCrawler(input) {
      const crawler = find(input);
      checkDefinition(model, input);
      refuseRunning(crawler);
      crawler.definition = input;
      return {};
    },
    GetCrawler: (input) => ({ Crawler: describe(find(input), clock.now()) }),
    async StartCrawler(input) {
      await beginCrawl(model, find(input));
      return {};
    },
    StopCrawler(input) {
      const crawler = find(input);
      if (crawler.state === "READY")
        throw new AwsError("CrawlerNotRunningException", "Crawler is not running");
      if (crawler.state === "STOPPING") throw new AwsError("CrawlerStoppingException", "Crawler is stopping");
      crawler.forgetEnd();
      crawler.state = "STOPPING";
      crawler.forgetEnd = clock.at(clock.now() + model.stopMs, () => end(crawler, { Status: "CANCELLED" }));
      return {};
    },
  };
}

/** Files are looked at when the crawl begins; what was found is in the catalog when it ends. */
export async function beginCrawl(model: CatalogModel, crawler: CrawlerRecord): Promise<void> {
  refuseRunning(crawler);
  crawler.state = "RUNNING";
  crawler.startedMs = model.clock.now();
  const fate = model.fates.shift() ?? null;
  const found: CrawledFolder[] | null =
    fate?.fate === "fails" ? null : await lookThrough(model, crawler.definition);
  if (fate?.fate === "never ends") return;
  crawler.forgetEnd = model.clock.at(model.clock.now() + model.crawlMs, () => {
    if (fate?.fate === "fails") return end(crawler, { Status: "FAILED", ErrorMessage: fate.message });
    const prefix =
      fate?.fate === "writes elsewhere" ? "other_" : String(crawler.definition.TablePrefix ?? "");
    writeFindings(model, { ...crawler.definition, TablePrefix: prefix }, found ?? []);
    end(crawler, { Status: "SUCCEEDED" });
  });
}

function end(crawler: CrawlerRecord, how: { Status: string; ErrorMessage?: string }): void {
  crawler.state = "READY";
  crawler.last = { ...how, startedMs: crawler.startedMs, MessagePrefix: randomUUID() };
}

function refuseRunning({ state, definition }: CrawlerRecord): void {
  if (state === "READY") return;
  throw new AwsError("CrawlerRunningException", `Crawler with name ${definition.Name} has already started`);
}

function checkDefinition(model: CatalogModel, input: Input): string {
  refuseUnknown(input, members);
  const name = readText(input, "Name");
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw invalid("Name");
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/.+/.test(readText(input, "Role"))) {
    throw refuseInput("Service is unable to assume the role");
  }
  findDatabase(model, input);
  const { S3Targets = [], CatalogTargets = [] } = (input.Targets ?? {}) as Record<
    string,
    { Path?: string }[]
  >;
  if (S3Targets.length + CatalogTargets.length === 0) throw refuseInput("The crawler has no target");
  if (S3Targets.length > maxPaths) throw refuseInput(`The crawler has more than ${maxPaths} targets`);
  const wrong = S3Targets.find(({ Path = "" }) => !/^s3:\/\/[a-z0-9.-]+\/.*/.test(Path));
  if (wrong !== undefined) throw refuseInput(`Invalid include path ${wrong.Path}`);
  JSON.parse(String(input.Configuration ?? "{}"));
  return name;
}

function describe({ definition, state, last, startedMs }: CrawlerRecord, nowMs: number): object {
  const { startedMs: lastStartMs = 0, ...rest } = last ?? {};
  return {
    ...definition,
    // The API gives the role's name back where it was sent an ARN.
    Role: String(definition.Role).replace(/^.*:role\//, ""),
    State: state,
    CrawlElapsedTime: state === "READY" ? 0 : nowMs - startedMs,
    ...(last === null
      ? {}
      : {
          LastCrawl: {
            ...rest,
            StartTime: lastStartMs / 1000,
            LogGroup: "/aws-glue/crawlers",
            LogStream: definition.Name,
          },
        }),
  };
}
