import { renderColumnPath } from "../../config/parse-names.ts";
import type { ColumnPath, Environment, Pipeline, PipelineFamily } from "../../config/types.ts";
import { buildPipelineDags } from "../../dags/build-pipeline-dags.ts";
import { families } from "../../days/families.ts";
import { formatPlural } from "../../plan/format.ts";
import { renderCode, renderMarkdownTable } from "./markdown.ts";

/** What a pipeline's file says, in the words of those who use its tables. */
export function renderPipeline(pipeline: Pipeline, environment: Environment | null): string {
  const { name, owner, property } = pipeline;
  const project = property.project === null ? "" : `${property.project}.`;
  return [
    `### ${renderCode(name)}`,
    `Of ${renderCode(owner)}, from ${renderCode(`${project}${property.dataset}`)} with days in ${renderCode(property.timeZone)}.`,
    renderMarkdownTable(
      ["table", "rows", "from shards", "rows with one id"],
      pipeline.families.map((family) => renderFamily(family, environment)),
    ),
    renderRules(pipeline, environment)
      .map((line) => `- ${line}`)
      .join("\n"),
  ].join("\n\n");
}

function renderFamily(
  { family, table, shards, duplicates }: PipelineFamily,
  environment: Environment | null,
): string[] {
  const sisters = environment?.warehouse.type === "none" ? [] : ["…_all", "…_days"];
  return [
    [`${table.schema}.${table.table}`, ...sisters].map(renderCode).join(", "),
    families[family].title,
    shards.join(", "),
    duplicates === "event_id" ? "one stays" : "all stay",
  ];
}

function renderRules(pipeline: Pipeline, environment: Environment | null): string[] {
  const { columns, filter, retentionDays } = pipeline;
  const personal = [renderPaths("drops", columns.drop), renderPaths("hashes", columns.hash)].filter(
    (text) => text !== null,
  );
  return [
    personal.length === 0
      ? "personal data: takes every column as it is"
      : `personal data: ${personal.join("; ")}`,
    ...(filter.length === 0 ? [] : [`takes only rows that meet the conditions on ${renderFiltered(filter)}`]),
    environment?.warehouse.type === "none"
      ? "no warehouse: all days are in the lake"
      : retentionDays === null
        ? "all days stay hot"
        : `hot for ${formatPlural(retentionDays, "day")}`,
    ...(environment === null ? [] : buildPipelineDags(pipeline, environment).map(renderDag)),
  ];
}

function renderPaths(verb: string, paths: readonly ColumnPath[]): string | null {
  return paths.length === 0
    ? null
    : `${verb} ${paths.map((path) => renderCode(renderColumnPath(path))).join(", ")}`;
}

function renderFiltered(filter: Pipeline["filter"]): string {
  return [...new Set(filter.map(({ path }) => renderCode(renderColumnPath(path))))].join(", ");
}

function renderDag({ id, schedule }: { id: string; schedule: string | null }): string {
  const when = schedule === null ? "started by hand alone" : `${renderCode(schedule)} (UTC)`;
  return `DAG ${renderCode(id)}: ${when}`;
}
