import { createBigQuerySource } from "../../../src/adapters/bigquery/source.ts";
import { testSource } from "../../contracts/source.ts";
import { buildOptions, createTables, dataset, startDouble } from "./bigquery-world.ts";

testSource("BigQuery's double", async () => {
  const double = await startDouble();
  const { write, remove } = await createTables(double);
  return {
    source: createBigQuerySource(buildOptions(double)),
    dataset,
    missingDataset: "analytics_404",
    countsRows: true,
    write,
    remove,
  };
});
