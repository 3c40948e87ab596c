import { describeWarehouse } from "../../contracts/warehouse.ts";
import { describeWarehouseQueries } from "../../contracts/warehouse-queries.ts";
import type { Choices } from "../../doubles/snowflake/model/world.ts";
import { createSnowflakeWorld } from "./snowflake-world.ts";

describeWarehouse("Snowflake, by its driver and the double,", () => createSnowflakeWorld());
describeWarehouseQueries("Snowflake", () => createSnowflakeWorld());

/** Nobody could tell what the real service does: the double's usual choices above, all the others here. */
const otherwise: Choices = {
  waiterSees: "before",
  afterAbort: "autocommit",
  fileNames: "location",
  copyKnown: "LOAD_SKIPPED",
  refreshUnchanged: "REGISTER_SKIPPED",
  copyFile: "path",
  opens: "all files",
};

describeWarehouse("Snowflake, where it does otherwise what nobody could tell,", async () => {
  const world = await createSnowflakeWorld();
  Object.assign(world.double.world.choices, otherwise);
  return world;
});
