import { afterEach } from "vitest";
import { parseHiveType } from "../../../src/adapters/glue-catalog/hive-types.ts";
import { describeCatalog } from "../../contracts/catalog.ts";
import { createGlueWorld, type GlueWorld } from "./glue-world.ts";
import { listPaths } from "./list-paths.ts";

const worlds: GlueWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

/** Both readings of the API that are told of: keys that there are none of are left out, or given back. */
for (const absentKeys of ["omitted", "unprocessed"] as const) {
  describeCatalog(`the Glue Data Catalog, in small pages and with absent keys ${absentKeys},`, async () => {
    const world = await createGlueWorld({ pageSize: 3, absentKeys });
    worlds.push(world);
    return {
      catalog: world.catalog,
      refuse: (day) =>
        void world.model.refused.set(day, { code: "InvalidInputException", message: "Partition is frozen." }),
      async readColumns({ schema, table }) {
        const found = world.model.databases.get(`prod_${schema}`)?.tables.get(table);
        const columns = (found?.input.StorageDescriptor?.Columns ?? []).map(({ Name, Type = "" }) => ({
          name: Name,
          type: parseHiveType(Type),
        }));
        return listPaths(columns).sort();
      },
    };
  });
}
