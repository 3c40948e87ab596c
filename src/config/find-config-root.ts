import { ShardliftError } from "../errors.ts";
import { showValue } from "./show-value.ts";

/**
 * The folder that holds `pipelines/` and `environments/`: SHARDLIFT_CONFIG, or the current folder.
 * @throws ShardliftError `config` where it is an address instead of a folder.
 */
export function findConfigRoot(env: Record<string, string | undefined>): string {
  const root = env.SHARDLIFT_CONFIG ?? "";
  if (root === "") return ".";
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(root)) return root;
  throw new ShardliftError("config", {
    failed: "The configuration cannot be read from an address.",
    rule: "it lies in a folder of this machine, or for commands that only read it at s3://bucket/prefix",
    received: `SHARDLIFT_CONFIG=${showValue(root)}`,
    remedy: "set SHARDLIFT_CONFIG to a folder, or to an address that begins with s3://",
  });
}
