import { CfnDatabase } from "aws-cdk-lib/aws-glue";
import { RemovalPolicy, type Stack } from "aws-cdk-lib/core";
import type { Names } from "./names.ts";
import type { Settings } from "./read-settings.ts";

/** A database for each schema of the pipelines; `crawl` makes the tables. */
export function createCatalog(stack: Stack, { account, environment }: Settings, { databases }: Names): void {
  for (const name of databases) {
    const database = new CfnDatabase(stack, `Database-${name}`, {
      catalogId: account,
      databaseInput: { name, description: `Days of Shardlift's lake, environment ${environment}` },
    });
    // It would take its tables along.
    database.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }
}
