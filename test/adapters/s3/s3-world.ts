import { randomBytes } from "node:crypto";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { createS3Store, type S3StoreOptions } from "../../../src/adapters/s3/s3-store.ts";
import type { S3Place } from "../../../src/config/types.ts";
import type { Clock, ObjectStore } from "../../../src/ports.ts";
import { retry } from "../../../src/tasks/retry.ts";
import { credentials } from "../../support/aws-servers.ts";

/** Waits for nothing, so that tests of repeats take no time. */
export const hastyClock: Clock = { now: () => Date.now(), sleep: async () => {} };

export const again: S3StoreOptions["again"] = (work) =>
  retry(work, { policy: { attempts: 4, maxWaitMs: 1000 }, clock: hastyClock });

export const randomHex = (length: number) => randomBytes(length).toString("hex").slice(0, length);

export const region = "eu-central-1";

/** Makes the process ask stand-ins with their own credentials, wherever it runs. */
export function useStandInCredentials(): void {
  Object.assign(process.env, credentials);
}

export function rawClient(endpoint: string): S3Client {
  return new S3Client({ region, endpoint, forcePathStyle: true });
}

export async function makeBucket(endpoint: string, bucket: string): Promise<void> {
  const CreateBucketConfiguration = { LocationConstraint: region } as const;
  await rawClient(endpoint).send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration }));
}

/** A place below which nothing is yet. */
export function newPlace(endpoint: string, bucket: string): S3Place {
  return { bucket, prefix: `lakes/${randomHex(12)}`, region, bucketOwner: null, endpoint, pathStyle: true };
}

export function openStore(place: S3Place, more: Partial<S3StoreOptions> = {}): ObjectStore {
  return createS3Store({ ...place, kmsKey: null, again, randomHex, ...more });
}
