import type { TableName } from "../../src/config/types.ts";
import type { Day } from "../../src/days/day.ts";
import { planEvolution } from "../../src/days/evolution.ts";
import type { Column } from "../../src/days/schema.ts";
import { ShardliftError } from "../../src/errors.ts";
import type { Catalog, Partition, PartitionFault } from "../../src/ports.ts";

/** A catalog in this process, and what stands in it. */
export interface MemoryCatalog {
  catalog: Catalog;
  /** Columns and members of a table by path, sorted: `device.category`. */
  readColumns(table: TableName): string[];
  /** From now on pointing this day fails. */
  refuse(day: Day): void;
  /** Every pointing of a partition so far, as `2026-11-20 <prefix>`. */
  moves: string[];
  /** Tables crawled so far, with the days that were looked through. */
  crawls: { table: string; days: Day[] }[];
}

interface Table {
  columns: Column[];
  /** With the columns that the table had when they were pointed. */
  partitions: Map<Day, { prefix: string; columns: Column[] }>;
}

/** @param options.crawls whether a crawler is asked for */
export function createMemoryCatalog(
  options: { crawler: "runs" | "none" } = { crawler: "none" },
): MemoryCatalog {
  const tables = new Map<string, Table>();
  const refused = new Set<Day>();
  const moves: string[] = [];
  const crawls: MemoryCatalog["crawls"] = [];

  function point(name: TableName, partitions: readonly Partition[]): PartitionFault[] {
    const table = tables.get(nameTable(name));
    if (table === undefined) throw buildFault(`The catalog has no table ${nameTable(name)}.`);
    const failed: PartitionFault[] = [];
    for (const { day, prefix } of partitions) {
      if (refused.has(day)) failed.push({ day, error: buildFault(`The partition of ${day} was refused.`) });
      else {
        table.partitions.set(day, { prefix, columns: table.columns });
        moves.push(`${day} ${prefix}`);
      }
    }
    return failed;
  }

  const catalog: Catalog = {
    location: "memory",
    async prepare(name, columns) {
      const known = tables.get(nameTable(name));
      const evolution = planEvolution(known?.columns ?? [], columns);
      if (evolution.conflicts.length > 0)
        throw buildFault(`A column of ${nameTable(name)} changed its type.`);
      tables.set(nameTable(name), {
        columns: evolution.columns,
        partitions: known?.partitions ?? new Map(),
      });
    },
    point: async (name, partitions) => point(name, partitions),
    async readPartitions(name, days) {
      const known = [...(tables.get(nameTable(name))?.partitions ?? [])];
      const wanted = known.filter(([day]) => days === "all" || days.includes(day));
      return new Map(wanted.map(([day, { prefix }]) => [day, prefix]));
    },
    async readOutgrown(name) {
      const { columns, partitions } = tables.get(nameTable(name)) ?? { columns: [], partitions: new Map() };
      const lacks = (own: Column[]) =>
        planEvolution(own, columns).additions.some(({ path }) => path.length > 1);
      return [...partitions].filter(([, partition]) => lacks(partition.columns)).map(([day]) => day);
    },
    crawler:
      options.crawler === "none"
        ? null
        : {
            async run(name, days, signal) {
              signal.throwIfAborted();
              crawls.push({ table: nameTable(name), days: [...days] });
              return { differences: [] };
            },
          },
  };
  return {
    catalog,
    readColumns: (name) => listPaths(tables.get(nameTable(name))?.columns ?? [], "").sort(),
    refuse: (day) => void refused.add(day),
    moves,
    crawls,
  };
}

function nameTable({ schema, table }: TableName): string {
  return `${schema}.${table}`;
}

function listPaths(columns: readonly Column[], above: string): string[] {
  return columns.flatMap(({ name, fields }) => [
    `${above}${name}`,
    ...listPaths(fields ?? [], `${above}${name}.`),
  ]);
}

function buildFault(failed: string): ShardliftError {
  return new ShardliftError("data", { failed });
}
