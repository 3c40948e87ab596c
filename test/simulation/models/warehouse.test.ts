import { describeWarehouse } from "../../contracts/warehouse.ts";
import { createModelWorld } from "./warehouse-world.ts";

describeWarehouse("the model of a warehouse", createModelWorld);
