import { type _Error as DeleteFault, DeleteObjectsCommand } from "@aws-sdk/client-s3";
import { ShardliftError } from "../../errors.ts";
import { type Bucket, inTime, nameBelow, target } from "./bucket.ts";
import { guardS3 } from "./errors.ts";
import { findMeaning } from "./meanings.ts";

/** S3's own limit. */
const keysPerCall = 1000;

/** Removes objects by their keys in the bucket, 1,000 a call; missing ones are no error. */
export async function removeObjects(bucket: Bucket, keys: readonly string[]): Promise<void> {
  for (let start = 0; start < keys.length; start += keysPerCall) {
    await removeBatch(bucket, keys.slice(start, start + keysPerCall));
  }
}

async function removeBatch(bucket: Bucket, keys: readonly string[]): Promise<void> {
  const command = new DeleteObjectsCommand({
    ...target(bucket),
    Delete: { Quiet: true, Objects: keys.map((Key) => ({ Key })) },
  });
  const doing = keys.length === 1 ? `remove ${nameBelow(bucket, keys[0]!)}` : `remove ${keys.length} objects`;
  const { Errors = [] } = await guardS3(bucket, doing, () => bucket.client.send(command, inTime(bucket)));
  if (Errors.length > 0) throw buildRemoveError(bucket, keys.length, Errors);
}

/** Some went and some did not: the first that asking again does not help decides. */
function buildRemoveError(bucket: Bucket, count: number, errors: readonly DeleteFault[]): ShardliftError {
  const told = errors.map((error) => {
    const fault = {
      name: error.Code ?? "",
      status: 403,
      text: error.Message ?? "",
      requestId: null,
      region: null,
    };
    return { key: error.Key ?? "", fault, meaning: findMeaning(fault) };
  });
  const first = told.find(({ meaning }) => !meaning.retryable) ?? told[0]!;
  const { code, rule, remedy, retryable } = first.meaning;
  const parts = {
    failed: `${bucket.url} could not remove ${errors.length} of ${count} objects.`,
    rule,
    received: `${first.key}: ${first.fault.name}${first.fault.text === "" ? "" : `: ${first.fault.text}`}`,
    remedy: remedy({ fault: first.fault, place: bucket.place }),
  };
  return new ShardliftError(code, parts, { retryable });
}
