import type { Issue } from "./issue.ts";
import { locateFindings } from "./locate-findings.ts";
import type { ParsedPipeline } from "./parse-pipeline.ts";
import type { Environment } from "./types.ts";

/** A pipeline that hashes needs a key, which only the environment can name. */
export function checkSecrets(parsed: ParsedPipeline, environment: Environment): Issue[] {
  const isHashing = (parsed.draft.columns?.hash ?? []).length > 0;
  if (!isHashing || environment.secrets.hashKey !== null) return [];
  const finding = {
    path: ["columns", "hash"],
    at: "key" as const,
    failed: "needs a key that the environment does not name",
    rule: "columns.hash takes its key from `secrets.hash_key` of the environment",
    received: `${environment.file} without secrets.hash_key`,
    remedy: `add to ${environment.file}: secrets: { hash_key: env:SHARDLIFT_HASH_KEY }`,
  };
  return locateFindings([finding], parsed.file, parsed.locate);
}
