import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { ShardliftError } from "../../errors.ts";
import { type Bucket, locate, soon, target } from "./bucket.ts";
import { guardS3 } from "./errors.ts";

/** The store's clock in ms, as the `Date` of an answer tells it: whole seconds, never ahead. */
export async function readClock(bucket: Bucket): Promise<number> {
  const command = new ListObjectsV2Command({
    ...target(bucket),
    Prefix: locate(bucket, "_clock"),
    MaxKeys: 1,
  });
  let date: string | undefined;
  command.middlewareStack.add(
    (next) => async (input) => {
      const result = await next(input);
      date = (result.response as { headers?: Record<string, string> }).headers?.date;
      return result;
    },
    { step: "deserialize", name: "shardliftClock" },
  );
  await guardS3(bucket, "tell the time", () => bucket.client.send(command, soon(bucket)));
  const nowMs = Date.parse(date ?? "");
  if (Number.isNaN(nowMs)) throw buildClockError(bucket, date);
  return nowMs;
}

function buildClockError({ url }: Bucket, date: string | undefined): ShardliftError {
  return new ShardliftError("config", {
    failed: `${url} does not tell the time.`,
    rule: "ages of what is in the lake are measured by the store's own clock: the header Date of its answers",
    received: date === undefined ? "no Date" : JSON.stringify(date.slice(0, 100)),
    remedy: "look for a proxy between this machine and the bucket that changes headers, or use another store",
  });
}
