import type { S3Place } from "../../config/types.ts";
import { checkKey, checkPrefix } from "../../lake/object-key.ts";
import type { ObjectStore, RandomHex, StoredObject } from "../../ports.ts";
import { type Bucket, locate, openBucket, type S3Limits } from "./bucket.ts";
import { type Again, listObjects } from "./list-objects.ts";
import { putObject } from "./put-object.ts";
import { readClock } from "./read-clock.ts";
import { readObjectSafely } from "./read-object.ts";
import { removeObjects } from "./remove-objects.ts";
import { uploadFile } from "./upload-file.ts";

export interface S3StoreOptions extends S3Place {
  kmsKey: string | null;
  /** Asks again what may be asked again within one call of ours: pages, parts, and writes that were not done. */
  again: Again;
  randomHex: RandomHex;
  limits?: S3Limits;
  /** Files above it go up in parts. */
  wholeBytes?: number;
  partBytes?: number;
}

const MB = 1e6;

/**
 * A lake in a bucket. Conditional writes are S3's own; no call is repeated whose outcome is not known, unless what is
 * there tells it. Errors are `ShardliftError`s: `data` for unclean keys, `config` for what the environment names
 * wrongly, `outside` for the rest.
 */
export function createS3Store(options: S3StoreOptions): ObjectStore {
  const { kmsKey, again, randomHex, wholeBytes = 64 * MB, partBytes = 16 * MB } = options;
  const bucket = openBucket(options, options.limits);

  function place(key: string): string {
    checkKey(key);
    const whole = locate(bucket, key);
    checkKey(whole);
    return whole;
  }

  return {
    location: `bucket ${bucket.url}`,
    put: async (key, body, condition) =>
      putObject(bucket, again, { key: place(key), body, condition, kmsKey, doing: `write ${key}` }),
    async putFile(key, path) {
      const upload = { bucket, again, key: place(key), kmsKey, token: randomHex(32), doing: `write ${key}` };
      return uploadFile({ ...upload, wholeBytes, partBytes }, path);
    },
    get: async (key) => readObjectSafely(bucket, { key: place(key) }),
    list: (prefix) => listKeys(bucket, again, prefix),
    remove: async (keys) => removeObjects(bucket, keys.map(place)),
    now: () => readClock(bucket),
    localPath(key) {
      checkKey(key);
      return null;
    },
  };
}

/** What no key of ours can be is left out: consoles make objects that end in `/` to show folders. */
async function* listKeys(bucket: Bucket, again: Again, prefix: string): AsyncGenerator<StoredObject> {
  checkPrefix(prefix);
  const start = locate(bucket, "").length;
  for await (const object of listObjects(bucket, again, locate(bucket, prefix))) {
    const key = object.key.slice(start);
    if (key !== "" && !key.endsWith("/")) yield { ...object, key };
  }
}
