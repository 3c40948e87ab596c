import type { TableName } from "../../../src/config/types.ts";
import type { Day } from "../../../src/days/day.ts";
import { planEvolution } from "../../../src/days/evolution.ts";
import type { Column } from "../../../src/days/schema.ts";
import { ShardliftError } from "../../../src/errors.ts";
import type { Catalog, CrawlReport, Partition, PartitionFault } from "../../../src/ports.ts";
import { changingFaults, type FaultName, readingFaults } from "../kernel/faults.ts";
import { buildFault, type Kernel, type Process, turn, type Work } from "../kernel/types.ts";

/** A catalog as Glue's: no compare-and-swap, whoever comes last wins, and a crawler that takes minutes. */
export interface CatalogModel {
  connect(process: Process): Catalog;
  /** Folder of the day's partition; null where there is none. */
  location(table: TableName, day: Day): string | null;
  /** Columns and members by path, sorted. */
  columns(table: TableName): string[];
  readonly revision: number;
}

interface Table {
  columns: Column[];
  /** With the columns that the table had when they were pointed. */
  partitions: Map<Day, { prefix: string; columns: Column[] }>;
}

const crawlMs = 3 * 60_000;
const crawlerFaults = [
  "crash before",
  "crash in the middle",
  "crawler busy",
  "crawler fails",
  "throttled",
] as const;
const pointFaults = [
  ...changingFaults,
  "duplicate request",
  "partition refused",
] as const satisfies FaultName[];

export function createCatalogModel(kernel: Kernel): CatalogModel {
  const tables = new Map<string, Table>();
  let revision = 0;
  let crawlEndsAtMs = 0;

  const find = ({ schema, table }: TableName) => tables.get(`${schema}.${table}`) ?? null;

  function prepare(name: TableName, columns: readonly Column[]): void {
    const known = find(name);
    const evolution = planEvolution(known?.columns ?? [], columns);
    if (evolution.conflicts.length > 0) throw buildConflict(name);
    const partitions: Table["partitions"] = known?.partitions ?? new Map();
    tables.set(`${name.schema}.${name.table}`, { columns: [...evolution.columns], partitions });
  }

  /** Partition by partition, as a batch request is worked off. */
  function* point(
    name: TableName,
    wanted: readonly Partition[],
    refused: Day | null,
  ): Work<PartitionFault[]> {
    const table = find(name);
    if (table === null)
      throw new ShardliftError("data", { failed: `The catalog has no table ${name.table}.` });
    const failed: PartitionFault[] = [];
    for (const [index, { day, prefix }] of wanted.entries()) {
      if (index > 0) yield turn;
      if (day === refused) {
        failed.push({ day, error: buildFault(`the partition of ${day} was not moved`) });
        continue;
      }
      table.partitions.set(day, { prefix, columns: table.columns });
      revision += 1;
    }
    return failed;
  }

  /** Waits for the crawl of others, then for its own. */
  function* crawl(fault: FaultName | null): Work<CrawlReport> {
    if (fault === "crawler busy") crawlEndsAtMs = Math.max(crawlEndsAtMs, kernel.nowMs() + crawlMs);
    while (crawlEndsAtMs > kernel.nowMs()) yield { on: "time", untilMs: crawlEndsAtMs };
    crawlEndsAtMs = kernel.nowMs() + crawlMs;
    yield { on: "time", untilMs: crawlEndsAtMs };
    if (fault === "crawler fails") throw buildFault("the crawl failed");
    return { differences: [] };
  }

  return {
    connect: (process: Process): Catalog => ({
      location: "the model of a catalog",
      prepare: (name, columns) =>
        kernel.call(process, {
          port: "catalog",
          method: "prepare",
          detail: name.table,
          faults: changingFaults,
          *work() {
            prepare(name, columns);
          },
        }),
      point: (name, partitions) =>
        kernel.call(process, {
          port: "catalog",
          method: "point",
          detail: partitions.map(({ prefix }) => prefix).join(" "),
          faults: pointFaults,
          work: (fault) =>
            point(name, partitions, fault === "partition refused" ? (partitions[0]?.day ?? null) : null),
        }),
      readPartitions: (name, days) =>
        kernel.call(process, {
          port: "catalog",
          method: "readPartitions",
          detail: name.table,
          faults: readingFaults,
          *work() {
            const known = [...(find(name)?.partitions ?? [])];
            const wanted = known.filter(([day]) => days === "all" || days.includes(day));
            return new Map(wanted.map(([day, { prefix }]) => [day, prefix]));
          },
        }),
      // A call of its own only where there is something to tell: schedules without growth stay what they were.
      readOutgrown: async (name) =>
        listOutgrown(find(name)).length === 0
          ? []
          : kernel.call(process, {
              port: "catalog",
              method: "readOutgrown",
              detail: name.table,
              faults: readingFaults,
              *work() {
                return listOutgrown(find(name));
              },
            }),
      crawler: {
        run: (name) =>
          kernel.call(process, {
            port: "catalog",
            method: "crawl",
            detail: name.table,
            faults: crawlerFaults,
            work: crawl,
          }),
      },
    }),
    location: (name, day) => find(name)?.partitions.get(day)?.prefix ?? null,
    columns: (name) => listPaths(find(name)?.columns ?? [], "").sort(),
    get revision() {
      return revision;
    },
  };
}

function listOutgrown(table: Table | null): Day[] {
  if (table === null) return [];
  const lacks = (own: Column[]) =>
    planEvolution(own, table.columns).additions.some(({ path }) => path.length > 1);
  return [...table.partitions].filter(([, { columns }]) => lacks(columns)).map(([day]) => day);
}

function listPaths(columns: readonly Column[], above: string): string[] {
  return columns.flatMap(({ name, fields }) => [
    `${above}${name}`,
    ...listPaths(fields ?? [], `${above}${name}.`),
  ]);
}

function buildConflict({ table }: TableName): ShardliftError {
  return new ShardliftError("data", { failed: `A column of ${table} cannot be widened in place.` });
}
