import type { EnvironmentDraft, EnvironmentRule } from "./environment-draft.ts";
import type { Finding, KeyPath } from "./issue.ts";
import { isMapping } from "./parse-yaml.ts";
import { lakeUrl } from "./s3-rules.ts";
import { showValue } from "./show-value.ts";

/** A container has neither the folders nor the warehouse file of another machine. */
function ecsNeedsPlacesElsewhere(_draft: EnvironmentDraft, raw: Record<string, unknown>): Finding[] {
  if (!isMapping(raw.runner) || raw.runner.type !== "ecs") return [];
  const isFolder = isMapping(raw.lake) && raw.lake.type === "folder";
  const isFile = isMapping(raw.warehouse) && raw.warehouse.type === "duckdb";
  if (!isFolder && !isFile) return [];
  return [
    {
      path: ["runner", "type"],
      at: "value",
      failed: "cannot be ecs here",
      rule: "what a container writes into itself is gone when it ends: lake and warehouse lie elsewhere",
      received: isFolder ? "a lake in a folder" : "a DuckDB warehouse",
      remedy: "write type: bash, or use a lake of type s3 and a warehouse of type snowflake",
    },
  ];
}

/** Airflow reads all of its folder, and a lake is listed, cleaned and deleted in by its owner. */
function deployedPlacesLieApart(draft: EnvironmentDraft): Finding[] {
  const places = [
    { path: ["lake", "prefix"], url: lakeUrl(draft) },
    { path: ["airflow", "dags"], url: draft.airflow?.dags },
    { path: ["runner", "config"], url: draft.runner?.config },
  ].flatMap(({ path, url }) => (url?.startsWith("s3://") ? [{ path, url }] : []));
  return places.flatMap(({ path, url }, index) => {
    const other = places.slice(0, index).find((one) => one.url.startsWith(url) || url.startsWith(one.url));
    return other === undefined ? [] : [buildOverlap(path, url, other)];
  });
}

function buildOverlap(path: KeyPath, url: string, other: { path: KeyPath; url: string }): Finding {
  return {
    path,
    at: "value",
    failed: `overlaps with ${other.path.join(".")}`,
    rule: "lake, DAG folder and deployed configuration lie apart, none inside another",
    received: `${showValue(url)} and ${showValue(other.url)}`,
    remedy: "give each a prefix of its own",
  };
}

export const orchestrationRules: readonly EnvironmentRule[] = [
  ecsNeedsPlacesElsewhere,
  deployedPlacesLieApart,
];
