import { resolve, sep } from "node:path";
import { requestLifeMs, shortestKeepMs } from "../days/request-life.ts";
import { bigQueryRules } from "./bigquery-rules.ts";
import type { EnvironmentDraft, EnvironmentRule } from "./environment-draft.ts";
import { glueRules } from "./glue-rules.ts";
import type { Finding, KeyPath } from "./issue.ts";
import { orchestrationRules } from "./orchestration-rules.ts";
import { renderDuration } from "./parse-duration.ts";
import { isMapping } from "./parse-yaml.ts";
import { s3Rules } from "./s3-rules.ts";
import { showValue } from "./show-value.ts";
import { snowflakeRules } from "./snowflake-rules.ts";
import { teamRules } from "./team-rules.ts";

/** No two of them may lie inside one another: each is listed, cleaned or deleted in by one owner. */
function placesLieApart(draft: EnvironmentDraft, _raw: Record<string, unknown>, root: string): Finding[] {
  const places = [
    { path: ["source", "root"], text: draft.source?.root },
    { path: ["lake", "root"], text: draft.lake?.root },
    { path: ["engine", "spill"], text: draft.engine?.spill },
    { path: ["warehouse", "path"], text: draft.warehouse?.path },
  ].flatMap(({ path, text }) =>
    text === undefined || text.startsWith("s3://") ? [] : [{ path, text, absolute: resolve(root, text) }],
  );
  return places.flatMap((place, index) => {
    const other = places.slice(0, index).find((earlier) => isInside(earlier.absolute, place.absolute));
    return other === undefined ? [] : [overlap(place.path, place.text, other.path.join("."))];
  });
}

function isInside(a: string, b: string): boolean {
  const withEnd = (path: string) => (path.endsWith(sep) ? path : path + sep);
  return withEnd(a).startsWith(withEnd(b)) || withEnd(b).startsWith(withEnd(a));
}

function overlap(path: KeyPath, text: string, other: string): Finding {
  return {
    path,
    at: "value",
    failed: `overlaps with ${other}`,
    rule: "source, lake, spill folder and warehouse file lie apart, none inside another",
    received: showValue(text),
    remedy: "give it a place of its own",
  };
}

function duckdbWarehouseReadsFoldersOnly(_draft: EnvironmentDraft, raw: Record<string, unknown>): Finding[] {
  const { lake, warehouse } = raw;
  if (!isMapping(lake) || !isMapping(warehouse) || warehouse.type !== "duckdb") return [];
  const isOnS3 = lake.type === "s3" || (typeof lake.root === "string" && /^s3:/i.test(lake.root));
  if (!isOnS3) return [];
  return [
    {
      path: ["warehouse", "type"],
      at: "value",
      failed: "cannot be duckdb over a lake on S3",
      rule: "DuckDB's reader for S3 is a download, and Shardlift downloads no extensions",
      received: "a DuckDB warehouse with a lake on S3",
      remedy: "use a lake of type folder with it",
    },
  ];
}

/** In production, and wherever there is a catalog, requests may outlive the process that sent them. */
function keepOutlivesRequests(draft: EnvironmentDraft, raw: Record<string, unknown>): Finding[] {
  const { catalog } = raw;
  const hasCatalog = isMapping(catalog) && catalog.type !== undefined && catalog.type !== "none";
  if (draft.production !== true && !hasCatalog) return [];
  if (draft.keep === undefined || draft.keep >= shortestKeepMs) return [];
  const where = draft.production === true ? "production" : "an environment with a catalog";
  return [
    {
      path: ["keep"],
      at: "value",
      failed: `is too short for ${where}`,
      rule: `at least ${renderDuration(shortestKeepMs)}: an attempt ends within half of it, and what was sent last may take effect ${renderDuration(requestLifeMs)} later`,
      received: renderDuration(draft.keep),
      remedy: 'write "24 hours"',
    },
  ];
}

export const environmentRules: readonly EnvironmentRule[] = [
  placesLieApart,
  duckdbWarehouseReadsFoldersOnly,
  keepOutlivesRequests,
  ...s3Rules,
  ...snowflakeRules,
  ...glueRules,
  ...orchestrationRules,
  ...bigQueryRules,
  ...teamRules,
];
