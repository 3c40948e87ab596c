import type { DeployRun } from "../../deploy/types.ts";
import type { ObjectStore } from "../../ports.ts";
import { withStoreRetries } from "../../tasks/retry.ts";
import { randomHex } from "../wiring.ts";

/** A place on S3 as a store. @param url `s3://bucket/prefix/` */
export async function openPlace(
  url: string,
  region: string,
  again: DeployRun["again"],
  env: NodeJS.ProcessEnv,
): Promise<ObjectStore> {
  const { buildNamedPlace } = await import("../../adapters/s3/named-place.ts");
  const { createS3Store } = await import("../../adapters/s3/s3-store.ts");
  const place = buildNamedPlace(url, region, env);
  return withStoreRetries(createS3Store({ ...place, kmsKey: null, again, randomHex }), again);
}
