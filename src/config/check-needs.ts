import { parse } from "node:path";
import type { Finding, Issue } from "./issue.ts";
import { locateFindings } from "./locate-findings.ts";
import type { ParsedPipeline } from "./parse-pipeline.ts";
import { checkTeams } from "./team-rules.ts";
import type { Environment } from "./types.ts";

/** What a pipeline asks of the environment it is run in, where both are known. */
export function checkNeeds(parsed: ParsedPipeline, environment: Environment): Issue[] {
  const findings = [...findMissingKey(parsed, environment), ...findAmbiguousSchemas(parsed, environment)];
  const issues = locateFindings(findings, parsed.file, parsed.locate);
  return [...issues, ...checkTeams(parsed, environment)];
}

/** A pipeline that hashes needs a key, which only the environment can name. */
function findMissingKey({ draft }: ParsedPipeline, environment: Environment): Finding[] {
  const isHashing = (draft.columns?.hash ?? []).length > 0;
  if (!isHashing || environment.secrets.hashKey !== null) return [];
  return [
    {
      path: ["columns", "hash"],
      at: "key" as const,
      failed: "needs a key that the environment does not name",
      rule: "columns.hash takes its key from `secrets.hash_key` of the environment",
      received: `${environment.file} without secrets.hash_key`,
      remedy: `add to ${environment.file}: secrets: { hash_key: ${renderExample(environment)} }`,
    },
  ];
}

/** Runs of Glue read the key themselves: variables of this machine are out of their reach. */
function renderExample({ engine }: Environment): string {
  if (engine.type !== "glue") return "env:SHARDLIFT_HASH_KEY";
  const [, partition, , , account] = engine.role.split(":");
  return `aws-secret:arn:${partition}:secretsmanager:${engine.region}:${account}:secret:shardlift/hash-key-AbCdEf`;
}

/** DuckDB calls an attached file by its name: `analytics.events` in `analytics.duckdb` could be two things. */
function findAmbiguousSchemas({ draft }: ParsedPipeline, { warehouse }: Environment): Finding[] {
  if (warehouse.type !== "duckdb") return [];
  const database = parse(warehouse.path).name.toLowerCase();
  return (draft.families ?? []).flatMap((entry, index): Finding[] => {
    if (entry?.table?.schema.toLowerCase() !== database) return [];
    return [
      {
        path: ["families", index, "table"],
        at: "value",
        failed: "has the schema that the warehouse's file is named after",
        rule: "DuckDB cannot tell a schema from a database file of the same name, in no tool",
        received: `schema ${entry.table.schema}, file ${warehouse.path}`,
        remedy: "choose another schema, or name the file otherwise (`warehouse.path` of the environment)",
      },
    ];
  });
}
