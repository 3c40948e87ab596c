import { Agent } from "node:https";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { S3Place } from "../../config/types.ts";

/** How long a call may take; without limits a connection that went silent is waited for without end. */
export interface S3Limits {
  /** A call that carries no rows, ms. */
  callMs: number;
  /** A call that carries up to `partBytes`, ms. */
  transferMs: number;
}

const defaultLimits: S3Limits = { callMs: 60_000, transferMs: 300_000 };

/** A place in a bucket and the client that asks it. */
export interface Bucket {
  client: S3Client;
  place: S3Place;
  limits: S3Limits;
  /** `s3://bucket/prefix/` */
  url: string;
}

/**
 * Credentials are found as every tool of AWS finds them, when the first call is made. The client asks once: its own
 * repeats would turn a put that was done and not answered into one that is refused.
 */
export function openBucket(place: S3Place, limits: S3Limits = defaultLimits): Bucket {
  const { bucket, prefix, region, endpoint, pathStyle } = place;
  const client = new S3Client({
    region,
    ...(endpoint === null ? {} : { endpoint }),
    forcePathStyle: pathStyle,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 10_000,
      socketTimeout: limits.callMs,
      httpsAgent: new Agent({ keepAlive: true, maxSockets: 64 }),
    }),
  });
  return { client, place, limits, url: `s3://${bucket}/${prefix === "" ? "" : `${prefix}/`}` };
}

/** The key in the bucket of a key or prefix below our place. */
export function locate({ place }: Bucket, key: string): string {
  return place.prefix === "" ? key : `${place.prefix}/${key}`;
}

/** For messages, which name the place already: a key or prefix of the bucket, told from our place on. */
export function nameBelow(bucket: Bucket, key: string): string {
  const start = locate(bucket, "");
  return (key.startsWith(start) ? key.slice(start.length) : key) || "everything";
}

/** What every request names. */
export function target({ place }: Bucket): { Bucket: string; ExpectedBucketOwner?: string } {
  const { bucket, bucketOwner } = place;
  return { Bucket: bucket, ...(bucketOwner === null ? {} : { ExpectedBucketOwner: bucketOwner }) };
}

/** For one call without rows. */
export function soon({ limits }: Bucket): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(limits.callMs) };
}

/** For one call with a part of a file, its body included. */
export function inTime({ limits }: Bucket): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(limits.transferMs) };
}

/** ETags without their quotes; S3 takes and gives them with. */
export function parseEtag(quoted: string | undefined): string {
  return (quoted ?? "").replace(/^"|"$/g, "");
}

export function renderEtag(etag: string): string {
  return `"${etag}"`;
}
