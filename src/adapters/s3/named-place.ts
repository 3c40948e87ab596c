import type { S3Place } from "../../config/types.ts";

/** Variables of AWS's own tools that say where S3 is. */
export type S3Variables = Readonly<Record<string, string | undefined>>;

/**
 * A place that an address names and no environment file describes. `AWS_ENDPOINT_URL_S3` reaches a stand-in, or a store
 * that speaks like S3.
 * @param url `s3://bucket/prefix/`
 */
export function buildNamedPlace(url: string, region: string, env: S3Variables): S3Place {
  const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]+)\/(.*?)\/?$/.exec(url) ?? [];
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL ?? null;
  return { bucket, prefix, region, bucketOwner: null, endpoint, pathStyle: endpoint !== null };
}
