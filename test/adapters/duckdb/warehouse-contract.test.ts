import { describeWarehouse } from "../../contracts/warehouse.ts";
import { createDuckDbWorld } from "./warehouse-world.ts";

describeWarehouse("a DuckDB file", createDuckDbWorld);
