import { describeWarehouse } from "../../contracts/warehouse.ts";
import { describeWarehouseQueries } from "../../contracts/warehouse-queries.ts";
import { createSnowflakeWorld } from "./snowflake-world.ts";

describeWarehouse("Snowflake, by its driver and the double,", () => createSnowflakeWorld());
describeWarehouseQueries("Snowflake", () => createSnowflakeWorld());
