import { describeWarehouse } from "../../contracts/warehouse.ts";
import { describeWarehouseQueries } from "../../contracts/warehouse-queries.ts";
import { createDuckDbWorld } from "./warehouse-world.ts";

describeWarehouse("a DuckDB file", createDuckDbWorld);
describeWarehouseQueries("a DuckDB file", createDuckDbWorld);
