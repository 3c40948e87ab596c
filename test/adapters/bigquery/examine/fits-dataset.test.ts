import { expect, test } from "vitest";
import { fitsDataset } from "../../../../src/adapters/bigquery/examine/fits-dataset.ts";

test.each([
  ["EU", "EU", "yes"],
  ["eu", "EU", "yes"],
  ["EUROPE-WEST3", "EU", "yes"],
  ["EUROPE-WEST2", "EU", "unknown"],
  ["EUR4", "EU", "unknown"],
  ["US", "EU", "no"],
  ["US-EAST1", "EU", "no"],
  ["ASIA-EAST1", "US", "yes"],
  ["EUROPE-WEST3", "europe-west3", "yes"],
  ["EUROPE-WEST1", "europe-west3", "no"],
  ["EU", "europe-west3", "no"],
  ["EUR4", "europe-west3", "unknown"],
] as const)("a bucket in %s for a dataset in %s: %s", (bucket, dataset, fits) => {
  expect(fitsDataset(bucket, dataset)).toBe(fits);
});
