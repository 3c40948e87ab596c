import { ShardliftError } from "../../errors.ts";

/** One table by its full name. */
export interface TablePlace {
  project: string;
  dataset: string;
  table: string;
}

/** How a part of a shard names a table whose rows are to be fetched: `bigquery://project.dataset.table`. */
export function renderTableUri({ project, dataset, table }: TablePlace): string {
  return `bigquery://${project}.${dataset}.${table}`;
}

/** @returns null where the path is no table's; projects of domains have dots and a colon (`example.com:shop`). */
export function parseTableUri(path: string): TablePlace | null {
  const [, project, dataset, table] =
    /^bigquery:\/\/([a-z0-9.:-]+)\.([A-Za-z0-9_]+)\.([A-Za-z0-9_]+)$/.exec(path) ?? [];
  if (project === undefined || dataset === undefined || table === undefined) return null;
  return { project, dataset, table };
}

/** @throws ShardliftError `config`: the name becomes part of an address */
export function checkDataset(dataset: string): void {
  if (/^[A-Za-z0-9_]{1,1024}$/.test(dataset)) return;
  throw new ShardliftError("config", {
    failed: `${JSON.stringify(dataset)} is not the name of a dataset.`,
    rule: "letters a-z, digits and underscores",
    received: JSON.stringify(dataset),
    remedy: "correct property.dataset in the pipeline",
  });
}
