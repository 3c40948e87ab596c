import { buildRoleArn, containerName, type Names } from "./names.ts";
import type { Settings } from "./read-settings.ts";
import type { Runner } from "./settings-schema.ts";

type Value = string | number | boolean | readonly string[] | Record<string, string>;
type Section = Record<string, Value>;

/** DuckDB's share of a task's memory; the rest is the command's own. */
const engineShare = 0.6;

/**
 * The lines of an environment file that name what the stack has made; source and warehouse are not its own.
 * @param securityGroupId known when the stack has been made; null where nothing runs on ECS
 */
export function renderEnvironmentYaml(
  settings: Settings,
  names: Names,
  securityGroupId: string | null,
): string {
  const { runner, catalog, airflow } = settings;
  const sections: Record<string, Section> = {
    lake: buildLake(settings, names),
    engine: buildEngine(settings, names),
    ...(catalog === undefined ? {} : { catalog: buildCatalog(settings, names) }),
    ...(runner === undefined || securityGroupId === null
      ? {}
      : { runner: buildRunner(settings, names, runner, securityGroupId) }),
    alerts: { type: "sns", topic: names.topicArn },
    ...(airflow === undefined ? {} : { airflow: { dags: airflow.dags } }),
  };
  return Object.entries(sections)
    .map(([name, section]) => `${name}:\n${renderSection(section)}`)
    .join("\n");
}

function buildLake({ lake, region, account }: Settings, names: Names): Section {
  return {
    type: "s3",
    bucket: lake.bucket,
    prefix: lake.prefix,
    region,
    ...(lake.encryption === "kms"
      ? { kms_key: `arn:${names.partition}:kms:${region}:${account}:${names.keyAlias}` }
      : {}),
    bucket_owner: account,
  };
}

function buildEngine(settings: Settings, names: Names): Section {
  const { glue, runner, tags } = settings;
  if (glue !== undefined) {
    return { type: "glue", job: glue.job, role: buildRoleArn(settings, names, "glue"), tags };
  }
  return {
    type: "duckdb",
    ...(runner === undefined ? {} : { memory: `${Math.floor(runner.memory_gb * engineShare)} GB` }),
  };
}

function buildCatalog(settings: Settings, names: Names): Section {
  const { database_prefix: prefix = "", crawler = false } = settings.catalog ?? {};
  return {
    type: "glue",
    ...(prefix === "" ? {} : { database_prefix: prefix }),
    ...(crawler ? { crawler, crawler_role: buildRoleArn(settings, names, "crawler") } : {}),
    ...(settings.glue === undefined ? { tags: settings.tags } : {}),
  };
}

function buildRunner(
  { lake, region }: Settings,
  names: Names,
  runner: Runner,
  securityGroupId: string,
): Section {
  return {
    type: "ecs",
    cluster: names.base,
    task_definition: names.base,
    container: containerName,
    subnets: runner.subnets,
    security_groups: [securityGroupId],
    log_group: names.logGroup,
    log_prefix: containerName,
    region,
    config: `s3://${lake.bucket}/${names.configPrefix}`,
  };
}

function renderSection(section: Section): string {
  return Object.entries(section)
    .map(([key, value]) => `  ${key}: ${renderValue(value)}`)
    .join("\n");
}

function renderValue(value: Value): string {
  if (typeof value === "string") return renderText(value);
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(renderText).join(", ")}]`;
  return `{ ${Object.entries(value)
    .map(([key, text]) => `${renderText(key)}: ${renderText(text)}`)
    .join(", ")} }`;
}

/** Quoted unless it can be nothing but a text: an account's digits are no number. */
function renderText(text: string): string {
  const isPlain =
    /^[A-Za-z/][A-Za-z0-9_./:-]*[A-Za-z0-9_./-]$/.test(text) &&
    !/^(true|false|null|yes|no|on|off)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}
