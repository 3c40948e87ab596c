import { dataSets } from "./data-sets.ts";
import { testDataSet } from "./test-data-set.ts";

testDataSet(dataSets.ga4Json);
