import type { ApiField } from "./api-types.ts";
import type { BigQueryWorld, DatasetState, TableState } from "./world.ts";
import { findTable } from "./world.ts";

/** What Google, and people, do to tables. */

export interface TablePlace {
  project: string;
  dataset: string;
  table: string;
}

export interface TableContent {
  files: string[];
  schema: ApiField[];
  rows: bigint;
  bytes: bigint;
  /** Left out: now. */
  modifiedMs?: number;
}

export function addDataset(
  world: BigQueryWorld,
  { project, dataset, location = "EU" }: { project: string; dataset: string; location?: string },
): DatasetState {
  const state: DatasetState = { project, id: dataset, location, tables: new Map() };
  world.projects.add(project);
  world.datasets.set(`${project}:${dataset}`, state);
  return state;
}

/** Writes a table, or writes it again: its modification time moves, also where all else is as it was. */
export function putTable(world: BigQueryWorld, place: TablePlace, content: TableContent): TableState {
  const { modifiedMs = world.clock.now(), ...rest } = content;
  const tables = world.datasets.get(`${place.project}:${place.dataset}`)!.tables;
  const before = tables.get(place.table);
  const table: TableState = {
    id: place.table,
    type: "TABLE",
    createdMs: before?.createdMs ?? modifiedMs,
    expiresMs: null,
    labels: before?.labels ?? {},
    streaming: null,
    ...rest,
    modifiedMs,
  };
  tables.set(place.table, table);
  return table;
}

export function dropTable(world: BigQueryWorld, { project, dataset, table }: TablePlace): void {
  world.datasets.get(`${project}:${dataset}`)?.tables.delete(table);
}

/** Any other change of a table's metadata; its modification time moves unless it is set. */
export function changeTable(world: BigQueryWorld, place: TablePlace, change: Partial<TableState>): void {
  const table = findTable(world, place.project, place.dataset, place.table);
  Object.assign(table, { modifiedMs: world.clock.now(), ...change });
}

/** Somebody labels a table: rows and bytes stay, the modification time moves (assumed, README). */
export function touchLabel(world: BigQueryWorld, place: TablePlace, key: string, value: string): void {
  const { labels } = findTable(world, place.project, place.dataset, place.table);
  changeTable(world, place, { labels: { ...labels, [key]: value } });
}
