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
    rule: "this version reads it from a folder of this machine",
    received: `SHARDLIFT_CONFIG=${showValue(root)}`,
    remedy: "copy it here (aws s3 sync) and set SHARDLIFT_CONFIG to that folder",
  });
}
