import { expect } from "vitest";
import { parseEnvironment } from "../../src/config/parse-environment.ts";
import type { Environment } from "../../src/config/types.ts";
import type { Settings } from "../src/read-settings.ts";
import { synthesise } from "./world.ts";

/** What people add themselves: where rows come from, and where they go. */
export const theirs = `
source:
  type: bigquery
  project: shop-prod
  audience: //iam.googleapis.com/projects/987654321098/locations/global/workloadIdentityPools/aws/providers/prod
warehouse:
  type: snowflake
  account: myorg-shop
  user: SHARDLIFT
  role: SHARDLIFT_LOADER
  warehouse: SHARDLIFT_WH
  database: ANALYTICS
  stage: ANALYTICS.SHARDLIFT.LAKE
  integration: SHARDLIFT_LAKE
  lake_url: s3://shop-lake/shardlift/
`;

/** The output as AWS would show it, with an id in the place of each that AWS gives. */
export function readOutput(settings: Settings, name: string): string {
  const { Value } = synthesise(settings).template.toJSON().Outputs[name];
  if (typeof Value === "string") return Value;
  const parts = Value["Fn::Join"][1] as (string | object)[];
  return parts.map((part) => (typeof part === "string" ? part : "sg-0a1b2c3d4e5f67890")).join("");
}

/** An environment file as commands read it; anything wrong with it fails the test. */
export function parse(yaml: string): Environment {
  const { environment, issues } = parseEnvironment(yaml, { file: "prod.yaml", name: "prod", root: "/shop" });
  expect(issues).toEqual([]);
  return environment!;
}
