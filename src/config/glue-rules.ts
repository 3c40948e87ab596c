import type { EnvironmentDraft, EnvironmentRule } from "./environment-draft.ts";
import type { Finding } from "./issue.ts";
import { isTagKey } from "./parse-aws-names.ts";
import { renderDuration } from "./parse-duration.ts";
import { isMapping } from "./parse-yaml.ts";
import { showValue } from "./show-value.ts";

const minuteMs = 60_000;

/** What ties keys together where Glue is engine or catalog. */

function hasType(raw: Record<string, unknown>, part: string, type: string): boolean {
  return isMapping(raw[part]) && raw[part].type === type;
}

/** Workers of Glue, and Athena, see no folder of this machine. */
function glueNeedsLakeOnS3(_draft: EnvironmentDraft, raw: Record<string, unknown>): Finding[] {
  if (!hasType(raw, "lake", "folder")) return [];
  return ["engine", "catalog"].flatMap((part): Finding[] => {
    if (!hasType(raw, part, "glue")) return [];
    return [
      {
        path: [part, "type"],
        at: "value",
        failed: "cannot be glue over a lake in a folder",
        rule: "AWS reads and writes the lake itself, so it lies on S3",
        received: "a lake of type folder",
        remedy: `give the lake type s3, or write ${part === "engine" ? "engine: { type: duckdb }" : "catalog: { type: none }"}`,
      },
    ];
  });
}

function glueNeedsSourceOnS3({ source }: EnvironmentDraft, raw: Record<string, unknown>): Finding[] {
  const isFolder = source?.root !== undefined && !source.root.startsWith("s3://");
  if (!hasType(raw, "engine", "glue") || !isFolder) return [];
  return [
    {
      path: ["source", "root"],
      at: "value",
      failed: "is a folder, which the engine cannot read",
      rule: "runs of Glue see no folder of this machine",
      received: showValue(source.root),
      remedy: "put the exports on S3 and write s3://bucket/prefix/, or write engine: { type: duckdb }",
    },
  ];
}

/** A run's arguments and spec are kept in plain text; its script reads the key by reference. */
function glueReadsKeyFromAws({ secrets }: EnvironmentDraft, raw: Record<string, unknown>): Finding[] {
  const from = secrets?.hash_key?.from;
  if (!hasType(raw, "engine", "glue") || from === undefined || from === "aws-secret") return [];
  return [
    {
      path: ["secrets", "hash_key"],
      at: "value",
      failed: "is not within the engine's reach",
      rule: "runs of Glue read the key themselves, by aws-secret:ARN; no secret is handed to them",
      received: `${from}:`,
      remedy: "put the key into AWS Secrets Manager and write aws-secret: with its ARN",
    },
  ];
}

function flexHasSmallWorkers({ engine }: EnvironmentDraft): Finding[] {
  const { worker_type: workerType } = engine ?? {};
  if (engine?.execution_class !== "flex" || workerType === undefined) return [];
  if (workerType === "G.1X" || workerType === "G.2X") return [];
  return [
    {
      path: ["engine", "worker_type"],
      at: "value",
      failed: "does not go with flex",
      rule: "execution_class: flex is for G.1X and G.2X",
      received: showValue(workerType),
      remedy: "write worker_type: G.2X, or execution_class: standard",
    },
  ];
}

function workersHaveBounds({ engine }: EnvironmentDraft): Finding[] {
  const { min, max } = engine?.workers ?? {};
  if (min === undefined || max === undefined || min <= max) return [];
  return [
    {
      path: ["engine", "workers"],
      at: "value",
      failed: "has min above max",
      rule: "min is not above max",
      received: `min ${min}, max ${max}`,
      remedy: "raise max or lower min",
    },
  ];
}

/**
 * Nothing of a run that took longer can be committed. Where nobody wrote a timeout its default counts: a run that was
 * silently given less would end in the middle of a day that the timeout promises to finish.
 */
function runsEndInTime({ engine, keep }: EnvironmentDraft, raw: Record<string, unknown>): Finding[] {
  const timeout = engine?.type === "glue" ? engine.timeout : undefined;
  if (timeout === undefined || keep === undefined || timeout <= keep / 2) return [];
  const isWritten = isMapping(raw.engine) && raw.engine.timeout !== undefined;
  const half = renderDuration(Math.floor(keep / 2 / minuteMs) * minuteMs);
  return [
    {
      path: isWritten ? ["engine", "timeout"] : ["keep"],
      at: "value",
      failed: isWritten ? "is longer than half of keep" : "is shorter than two runs of the engine",
      rule: "an attempt ends within half of keep; what ends later is not committed",
      received: `keep ${renderDuration(keep)}, engine.timeout ${renderDuration(timeout)}${isWritten ? "" : " (nobody wrote another)"}`,
      remedy: `write engine.timeout: ${half}, or keep: ${renderDuration(2 * timeout)}`,
    },
  ];
}

function crawlerHasRole({ catalog }: EnvironmentDraft, raw: Record<string, unknown>): Finding[] {
  if (catalog?.type !== "glue" || catalog.crawler === undefined) return [];
  const hasRole = isMapping(raw.catalog) && raw.catalog.crawler_role !== undefined;
  if (hasRole === catalog.crawler) return [];
  return [
    {
      path: hasRole ? ["catalog", "crawler_role"] : ["catalog"],
      at: hasRole ? "key" : "value",
      failed: hasRole ? "has no use here" : "lacks crawler_role",
      rule: "a crawler has a role of its own, and crawler: true asks for one",
      received: hasRole ? "crawler: false" : "crawler: true without crawler_role",
      remedy: hasRole ? "remove it, or write crawler: true" : "add crawler_role, or remove crawler",
    },
  ];
}

/** AWS takes 50 tags, ours among them. */
const maxTags = 40;
const ownTags = ["pipeline", "environment"];

function tagsAreTags(draft: EnvironmentDraft): Finding[] {
  return (["engine", "catalog"] as const).flatMap((part) => {
    const keys = Object.keys(draft[part]?.tags ?? {});
    const wrong = keys.filter((key) => !isTagKey(key) || ownTags.includes(key.toLowerCase()));
    return [
      ...wrong.map((key) => buildTagFinding([part, "tags", key], key)),
      ...(keys.length > maxTags ? [buildTooManyTags(part, keys.length)] : []),
    ];
  });
}

function buildTagFinding(path: string[], key: string): Finding {
  const isOwn = ownTags.includes(key.toLowerCase());
  return {
    path,
    at: "key",
    failed: isOwn ? "is set by Shardlift" : "is not a key for a tag",
    rule: isOwn
      ? "jobs and crawlers get the tags pipeline and environment by themselves"
      : "1 to 128 letters, digits, spaces and _ . : / = + - @, not beginning with aws:",
    received: showValue(key),
    remedy: isOwn ? "remove it" : 'write it like "cost_centre"',
  };
}

function buildTooManyTags(part: string, count: number): Finding {
  const rule = `at most ${maxTags} tags: AWS takes 50, and Shardlift sets some`;
  return {
    path: [part, "tags"],
    at: "value",
    failed: "has too many tags",
    rule,
    received: `${count}`,
    remedy: "remove some",
  };
}

export const glueRules: readonly EnvironmentRule[] = [
  glueNeedsLakeOnS3,
  glueNeedsSourceOnS3,
  glueReadsKeyFromAws,
  flexHasSmallWorkers,
  workersHaveBounds,
  runsEndInTime,
  crawlerHasRole,
  tagsAreTags,
];
