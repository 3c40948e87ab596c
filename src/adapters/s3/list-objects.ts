import { type _Object as ListedObject, ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { StoredObject } from "../../ports.ts";
import { type Bucket, nameBelow, parseEtag, soon, target } from "./bucket.ts";
import { guardS3 } from "./errors.ts";

/** Asks again on faults; given by whoever wires the adapter. */
export type Again = <T>(work: () => Promise<T>) => Promise<T>;

/** An object by its whole key in the bucket. */
export type BucketObject = StoredObject;

/**
 * All objects whose keys begin with a prefix, 1,000 a call.
 * @param delimiter leaves out what is below a further one: `/` lists one folder
 */
export async function* listObjects(
  bucket: Bucket,
  again: Again,
  prefix: string,
  delimiter?: "/",
): AsyncGenerator<BucketObject> {
  let token: string | undefined;
  do {
    const page = await again(() => readPage(bucket, prefix, delimiter, token));
    for (const object of page.Contents ?? []) yield readObject(object);
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

function readPage(bucket: Bucket, prefix: string, delimiter: string | undefined, token: string | undefined) {
  const command = new ListObjectsV2Command({
    ...target(bucket),
    Prefix: prefix,
    // Others' keys may hold what XML cannot.
    EncodingType: "url",
    ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
    ...(token === undefined ? {} : { ContinuationToken: token }),
  });
  return guardS3(bucket, `list ${nameBelow(bucket, prefix)}`, () =>
    bucket.client.send(command, soon(bucket)),
  );
}

function readObject({ Key = "", Size = 0, ETag, LastModified }: ListedObject): BucketObject {
  const modifiedMs = LastModified?.getTime() ?? 0;
  return {
    key: decodeURIComponent(Key.replaceAll("+", " ")),
    bytes: Size,
    etag: parseEtag(ETag),
    // Whole seconds as S3 has them, and as its clock is told.
    modifiedMs: modifiedMs - (modifiedMs % 1000),
  };
}
