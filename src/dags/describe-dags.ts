import type { Environment, Pipeline } from "../config/types.ts";
import type { DagEntry } from "./manifest-schema.ts";

type Description = Pick<DagEntry, "description" | "doc">;

/** What people read about a pipeline's DAG. */
export function describePipeline(
  pipeline: Pipeline,
  { warehouse }: Environment,
  kind: "whole" | "intraday",
): Description {
  const tables = pipeline.families.map(({ table }) => `\`${table.schema}.${table.table}\``).join(", ");
  const shown = warehouse.type === "none" ? "into the lake" : "to the hot table";
  const what =
    kind === "whole"
      ? `Keeps the last ${pipeline.lookbackDays} days in step: waits for late ones, up to reconciled counts.`
      : `Brings today's intraday rows ${shown}, and whatever else changed.`;
  const lines = [
    what,
    "",
    `- tables: ${tables}`,
    `- owner: ${pipeline.owner}`,
    `- property: \`${pipeline.property.dataset}\`, days in ${pipeline.property.timeZone}`,
    "",
    "A skipped task had nothing to do. Fixed days: trigger it with `days`. Many days: `shardlift__backfill`.",
  ];
  return { description: `${pipeline.name}: ${what}`, doc: lines.join("\n") };
}

export const sweepDescription: Description = {
  description: "Looks at every day of every pipeline, and believes the ledger instead of the heads.",
  doc: [
    "Finds changes however late. A shard that did not change costs one look.",
    "",
    "A sweep that would read more than `max_read` stops with 65 and tells what it would read.",
  ].join("\n"),
};

export const backfillDescription: Description = {
  description: "Fixed days of one pipeline, in batches; run again, it goes on with what is missing.",
  doc: [
    "Fill in the form: `plan` lists the days that differ from their source as batches, `batch` does each of them.",
    "",
    "Days that are in step already are left alone, so a backfill that was stopped is simply started again.",
    "With `dry_run` the log of `plan` tells what would be done, and nothing is.",
  ].join("\n"),
};
