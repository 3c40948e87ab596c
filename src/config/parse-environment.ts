import { resolve } from "node:path";
import { buildOrchestration } from "./build-orchestration.ts";
import { buildCatalog, buildEngine, buildLake, buildSource } from "./build-places.ts";
import { buildReference } from "./build-reference.ts";
import type { EnvironmentDraft } from "./environment-draft.ts";
import { environmentRules } from "./environment-rules.ts";
import { type EnvironmentFile, environmentSchema } from "./environment-schema.ts";
import type { Issue } from "./issue.ts";
import { locateFindings } from "./locate-findings.ts";
import { parseDraft } from "./parse-draft.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { Environment, SnowflakeWarehouse } from "./types.ts";

/** Where an environment's text comes from. */
export interface EnvironmentOrigin {
  /** For messages. */
  file: string;
  name: string;
  /** Absolute; relative paths of the file begin here. */
  root: string;
}

export interface ParsedEnvironment {
  /** null exactly where there are issues. */
  environment: Environment | null;
  issues: Issue[];
}

/** @returns the environment with absolute paths, or everything that is wrong with it. */
export function parseEnvironment(text: string, origin: EnvironmentOrigin): ParsedEnvironment {
  const yaml = parseYaml(text, origin.file);
  if ("issues" in yaml) return { environment: null, issues: yaml.issues };
  const { draft, findings } = parseDraft(environmentSchema, yaml.value);
  const checked = (draft ?? {}) as EnvironmentDraft;
  const tied = environmentRules.flatMap((rule) => rule(checked, yaml.value, origin.root));
  const issues = locateFindings([...findings, ...tied], origin.file, yaml.locate);
  return {
    environment: issues.length === 0 ? buildEnvironment(draft as EnvironmentFile, origin) : null,
    issues,
  };
}

function buildEnvironment(raw: EnvironmentFile, { file, name, root }: EnvironmentOrigin): Environment {
  const { warehouse, secrets, retry } = raw;
  return {
    name,
    production: raw.production,
    source: buildSource(raw, root),
    lake: buildLake(raw, root),
    engine: buildEngine(raw, root),
    catalog: buildCatalog(raw),
    warehouse: buildWarehouse(warehouse, root),
    secrets: { hashKey: secrets.hash_key === undefined ? null : buildReference(secrets.hash_key, root) },
    retry: { attempts: retry.attempts, maxWaitMs: retry.max_wait },
    keepMs: raw.keep,
    teams: raw.teams ?? [],
    orchestration: buildOrchestration(raw, root),
    file,
  };
}

function buildWarehouse(raw: EnvironmentFile["warehouse"], root: string): Environment["warehouse"] {
  if (raw.type === "none") return { type: raw.type };
  if (raw.type === "snowflake") return buildSnowflake(raw, root);
  return { type: raw.type, path: resolve(root, raw.path), waitMs: raw.wait };
}

function buildSnowflake(
  raw: Extract<EnvironmentFile["warehouse"], { type: "snowflake" }>,
  root: string,
): SnowflakeWarehouse {
  const { account, user, role, warehouse, database, stage, integration, protocol, host } = raw;
  const isKeyPair = raw.auth === "key_pair" && raw.private_key !== undefined;
  return {
    type: raw.type,
    ...{ account, user, role, warehouse, database, stage, integration },
    auth: isKeyPair
      ? { type: "key_pair", privateKey: buildReference(raw.private_key!, root) }
      : { type: "workload_identity" },
    fileFormat: raw.file_format ?? stage.replace(/[^.]*$/, "PARQUET"),
    lakeUrl: raw.lake_url,
    statementTimeoutMs: raw.statement_timeout,
    clusterByDay: raw.cluster_by_day,
    masking: raw.masking.map(({ column, policy }) => ({ column: column.column, policy })),
    endpoint:
      host === undefined ? null : { protocol, host, port: raw.port ?? (protocol === "https" ? 443 : 80) },
  };
}
