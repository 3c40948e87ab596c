import type { EnvironmentDraft, EnvironmentRule } from "./environment-draft.ts";
import type { Finding } from "./issue.ts";
import { isMapping } from "./parse-yaml.ts";

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

export const orchestrationRules: readonly EnvironmentRule[] = [ecsNeedsPlacesElsewhere];
