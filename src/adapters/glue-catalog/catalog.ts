import type { TableName } from "../../config/types.ts";
import { type Day, parseDay } from "../../days/day.ts";
import type { Catalog } from "../../ports.ts";
import { createGlueCalls } from "./client.ts";
import { createGlueCrawler } from "./crawler.ts";
import { buildHiveColumns } from "./hive-columns.ts";
import { parseLocation } from "./locations.ts";
import { nameTable } from "./names.ts";
import type { GlueCatalogOptions } from "./options.ts";
import { readOutgrownDays } from "./outgrown.ts";
import { pointPartitions } from "./point.ts";
import { prepareTable } from "./prepare.ts";
import { readAllPartitions, readSomePartitions } from "./read-partitions.ts";

/** The Glue Data Catalog as Athena reads it: one table a family, partitioned by day, each day one folder. */
export function createGlueCatalog(options: GlueCatalogOptions): Catalog {
  const { config, lake } = options;
  const beginCalls = createGlueCalls(options);
  const name = (table: TableName) => nameTable(table, config.databasePrefix);
  return {
    location: `Glue Data Catalog in ${config.region}`,
    async prepare(tableName, columns, prefix) {
      const table = name(tableName);
      const wanted = { table, lake, columns: buildHiveColumns(table.title, columns), prefix };
      await prepareTable(beginCalls(), wanted);
    },
    point: (table, partitions) =>
      pointPartitions({ call: beginCalls(), table: name(table), lake }, partitions),
    async readPartitions(table, days) {
      const read =
        days === "all"
          ? await readAllPartitions(beginCalls(), name(table), "locations")
          : await readSomePartitions(beginCalls(), name(table), days);
      return new Map(
        read.flatMap(({ Values = [], StorageDescriptor }): [Day, string][] => {
          const day = parseDay(Values[0] ?? "");
          const location = StorageDescriptor?.Location ?? "";
          // A copy of the lake elsewhere has folders of the same names: it must not be taken for ours.
          const folder = parseLocation(lake, location) ?? `${location} (outside the lake)`;
          return day === null ? [] : [[day, folder]];
        }),
      );
    },
    readOutgrown: (table) => readOutgrownDays(beginCalls(), name(table)),
    crawler: config.crawler === null ? null : createGlueCrawler(options, config.crawler.role, beginCalls),
  };
}
